"""Recipes build what the functions build, and survive a job's input."""

import json

import pytest
from monty.json import MontyDecoder, MontyEncoder

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    BoundaryRecipe,
    ConfigurationRecipe,
    SlabRecipe,
    grain_boundary,
    site_disorder_configurations,
    surface_slab,
)

ORDERED = ConfigurationRecipe("0-F-43m", "Cl", 10.28)
CRYSTAL = site_disorder_configurations("Cl", 10.28)[0]


def travelled(recipe):
    """Return a recipe after its way through the input of a job."""
    text = json.dumps(recipe, cls=MontyEncoder)
    assert len(text) < 1000
    return MontyDecoder().decode(text)


def test_a_boundary_is_that_of_the_function():
    assert travelled(BoundaryRecipe(ORDERED)).build() == grain_boundary(CRYSTAL)


def test_a_slab_is_strained_in_its_plane_alone():
    slab = travelled(SlabRecipe(ORDERED, thickness=9.0)).build()
    assert slab == surface_slab(CRYSTAL, thickness=9.0, vacuum=15.0)
    assert len(slab) == 104
    strained = SlabRecipe(ORDERED, thickness=9.0, strain=-0.05).build()
    a, b, c = slab.lattice.abc
    assert strained.lattice.abc == pytest.approx((0.95 * a, 0.95 * b, c))
    assert strained.frac_coords == pytest.approx(slab.frac_coords)
    with pytest.raises(InputError, match=r"5 % is written 0\.05"):
        SlabRecipe(ORDERED, strain=5.0)
