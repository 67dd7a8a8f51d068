"""Recipes of crystals: a few numbers from which a job builds a structure of any size.

Thousands of atoms never travel in the input of a job; what is needed to build them does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import DEFAULT_LATTICE_CONSTANTS
from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
from atomate2_argyrodite.structures.random_structure import random_supercell
from atomate2_argyrodite.structures.site_disorder import site_disorder_configurations

MAXIMUM_ATOMS_BY_VALUE = 500
"""A structure of more atoms is passed to jobs as its recipe."""


_CELL_ATOMS = 52


def _lattice_constant(halide: str, given: float | None) -> float:
    return DEFAULT_LATTICE_CONSTANTS[halide] if given is None else given


@dataclass(frozen=True)
class ConfigurationRecipe(MSONable):
    """One of the six crystals of Li6PS5X (see `site_disorder_configurations`).

    Parameters
    ----------
    label
        For example ``50-P222_1``.
    halide
        Cl, Br or I.
    lattice_constant
        In Å; by default that of the halide.
    lithium
        ``"24g"`` or ``"48h"``.
    seed
        Of the choice among 48h positions.
    """

    label: str
    halide: str = "Cl"
    lattice_constant: float | None = None
    lithium: str = "24g"
    seed: int = 0

    @property
    def edge(self) -> float:
        """Edge of the cubic cell in Å."""
        return _lattice_constant(self.halide, self.lattice_constant)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return _CELL_ATOMS

    def build(self) -> Structure:
        """Return the conventional cell."""
        family = site_disorder_configurations(
            self.halide, self.lattice_constant, lithium=self.lithium, seed=self.seed
        )
        return find_configuration(family, self.label).structure


@dataclass(frozen=True)
class RandomStructureRecipe(MSONable):
    """A supercell drawn from the six crystals of Li6PS5X (see `random_supercell`).

    Parameters
    ----------
    weights
        Of crystals by label; those that are not named have none.
    halide
        Cl, Br or I.
    lattice_constant
        In Å, of one cell; by default that of the halide.
    repeats
        Cells along each edge.
    seed
        Of all random choices.
    maximum_atoms
        Refuse to build more atoms.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    halide: str = "Cl"
    lattice_constant: float | None = None
    repeats: int = 3
    seed: int = 0
    maximum_atoms: int = 50_000

    @property
    def label(self) -> str:
        """Name of the crystal in documents."""
        return f"random-{self.repeats}x{self.repeats}x{self.repeats}-seed{self.seed}"

    @property
    def edge(self) -> float:
        """Edge of the cubic cell in Å."""
        return self.repeats * _lattice_constant(self.halide, self.lattice_constant)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return _CELL_ATOMS * self.repeats**3

    def build(self) -> Structure:
        """Return the supercell."""
        family = site_disorder_configurations(self.halide, self.lattice_constant)
        for label in self.weights:
            find_configuration(family, label)
        return random_supercell(
            family,
            [self.weights.get(configuration.label, 0.0) for configuration in family],
            repeats=self.repeats,
            seed=self.seed,
            maximum_atoms=self.maximum_atoms,
        )


CrystalRecipe = ConfigurationRecipe | RandomStructureRecipe
"""What builds a crystal inside a job."""


def built_crystal(source: Structure | CrystalRecipe) -> Structure:
    """Return the crystal of a recipe, or the structure itself.

    Raises
    ------
    InputError
        If a structure by value has more than `MAXIMUM_ATOMS_BY_VALUE` atoms.
    """
    if not isinstance(source, Structure):
        return source.build()
    if len(source) > MAXIMUM_ATOMS_BY_VALUE:
        raise InputError(
            f"a structure of {len(source):,} atoms is too large to travel in the input of a job: "
            f"above {MAXIMUM_ATOMS_BY_VALUE} atoms give its recipe (RandomStructureRecipe)"
        )
    return source


def find_configuration(
    configurations: Sequence[SiteDisorderConfiguration], label: str
) -> SiteDisorderConfiguration:
    """Return the configuration of a label.

    Raises
    ------
    InputError
        If there is none.
    """
    for configuration in configurations:
        if configuration.label == label:
            return configuration
    known = ", ".join(configuration.label for configuration in configurations)
    raise InputError(f"configuration {label!r} is unknown: choose one of {known}")
