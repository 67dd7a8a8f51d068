"""Labelled configurations from and to ASE's Atoms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

if TYPE_CHECKING:
    from ase import Atoms

_LABELS = ("energy", "forces", "stress", "virial")


def configuration_from_atoms(atoms: "Atoms") -> LabelledConfiguration:
    """Return the configuration of periodic Atoms with the labels of their calculator.

    ASE's stress is in eV/Å^3 and tension positive, as ours; where only ``virial`` (eV) is known, as
    in some extxyz files, the stress is ``-virial / volume``.

    Raises
    ------
    InputError
        If the atoms are not periodic in three directions, or values are not finite.
    """
    if not atoms.pbc.all():
        raise InputError("the atoms are not periodic in three directions: give cell and pbc")
    known = {} if atoms.calc is None else dict(atoms.calc.results)
    known.update({name: atoms.info[name] for name in _LABELS if name in atoms.info})
    stress = known.get("stress")
    if stress is None and known.get("virial") is not None:
        stress = -np.reshape(known["virial"], (3, 3)) / abs(np.linalg.det(atoms.cell.array))
    return LabelledConfiguration(
        numbers=atoms.numbers,
        positions=atoms.positions,
        cell=atoms.cell.array,
        energy=known.get("energy"),
        forces=known.get("forces"),
        stress=_tensor(stress),
        metadata=_plain_metadata(atoms.info),
    )


def _tensor(stress: Any) -> Any:
    """Return the 3 x 3 tensor of a stress in Voigt order xx yy zz yz xz xy, or of nine values."""
    if stress is None or np.shape(stress) != (6,):
        return stress if stress is None else np.reshape(stress, (3, 3))
    xx, yy, zz, yz, xz, xy = stress
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _plain_metadata(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of `info` JSON can hold."""
    metadata = {}
    for name, value in info.items():
        plain = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        if name not in _LABELS and isinstance(plain, str | int | float | bool | list | dict):
            metadata[str(name)] = plain
    return metadata


def configuration_to_atoms(configuration: LabelledConfiguration) -> "Atoms":
    """Return Atoms with the labels in a single-point calculator and the metadata as info."""
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    atoms = Atoms(
        numbers=configuration.numbers,
        positions=configuration.positions,
        cell=configuration.cell,
        pbc=True,
        info={k: v for k, v in configuration.metadata.items() if v is not None},
    )
    labels = {name: getattr(configuration, name) for name in ("energy", "forces", "stress")}
    known = {name: value for name, value in labels.items() if value is not None}
    if "stress" in known:
        stress = known["stress"]
        known["stress"] = 0.5 * (stress + stress.T)[(0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1)]
    if known:
        atoms.calc = SinglePointCalculator(atoms, **known)  # type: ignore[no-untyped-call]
    return atoms
