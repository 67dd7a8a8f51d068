"""Argyrodites beyond Li6PS5X: off-stoichiometric, mixed halides, substituted centres."""

from collections.abc import Mapping

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import (
    DEFAULT_LATTICE_CONSTANTS,
    FORMAL_CHARGES,
    TETRAHEDRAL_BOND_LENGTHS,
    check_halide,
    check_lattice_constant,
)
from atomate2_argyrodite.structures.configurations import (
    SiteDisorderConfiguration,
    build_configuration,
    with_labels,
)
from atomate2_argyrodite.structures.lithium import placed_lithium
from atomate2_argyrodite.structures.orbits import Orbit, arrangement_orbits
from atomate2_argyrodite.structures.prototype import decoration_permutations

_UNITS_PER_CELL = 4
_FREE_ANIONS_PER_UNIT = 2
_SULPHURS_OF_TETRAHEDRA = 16


def composition_configurations(
    halides: Mapping[str, float],
    centres: Mapping[str, float] | None = None,
    lattice_constant: float | None = None,
) -> list[SiteDisorderConfiguration]:
    """Return the crystals into which the site disorder of any argyrodite composition falls.

    Per formula unit there are two free anions and one tetrahedral centre: halides are given, S
    fills up the free anions, and Li follows from charge balance. Examples: ``{"Cl": 1.5}`` is
    Li5.5PS4.5Cl1.5; ``{"Cl": 0.5, "Br": 0.5}`` is Li6PS5Cl0.5Br0.5; ``{"I": 1}`` with
    ``{"P": 0.5, "Ge": 0.5}`` is Li6.5P0.5Ge0.5S5I.

    Parameters
    ----------
    halides
        Amount of Cl, Br and I per formula unit, together above 0 and up to 2.
    centres
        Amount of P, Si, Ge, Sn and Sb per formula unit, together 1; by default all P.
    lattice_constant
        Edge of the cubic cell in Å; by default the mean of `DEFAULT_LATTICE_CONSTANTS`, weighted
        by the halides. Substitution of centres is not accounted for in it: relax the result.

    Returns
    -------
    list of SiteDisorderConfiguration
        One for each orbit of the anions over 4a and 4c and the centres over 4b, ordered and
        labelled as those of Li6PS5X. Multiplicity and space group are those of this arrangement
        with 24g full; Li vacancies or extra Li, placed by electrostatics, lower the symmetry.

    Raises
    ------
    InputError
        If an element does not belong, an amount is no multiple of a quarter (there are four
        formula units in a cell), amounts do not add up, or the lattice constant is absurd.
    """
    free = _halide_counts(halides)
    middle = _centre_counts({"P": 1.0} if centres is None else centres)
    a = _mean_lattice_constant(halides) if lattice_constant is None else lattice_constant
    check_lattice_constant(a)
    count = lithium_count(free, middle)
    orbits = arrangement_orbits(decoration_permutations(), [free, middle])
    return with_labels([_configuration(orbit, a, count) for orbit in orbits])


def lithium_count(free_anions: Mapping[str, int], centres: Mapping[str, int]) -> int:
    """Return the number of Li in a cell that balances the charges of everything else."""
    charge = FORMAL_CHARGES["S"] * _SULPHURS_OF_TETRAHEDRA
    for counts in (free_anions, centres):
        charge += sum(FORMAL_CHARGES[symbol] * count for symbol, count in counts.items())
    return -charge


def _configuration(orbit: Orbit, a: float, count: int) -> SiteDisorderConfiguration:
    anions, centres = orbit.representative[:8], orbit.representative[8:]
    return build_configuration(orbit, a, placed_lithium(anions, centres, a, count))


def _halide_counts(halides: Mapping[str, float]) -> dict[str, int]:
    """Return the species on the eight free anion sites."""
    counts = {check_halide(name): _per_cell(name, amount) for name, amount in halides.items()}
    total, sites = sum(counts.values()), _FREE_ANIONS_PER_UNIT * _UNITS_PER_CELL
    if not 0 < total <= sites:
        raise InputError(
            f"halides {dict(halides)!r} add up to {total / _UNITS_PER_CELL:g} per formula unit: "
            "it must be above 0 and at most 2"
        )
    return {**counts, "S": sites - total}


def _centre_counts(centres: Mapping[str, float]) -> dict[str, int]:
    """Return the species on the four tetrahedral sites."""
    unknown = sorted(set(centres) - set(TETRAHEDRAL_BOND_LENGTHS))
    if unknown:
        raise InputError(
            f"{', '.join(unknown)} cannot be the centre of a tetrahedron: choose among "
            f"{', '.join(TETRAHEDRAL_BOND_LENGTHS)}"
        )
    counts = {name: _per_cell(name, amount) for name, amount in centres.items()}
    if sum(counts.values()) != _UNITS_PER_CELL:
        raise InputError(f"centres {dict(centres)!r} must add up to 1 per formula unit")
    return counts


def _per_cell(name: str, amount: float) -> int:
    count = round(_UNITS_PER_CELL * amount) if abs(amount) < 1e6 else -1
    if count < 0 or abs(count - _UNITS_PER_CELL * amount) > 1e-6:
        raise InputError(
            f"{amount!r} {name} per formula unit does not fit a cell of {_UNITS_PER_CELL}: choose "
            "a multiple of 0.25"
        )
    return count


def _mean_lattice_constant(halides: Mapping[str, float]) -> float:
    total = sum(halides.values())
    return sum(DEFAULT_LATTICE_CONSTANTS[name] * n for name, n in halides.items()) / total
