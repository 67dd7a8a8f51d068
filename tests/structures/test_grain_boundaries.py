import resource
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymatgen.core.interface import GrainBoundaryGenerator

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures import (
    assert_argyrodite,
    grain_boundary,
    minimum_distances,
    neighbour_pairs,
    random_supercell,
    screened_boundaries,
    site_disorder_configurations,
    strained_structures,
    structure_arrays,
)
from atomate2_argyrodite.structures.geometry import tetrahedral_bonds
from atomate2_argyrodite.structures.orientation import standard_frame

A = 10.2795  # Å, the cell of Kim et al. (2024), Fig. 5
CONFIGURATIONS = site_disorder_configurations("Cl", A)
ORDERED = CONFIGURATIONS[0]


def inner_vectors(structure, symbol, low, high, frame):
    """Distinct neighbour vectors of one element around atoms between two fractions of c."""
    chosen = np.array([site.specie.symbol == symbol for site in structure])
    _, positions, cell = structure_arrays(structure)
    i, _, _, vectors = neighbour_pairs(positions[chosen], cell, 7.4)
    fraction = structure.frac_coords[chosen, 2] % 1
    inside = (fraction[i] > low) & (fraction[i] < high)
    return {tuple(v) for v in (np.round(vectors[inside] @ frame.T, 3) + 0.0).tolist()}


def same_vectors(first, second):
    a, b = np.array(sorted(first)), np.array(sorted(second))
    return all(np.linalg.norm(b - x, axis=1).min() < 0.01 for x in a) and all(
        np.linalg.norm(a - x, axis=1).min() < 0.01 for x in b
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.label)
def test_the_model_of_the_paper(configuration):
    boundary = grain_boundary(configuration)
    assert len(boundary) == 520
    assert boundary.lattice.abc == pytest.approx((10.2795, 22.9857, 45.9713), abs=1e-3)
    assert boundary.lattice.angles == pytest.approx((90, 90, 90))
    assert boundary.composition == 10 * configuration.structure.composition
    assert boundary.density == pytest.approx(configuration.structure.density)
    assert boundary.properties["boundary_planes"] == [0.0, 0.5]
    assert boundary.properties["kind"] == "tilt"
    assert boundary.properties["angle"] == pytest.approx(53.1301, abs=1e-4)
    assert boundary.properties["largest_displacement"] < 1.0


def test_grains_are_oriented_as_by_pymatgen():
    generator = GrainBoundaryGenerator(ORDERED.structure)
    theirs = generator.gb_from_parameters(
        [1, 0, 0], 53.1301, plane=[0, 2, 1], expand_times=1, rm_ratio=0, normal=True
    )
    ours = grain_boundary(ORDERED)
    frame = standard_frame(theirs.lattice.matrix)
    assert sorted(theirs.lattice.abc) == pytest.approx(sorted(ours.lattice.abc))
    lower, upper = (inner_vectors(ours, "Cl", z, z + 0.1, np.eye(3)) for z in (0.2, 0.7))
    other_lower, other_upper = (inner_vectors(theirs, "Cl", z, z + 0.1, frame) for z in (0.2, 0.7))
    assert not same_vectors(lower, upper)
    assert same_vectors(lower, other_upper)
    assert same_vectors(upper, other_lower)


def test_ps4_units_at_the_boundary_are_regular_tetrahedra():
    boundary = grain_boundary(ORDERED)
    _, _, vectors = tetrahedral_bonds(*structure_arrays(boundary))
    bonds = vectors.reshape(-1, 4, 3)
    cosines = np.einsum("nix,njx->nij", bonds, bonds) / 2.05**2
    assert np.allclose(cosines, 4 / 3 * np.eye(4) - 1 / 3, atol=1e-6)


def test_grains_are_labelled_and_lie_between_the_planes():
    boundary = grain_boundary(CONFIGURATIONS[2])
    grain = np.array(boundary.site_properties["grain"])
    height = boundary.frac_coords[:, 2] * boundary.lattice.c
    middle = boundary.lattice.c / 2
    deep = np.abs(height - middle / 2) < middle / 2 - 3.0
    assert (grain == 0).sum() == (grain == 1).sum() == 260
    assert (grain[deep] == 0).all()


def test_atoms_far_from_the_planes_do_not_move():
    boundary = grain_boundary(ORDERED)
    crystal = minimum_distances(*structure_arrays(ORDERED.structure), cutoff=4.0)
    numbers, positions, cell = structure_arrays(boundary)
    deep = np.abs(positions[:, 2] - cell[2, 2] / 4) < 4.0
    _, _, distances, _ = neighbour_pairs(positions[numbers == 16], cell, 2.6, positions[deep])
    allowed = [crystal["P", "S"], crystal["Li", "S"]]
    distances = distances[distances > 1e-6]
    assert all(np.abs(np.array(allowed) - d).min() < 0.03 for d in distances)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    halide=st.sampled_from(["Cl", "Br", "I"]),
    index=st.integers(0, 5),
    strain=st.sampled_from([-0.05, 0.0, 0.05]),
    geometry=st.sampled_from(
        [
            (5, (1, 0, 0), (0, 2, 1)),
            (5, (1, 0, 0), (0, 1, 2)),
            (5, (1, 0, 0), (1, 0, 0)),
            (3, (1, 1, 0), (1, -1, 1)),
            (3, (1, 1, 1), (1, 1, 1)),
            (5, (0, 0, 1), (2, 1, 0)),
        ]
    ),
)
def test_every_boundary_is_sound(halide, index, strain, geometry):
    crystal = site_disorder_configurations(halide)[index].structure
    (crystal,) = strained_structures(crystal, [strain])
    boundary = grain_boundary(crystal, *geometry)
    assert_argyrodite(boundary)
    assert boundary.composition.reduced_formula == crystal.composition.reduced_formula
    assert boundary.density == pytest.approx(crystal.density)
    distances = minimum_distances(*structure_arrays(boundary))
    assert distances["P", "S"] == pytest.approx(2.05 * (1 + strain), abs=1e-4)
    assert distances["Li", "Li"] > 2.2
    assert distances["Li", "S"] > min(2.2, 2.38 * (1 + strain)) - 0.05


def test_tilt_and_twist_are_told_apart():
    twist = grain_boundary(ORDERED, 5, (1, 0, 0), (1, 0, 0))
    assert twist.properties["kind"] == "twist"
    assert twist.lattice.abc == pytest.approx((22.9857, 22.9857, 2 * A), abs=1e-3)


def test_screened_boundaries_come_by_rising_overlap():
    boundaries = screened_boundaries(ORDERED, count=4)
    overlaps = [b.properties["overlap_before"] for b in boundaries]
    assert overlaps == sorted(overlaps)
    assert len(boundaries) == 4
    assert boundaries[0] == grain_boundary(ORDERED)


def test_thicker_grains_keep_the_plane_and_add_layers():
    boundary = grain_boundary(ORDERED, grain_thickness=30.0)
    low, high = boundary.properties["boundary_planes"]
    layer = A / np.sqrt(5)
    assert low == 0.0
    assert high * boundary.lattice.c == pytest.approx(7 * layer)
    assert boundary.lattice.c == pytest.approx(14 * layer)
    assert len(boundary) == 14 * 52


def test_boundary_of_a_random_structure_keeps_its_composition():
    crystal = random_supercell(CONFIGURATIONS, [0, 1, 1, 1, 1, 0], repeats=2, seed=1)
    boundary = grain_boundary(crystal)
    assert len(boundary) == 4160
    assert boundary.lattice.abc == pytest.approx(
        2 * np.array([10.2795, 22.9857, 45.9713]), abs=2e-3
    )
    assert_argyrodite(boundary)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": 7}, "sigma 7 does not exist"),
        ({"plane": (1, 2, 1)}, "neither contains the axis"),
        ({"angle": 45.0}, "by 45.0 degrees"),
        ({"grain_thickness": -1.0}, "must be a positive"),
        ({"grain_thickness": 1e6}, "more than the limit"),
        ({"maximum_atoms": 100}, "520 atoms"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        grain_boundary(ORDERED, **arguments)
    with pytest.raises(InputError, match="at least 1"):
        screened_boundaries(ORDERED, count=0)


def test_other_crystals_are_refused():
    (stretched,) = strained_structures(ORDERED.structure, [0.02], kind="uniaxial")[:1]
    with pytest.raises(StructureError, match="not cubic"):
        grain_boundary(stretched)


LARGE = """
from atomate2_argyrodite.structures import *
configurations = site_disorder_configurations("Cl", 10.2795)
crystal = random_supercell(configurations, [0.01, 0.25, 0.43, 0.14, 0.17, 0], seed=1)
boundary = grain_boundary(crystal)
assert_argyrodite(boundary)
print(len(boundary), *boundary.lattice.abc, *boundary.properties["boundary_planes"])
"""


@pytest.mark.slow
def test_the_14040_atom_boundary_takes_less_than_3_gigabytes():
    run = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True)
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    count, *numbers = run.stdout.split()
    assert int(count) == 14_040
    assert [float(x) for x in numbers] == pytest.approx(
        [30.8385, 68.957, 137.914, 0, 0.5], abs=1e-3
    )
    assert kilobytes < 3e6
