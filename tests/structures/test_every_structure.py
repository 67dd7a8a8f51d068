"""What must hold of whatever the package builds: bonds, contacts, charge, density, statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.structures import (
    HALIDES,
    assert_stoichiometry,
    grain_boundary,
    minimum_distances,
    net_charge,
    random_supercell,
    site_disorder_configurations,
    strained_structures,
    structure_arrays,
    surface_slab,
)

SHORTEST_CONTACT = 1.8  # Å, of all pairs but P-S
PS_BONDS = (1.9, 2.3)  # Å
DENSITIES = {"Cl": 1.64, "Br": 1.86, "I": 2.05}  # g/cm3 at the default cells, to 3 %
STRAINS = (-0.05, 0.0, 0.05)


def assert_sound(structure):
    distances = minimum_distances(*structure_arrays(structure))
    for pair, distance in distances.items():
        if pair == ("P", "S"):
            assert PS_BONDS[0] < distance < PS_BONDS[1]
        else:
            assert distance > SHORTEST_CONTACT, pair
    assert net_charge(structure) == 0
    assert_stoichiometry(structure)


@settings(max_examples=40, deadline=None)
@given(
    halide=st.sampled_from(HALIDES),
    index=st.integers(0, 5),
    lithium=st.sampled_from(["24g", "48h"]),
    kind=st.sampled_from(["isotropic", "uniaxial", "shear", "random"]),
    strain=st.sampled_from(STRAINS),
    seed=st.integers(0, 10**6),
)
def test_strained_crystals_are_sound(halide, index, lithium, kind, strain, seed):
    crystal = site_disorder_configurations(halide, lithium=lithium, seed=seed)[index].structure
    for structure in strained_structures(crystal, strains=(strain,), kind=kind, seed=seed):
        assert_sound(structure)


@pytest.mark.parametrize("halide", HALIDES)
def test_large_structures_are_sound(halide):
    crystals = site_disorder_configurations(halide)
    assert_sound(random_supercell(crystals, [1, 16, 24, 12, 16, 1], repeats=2, seed=3))
    assert_sound(surface_slab(crystals[0], (0, 2, 1)))
    assert_sound(grain_boundary(crystals[2]))


@pytest.mark.parametrize(("halide", "density"), DENSITIES.items())
def test_boundaries_and_supercells_keep_the_density(halide, density):
    crystals = site_disorder_configurations(halide)
    crystal = crystals[0].structure.density
    assert crystal == pytest.approx(density, rel=0.03)
    supercell = random_supercell(crystals, [1, 1, 1, 1, 1, 1], repeats=2)
    assert supercell.density == pytest.approx(crystal, rel=1e-9)
    assert grain_boundary(crystals[0]).density == pytest.approx(crystal, rel=1e-9)


def test_supercells_follow_their_weights_over_many_seeds():
    """Counts match the weights as closely as whole cells can; the places are uniform."""
    crystals = site_disorder_configurations("Cl")
    weights = np.array([0.03, 0.2, 0.4, 0.2, 0.15, 0.02])
    draws = [
        random_supercell(crystals, weights.tolist(), repeats=3, seed=seed).properties["cells"]
        for seed in range(60)
    ]
    labels = [[cell["label"] for cell in draw] for draw in draws]
    names = [crystal.label for crystal in crystals]
    counts = np.array([[draw.count(name) for name in names] for draw in labels])
    assert (np.abs(counts - 27 * weights) < 1).all()
    assert np.abs(counts.mean(axis=0) / 27 - weights).max() < 1 / 27
    commonest = names[int(weights.argmax())]
    at_place = np.array([[label == commonest for label in draw] for draw in labels]).mean(axis=0)
    expected = counts[:, weights.argmax()].mean() / 27
    spread = np.sqrt(expected * (1 - expected) / 60)
    assert np.abs(at_place - expected).max() < 4 * spread
