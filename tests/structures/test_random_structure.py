import dataclasses
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures import (
    apportioned_counts,
    assert_argyrodite,
    boltzmann_weights,
    minimum_distances,
    random_supercell,
    site_disorder_configurations,
    strained_structures,
    structure_arrays,
)
from atomate2_argyrodite.structures.prototype import free_anion_sites

CONFIGURATIONS = site_disorder_configurations("Cl", 10.28)
PAPER_ENERGIES = [0.023, 0.004, 0.0, 0.011, 0.013, 0.206]  # eV/atom, Kim et al. (2024), Table 1
MULTIPLICITIES = [c.multiplicity for c in CONFIGURATIONS]
WEIGHTS = boltzmann_weights(PAPER_ENERGIES, 300.0, MULTIPLICITIES)
weight_lists = st.lists(st.floats(0, 1e3), min_size=6, max_size=6).filter(lambda w: sum(w) > 1e-6)


def test_boltzmann_ratio_of_two_levels():
    low, high = boltzmann_weights([0.0, 0.0258520], 300.0)
    assert low / high == pytest.approx(np.e, rel=1e-4)
    assert low + high == pytest.approx(1.0)


def test_multiplicity_multiplies_and_high_temperature_leaves_it_alone():
    hot = boltzmann_weights(PAPER_ENERGIES, 1e7, MULTIPLICITIES)
    assert hot == pytest.approx(np.array(MULTIPLICITIES) / 70, rel=1e-3)


def test_a_common_zero_of_energy_does_not_matter():
    shifted = [energy - 4321.0 for energy in PAPER_ENERGIES]
    assert boltzmann_weights(shifted) == pytest.approx(boltzmann_weights(PAPER_ENERGIES), rel=1e-6)


@given(weight_lists, st.integers(1, 64))
def test_counts_are_within_one_of_their_share(weights, total):
    counts = np.array(apportioned_counts(weights, total))
    shares = np.array(weights) / sum(weights) * total
    assert counts.sum() == total
    assert (np.abs(counts - shares) < 1 + 1e-6).all()
    assert (counts[shares == 0] == 0).all()


def test_no_other_counts_are_closer_to_the_weights():
    counts = np.array(apportioned_counts(WEIGHTS, 27))
    shares = 27 * np.array(WEIGHTS)
    best = np.abs(counts - shares).sum()
    for i in range(6):
        for j in range(6):
            other = counts.copy()
            other[i] += 1
            other[j] -= 1
            if i != j and other.min() >= 0:
                assert np.abs(other - shares).sum() >= best - 1e-9


def test_27_cells_hold_1404_atoms_of_exact_composition():
    structure = random_supercell(CONFIGURATIONS, WEIGHTS, seed=0)
    assert structure.composition.as_dict() == {"Li": 648, "P": 108, "S": 540, "Cl": 108}
    assert structure.lattice.abc == pytest.approx((30.84,) * 3)
    drawn = Counter(cell["label"] for cell in structure.properties["cells"])
    assert dict(drawn) == {k: v for k, v in structure.properties["counts"].items() if v}
    assert len({tuple(cell["place"]) for cell in structure.properties["cells"]}) == 27


def test_each_cell_holds_what_is_recorded():
    structure = random_supercell(CONFIGURATIONS, [1, 1, 0, 0, 1, 1], seed=5)
    anions = {
        tuple(np.round(site.frac_coords * 12).astype(int)): site.specie.symbol for site in structure
    }
    fraction = {c.label: c.halide_fraction_4c for c in CONFIGURATIONS}
    for cell in structure.properties["cells"]:
        sites = (free_anion_sites()[4:] + cell["place"]) * 4
        found = [anions[tuple(np.round(site).astype(int))] for site in sites]
        assert found.count("Cl") / 4 == fraction[cell["label"]]


def test_all_members_of_an_orbit_are_equally_likely():
    """Of the 25 % crystal each of the four 4c sites holds the halide equally often."""
    only = [0, 1, 0, 0, 0, 0]
    tally = Counter()
    for seed in range(30):
        structure = random_supercell(CONFIGURATIONS, only, repeats=2, seed=seed)
        chlorine = [s.frac_coords * 8 for s in structure if s.specie.symbol == "Cl"]
        places = {tuple(np.round(x).astype(int)) for x in chlorine}
        for n, site in enumerate(free_anion_sites()[4:] * 4):
            for cell in np.ndindex(2, 2, 2):
                tally[n] += tuple(np.round(site + 4 * np.array(cell)).astype(int)) in places
    counts = np.array([tally[n] for n in range(4)])
    assert counts.sum() == 240
    # chi-square, 3 degrees of freedom, 0.1 % level
    assert ((counts - 60) ** 2 / 60).sum() < 16.3


def test_places_are_random_and_seeded():
    first, again, other = (
        random_supercell(CONFIGURATIONS, WEIGHTS, repeats=2, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.frac_coords, again.frac_coords)
    assert first.species == again.species
    assert first.properties["cells"] != other.properties["cells"]
    assert first.properties["counts"] == other.properties["counts"]


@settings(max_examples=15, deadline=None)
@given(
    halide=st.sampled_from(["Cl", "Br", "I"]),
    lithium=st.sampled_from(["24g", "48h"]),
    weights=weight_lists,
    seed=st.integers(0, 2**31),
)
def test_every_random_structure_is_sound(halide, lithium, weights, seed):
    configurations = site_disorder_configurations(halide, lithium=lithium, seed=seed)
    structure = random_supercell(configurations, weights, repeats=2, seed=seed)
    assert_argyrodite(structure)
    distances = minimum_distances(*structure_arrays(structure))
    assert distances["P", "S"] == pytest.approx(2.05)
    assert min(distances.values()) > 1.8
    assert len(structure) == 416


def test_relaxed_crystals_of_slightly_different_size_share_a_mean_cell():
    relaxed = [
        dataclasses.replace(c, structure=strained_structures(c.structure, [0.01 * n])[0])
        for n, c in enumerate(CONFIGURATIONS[:2])
    ]
    structure = random_supercell(relaxed, [0.5, 0.5], repeats=2)
    assert structure.lattice.a == pytest.approx(2 * 10.28 * 1.005)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="not negative"):
        random_supercell(CONFIGURATIONS, [1, 1, 1, 1, 1, -1])
    with pytest.raises(InputError, match="sum to zero"):
        random_supercell(CONFIGURATIONS, [0] * 6)
    with pytest.raises(InputError, match="finite"):
        random_supercell(CONFIGURATIONS, [1, 1, 1, 1, 1, float("nan")])
    with pytest.raises(InputError, match="5 weights do not fit 6"):
        random_supercell(CONFIGURATIONS, [1] * 5)
    with pytest.raises(InputError, match="whole number"):
        random_supercell(CONFIGURATIONS, WEIGHTS, repeats=0)
    with pytest.raises(InputError, match="52,000,000 atoms"):
        random_supercell(CONFIGURATIONS, WEIGHTS, repeats=100)
    with pytest.raises(InputError, match="temperature"):
        boltzmann_weights(PAPER_ENERGIES, 0.0)
    with pytest.raises(InputError, match="finite numbers"):
        boltzmann_weights([0.0, float("inf")])
    with pytest.raises(InputError, match="5 multiplicities"):
        boltzmann_weights(PAPER_ENERGIES, 300.0, [1] * 5)


def test_unlike_crystals_are_refused():
    bromide = site_disorder_configurations("Br", 10.28)[:1]
    with pytest.raises(StructureError, match="compositions differ"):
        random_supercell([*CONFIGURATIONS[:1], *bromide], [1, 1])
    (larger,) = strained_structures(CONFIGURATIONS[1].structure, [0.06])
    unlike = [CONFIGURATIONS[0], dataclasses.replace(CONFIGURATIONS[1], structure=larger)]
    with pytest.raises(StructureError, match="more than 2 %"):
        random_supercell(unlike, [1, 1])
