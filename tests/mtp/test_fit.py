"""Fits: a known potential is recovered, errors fall, bad data are refused."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    FitProgress,
    FitWeights,
    LabelledConfiguration,
    fit_potential,
    prediction_errors,
    starting_potential,
    write_configurations,
)
from atomate2_argyrodite.mtp.checkpoint import read_checkpoint

from .conftest import SPECIES, morse_frames


def test_a_fit_learns_a_morse_crystal() -> None:
    crystal = Structure(Lattice.cubic(3.3), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (2, 2, 2)
    training, validation = morse_frames(crystal, 20, seed=1), morse_frames(crystal, 6, seed=2)
    start = starting_potential(training, 8, 5.0, ["Li"], seed=1)
    progress: list[FitProgress] = []
    result = fit_potential(
        start,
        training,
        validation,
        FitWeights(100, 1, 0.01),
        maximum_iterations=400,
        tolerance=1e-3,
        progress=progress.append,
    )
    assert result.validation_errors is not None
    spread = np.std(np.concatenate([frame.forces for frame in validation]))
    energies = [(frame.energy or 0.0) / len(frame) for frame in validation]
    assert result.validation_errors.force_rmse_ev_per_angstrom < 0.02 * spread
    assert result.validation_errors.energy_rmse_mev_per_atom < 20.0 * np.std(energies)
    assert (np.diff(result.losses) <= 0).all()
    rounds = slice(1, 1 + len(progress))
    assert [p.loss for p in progress] == list(result.losses[rounds])
    assert [p.validation_loss for p in progress] == list(result.validation_losses[rounds])


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


def test_one_frame_fits_without_nan(argyrodite_frames: list[LabelledConfiguration]) -> None:
    frames = argyrodite_frames[:1]
    result = fit_potential(
        starting_potential(frames, 8, 5.0, SPECIES), frames, maximum_iterations=5
    )
    assert np.isfinite(result.potential.parameters).all()
    assert result.validation_errors is None


def test_the_fit_ends_when_validation_stops_gaining(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    """269 parameters, 2 frames: the loss falls for ever, the validation loss does not."""
    training, validation = argyrodite_frames[:2], argyrodite_frames[2:]
    result = fit_potential(
        starting_potential(training, 8, 5.0, SPECIES, seed=1),
        training,
        validation,
        maximum_iterations=1000,
        patience=2,
    )
    assert result.converged
    assert result.iterations[-1] < 1000
    best = int(np.argmin(result.validation_losses))
    assert min(result.losses) < result.losses[best]
    again = prediction_errors(result.potential, validation)
    assert again == result.validation_errors
    weighted = (
        100 * 52 * (1e-3 * again.energy_rmse_mev_per_atom) ** 2
        + 3 * 52 * again.force_rmse_ev_per_angstrom**2
    )
    assert weighted == pytest.approx(result.validation_losses[best], rel=1e-6)


def test_frames_of_no_weight_do_not_matter(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    training = argyrodite_frames[:4]
    start = starting_potential(training, 6, 5.0, SPECIES)
    spoilt = [*training[:3], training[3].with_metadata(weight=0.0)]
    by_metadata = fit_potential(start, spoilt, maximum_iterations=20)
    by_argument = fit_potential(
        start, training, maximum_iterations=20, configuration_weights=[1, 1, 1, 0]
    )
    equal = fit_potential(start, training, maximum_iterations=20)
    assert by_metadata.potential.potential_id == by_argument.potential.potential_id
    assert by_metadata.potential.potential_id != equal.potential.potential_id
    errors = [prediction_errors(r.potential, training[3:]) for r in (by_metadata, equal)]
    assert errors[0].force_rmse_ev_per_angstrom > errors[1].force_rmse_ev_per_angstrom


_FIT = """
import os, signal, sys
from atomate2_argyrodite.mtp import fit_potential, read_configurations, starting_potential
frames = read_configurations(sys.argv[1])
start = starting_potential(frames, 8, 5.0, ["Li", "P", "S", "Cl"], seed=5)
def note(progress):
    print(progress.iteration, flush=True)
    if str(progress.iteration) in sys.argv[3:]:  # the round before it has its checkpoint
        os.kill(os.getpid(), signal.SIGKILL)
result = fit_potential(
    start, frames[:-2], frames[-2:], maximum_iterations=200, patience=9,
    checkpoint=sys.argv[2] if len(sys.argv) > 2 else None,
    progress=note,
)
print(result.potential.potential_id)
"""


def test_a_killed_fit_resumes_to_the_same_potential(
    argyrodite_frames: list[LabelledConfiguration], tmp_path: Path
) -> None:
    data, checkpoint = tmp_path / "frames.npz", tmp_path / "fit.npz"
    write_configurations(data, argyrodite_frames)
    command = [sys.executable, "-c", _FIT, str(data)]
    whole = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert whole[:-1] == ["50", "100", "150", "200"]
    killed = subprocess.run(
        [*command, str(checkpoint), "100"], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.split() == ["50", "100"]
    resumed = subprocess.run(
        [*command, str(checkpoint)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert resumed[-1] == whole[-1]
    assert resumed[:-1] == ["100", "150", "200"]
    with pytest.raises(InputError, match="belongs to a fit of other data"):
        fit_potential(
            starting_potential(argyrodite_frames, 8, 5.0, SPECIES, seed=6),
            argyrodite_frames,
            checkpoint=checkpoint,
        )
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(InputError, match="not a checkpoint"):
        read_checkpoint(checkpoint, "", 1)


def test_the_threads_of_blas_do_not_matter(
    argyrodite_frames: list[LabelledConfiguration], tmp_path: Path
) -> None:
    write_configurations(tmp_path / "frames.npz", argyrodite_frames)
    printed = [
        subprocess.run(
            [sys.executable, "-c", _FIT, str(tmp_path / "frames.npz")],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "3")
    ]
    assert printed[0] == printed[1]


@pytest.mark.parametrize("option", ["maximum_iterations", "patience"])
def test_senseless_lengths_are_refused(
    argyrodite_frames: list[LabelledConfiguration], option: str
) -> None:
    start = starting_potential(argyrodite_frames, 6, 5.0, SPECIES)
    with pytest.raises(InputError, match="at least 1"):
        fit_potential(start, argyrodite_frames, **{option: 0})
