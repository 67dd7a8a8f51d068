"""Atomic configurations with labels: what a potential is trained on and judged by."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element, Lattice, Structure

from atomate2_argyrodite.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_MAXIMUM_ATOMIC_NUMBER = 118


@dataclass(frozen=True, eq=False)
class LabelledConfiguration:
    """A periodic configuration of N atoms, with the labels that are known.

    Parameters
    ----------
    numbers
        Atomic numbers, shape (N,).
    positions
        Cartesian positions in Å, shape (N, 3).
    cell
        Lattice vectors in Å as rows, shape (3, 3).
    energy
        Total energy in eV.
    forces
        Forces in eV/Å, shape (N, 3).
    stress
        Cauchy stress in eV/Å^3, shape (3, 3), tension positive.
    metadata
        Small JSON-compatible values: where the configuration comes from.

    Raises
    ------
    InputError
        If an array has the wrong shape or is not finite, or the cell has no volume.
    """

    numbers: IntArray
    positions: FloatArray
    cell: FloatArray
    energy: float | None = None
    forces: FloatArray | None = None
    stress: FloatArray | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(np.atleast_1d(self.numbers))
        self._set("numbers", np.asarray(self.numbers, dtype=np.int64), (n,))
        self._set("positions", self.positions, (n, 3))
        self._set("cell", self.cell, (3, 3))
        if n == 0:
            raise InputError("a configuration needs at least one atom")
        if self.numbers.min() < 1 or self.numbers.max() > _MAXIMUM_ATOMIC_NUMBER:
            raise InputError(f"atomic numbers must lie between 1 and 118, got {set(self.numbers)}")
        if abs(np.linalg.det(self.cell)) < 1e-3:
            raise InputError("the cell of a configuration has no volume")
        if self.energy is not None:
            self._set("energy", self.energy, ())
            object.__setattr__(self, "energy", float(self.energy))
        if self.forces is not None:
            self._set("forces", self.forces, (n, 3))
        if self.stress is not None:
            self._set("stress", self.stress, (3, 3))

    def _set(self, name: str, value: ArrayLike, shape: tuple[int, ...]) -> None:
        array = np.asarray(value) if name == "numbers" else np.asarray(value, dtype=np.float64)
        if array.shape != shape:
            raise InputError(
                f"{name} of a configuration must have shape {shape}, got {array.shape}"
            )
        if not np.isfinite(array).all():
            raise InputError(f"{name} of a configuration contains NaN or infinity: drop that frame")
        object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def volume(self) -> float:
        """Volume of the cell in Å^3."""
        return float(abs(np.linalg.det(self.cell)))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Element symbol of each atom."""
        return tuple(Element.from_Z(int(z)).symbol for z in self.numbers)

    @property
    def is_labelled(self) -> bool:
        """Whether energy and forces are known."""
        return self.energy is not None and self.forces is not None

    @property
    def structure(self) -> Structure:
        """The configuration as a pymatgen Structure (labels left out)."""
        return Structure(
            Lattice(self.cell), self.symbols, self.positions, coords_are_cartesian=True
        )

    @classmethod
    def from_structure(cls, structure: Structure, **labels: Any) -> "LabelledConfiguration":
        """Build from an ordered pymatgen Structure; `labels` are the other constructor fields."""
        if not structure.is_ordered:
            raise InputError(f"{structure.formula} has partially occupied sites: order it first")
        return cls(
            numbers=np.array([site.specie.Z for site in structure]),
            positions=structure.cart_coords,
            cell=structure.lattice.matrix,
            **labels,
        )

    def with_metadata(self, **metadata: Any) -> "LabelledConfiguration":
        """Return a copy with `metadata` added."""
        return replace(self, metadata={**self.metadata, **metadata})

    def without_labels(self) -> "LabelledConfiguration":
        """Return a copy without energy, forces and stress."""
        return replace(self, energy=None, forces=None, stress=None)


def as_configurations(
    items: "Structure | LabelledConfiguration | Iterable[Structure | LabelledConfiguration]",
) -> list[LabelledConfiguration]:
    """Return a list of configurations from one or many structures or configurations."""
    if isinstance(items, Structure | LabelledConfiguration):
        items = [items]
    return [
        item
        if isinstance(item, LabelledConfiguration)
        else LabelledConfiguration.from_structure(item)
        for item in items
    ]


def configurations_to_arrays(
    configurations: Sequence[LabelledConfiguration],
) -> dict[str, np.ndarray]:
    """Pack configurations into few arrays, for an ``Attachment`` or an ``.npz`` file.

    Returns
    -------
    dict
        ``counts`` (F,), ``numbers`` (A,), ``positions`` (A, 3), ``cells`` (F, 3, 3), ``energies``
        (F,), ``forces`` (A, 3), ``stresses`` (F, 3, 3) and ``metadata`` (F,) as JSON text, for F
        frames of A atoms altogether, in Å, eV, eV/Å and eV/Å^3; what is unknown is NaN.
    """

    def known(value: Any, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, np.nan) if value is None else np.asarray(value, dtype=np.float64)

    atoms = np.zeros((0, 3))
    frames = np.zeros((0, 3, 3))
    return {
        "counts": np.array([len(c) for c in configurations], dtype=np.int64),
        "numbers": np.concatenate([np.zeros(0, np.int64), *(c.numbers for c in configurations)]),
        "positions": np.concatenate([atoms, *(c.positions for c in configurations)]),
        "cells": np.concatenate([frames, *(c.cell[None] for c in configurations)]),
        "energies": np.array([known(c.energy, ()) for c in configurations], dtype=np.float64),
        "forces": np.concatenate([atoms, *(known(c.forces, (len(c), 3)) for c in configurations)]),
        "stresses": np.concatenate(
            [frames, *(known(c.stress, (3, 3))[None] for c in configurations)]
        ),
        "metadata": np.array([json.dumps(dict(c.metadata)) for c in configurations], dtype=np.str_),
    }


def configurations_from_arrays(arrays: Mapping[str, np.ndarray]) -> list[LabelledConfiguration]:
    """Unpack what `configurations_to_arrays` packed, in its shapes and units.

    ``counts`` has shape (F,), ``positions`` (A, 3) in Å; see there for the others.

    Raises
    ------
    InputError
        If arrays are missing or their lengths disagree.
    """
    names = (
        "counts",
        "numbers",
        "positions",
        "cells",
        "energies",
        "forces",
        "stresses",
        "metadata",
    )
    missing = [name for name in names if name not in arrays]
    if missing:
        raise InputError(
            f"packed configurations lack {missing}: the file is not a set of configurations"
        )
    counts = arrays["counts"]
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    per_frame = {len(arrays[k]) for k in ("counts", "cells", "energies", "stresses", "metadata")}
    per_atom = {len(arrays[k]) for k in ("numbers", "positions", "forces")}
    if per_frame != {len(counts)} or per_atom != {total} or (counts < 1).any():
        raise InputError(
            "packed configurations are truncated: the lengths of their arrays disagree"
        )

    def known(value: np.ndarray) -> Any:
        return None if np.isnan(value).any() else value

    return [
        LabelledConfiguration(
            numbers=arrays["numbers"][end - count : end],
            positions=arrays["positions"][end - count : end],
            cell=arrays["cells"][k],
            energy=known(arrays["energies"][k]),
            forces=known(arrays["forces"][end - count : end]),
            stress=known(arrays["stresses"][k]),
            metadata=json.loads(str(arrays["metadata"][k])),
        )
        for k, (count, end) in enumerate(zip(counts, ends, strict=True))
    ]
