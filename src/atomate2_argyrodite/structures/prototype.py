"""The argyrodite crystal: Wyckoff positions of F-43m and structures built from them.

Setting: origin at -43m with P on 4b (1/2, 1/2, 1/2), the free anions on 4a (0, 0, 0) and 4c
(1/4, 1/4, 1/4), S of the PS4 units on 16e (x, x, x) and Li in six-fold cages around 4c.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure
from pymatgen.core.operations import SymmOp
from pymatgen.symmetry.groups import SpaceGroup

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import (
    TETRAHEDRAL_BOND_LENGTHS,
    check_lattice_constant,
)
from atomate2_argyrodite.structures.orbits import Arrangement, site_permutations

FloatArray = NDArray[np.float64]

LITHIUM_SITES = ("24g", "48h")
# Li (x, 1/4, 1/4) and (x, x, z): typical of the neutron refinements of Li6PS5X (Kraft et al., J.
# Am. Chem. Soc. 2017, 139, 10909; Minafra et al., Inorg. Chem. 2020, 59, 11009). A relaxation
# finds the real ones.
_LITHIUM_24G = 0.017
_LITHIUM_48H = (0.183, 0.183, 0.022)
ELEMENT_ORDER = ("Li", "P", "Sb", "Si", "Ge", "Sn", "S", "Cl", "Br", "I")
"""Order in which every structure of this package lists its sites."""


@cache
def symmetry_operations() -> tuple[SymmOp, ...]:
    """Return the 96 operations of F-43m in the conventional cell, always in the same order."""
    operations = SpaceGroup("F-43m").symmetry_ops
    return tuple(sorted(operations, key=lambda op: tuple(op.affine_matrix.ravel().round(6))))


def wyckoff_orbit(position: Sequence[float]) -> FloatArray:
    """Return all sites in the conventional cell that F-43m makes of one, shape (N, 3), sorted."""
    images = np.array([op.operate(position) for op in symmetry_operations()])
    images = np.round(images % 1.0, 9) % 1.0
    return np.unique(images, axis=0)


@cache
def _sites(position: tuple[float, float, float]) -> FloatArray:
    sites = wyckoff_orbit(position)
    sites.setflags(write=False)
    return sites


def free_anion_sites() -> FloatArray:
    """Return the four 4a sites, then the four 4c sites, shape (8, 3), fractional."""
    return np.concatenate([_sites((0.0, 0.0, 0.0)), _sites((0.25, 0.25, 0.25))])


def tetrahedral_sites() -> FloatArray:
    """Return the four 4b sites, the centres of the PS4 units, shape (4, 3), fractional."""
    return _sites((0.5, 0.5, 0.5)).copy()


def decoration_permutations() -> NDArray[np.int64]:
    """Return how F-43m permutes the 8 free anion sites and the 4 tetrahedral ones, (96, 12)."""
    sites = np.concatenate([free_anion_sites(), tetrahedral_sites()])
    return site_permutations(sites, symmetry_operations())


def lithium_24g_sites() -> FloatArray:
    """Return the 24 Li sites on 24g, shape (24, 3), fractional."""
    return _sites((_LITHIUM_24G, 0.25, 0.25)).copy()


def lithium_48h_pairs() -> FloatArray:
    """Return the two 48h sites on either side of each 24g site, shape (24, 2, 3), fractional."""
    sites = _sites(_LITHIUM_48H)
    difference = lithium_24g_sites()[:, None] - sites[None]
    distances = np.linalg.norm(difference - np.round(difference), axis=2)
    return sites[np.argsort(distances, axis=1, kind="stable")[:, :2]]


def lithium_sites(kind: str = "24g", seed: int = 0) -> FloatArray:
    """Return 24 Li positions of a conventional cell, shape (24, 3), fractional.

    Parameters
    ----------
    kind
        ``"24g"``: the mirror positions, which keep the symmetry of the anions. ``"48h"``: each Li
        is moved to one of the two 48h positions beside its 24g site.
    seed
        Seed of that choice.

    Raises
    ------
    InputError
        If `kind` is neither.
    """
    if kind == "24g":
        return lithium_24g_sites()
    if kind == "48h":
        side = np.random.default_rng(seed).integers(2, size=24)
        return lithium_48h_pairs()[np.arange(24), side]
    raise InputError(f"Li sites {kind!r} are unknown: choose one of {', '.join(LITHIUM_SITES)}")


def argyrodite_structure(
    free_anions: Arrangement,
    lattice_constant: float,
    centres: Arrangement = ("P",) * 4,
    lithium: FloatArray | None = None,
) -> Structure:
    """Build one conventional cubic cell.

    Parameters
    ----------
    free_anions
        Species on the sites of `free_anion_sites`: four on 4a, then four on 4c.
    lattice_constant
        Edge of the cubic cell in Å.
    centres
        Species on the sites of `tetrahedral_sites`.
    lithium
        Fractional Li positions, shape (M, 3); the 24 on 24g if not given.

    Returns
    -------
    pymatgen.core.Structure
        Sites grouped by element: Li, centres, S, halides. MS4 units have the bond length of their
        centre whatever the lattice constant.
    """
    a = check_lattice_constant(lattice_constant)
    li = lithium_24g_sites() if lithium is None else np.asarray(lithium, dtype=np.float64)
    tetrahedra = [
        middle + TETRAHEDRAL_BOND_LENGTHS[symbol] / (np.sqrt(3.0) * a) * _tetrahedron()
        for middle, symbol in zip(tetrahedral_sites(), centres, strict=True)
    ]
    coordinates = np.concatenate([li, tetrahedral_sites(), *tetrahedra, free_anion_sites()]) % 1.0
    species = ["Li"] * len(li) + [*centres] + ["S"] * 16 + [*free_anions]
    order = sorted(range(len(species)), key=lambda n: ELEMENT_ORDER.index(species[n]))
    return Structure(Lattice.cubic(a), [species[n] for n in order], coordinates[order])


def _tetrahedron() -> FloatArray:
    # S at (x, x, x), x > 1/2: away from the nearest 4c site, towards the empty 4d site
    return np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=np.float64)
