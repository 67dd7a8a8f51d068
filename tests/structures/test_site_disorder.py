from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.structures.chemistry import HALIDES
from atomate2_argyrodite.structures.configurations import space_group
from atomate2_argyrodite.structures.geometry import minimum_distances, structure_arrays
from atomate2_argyrodite.structures.prototype import argyrodite_structure
from atomate2_argyrodite.structures.validation import net_charge

TABLE = [  # method.md: percentage of X on 4c, space group, number, multiplicity
    (0.0, "F-43m", 216, 1),
    (0.25, "R3m", 160, 16),
    (0.5, "P222_1", 17, 24),
    (0.5, "Pmm2", 25, 12),
    (0.75, "R3m", 160, 16),
    (1.0, "F-43m", 216, 1),
]
LABELS = ["0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m", "100-F-43m"]


@pytest.mark.parametrize("halide", HALIDES)
def test_six_orbits_are_those_of_the_paper(halide):
    found = [
        (c.halide_fraction_4c, c.space_group_symbol, c.space_group_number, c.multiplicity)
        for c in site_disorder_configurations(halide)
    ]
    assert found == TABLE
    assert [c.label for c in site_disorder_configurations(halide)] == LABELS


def test_multiplicities_by_brute_force_over_the_70_arrangements():
    """Ask spglib about each of the 70 crystals: no symmetry operation of ours is used."""
    found = Counter()
    for chosen in combinations(range(8), 4):
        arrangement = tuple("Cl" if n in chosen else "S" for n in range(8))
        symbol, _ = space_group(argyrodite_structure(arrangement, 10.28))
        found[len(set(chosen) & set(range(4, 8))) / 4, symbol] += 1
    expected = {(fraction, symbol): count for fraction, symbol, _, count in TABLE}
    assert found == expected


def test_configurations_are_different_crystals():
    matcher = StructureMatcher(primitive_cell=False, scale=False, attempt_supercell=False)
    structures = [c.structure for c in site_disorder_configurations("Cl")]
    assert not any(matcher.fit(a, b) for a, b in combinations(structures, 2))


@settings(max_examples=25, deadline=None)
@given(
    halide=st.sampled_from(HALIDES),
    lattice_constant=st.floats(9.7, 10.8),
    lithium=st.sampled_from(["24g", "48h"]),
    seed=st.integers(0, 2**31),
)
def test_every_structure_is_a_sound_argyrodite(halide, lattice_constant, lithium, seed):
    for configuration in site_disorder_configurations(
        halide, lattice_constant, lithium=lithium, seed=seed
    ):
        structure = configuration.structure
        assert structure.composition.as_dict() == {"Li": 24, "P": 4, "S": 20, halide: 4}
        assert net_charge(structure) == 0
        assert structure.lattice.abc == pytest.approx((lattice_constant,) * 3)
        distances = minimum_distances(*structure_arrays(structure))
        assert distances["P", "S"] == pytest.approx(2.05)
        assert min(distances.values()) > 1.8


@pytest.mark.parametrize(("halide", "density"), [("Cl", 1.86), ("Br", 2.06), ("I", 2.25)])
def test_density_at_the_experimental_cell(halide, density):
    # X-ray densities from formula masses: 268.4, 312.9 and 359.9 g/mol, four units per cell
    constants = {"Cl": 9.86, "Br": 9.99, "I": 10.15}
    structure = site_disorder_configurations(halide, constants[halide])[0].structure
    assert float(structure.density) == pytest.approx(density, rel=0.02)


def test_48h_keeps_labels_and_breaks_the_mirror():
    ordered = site_disorder_configurations("Cl", lithium="48h")[0]
    assert ordered.space_group_symbol == "F-43m"
    assert SpacegroupAnalyzer(ordered.structure, symprec=1e-3).get_space_group_number() < 216


def test_labels_are_safe_file_names():
    for configuration in site_disorder_configurations("Cl"):
        assert not set(configuration.label) & set("/\\ :*?\"<>|'")


def test_configuration_is_immutable():
    configuration = site_disorder_configurations("Cl")[0]
    with pytest.raises(AttributeError):
        configuration.label = "other"


def test_bad_input_is_named():
    with pytest.raises(InputError, match="'F'"):
        site_disorder_configurations("F")
    with pytest.raises(InputError, match=r"1\.028"):
        site_disorder_configurations("Cl", 1.028)
    with pytest.raises(InputError, match="'48i'"):
        site_disorder_configurations("Cl", lithium="48i")
