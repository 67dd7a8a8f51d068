"""Recipes of slabs and grain boundaries: what a job needs to build them."""

from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
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
    sigma, axis, plane
        Which boundary; by default the Sigma5[100](021) tilt boundary of Kim et al. (2024).
    grain_thickness
        Least thickness of each grain in Å; by default one period along the normal.
    """

    source: Structure | CrystalRecipe
    sigma: int = 5
    axis: tuple[int, int, int] = (1, 0, 0)
    plane: tuple[int, int, int] = (0, 2, 1)
    grain_thickness: float | None = None

    def build(self) -> Structure:
        """Return the bicrystal."""
        return grain_boundary(
            built_crystal(self.source),
            self.sigma,
            self.axis,
            self.plane,
            grain_thickness=self.grain_thickness,
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
