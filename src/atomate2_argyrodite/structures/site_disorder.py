"""Site disorder of Li6PS5X: the symmetry-distinct ways to place X and S over 4a and 4c."""

from atomate2_argyrodite.structures.chemistry import (
    DEFAULT_LATTICE_CONSTANTS,
    check_halide,
    check_lattice_constant,
)
from atomate2_argyrodite.structures.configurations import (
    SiteDisorderConfiguration,
    build_configuration,
    with_labels,
)
from atomate2_argyrodite.structures.orbits import arrangement_orbits
from atomate2_argyrodite.structures.prototype import decoration_permutations, lithium_sites


def site_disorder_configurations(
    halide: str = "Cl",
    lattice_constant: float | None = None,
    *,
    lithium: str = "24g",
    seed: int = 0,
) -> list[SiteDisorderConfiguration]:
    """Return the six crystals into which the site disorder of Li6PS5X falls.

    Four X and four S are placed over 4a and 4c of the conventional F-43m cell in all 70 ways, and
    the orbits of these under the 96 operations of the cell are taken.

    Parameters
    ----------
    halide
        Cl, Br or I.
    lattice_constant
        Edge of the cubic cell in Å; by default that of `DEFAULT_LATTICE_CONSTANTS`: for Cl the
        10.28 Å of the PBE-relaxed cell of Kim et al. (Nano Energy 2024, 109436), for Br and I the
        experimental constant enlarged by the same 4 %.
    lithium
        ``"24g"`` keeps Li on the mirror positions; ``"48h"`` moves each to one of the two 48h
        positions beside it. Symmetry and label are those with Li on 24g in both cases.
    seed
        Seed of the choice among the 48h positions, the same for all six.

    Returns
    -------
    list of SiteDisorderConfiguration
        By rising halide fraction on 4c, then by falling multiplicity: ``0-F-43m``, ``25-R3m``,
        ``50-P222_1``, ``50-Pmm2``, ``75-R3m``, ``100-F-43m``; multiplicities 1, 16, 24, 12, 16, 1.

    Raises
    ------
    InputError
        If the halide is none of the three, the lattice constant is not that of an argyrodite, or
        `lithium` is neither kind of site.
    """
    check_halide(halide)
    a = DEFAULT_LATTICE_CONSTANTS[halide] if lattice_constant is None else lattice_constant
    check_lattice_constant(a)
    sites = lithium_sites(lithium, seed)
    orbits = arrangement_orbits(decoration_permutations(), [{halide: 4, "S": 4}, {"P": 4}])
    return with_labels([build_configuration(orbit, a, sites) for orbit in orbits])
