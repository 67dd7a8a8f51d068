"""Checkpoints of fits: an ``.npz`` file that a killed fit continues from."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

FloatArray = NDArray[np.float64]
_ARRAYS = ("parameters", "best_parameters", "iterations", "losses", "validation_losses")
_MAXIMUM_FILE_BYTES = 2**30


@dataclass(eq=False)
class FitState:
    """Where a fit stands between two rounds; nothing else decides how it goes on.

    Parameters
    ----------
    parameters
        Current parameters, shape (P,).
    best_parameters
        Those of the lowest validation loss, or of the lowest loss without validation set.
    iterations, losses, validation_losses
        Iteration count, loss and validation loss (NaN without one) at the start and after each
        round.
    """

    parameters: FloatArray
    best_parameters: FloatArray
    iterations: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)


def fit_fingerprint(
    potential: MomentTensorPotential,
    training: Iterable[LabelledConfiguration],
    validation: Iterable[LabelledConfiguration],
    weights: FitWeights,
    configuration_weights: FloatArray,
    regularisation: float,
) -> str:
    """Return a hash of everything that decides the course of a fit, but not its length."""
    digest = hashlib.sha256(potential.to_text().encode())
    digest.update(json.dumps([asdict(weights), regularisation]).encode())
    digest.update(configuration_weights.tobytes())
    for name, frames in (("training", training), ("validation", validation)):
        digest.update(name.encode())
        for frame in frames:
            digest.update(frame.numbers.tobytes() + frame.positions.tobytes())
            digest.update(frame.cell.tobytes() + json.dumps(frame.energy).encode())
            for labels in (frame.forces, frame.stress):
                digest.update(b"none" if labels is None else labels.tobytes())
    return digest.hexdigest()


def write_checkpoint(path: Path, fingerprint: str, state: FitState) -> None:
    """Write a state; an older file is replaced at once, never half-written."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part.npz")
    arrays = {name: np.asarray(getattr(state, name)) for name in _ARRAYS}
    try:
        np.savez(partial, allow_pickle=False, fingerprint=np.array(fingerprint), **arrays)
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write checkpoint {path}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def read_checkpoint(path: Path, fingerprint: str, parameters: int) -> FitState | None:
    """Return the state that a file holds, or None where there is no file.

    Raises
    ------
    InputError
        If the file is not a checkpoint, is damaged, or belongs to another fit.
    """
    if not path.exists():
        return None
    try:
        if path.stat().st_size > _MAXIMUM_FILE_BYTES:
            raise InputError("it is larger than 1 GiB")
        with np.load(path, allow_pickle=False) as archive:
            found = str(archive["fingerprint"])
            arrays = [np.asarray(archive[name]) for name in _ARRAYS]
    except (OSError, ValueError, TypeError, LookupError, EOFError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is not a checkpoint ({reason}): name another file") from None
    if found != fingerprint:
        raise InputError(
            f"checkpoint {path} belongs to a fit of other data, weights or start: delete it, or "
            "name another file"
        )
    return _state(path, arrays, parameters)


def _state(path: Path, arrays: Sequence[np.ndarray], parameters: int) -> FitState:
    current, best, iterations, losses, validation = arrays
    lengths = {len(np.atleast_1d(array)) for array in (iterations, losses, validation)}
    finite = np.isfinite(current).all() and np.isfinite(best).all() and np.isfinite(losses).all()
    if {current.shape, best.shape} != {(parameters,)} or len(lengths) != 1 or not finite:
        raise InputError(f"checkpoint {path} is damaged: delete it")
    return FitState(current, best, iterations.tolist(), losses.tolist(), validation.tolist())
