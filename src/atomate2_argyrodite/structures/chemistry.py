"""Constants of the argyrodite family: formal charges, bond lengths, lattice constants."""

from collections.abc import Mapping
from types import MappingProxyType

from atomate2_argyrodite.errors import InputError

HALIDES = ("Cl", "Br", "I")

FORMAL_CHARGES: Mapping[str, int] = MappingProxyType(
    {"Li": 1, "P": 5, "Sb": 5, "Si": 4, "Ge": 4, "Sn": 4, "S": -2, "Cl": -1, "Br": -1, "I": -1}
)
"""Formal charge of every element that an argyrodite of this package may hold, in e."""

TETRAHEDRAL_BOND_LENGTHS: Mapping[str, float] = MappingProxyType(
    {"P": 2.05, "Si": 2.13, "Ge": 2.22, "Sn": 2.39, "Sb": 2.33}
)
"""Centre-to-sulphur distance in Å of the MS4 groups as built: typical of the refined thiophosphates
(P), ortho-thiosilicates, -germanates and -stannates (Si, Ge, Sn) and of the SbS4(3-) anion (Sb).
"""

EXPERIMENTAL_LATTICE_CONSTANTS: Mapping[str, float] = MappingProxyType(
    {"Cl": 9.86, "Br": 9.99, "I": 10.15}
)
"""Room-temperature lattice constants of Li6PS5X in Å (Kraft et al., J. Am. Chem. Soc. 2017, 139,
10909, rounded)."""

_PBE_CHLORIDE = 10.28  # Å; Kim et al., Nano Energy 2024, 109436, Fig. 5: 10.2795 Å

DEFAULT_LATTICE_CONSTANTS: Mapping[str, float] = MappingProxyType(
    {
        halide: round(value * _PBE_CHLORIDE / EXPERIMENTAL_LATTICE_CONSTANTS["Cl"], 2)
        for halide, value in EXPERIMENTAL_LATTICE_CONSTANTS.items()
    }
)
"""Lattice constants in Å that structures are built with unless told otherwise.

For Cl this is the PBE cell of Kim et al. (Nano Energy 2024, 109436): 10.28 Å. The paper states
none for Br and I, so theirs are the experimental ones scaled by the same ratio, 10.28/9.86. They
are starting points: the relaxation that opens the method replaces them.
"""

_SANE_LATTICE_CONSTANTS = (8.5, 12.5)  # Å; beyond them bonds are broken or a unit is mistaken


def check_halide(halide: str) -> str:
    """Return `halide` if it is Cl, Br or I.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if halide not in HALIDES:
        raise InputError(f"halide {halide!r} is none of {', '.join(HALIDES)}: choose one of these")
    return halide


def check_lattice_constant(lattice_constant: float) -> float:
    """Return a cubic lattice constant (Å) that an argyrodite can have.

    Raises
    ------
    InputError
        If it is not a finite number between 8.5 and 12.5 Å.
    """
    low, high = _SANE_LATTICE_CONSTANTS
    value = float(lattice_constant)
    if not low <= value <= high:
        raise InputError(
            f"lattice constant {lattice_constant!r} Å is outside {low}-{high} Å, where no "
            "argyrodite exists: give the conventional cubic cell's edge in Å"
        )
    return value
