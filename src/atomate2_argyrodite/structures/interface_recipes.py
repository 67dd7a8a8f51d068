"""Recipes of slabs and grain boundaries: what a job needs to build them."""

import math
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.coincidence import boundary_geometry
from atomate2_argyrodite.structures.grain_boundaries import grain_boundary
from atomate2_argyrodite.structures.recipes import CrystalRecipe, built_crystal
from atomate2_argyrodite.structures.strain import strained_structure
from atomate2_argyrodite.structures.surfaces import surface_slab

_MAXIMUM_STRAIN = 0.25


@dataclass(frozen=True)
class BoundaryRecipe(MSONable):
    """A bicrystal with two grain boundaries (see `grain_boundary`).

    Parameters
    ----------
    source
        The crystal, by value or as its recipe.
    sigma, axis, plane, angle
        Which boundary; by default the Sigma5[100](021) tilt boundary of Kim et al. (2024): 520
        atoms of a conventional cell, 14,040 of a 3 x 3 x 3 random structure. An angle, in degrees,
        is needed where one sigma has several; None: that of the smallest boundary cell.
    grain_thickness
        Least thickness of each grain in Å; by default one period along the normal.
    maximum_atoms
        Refuse to build more atoms.
    """

    source: Structure | CrystalRecipe
    sigma: int = 5
    axis: tuple[int, int, int] = (1, 0, 0)
    plane: tuple[int, int, int] = (0, 2, 1)
    grain_thickness: float | None = None
    angle: float | None = None
    maximum_atoms: int = 50_000

    def __post_init__(self) -> None:
        for name in ("axis", "plane"):  # lists where a recipe was read from JSON
            object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def source_label(self) -> str:
        """Name of the crystal in documents."""
        if isinstance(self.source, Structure):
            return str(self.source.composition.reduced_formula)
        return self.source.label

    @property
    def label(self) -> str:
        """Name of the bicrystal in documents."""
        axis, plane = ("".join(map(str, indices)) for indices in (self.axis, self.plane))
        return f"{self.source_label} Sigma{self.sigma}[{axis}]({plane})"

    @property
    def grain_heights(self) -> tuple[float, float]:
        """Height of each grain along the normal in Å; the planes lie at 0 and at the first."""
        first, second = (layers * spacing for layers, spacing, _ in self._grains())
        return first, second

    @property
    def n_source_atoms(self) -> int:
        """Number of atoms of the crystal."""
        return len(self.source) if isinstance(self.source, Structure) else self.source.n_atoms

    @property
    def n_atoms(self) -> int:
        """Number of atoms of the bicrystal, without building it."""
        cells = sum(layers * each for layers, _, each in self._grains())
        return round(cells) * self.n_source_atoms

    def _grains(self) -> list[tuple[int, float, float]]:
        """Return number of layers, their spacing in Å, and crystal cells in a layer, by grain."""
        geometry = boundary_geometry(self.sigma, self.axis, self.plane, self.angle)
        source = self.source
        edge = float(source.lattice.a if isinstance(source, Structure) else source.edge)
        norms = [float(np.linalg.norm(plane)) for plane in geometry.planes]
        thickness = self.grain_thickness or norms[0] * edge
        return [
            (math.ceil(thickness * norm / edge - 1e-6), edge / norm, geometry.area / norm)
            for norm in norms
        ]

    def build(self) -> Structure:
        """Return the bicrystal; its properties hold ``boundary_planes``."""
        return grain_boundary(
            built_crystal(self.source),
            self.sigma,
            self.axis,
            self.plane,
            angle=self.angle,
            grain_thickness=self.grain_thickness,
            maximum_atoms=self.maximum_atoms,
        )


@dataclass(frozen=True)
class SlabRecipe(MSONable):
    """A slab with free surfaces, strained in its plane (see `surface_slab`).

    Parameters
    ----------
    source
        The crystal, by value or as its recipe.
    plane
        Miller indices of the surface.
    thickness, vacuum
        In Å.
    strain
        Of both in-plane vectors; the height stays, so that atoms move apart or together only along
        the surface, as in a film on a stiff substrate.

    Raises
    ------
    InputError
        If the strain is beyond 25 %.
    """

    source: Structure | CrystalRecipe
    plane: tuple[int, int, int] = (0, 2, 1)
    thickness: float = 10.0
    vacuum: float = 15.0
    strain: float = 0.0

    def __post_init__(self) -> None:
        if not abs(self.strain) <= _MAXIMUM_STRAIN:
            raise InputError(
                f"in-plane strain {self.strain!r} is not within +-{_MAXIMUM_STRAIN}: 5 % is "
                "written 0.05"
            )

    def build(self) -> Structure:
        """Return the slab."""
        slab = surface_slab(
            built_crystal(self.source), self.plane, thickness=self.thickness, vacuum=self.vacuum
        )
        return strained_structure(slab, self.strain * np.diag([1.0, 1.0, 0.0]))


InterfaceRecipe = BoundaryRecipe | SlabRecipe
"""What builds a slab or a bicrystal inside a job."""
