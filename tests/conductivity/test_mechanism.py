from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Element

from atomate2_argyrodite.conductivity import MolecularDynamicsDocument
from atomate2_argyrodite.conductivity.mechanism import (
    analysed_mechanism,
    mechanism_document,
    ps4_motion_document,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport import Trajectory
from transport.argyrodites import crystal, trajectory_of, vibrations
from transport.test_jumps import hopping

from .test_analysis import run


def test_all_of_the_mechanism_is_in_the_document() -> None:
    rng = np.random.default_rng(1)
    structure = crystal(repeats=(2, 1, 1))
    trajectory, _, counts = hopping(structure, 1200, rng, drift=0.02)
    document = analysed_mechanism(trajectory, repeats=(2, 1, 1), configuration="50-P222_1")
    assert document.composition == "Li6PS5Cl"
    assert document.temperature_kelvin == 600
    found = {jump.kind: jump.count for jump in document.jumps}
    for kind, count in counts.items():
        assert found[kind] == pytest.approx(count, rel=0.05)
    assert (document.n_cages, document.n_anions_outside, document.n_ions) == (8, 8, 48)
    assert document.tracer_diffusivity_cm2_per_s > 0
    assert 0.1 < document.correlation_factor < 1.5
    assert document.tetrahedra.n_units == 8
    assert document.tetrahedra.turns_by_120_degrees == 0
    arrays = document.arrays.to_arrays()
    cell = arrays["density_cell_angstrom"]
    assert cell[0, 0] == pytest.approx(10.28)
    assert arrays["density"].mean() * np.linalg.det(cell) == pytest.approx(24, rel=1e-5)
    assert sorted(set(arrays["framework_numbers"])) == [15, 16, 17]
    assert arrays["occupancies"].shape == (8, 6, 2)
    assert document.warnings == []


def test_other_crystals_keep_what_they_have() -> None:
    rng = np.random.default_rng(0)
    positions = rng.random((1, 6, 3)) * 8 + 0.1 * rng.normal(size=(40, 6, 3))
    species = ["Li"] * 4 + ["O"] * 2
    document = analysed_mechanism(
        Trajectory.from_arrays(positions, 8 * np.eye(3), species, 0.1, 300.0)
    )
    assert document.jumps is None
    assert document.tetrahedra is None
    assert set(document.arrays.to_arrays()) >= {"density"}
    assert any("not of an argyrodite" in text for text in document.warnings)
    assert any("no whole PS4 unit" in text for text in document.warnings)


def test_short_trajectories_have_jumps_but_no_diffusivity() -> None:
    structure = crystal()
    document = analysed_mechanism(trajectory_of(structure, vibrations(structure, 20, 0.1)))
    assert {jump.count for jump in document.jumps if jump.kind != "doublet"} == {0}
    assert document.tracer_diffusivity_cm2_per_s is None
    assert "20 frames" in document.warnings[0]


def test_a_failed_run_is_a_document_that_says_so(tmp_path: Path) -> None:
    document = mechanism_document(run(tmp_path, 500.0, 2, outcome="PS4 units broke at 3.0 ps"))
    assert document.jumps is None
    assert document.arrays is None
    assert document.replica == 2
    assert "PS4 units broke at 3.0 ps" in document.warnings[0]


def held(document: MolecularDynamicsDocument, ps4: str) -> MolecularDynamicsDocument:
    return document.model_copy(update={"ps4": ps4})


def test_the_loss_is_taken_temperature_by_temperature(tmp_path: Path) -> None:
    """Units "held" at 600 K move as free ones at 500 K, by the Arrhenius law of the walks."""
    slow = run(tmp_path, 500.0, 1).model_copy(update={"temperature_kelvin": 600.0})
    runs = [
        run(tmp_path, 600.0, 1),
        run(tmp_path, 600.0, 2),
        held(slow, "rigid"),
        held(run(tmp_path, 700.0, 1), "fixed"),  # without a free partner
        held(run(tmp_path, 600.0, 3, outcome="Lost atoms"), "fixed"),
    ]
    document = ps4_motion_document(runs)
    (result,) = document.results
    assert (result.temperature_kelvin, result.ps4) == (600, "rigid")
    expected = 1 - np.exp(-0.25 / 8.617333e-5 * (1 / 500 - 1 / 600))
    low, high = result.loss_interval_95
    assert low < expected < high
    assert abs(result.loss - expected) < 3 * result.loss_standard_error
    assert result.is_significant
    assert result.free.n_replicas == 2
    assert document.failed_runs == ["600 K, PS4 fixed #3: Lost atoms"]


def test_runs_of_different_crystals_are_not_compared(tmp_path: Path) -> None:
    first = run(tmp_path, 500.0, 1)
    other = first.model_copy(update={"configuration": "0-F-43m"})
    with pytest.raises(InputError, match="different configuration"):
        ps4_motion_document([first, other])
    with pytest.raises(InputError, match="no runs"):
        ps4_motion_document([])


def test_elements_of_the_density_are_named() -> None:
    structure = crystal()
    document = analysed_mechanism(trajectory_of(structure, vibrations(structure, 4, 0.1)))
    numbers = document.arrays.to_arrays()["framework_numbers"]
    assert [Element.from_Z(int(z)).symbol for z in numbers].count("P") == 4
