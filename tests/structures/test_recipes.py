import json

import numpy as np
import pytest
from monty.json import MontyDecoder, MontyEncoder

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    AtomCountError,
    ConfigurationRecipe,
    RandomStructureRecipe,
    built_crystal,
    find_configuration,
    random_supercell,
    site_disorder_configurations,
)

FAMILY = site_disorder_configurations("Br", 10.4)
WEIGHTS = {"25-R3m": 1.0, "50-P222_1": 2.0}


@pytest.mark.parametrize("index", range(6))
def test_a_configuration_is_what_the_family_holds(index):
    recipe = ConfigurationRecipe(FAMILY[index].label, "Br", 10.4)
    assert recipe.build() == FAMILY[index].structure
    assert built_crystal(recipe) == FAMILY[index].structure


def test_a_random_structure_is_what_its_recipe_says():
    recipe = RandomStructureRecipe(WEIGHTS, "Br", 10.4, repeats=2, seed=3)
    expected = random_supercell(FAMILY, [0, 1, 2, 0, 0, 0], repeats=2, seed=3)
    built = recipe.build()
    assert np.array_equal(built.frac_coords, expected.frac_coords)
    assert built.properties == expected.properties
    assert recipe.label == "random-2x2x2-seed3"


@pytest.mark.parametrize(
    "recipe", [ConfigurationRecipe("0-F-43m", "I"), RandomStructureRecipe(WEIGHTS, repeats=10)]
)
def test_recipes_stay_small_on_their_way(recipe):
    text = json.dumps(recipe, cls=MontyEncoder)
    assert len(text) < 500
    assert json.loads(text, cls=MontyDecoder) == recipe


def test_small_structures_pass_and_large_ones_need_a_recipe():
    small = FAMILY[0].structure
    assert built_crystal(small) is small
    with pytest.raises(InputError, match="1,404 atoms is too large to travel"):
        built_crystal(small * (3, 3, 3))


def test_bad_recipes_are_refused():
    with pytest.raises(InputError, match="'33-F-43m' is unknown: choose one of 0-F-43m"):
        ConfigurationRecipe("33-F-43m").build()
    with pytest.raises(InputError, match="'mine' is unknown"):
        RandomStructureRecipe({"mine": 1.0}).build()
    with pytest.raises(InputError, match="sum to zero"):
        RandomStructureRecipe().build()
    with pytest.raises(AtomCountError, match="1,404 atoms") as caught:
        RandomStructureRecipe(WEIGHTS, maximum_atoms=1000).build()
    assert (caught.value.count, caught.value.maximum) == (1404, 1000)
    with pytest.raises(InputError, match="'x' is unknown"):
        find_configuration(FAMILY, "x")
