"""Errors by element and by configuration add up to the errors of the set."""

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    errors_by_configuration,
    errors_by_group,
    force_error_distribution,
    force_errors_by_element,
    parity,
    prediction_errors,
)

from .conftest import random_potential


def test_known_errors_are_given_back(cubic: Structure, triclinic: Structure) -> None:
    potential = random_potential(8)
    shifts = {"Li": 0.1, "P": -0.2, "S": 0.0, "Cl": 0.4}
    frames = []
    for offset, structure in ((0.52, cubic), (-1.04, triclinic)):
        exact = potential.evaluate(structure)
        shift = np.array([shifts[site.specie.symbol] for site in structure])
        frames.append(
            LabelledConfiguration.from_structure(
                structure, energy=exact.energy - offset, forces=exact.forces - shift[:, None]
            )
        )
    compared = parity(potential, frames)
    by_element = force_errors_by_element(compared, frames)
    assert list(by_element) == ["Li", "P", "S", "Cl"]
    for symbol, errors in by_element.items():
        assert errors.rmse == pytest.approx(abs(shifts[symbol]), abs=1e-12)
        assert errors.mae == pytest.approx(abs(shifts[symbol]), abs=1e-12)
        assert errors.largest == pytest.approx(abs(shifts[symbol]), abs=1e-12)
    assert [e.n_atoms for e in by_element.values()] == [48, 8, 40, 8]
    total = sum(e.n_atoms * e.rmse**2 for e in by_element.values()) / 104
    assert compared.errors.force_rmse_ev_per_angstrom == pytest.approx(np.sqrt(total))
    each = errors_by_configuration(compared, frames)
    assert [e.energy_mev_per_atom for e in each] == pytest.approx([10.0, -20.0])
    assert [e.force_rmse for e in each] == pytest.approx([np.sqrt(total)] * 2)
    assert [e.largest_force_error for e in each] == pytest.approx([0.4, 0.4])
    with pytest.raises(InputError, match="not those of these 1"):
        errors_by_configuration(compared, frames[:1])


def test_groups_are_what_their_frames_alone_give(cubic: Structure, triclinic: Structure) -> None:
    potential = random_potential(8)
    rng = np.random.default_rng(0)
    frames = []
    for k, (structure, temperature) in enumerate(
        [(cubic, 900.0), (triclinic, 300.2), (cubic, 299.9), (triclinic, None)]
    ):
        exact = potential.evaluate(structure)
        frames.append(
            LabelledConfiguration.from_structure(
                structure,
                energy=exact.energy + rng.standard_normal(),
                forces=exact.forces + 0.1 * rng.standard_normal((len(structure), 3)),
                stress=exact.stress + 0.01 if k % 2 == 0 else None,
                metadata={"configuration": "ab"[k % 2]}
                | ({} if temperature is None else {"temperature_kelvin": temperature}),
            )
        )
    compared = parity(potential, frames)
    by_temperature = errors_by_group(compared, frames, "temperature_kelvin")
    assert list(by_temperature) == ["300", "900"]
    assert by_temperature["300"] == prediction_errors(potential, frames[1:3])
    assert by_temperature["900"] == prediction_errors(potential, frames[:1])
    by_configuration = errors_by_group(compared, frames, "configuration")
    assert by_configuration["a"] == prediction_errors(potential, frames[::2])
    assert by_configuration["b"] == prediction_errors(potential, frames[1::2])
    assert by_configuration["b"].stress_mae_gpa is None
    assert errors_by_group(compared, frames, "nothing") == {}


def test_the_distribution_of_normal_errors_has_normal_quantiles(cubic: Structure) -> None:
    potential = random_potential(8)
    exact = potential.evaluate(cubic)
    rng = np.random.default_rng(1)
    frames = [
        LabelledConfiguration.from_structure(
            cubic,
            energy=exact.energy,
            forces=exact.forces + 0.2 * rng.standard_normal((len(cubic), 3)),
        )
        for _ in range(200)
    ]
    found = force_error_distribution(parity(potential, frames))
    assert found.median == pytest.approx(0.2 * 0.6745, rel=0.03)
    assert found.percentile_90 == pytest.approx(0.2 * 1.6449, rel=0.03)
    assert found.percentile_99 == pytest.approx(0.2 * 2.5758, rel=0.03)
    assert found.percentile_95 < found.percentile_99 < found.largest < 0.2 * 6
