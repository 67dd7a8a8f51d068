"""Recipes of crystals: a few numbers from which a job builds a structure of any size.

Thousands of atoms never travel in the input of a job; what is needed to build them does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import DEFAULT_LATTICE_CONSTANTS
from atomate2_argyrodite.structures.coincidence import boundary_geometry
from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
from atomate2_argyrodite.structures.grain_boundaries import grain_boundary
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


@dataclass(frozen=True)
class BoundaryRecipe(MSONable):
    """A bicrystal with two grain boundaries (see `grain_boundary`).

    The defaults make Sigma5[100](021): 520 atoms of a conventional cell, 14,040 of a 3 x 3 x 3
    random structure.

    Parameters
    ----------
    crystal
        Recipe of the cubic crystal that is cut.
    sigma, axis, plane, angle
        Reciprocal density of coincidence sites, rotation axis, boundary plane in the first grain,
        and rotation angle in degrees (None: that of the smallest boundary cell).
    grain_thickness
        Least thickness of each grain in Å; None: one period along the normal.
    maximum_atoms
        Refuse to build more atoms.
    """

    crystal: ConfigurationRecipe | RandomStructureRecipe
    sigma: int = 5
    axis: tuple[int, int, int] = (1, 0, 0)
    plane: tuple[int, int, int] = (0, 2, 1)
    angle: float | None = None
    grain_thickness: float | None = None
    maximum_atoms: int = 50_000

    def __post_init__(self) -> None:
        for name in ("axis", "plane"):  # lists where a recipe was read from JSON
            object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def label(self) -> str:
        """Name of the bicrystal in documents."""
        axis, plane = ("".join(map(str, indices)) for indices in (self.axis, self.plane))
        return f"{self.crystal.label} Sigma{self.sigma}[{axis}]({plane})"

    @property
    def grain_heights(self) -> tuple[float, float]:
        """Height of each grain along the normal in Å; the planes lie at 0 and at the first."""
        first, second = (layers * spacing for layers, spacing, _ in self._grains())
        return first, second

    @property
    def n_atoms(self) -> int:
        """Number of atoms, without building them."""
        return round(sum(layers * cells for layers, _, cells in self._grains())) * (
            self.crystal.n_atoms
        )

    def _grains(self) -> list[tuple[int, float, float]]:
        """Return number of layers, their spacing in Å, and crystal cells in a layer, by grain."""
        geometry = boundary_geometry(self.sigma, self.axis, self.plane, self.angle)
        norms = [float(np.linalg.norm(plane)) for plane in geometry.planes]
        thickness = self.grain_thickness or norms[0] * self.crystal.edge
        spacings = [self.crystal.edge / norm for norm in norms]
        return [
            (math.ceil(thickness / spacing - 1e-6), spacing, geometry.area / norm)
            for spacing, norm in zip(spacings, norms, strict=True)
        ]

    def build(self) -> Structure:
        """Return the bicrystal; its properties hold ``boundary_planes``."""
        return grain_boundary(
            self.crystal.build(),
            self.sigma,
            self.axis,
            self.plane,
            angle=self.angle,
            grain_thickness=self.grain_thickness,
            maximum_atoms=self.maximum_atoms,
        )


CrystalRecipe = ConfigurationRecipe | RandomStructureRecipe | BoundaryRecipe
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
