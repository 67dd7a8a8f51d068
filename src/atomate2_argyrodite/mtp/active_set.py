"""Extrapolation grades by MaxVol over atomic neighbourhoods.

The energy of one atom depends on the parameters theta through the feature vector
``b_i = dV_i / dtheta`` over all parameters, radial ones included. An active set is a square matrix
A of feature vectors with a volume that no exchange by another training neighbourhood increases. The
grade of a neighbourhood is the largest coefficient of b_i in the rows of A (Podryabinkin and
Shapeev, Comput. Mater. Sci. 140, 171 (2017); neighbourhood mode of Novikov et al. 2021): at most
1 means interpolation.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from threadpoolctl import threadpool_limits

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import _native
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, as_configurations
from atomate2_argyrodite.mtp.maxvol import (
    EXCHANGE_TOLERANCE,
    UNSEEN,
    MaximumVolume,
    OfferedRows,
)
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

FloatArray = NDArray[np.float64]
Members = NDArray[np.int64]
Configurations = Sequence[Structure | LabelledConfiguration]
Mode = Literal["neighbourhood", "configuration"]

_ATOMS_PER_BATCH = 4096
_MAXIMUM_PASSES = 50
_SELECTION_PASSES = 2  # a third finds rows that change the volume by a percent


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
    members: Members

    @classmethod
    def from_configurations(
        cls,
        potential: MomentTensorPotential,
        configurations: Configurations,
        mode: Mode = "neighbourhood",
        threads: int = 1,
    ) -> "ActiveSet":
        """Select the active set of a training set.

        The start is chosen by QR with pivoting; then passes over all configurations exchange rows
        until none increases the volume by 0.1 %. Memory does not grow with the training set.

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
        if mode not in get_args(Mode):
            raise InputError(f"mode {mode!r} must be 'neighbourhood' or 'configuration'")
        items = as_configurations(configurations)
        if not items:
            raise InputError("an active set needs at least one configuration")
        scale = _feature_scale(potential, items, mode, threads)
        first = _Batch(potential, items, 0, _batch_end(items, 0), threads)
        features, members = first.features(mode)
        with threadpool_limits(1, user_api="blas"):  # results do not depend on threads
            volume = MaximumVolume.started(features / scale, members)
            selected = cls._of(potential, mode, scale, volume)._extended(items, threads)
            return cls._of(potential, mode, scale, selected)

    @classmethod
    def _of(
        cls, potential: MomentTensorPotential, mode: Mode, scale: FloatArray, volume: MaximumVolume
    ) -> "ActiveSet":
        """Return the set of a matrix, pseudo-rows last."""
        order = np.argsort(~volume.is_seen, kind="stable")
        members = volume.members[order][: int(volume.is_seen.sum())]
        return cls(potential, mode, scale, volume.rows[order], members)

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
        mode: Mode = "configuration" if str(arrays["mode"]) == "configuration" else "neighbourhood"
        found = cls(potential, mode, arrays["scale"], arrays["rows"], arrays["members"])
        return found._checked(str(arrays["potential_id"]))

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the file that pair style ``mtp/extrapolation`` and `from_file` read.

        A text header (``key = value`` lines: version, potential_id, mode, parameters, selected)
        ends with the line ``data``; little-endian binary follows: float64 scale (P), rows (P x P)
        and their inverse (P x P), int64 members (r x 2). An existing file is replaced at once.
        """
        target = Path(path)
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        partial.write_bytes(self.to_bytes())
        partial.replace(target)

    def to_bytes(self) -> bytes:
        """Return the content of the file that `to_file` writes."""
        return _native.format_active_set(
            self.potential.potential_id,
            self.mode == "neighbourhood",
            self.scale,
            self.rows,
            self.inverse,
            self.members,
        )

    @classmethod
    def from_file(
        cls, potential: MomentTensorPotential, path: str | os.PathLike[str]
    ) -> "ActiveSet":
        """Read the file that `to_file` wrote.

        Raises
        ------
        InputError
            If the file cannot be read, is damaged, or belongs to another potential.
        """
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read active set {path}: {error.strerror}") from None
        try:
            potential_id, per_atom, scale, rows, members = _native.parse_active_set(data)
        except _native.PotentialError as error:
            raise InputError(f"{path}: {error}") from None
        mode: Mode = "neighbourhood" if per_atom else "configuration"
        return cls(potential, mode, scale, rows, members)._checked(potential_id)

    def _checked(self, potential_id: str) -> "ActiveSet":
        """Return itself if it belongs to its potential and its arrays fit."""
        if potential_id != self.potential.potential_id:
            raise InputError(
                f"the active set belongs to potential {potential_id}, not to "
                f"{self.potential.potential_id}: select it again for this potential"
            )
        size = len(self.potential.parameters)
        if self.rows.shape != (size, size) or self.scale.shape != (size,):
            raise InputError(f"the active set does not have {size} rows of {size} features")
        return self

    @cached_property
    def inverse(self) -> FloatArray:
        """Inverse of `rows`: scaled features times it are coefficients in the rows."""
        with threadpool_limits(1, user_api="blas"):
            return np.ascontiguousarray(np.linalg.inv(self.rows))

    @cached_property
    def _grader(self) -> _native.Grader:
        return _native.Grader(
            self.potential.model,
            self.mode == "neighbourhood",
            self.scale,
            self.rows,
            self.inverse,
            self.members,
        )

    def grade(self, structures: Configurations, threads: int = 1) -> FloatArray:
        """Return the extrapolation grade of each structure, shape (F,).

        In neighbourhood mode that is the largest grade of its atoms.
        """
        items = as_configurations(structures)
        parts = [np.zeros(0)]
        parts += [self._frame_grades(batch) for batch in _batches(self.potential, items, threads)]
        return np.concatenate(parts)

    def grade_atoms(
        self, structure: Structure | LabelledConfiguration, threads: int = 1
    ) -> FloatArray:
        """Return the extrapolation grade of each atom, shape (N,); neighbourhood mode only."""
        if self.mode != "neighbourhood":
            raise InputError("grades of atoms need an active set in neighbourhood mode")
        items = as_configurations(structure)
        return _Batch(self.potential, items, 0, len(items), threads).grades(self._grader)

    def select(
        self, candidates: Configurations, maximum: int | None = None, threads: int = 1
    ) -> list[int]:
        """Return the indices of the candidates that MaxVol adds to the active set.

        Of the candidates that extrapolate, neighbourhoods are exchanged for rows of the active set
        while that increases the volume; a candidate is chosen if any of its neighbourhoods ends in
        the set. So of duplicates at most one is chosen.

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
        grades = self.grade(items, threads)
        pool = np.flatnonzero(grades > EXCHANGE_TOLERANCE)
        offset = 1 + int(self.members[:, 0].max(initial=0))
        with threadpool_limits(1, user_api="blas"):  # results do not depend on threads
            volume = self._extended([items[k] for k in pool], threads, offset, _SELECTION_PASSES)
        taken = volume.members[:, 0] >= offset
        chosen = pool[np.unique(volume.members[taken, 0] - offset)]
        if maximum is not None and len(chosen) > maximum:
            chosen = np.sort(chosen[np.argsort(-grades[chosen], kind="stable")[:maximum]])
        return [int(index) for index in chosen]

    def _frame_grades(self, batch: "_Batch") -> FloatArray:
        grades = batch.grades(self._grader)
        return grades if self.mode == "configuration" else batch.largest(grades)

    def _extended(
        self,
        items: list[LabelledConfiguration],
        threads: int,
        offset: int = 0,
        passes: int = _MAXIMUM_PASSES,
    ) -> MaximumVolume:
        """Offer all neighbourhoods until none increases the volume, in at most `passes` passes.

        Frames are numbered from `offset` on in the members of the result. What was beyond the set
        once is kept and offered again without a pass over all frames.
        """
        unseen = np.full((len(self.rows) - len(self.members), 2), UNSEEN, dtype=np.int64)
        volume = MaximumVolume(self.rows, np.vstack([self.members, unseen]))
        current = self
        met = OfferedRows(len(self.rows))
        for _ in range(passes):
            exchanges = 0
            for batch in _batches(self.potential, items, threads):
                features, members = batch.beyond(current)
                if not len(members):
                    continue
                members[:, 0] += offset
                met.add(features / self.scale, members)
                done = volume.offer(features / self.scale, members)
                if done:
                    exchanges += done
                    current = current._with_rows(volume.rows)
            exchanges += met.offer_to(volume)
            current = current._with_rows(volume.rows)
            if not exchanges:
                break
        return volume

    def _with_rows(self, rows: FloatArray) -> "ActiveSet":
        return ActiveSet(self.potential, self.mode, self.scale, rows, self.members)


class _Batch:
    """Some configurations with their neighbour lists."""

    def __init__(
        self,
        potential: MomentTensorPotential,
        items: list[LabelledConfiguration],
        first: int,
        last: int,
        threads: int,
    ) -> None:
        self.potential, self.first, self.threads = potential, first, threads
        self.counts = [len(item) for item in items[first:last]]
        self.packed = potential.configuration_set(items[first:last], threads)

    @property
    def starts(self) -> NDArray[np.int64]:
        """First atom of each configuration."""
        return np.cumsum([0, *self.counts])[:-1]

    def features(self, mode: Mode) -> tuple[FloatArray, Members]:
        """Feature vectors, shape (rows, P), and the (configuration, atom) of each."""
        frames, model = len(self.counts), self.potential.model
        features = self.packed.features(model, self.threads, 0, frames)
        owners = self.first + np.arange(frames)
        if mode == "configuration":
            members = np.stack([owners, np.full(frames, -1)], axis=1)
            return np.add.reduceat(features, self.starts, axis=0), members
        atoms = np.concatenate([np.arange(count) for count in self.counts])
        return features, np.stack([np.repeat(owners, self.counts), atoms], axis=1)

    def beyond(self, active_set: ActiveSet) -> tuple[FloatArray, Members]:
        """Feature vectors of grades above 1 in an active set, and their members."""
        beyond = self.grades(active_set._grader) > EXCHANGE_TOLERANCE
        if not beyond.any():
            return np.zeros((0, len(active_set.rows))), np.zeros((0, 2), dtype=np.int64)
        features, members = self.features(active_set.mode)
        return features[beyond], members[beyond]

    def grades(self, grader: _native.Grader) -> FloatArray:
        """Grades of the atoms, or in configuration mode of the configurations."""
        model = self.potential.model
        return self.packed.grades(model, grader, self.threads, 0, len(self.counts))

    def largest(self, grades: FloatArray) -> FloatArray:
        """Return the largest grade in each configuration."""
        return np.maximum.reduceat(grades, self.starts)


def _batch_end(items: list[LabelledConfiguration], first: int) -> int:
    """Index after the last configuration of the batch that starts at `first`."""
    last, atoms = first, 0
    while last < len(items) and (last == first or atoms + len(items[last]) <= _ATOMS_PER_BATCH):
        atoms += len(items[last])
        last += 1
    return last


def _batches(
    potential: MomentTensorPotential, items: list[LabelledConfiguration], threads: int
) -> Iterator[_Batch]:
    first = 0
    while first < len(items):
        last = _batch_end(items, first)
        yield _Batch(potential, items, first, last, threads)
        first = last


def _feature_scale(
    potential: MomentTensorPotential, items: list[LabelledConfiguration], mode: Mode, threads: int
) -> FloatArray:
    """Root mean square of each feature; of those that are always zero, the largest of all."""
    total, count = np.zeros(len(potential.parameters)), 0
    for batch in _batches(potential, items, threads):
        features, _ = batch.features(mode)
        total += (features**2).sum(axis=0)
        count += len(features)
    scale = np.sqrt(total / count)
    scale[scale == 0.0] = scale.max() if scale.max() > 0.0 else 1.0
    return np.asarray(scale)
