"""Fits: a known potential is recovered, errors fall, bad data are refused."""

from dataclasses import replace

import numpy as np
import pytest
from ase.calculators.morse import MorsePotential
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    FitWeights,
    LabelledConfiguration,
    fit_potential,
    starting_potential,
)
from atomate2_argyrodite.mtp.fit import shortest_distance

from .conftest import SPECIES, rattled


def morse_frames(crystal: Structure, count: int, seed: int) -> list[LabelledConfiguration]:
    """Rattled crystals labelled by a Morse pair potential that ends smoothly at 4.9 Å."""
    frames = []
    for k in range(count):
        atoms = rattled(crystal, 0.15, seed=100 * seed + k).to_ase_atoms(msonable=False)
        atoms.calc = MorsePotential(epsilon=0.4, r0=2.7, rho0=4.0, rcut1=3.5 / 2.7, rcut2=4.9 / 2.7)
        frames.append(
            LabelledConfiguration(
                numbers=atoms.numbers,
                positions=atoms.positions,
                cell=atoms.cell.array,
                energy=atoms.get_potential_energy(),
                forces=atoms.get_forces(),
                stress=atoms.get_stress(voigt=False),
            )
        )
    return frames


@pytest.fixture(scope="module")
def argyrodite_frames(cubic: Structure) -> list[LabelledConfiguration]:
    """Rattled Li6PS5Cl with the Morse labels; the elements do not matter to them."""
    return morse_frames(cubic, 6, seed=3)


def test_a_fit_learns_a_morse_crystal() -> None:
    crystal = Structure(Lattice.cubic(3.3), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (2, 2, 2)
    training, validation = morse_frames(crystal, 20, seed=1), morse_frames(crystal, 6, seed=2)
    start = starting_potential(training, 8, 5.0, ["Li"], seed=1)
    progress: list[tuple[int, float]] = []
    result = fit_potential(
        start,
        training,
        validation,
        FitWeights(100, 1, 0.01),
        maximum_iterations=400,
        tolerance=1e-3,
        progress=lambda iteration, loss: progress.append((iteration, loss)),
    )
    assert result.validation_errors is not None
    spread = np.std(np.concatenate([frame.forces for frame in validation]))
    energies = [(frame.energy or 0.0) / len(frame) for frame in validation]
    assert result.validation_errors.force_rmse_ev_per_angstrom < 0.02 * spread
    assert result.validation_errors.energy_rmse_mev_per_atom < 20.0 * np.std(energies)
    assert (np.diff(result.losses) <= 0).all()
    assert [loss for _, loss in progress] == list(result.losses[1:])


def test_a_fit_is_reproducible_whatever_the_threads(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    training = argyrodite_frames
    ids = {
        fit_potential(
            starting_potential(training, 6, 5.0, SPECIES, seed=3),
            training,
            maximum_iterations=20,
            threads=threads,
        ).potential.potential_id
        for threads in (1, 3, 1)
    }
    assert len(ids) == 1


def test_a_warm_start_never_gets_worse(argyrodite_frames: list[LabelledConfiguration]) -> None:
    training = argyrodite_frames
    first = fit_potential(
        starting_potential(training, 6, 5.0, SPECIES), training, maximum_iterations=40
    )
    second = fit_potential(first.potential, training, maximum_iterations=10)
    assert second.losses[0] <= first.losses[-1] * (1 + 1e-9)


def test_shortest_distance_sees_periodic_images(thin: Structure) -> None:
    matrix = thin.distance_matrix
    expected = min(matrix[0, 1], min(thin.lattice.abc))
    frame = LabelledConfiguration.from_structure(thin)
    assert shortest_distance([frame]) == pytest.approx(expected, abs=1e-9)


def bad(frame: LabelledConfiguration, **changes: object) -> LabelledConfiguration:
    return replace(frame, **changes)  # type: ignore[arg-type]


def test_bad_data_are_refused_by_name(argyrodite_frames: list[LabelledConfiguration]) -> None:
    frames = argyrodite_frames[:2]
    start = starting_potential(frames, 6, 5.0, SPECIES)
    with pytest.raises(InputError, match="no configurations"):
        fit_potential(start, [])
    with pytest.raises(InputError, match="configuration 1 has no energy"):
        fit_potential(start, [frames[0], frames[1].without_labels()])
    forces = np.asarray(frames[1].forces).copy()
    forces[3, 1] = 1e6
    with pytest.raises(InputError, match=r"configuration 1 has a force of 1e\+06"):
        fit_potential(start, [frames[0], bad(frames[1], forces=forces)])
    with pytest.raises(InputError, match="are the energies in eV"):
        fit_potential(start, [bad(frames[0], energy=-1e8)])
    with pytest.raises(InputError, match="NaN"):
        bad(frames[0], energy=float("nan"))
    lithium = LabelledConfiguration(
        np.array([3, 3]), np.array([[0, 0, 0], [2.5, 0, 0]]), np.eye(3) * 6, 0.0, np.zeros((2, 3))
    )
    with pytest.raises(InputError, match="contains P, S, Cl"):
        fit_potential(start, [lithium])
    with pytest.raises(InputError, match="3 finite"):
        fit_potential(start, [*frames, frames[0]], configuration_weights=[1.0, 2.0])


def test_one_frame_fits_without_nan(argyrodite_frames: list[LabelledConfiguration]) -> None:
    frames = argyrodite_frames[:1]
    result = fit_potential(
        starting_potential(frames, 8, 5.0, SPECIES), frames, maximum_iterations=5
    )
    assert np.isfinite(result.potential.parameters).all()
    assert result.validation_errors is None
