"""Bad data are refused by name or warned of, before anything is computed."""

from dataclasses import replace

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    starting_potential,
)
from atomate2_argyrodite.mtp.training_data import configuration_weights, shortest_distance

from .conftest import SPECIES


def bad(frame: LabelledConfiguration, **changes: object) -> LabelledConfiguration:
    return replace(frame, **changes)  # type: ignore[arg-type]


def test_shortest_distance_sees_periodic_images(thin: Structure) -> None:
    matrix = thin.distance_matrix
    expected = min(matrix[0, 1], min(thin.lattice.abc))
    frame = LabelledConfiguration.from_structure(thin)
    assert shortest_distance([frame]) == pytest.approx(expected, abs=1e-9)


def test_bad_data_are_refused_by_name(argyrodite_frames: list[LabelledConfiguration]) -> None:
    frames = argyrodite_frames[:2]
    start = starting_potential(frames, 6, 5.0, SPECIES)
    with pytest.raises(InputError, match="no configurations"):
        fit_potential(start, [])
    with pytest.raises(InputError, match="configuration 1 has no energy"):
        fit_potential(start, [frames[0], frames[1].without_labels()])
    with pytest.raises(InputError, match="validation configuration 0 has no energy"):
        fit_potential(start, frames, [frames[1].without_labels()])
    forces = np.asarray(frames[1].forces).copy()
    forces[3, 1] = 1e6
    with pytest.raises(InputError, match=r"configuration 1 has a force of 1e\+06"):
        fit_potential(start, [frames[0], bad(frames[1], forces=forces)])
    with pytest.raises(InputError, match="are the energies in eV"):
        fit_potential(start, [bad(frames[0], energy=-1e5 * 52)])
    with pytest.raises(InputError, match="NaN"):
        bad(frames[0], energy=float("nan"))
    with pytest.raises(InputError, match="NaN"):
        bad(frames[0], forces=np.full((52, 3), np.nan))
    lithium = LabelledConfiguration(
        np.array([3, 3]), np.array([[0, 0, 0], [2.5, 0, 0]]), np.eye(3) * 6, 0.0, np.zeros((2, 3))
    )
    with pytest.raises(InputError, match="contains P, S, Cl"):
        fit_potential(start, [lithium])


def test_two_atoms_at_one_place_are_refused(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    positions = argyrodite_frames[0].positions.copy()
    positions[1] = positions[0]
    frames = [argyrodite_frames[1], bad(argyrodite_frames[0], positions=positions)]
    with pytest.raises(InputError, match="apart: drop that frame"):
        starting_potential(frames, 6, 5.0, SPECIES)
    start = MomentTensorPotential.untrained(6, 5.0, SPECIES, 1.5)
    with pytest.raises(InputError, match="two atoms of configuration 1 are 0 Å apart"):
        fit_potential(start, frames)


def test_labels_of_two_functionals_are_not_mixed(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    start = starting_potential(argyrodite_frames, 6, 5.0, SPECIES)
    pbe = [frame.with_metadata(functional="pbe") for frame in argyrodite_frames[:3]]
    vdw = [frame.with_metadata(functional="optb88-vdw") for frame in argyrodite_frames[3:]]
    with pytest.raises(InputError, match="functional is 'pbe' in some frames and 'optb88-vdw'"):
        fit_potential(start, [*pbe, *vdw])


def test_a_level_above_the_tables_is_refused(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    with pytest.raises(InputError, match="level 30 is not available"):
        starting_potential(argyrodite_frames, 30, 5.0, SPECIES)


def test_doubtful_data_are_warned_of(argyrodite_frames: list[LabelledConfiguration]) -> None:
    frames = argyrodite_frames[:3]
    start = starting_potential(frames, 8, 5.0, SPECIES)
    mixed = [frames[0], bad(frames[1], stress=None), frames[1]]

    def warned(chosen: list[LabelledConfiguration], weights: FitWeights) -> str:
        return " ".join(
            fit_potential(start, chosen, weights=weights, maximum_iterations=1).warnings
        )

    with_stress = warned(mixed, FitWeights(100, 1, 0.01))
    assert "1 of 3 training configurations have no stress" in with_stress
    assert "1 groups of equal configurations: 1, 2" in with_stress
    assert warned(frames, FitWeights(100, 1, 0.01)) == ""
    assert "no stress" not in warned(mixed, FitWeights())
    assert "157 energies and forces cannot determine 269 parameters" in warned(
        frames[:1], FitWeights()
    )
    energetic = [bad(f, energy=(f.energy or 0.0) - 1e4 * 52) for f in frames]
    assert "are they in eV" in warned(energetic, FitWeights())
    close = start.min_distance + 0.5
    wide = MomentTensorPotential.untrained(8, 5.0, SPECIES, close)
    assert f"closer than the {close:.3g} Å" in " ".join(
        fit_potential(wide, frames, maximum_iterations=1).warnings
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1.0, 2.0], "3 finite"),
        ([1.0, np.nan, 1.0], "3 finite"),
        ([1.0, -1.0, 1.0], "3 finite"),
        ([0.0, 0.0, 0.0], "all configurations are zero"),
        (["heavy", 1.0, 1.0], "must be a number"),
    ],
)
def test_senseless_configuration_weights_are_refused(
    argyrodite_frames: list[LabelledConfiguration], given: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        configuration_weights(argyrodite_frames[:3], given)
