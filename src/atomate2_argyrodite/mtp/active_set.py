"""Extrapolation grades by MaxVol over atomic neighbourhoods.

The energy of one atom depends on the parameters theta through the feature vector
``b_i = dV_i / dtheta`` over all parameters, radial ones included. An active set is a square matrix
A of feature vectors with a volume that no exchange by another training neighbourhood increases. The
grade of a neighbourhood is the largest coefficient of b_i in the rows of A (Podryabinkin and
Shapeev, Comput. Mater. Sci. 140, 171 (2017); neighbourhood mode of Novikov et al. 2021): at most
1 means interpolation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from scipy.linalg import qr

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, as_configurations
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

FloatArray = NDArray[np.float64]
Configurations = Sequence[Structure | LabelledConfiguration]
Mode = Literal["neighbourhood", "configuration"]

_RANK_TOLERANCE = 1e-8  # of the largest pivot: directions below it are unseen in training
_UNSEEN_SCALE = 1e-4  # a feature of this size along an unseen direction has grade 1
_EXCHANGE_TOLERANCE = 1.001
_MAXIMUM_EXCHANGES_PER_ROW = 20
_FRAMES_PER_BATCH = 64


@dataclass(frozen=True, eq=False)
class ActiveSet:
    """An active set of a potential; build one with `from_configurations`.

    Parameters
    ----------
    potential
        The potential whose features are graded.
    mode
        "neighbourhood": one feature vector per atom. "configuration": their sum over the atoms.
    scale
        Unit of each feature, shape (P,).
    rows
        Scaled active feature vectors, shape (P, P): selected ones, then one small pseudo-row for
        each direction that training never excites, so that exciting it is extrapolation.
    members
        (configuration, atom) of each selected row, shape (r, 2); atom is -1 in configuration mode.
    """

    potential: MomentTensorPotential
    mode: Mode
    scale: FloatArray
    rows: FloatArray
    members: NDArray[np.int64]

    @classmethod
    def from_configurations(
        cls,
        potential: MomentTensorPotential,
        configurations: Configurations,
        mode: Mode = "neighbourhood",
        threads: int = 1,
    ) -> "ActiveSet":
        """Select the active set of a training set.

        Parameters
        ----------
        potential
            The potential to grade.
        configurations
            Its training set.
        mode
            "neighbourhood" (per atom, recommended) or "configuration".
        threads
            Threads for the features.

        Raises
        ------
        InputError
            If there are no configurations or the mode is unknown.
        """
        if mode not in ("neighbourhood", "configuration"):
            raise InputError(f"mode {mode!r} must be 'neighbourhood' or 'configuration'")
        items = as_configurations(configurations)
        if not items:
            raise InputError("an active set needs at least one configuration")
        features, members = _features(potential, items, mode, threads)
        scale = np.sqrt((features**2).mean(axis=0))
        scale[scale == 0.0] = scale.max() if scale.max() > 0.0 else 1.0
        features /= scale
        _, triangle, order = qr(features.T, mode="economic", pivoting=True)
        pivots = np.abs(np.diagonal(triangle))
        rank = int((pivots > _RANK_TOLERANCE * pivots[0]).sum())
        selected = order[:rank].astype(np.int64)
        rows = _completed(features[selected])
        selected = _exchange(features, rows, selected)
        rows[:rank] = features[selected]
        return cls(potential, mode, scale, rows, members[selected])

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return everything but the potential as arrays, with the potential's id."""
        return {
            "potential_id": np.array(self.potential.potential_id),
            "mode": np.array(self.mode),
            "scale": self.scale,
            "rows": self.rows,
            "members": self.members,
        }

    @classmethod
    def from_arrays(
        cls, potential: MomentTensorPotential, arrays: Mapping[str, np.ndarray]
    ) -> "ActiveSet":
        """Return the set that `to_arrays` wrote.

        Raises
        ------
        InputError
            If arrays are missing or malformed, or the set belongs to another potential.
        """
        missing = {"potential_id", "mode", "scale", "rows", "members"} - set(arrays)
        if missing:
            raise InputError(f"the active set lacks {sorted(missing)}")
        if str(arrays["potential_id"]) != potential.potential_id:
            raise InputError(
                f"the active set belongs to potential {arrays['potential_id']}, not to "
                f"{potential.potential_id}: select it again for this potential"
            )
        size = len(potential.parameters)
        if arrays["rows"].shape != (size, size) or arrays["scale"].shape != (size,):
            raise InputError(f"the active set does not have {size} rows of {size} features")
        mode: Mode = "configuration" if str(arrays["mode"]) == "configuration" else "neighbourhood"
        return cls(potential, mode, arrays["scale"], arrays["rows"], arrays["members"])

    def grade(self, structures: Configurations, threads: int = 1) -> FloatArray:
        """Return the extrapolation grade of each structure, shape (F,).

        In neighbourhood mode that is the largest grade of its atoms.
        """
        items = as_configurations(structures)
        if self.mode == "configuration":
            return self._grades(items, threads)
        atoms = self._grades(items, threads)
        starts = np.cumsum([0, *(len(c) for c in items)])[:-1]
        return np.maximum.reduceat(atoms, starts) if len(items) else np.zeros(0)

    def grade_atoms(self, structure: Structure | LabelledConfiguration) -> FloatArray:
        """Return the extrapolation grade of each atom, shape (N,); neighbourhood mode only."""
        if self.mode != "neighbourhood":
            raise InputError("grades of atoms need an active set in neighbourhood mode")
        return self._grades(as_configurations(structure), 1)

    def select(
        self, candidates: Configurations, maximum: int | None = None, threads: int = 1
    ) -> list[int]:
        """Return the indices of the candidates that MaxVol adds to the active set.

        Rows of the active set are exchanged for neighbourhoods of the candidates while that
        increases the volume; a candidate is chosen if any of its neighbourhoods ends in the set.

        Parameters
        ----------
        candidates
            Structures to choose from.
        maximum
            Most structures to return; those with the largest grades are kept.
        threads
            Threads for the features.
        """
        items = as_configurations(candidates)
        features, owner, grades = self._extrapolating(items, threads)
        if not len(features):
            return []
        count = len(self.rows)
        pool = np.vstack([self.rows, features])
        chosen = _exchange(pool, self.rows, np.arange(count))
        new = chosen[chosen >= count] - count
        frames = sorted({int(owner[k]) for k in new})
        if maximum is not None and len(frames) > maximum:
            largest = {f: grades[owner == f].max() for f in frames}
            frames = sorted(sorted(frames, key=lambda f: -largest[f])[:maximum])
        return frames

    def _grades(self, items: list[LabelledConfiguration], threads: int) -> FloatArray:
        inverse = np.linalg.inv(self.rows)
        parts = [np.zeros(0)]
        for first in range(0, len(items), _FRAMES_PER_BATCH):
            batch = items[first : first + _FRAMES_PER_BATCH]
            features, _ = _features(self.potential, batch, self.mode, threads)
            parts.append(np.abs((features / self.scale) @ inverse).max(axis=1))
        return np.concatenate(parts)

    def _extrapolating(
        self, items: list[LabelledConfiguration], threads: int
    ) -> tuple[FloatArray, NDArray[np.int64], FloatArray]:
        """Scaled features above grade 1, the frame of each, and their grades."""
        inverse = np.linalg.inv(self.rows)
        kept = [np.zeros((0, len(self.scale)))]
        owner = [np.zeros(0, dtype=np.int64)]
        grades = [np.zeros(0)]
        for first in range(0, len(items), _FRAMES_PER_BATCH):
            batch = items[first : first + _FRAMES_PER_BATCH]
            features, members = _features(self.potential, batch, self.mode, threads)
            features /= self.scale
            grade = np.abs(features @ inverse).max(axis=1)
            above = grade > _EXCHANGE_TOLERANCE
            kept.append(features[above])
            owner.append(members[above, 0] + first)
            grades.append(grade[above])
        return np.concatenate(kept), np.concatenate(owner), np.concatenate(grades)


def _features(
    potential: MomentTensorPotential, items: list[LabelledConfiguration], mode: Mode, threads: int
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Feature vectors, shape (rows, P), and the (configuration, atom) of each."""
    packed = potential.configuration_set(items, threads)
    features = packed.features(potential.model, threads, 0, len(items))
    counts = [len(c) for c in items]
    if mode == "configuration":
        starts = np.cumsum([0, *counts])[:-1]
        frames = np.arange(len(items))
        return np.add.reduceat(features, starts, axis=0), np.stack(
            [frames, np.full(len(items), -1)], axis=1
        )
    owner = np.repeat(np.arange(len(items)), counts)
    atom = np.concatenate([np.arange(n) for n in counts])
    return features, np.stack([owner, atom], axis=1)


def _completed(selected: FloatArray) -> FloatArray:
    """Return the selected rows, then pseudo-rows along the directions orthogonal to all."""
    rank, size = selected.shape
    if rank == size:
        return selected.copy()
    basis, _ = np.linalg.qr(selected.T, mode="complete")
    return np.vstack([selected, _UNSEEN_SCALE * basis[:, rank:].T])


def _exchange(pool: FloatArray, rows: FloatArray, selected: NDArray[np.int64]) -> NDArray[np.int64]:
    """Exchange selected rows for rows of `pool` while the volume of `rows` grows.

    Parameters
    ----------
    pool
        All feature vectors, shape (n, P).
    rows
        The current square matrix. Its first ``len(selected)`` rows are ``pool[selected]``; those
        beyond them stay as they are.
    selected
        Indices into `pool` of the rows that may be exchanged.

    Returns
    -------
    ndarray
        Indices into `pool` after the exchanges, in the order of `selected`.
    """
    chosen = selected.copy()
    coefficients = pool @ np.linalg.inv(rows)
    for _ in range(_MAXIMUM_EXCHANGES_PER_ROW * len(rows)):
        part = np.abs(coefficients[:, : len(chosen)])
        row, column = divmod(int(part.argmax()), len(chosen))
        pivot = coefficients[row, column]
        if not abs(pivot) > _EXCHANGE_TOLERANCE:
            break
        change = coefficients[row].copy()
        change[column] -= 1.0
        coefficients -= np.outer(coefficients[:, column] / pivot, change)
        chosen[column] = row
    return chosen
