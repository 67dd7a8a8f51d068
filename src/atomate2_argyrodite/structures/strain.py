"""Homogeneous strain of crystals: the isotropic one of the method, and others for diversity."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import InputError

PAPER_STRAINS = (-0.05, 0.0, 0.05)
"""Strains of Kim et al. (Nano Energy 2024, 109436), section 2.2."""
_MAXIMUM_STRAIN = 0.25
_SHEAR_PLANES = ((1, 2), (0, 2), (0, 1))


class StrainKind(StrEnum):
    """How a strain of one magnitude is applied."""

    ISOTROPIC = "isotropic"
    UNIAXIAL = "uniaxial"
    SHEAR = "shear"
    RANDOM = "random"


def strained_structures(
    structure: Structure,
    strains: Sequence[float] = PAPER_STRAINS,
    kind: str = "isotropic",
    seed: int = 0,
) -> list[Structure]:
    """Return copies of a crystal under homogeneous strain, fractional coordinates kept.

    Parameters
    ----------
    structure
        Any crystal.
    strains
        Dimensionless strains; -0.05 shortens by 5 %.
    kind
        ``isotropic``: every lattice vector is scaled by 1 + strain, one structure per strain.
        ``uniaxial``: along x, y and z in turn, three structures per strain. ``shear``: the pure
        shear strain (tensor component) in yz, xz and xy in turn, three per strain. ``random``: one
        symmetric tensor per strain, of random shape, whose largest principal strain has the given
        magnitude and sign.
    seed
        Seed of the random tensors.

    Returns
    -------
    list of pymatgen.core.Structure
        In the order of `strains`, and of the directions within each.

    Raises
    ------
    InputError
        If there are no strains, one is not finite or beyond 25 %, or `kind` is unknown.
    """
    tensors = strain_tensors(strains, kind, seed)
    return [strained_structure(structure, tensor) for tensor in tensors]


def strained_structure(structure: Structure, tensor: NDArray[np.float64]) -> Structure:
    """Return a copy of `structure` with lattice vectors multiplied by 1 + `tensor` (3, 3)."""
    strained = structure.copy()
    strained.lattice = Lattice(structure.lattice.matrix @ (np.eye(3) + tensor).T)
    return strained


def strain_tensors(
    strains: Sequence[float], kind: str = "isotropic", seed: int = 0
) -> list[NDArray[np.float64]]:
    """Return the symmetric, dimensionless strain tensors (3, 3) of `strained_structures`."""
    if kind not in tuple(StrainKind):
        raise InputError(f"strain kind {kind!r} is unknown: choose one of {', '.join(StrainKind)}")
    if not len(strains):
        raise InputError("no strains were given: name at least one, such as 0.0")
    for strain in strains:
        if not abs(strain) <= _MAXIMUM_STRAIN:
            raise InputError(
                f"strain {strain!r} is not within +-{_MAXIMUM_STRAIN}: 5 % is written 0.05"
            )
    rng = np.random.default_rng(seed)
    return [tensor for strain in strains for tensor in _tensors(StrainKind(kind), strain, rng)]


def _tensors(
    kind: StrainKind, strain: float, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    if kind is StrainKind.ISOTROPIC:
        return [strain * np.eye(3)]
    if kind is StrainKind.UNIAXIAL:
        return [strain * np.diag(axis) for axis in np.eye(3)]
    if kind is StrainKind.SHEAR:
        return [strain * _shear(*plane) for plane in _SHEAR_PLANES]
    return [strain * _random_shape(rng)]


def _shear(i: int, j: int) -> NDArray[np.float64]:
    tensor = np.zeros((3, 3))
    tensor[i, j] = tensor[j, i] = 1.0
    return tensor


def _random_shape(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a random symmetric tensor whose principal strain of largest size is +1."""
    half = rng.standard_normal((3, 3))
    tensor = half + half.T
    principal = np.linalg.eigvalsh(tensor)
    return np.asarray(tensor / principal[np.abs(principal).argmax()])
