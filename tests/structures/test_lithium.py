from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.analysis.ewald import EwaldSummation

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import FORMAL_CHARGES
from atomate2_argyrodite.structures.lithium import lowest_subset, placed_lithium, void_sites
from atomate2_argyrodite.structures.prototype import (
    argyrodite_structure,
    free_anion_sites,
    lithium_24g_sites,
    tetrahedral_sites,
)

P = ("P",) * 4


def distances_to(points, others, a=10.28):
    difference = points[:, None] - others[None]
    return a * np.linalg.norm(difference - np.round(difference), axis=2)


def ewald_energy(anions, lithium, centres=P):
    structure = argyrodite_structure(anions, 10.28, centres, lithium)
    structure.add_oxidation_state_by_element(dict(FORMAL_CHARGES))
    return EwaldSummation(structure).total_energy


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(3, 9), count=st.integers(1, 3))
def test_subset_search_finds_the_minimum_of_all_subsets(seed, n, count):
    rng = np.random.default_rng(seed)
    alone = rng.normal(size=n)
    half = rng.exponential(size=(n, n))
    pairs = half + half.T

    def energy(members):
        repulsion = sum(pairs[i, j] for i, j in combinations(members, 2))
        return alone[list(members)].sum() + repulsion

    best = min(energy(members) for members in combinations(range(n), count))
    assert energy(lowest_subset(alone, pairs, count).tolist()) == pytest.approx(best, abs=0.05)


def test_voids_are_68_and_keep_clear_of_phosphorus_and_anions():
    voids = void_sites()
    structure = argyrodite_structure(("Cl",) * 4 + ("S",) * 4, 10.28)
    assert voids.shape == (68, 3)
    assert distances_to(voids, tetrahedral_sites()).min() > 2.9
    assert distances_to(voids, structure.frac_coords[28:]).min() > 2.3
    assert distances_to(voids, lithium_24g_sites()).min() > 1.9


def test_24_lithium_fill_the_mirror_sites():
    assert np.array_equal(
        placed_lithium(("Cl",) * 4 + ("S",) * 4, P, 10.28, 24), lithium_24g_sites()
    )


def test_one_vacancy_is_the_best_of_24_by_full_ewald_sums():
    anions = ("Cl",) * 4 + ("Cl", "S", "S", "S")  # Li5.75PS4.75Cl1.25
    regular = lithium_24g_sites()
    energies = [ewald_energy(anions, np.delete(regular, n, axis=0)) for n in range(24)]
    chosen = ewald_energy(anions, placed_lithium(anions, P, 10.28, 23))
    assert chosen == pytest.approx(min(energies), abs=1e-4)
    assert max(energies) - min(energies) > 0.1


def test_the_vacancy_is_made_in_a_cage_around_a_halide():
    # S(2-) binds Li more strongly than Cl(-)
    anions = ("Cl",) * 4 + ("Cl", "S", "S", "S")
    kept = placed_lithium(anions, P, 10.28, 23)
    cages = (distances_to(free_anion_sites()[4:], kept) < 2.6).sum(axis=1)
    assert cages.tolist() == [5, 6, 6, 6]


def test_two_vacancies_are_the_best_pair_of_all_by_full_ewald_sums():
    anions = ("Cl",) * 4 + ("Cl", "Cl", "S", "S")
    regular = lithium_24g_sites()
    chosen = ewald_energy(anions, placed_lithium(anions, P, 10.28, 22))
    rng = np.random.default_rng(0)
    pairs = list(combinations(range(24), 2))
    assert len(pairs) == comb(24, 2)
    for n in rng.choice(len(pairs), 40, replace=False):
        assert chosen <= ewald_energy(anions, np.delete(regular, pairs[n], axis=0)) + 1e-4


def test_extra_lithium_enters_voids_near_the_less_charged_centre():
    anions = ("I",) * 4 + ("S",) * 4
    centres = ("Ge", "P", "P", "P")
    sites = placed_lithium(anions, centres, 10.58, 25)
    extra = sites[24:]
    assert np.array_equal(sites[:24], lithium_24g_sites())
    distances = distances_to(extra, tetrahedral_sites(), 10.58)[0]
    assert distances[0] == pytest.approx(distances.min())


@pytest.mark.parametrize("count", [0, -1, 33])
def test_counts_that_cannot_be_placed_are_refused(count):
    with pytest.raises(InputError, match="1 to 32"):
        placed_lithium(("Cl",) * 4 + ("S",) * 4, P, 10.28, count)
