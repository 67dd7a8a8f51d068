"""The whole analysis of a real bicrystal in which everything is known."""

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError, TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.boundary import boundary_transport
from atomate2_argyrodite.transport.slabs import BoundarySlabs

from .bicrystals import bicrystal, hopping

SLABS = BoundarySlabs((0.0, 0.5), 3.5)


@pytest.fixture(scope="module")
def run():
    return hopping(np.random.default_rng(5))


@pytest.fixture(scope="module")
def result(run):
    return boundary_transport(run, SLABS, reference=bicrystal().frac_coords)


def test_all_slabs_of_a_homogeneous_walk_are_alike(result):
    truth = 0.05 / 0.5 * 2.5**2 / 6 * 1e-4
    assert result.whole.diffusivity == pytest.approx(truth, rel=0.1)
    for name in SLABS.names:
        for direction in ("in_plane", "total"):
            found = result.of(name, "start", direction)
            assert found.diffusivity == pytest.approx(truth, abs=4 * found.standard_error)
    assert not any(item.is_real for item in result.accumulations)
    counts = sum(item.early for item in result.accumulations)
    assert counts == pytest.approx(240)


def test_densities_count_all_atoms_and_kinds(result):
    volume = abs(np.linalg.det(result.mean_cell))
    counts = {kind: d.mean() * volume for kind, d in result.profile.densities.items()}
    assert counts == {
        "Cl": pytest.approx(40), "Li": pytest.approx(240), "P": pytest.approx(40),
        "S(PS4)": pytest.approx(160), "S(free)": pytest.approx(40),
    }  # fmt: skip
    assert len(result.profile.places) == 92


def test_displacements_are_those_of_mean_places(result):
    length = np.linalg.norm(result.profile.displacements, axis=1)
    framework = result.profile.kinds != "Li"
    assert length[framework].max() < 0.1  # the drift is gone
    assert length[~framework].max() > 3


def test_units_and_contacts_are_those_of_the_structure():
    still = hopping(np.random.default_rng(7), 40, rate=0.0)
    result = boundary_transport(still, SLABS)
    early = {item.slab: item for item in result.structures_early}
    assert sum(item.units for item in early.values()) == pytest.approx(40)
    for item in early.values():
        assert item.intact_fraction == 1
        assert item.bond_length == pytest.approx(2.05, abs=0.05)
        assert item.angle_deviation_degrees < 6
    assert 4 < early["Bulk"].lithium_around["S(free)"] < 7


def test_pairs_are_counted_to_the_mean_density(run):
    """Ions at random: g is 1 at any distance."""
    rng = np.random.default_rng(8)
    (block,) = run.blocks()
    ions = run.indices("Li")
    x = block.positions.copy()
    x[:, ions] = rng.random((len(x), len(ions), 3)) @ block.cells[0]
    gas = Trajectory.from_arrays(x, block.cells, run.species, 0.5, 400.0)
    slabs = BoundarySlabs((0.0, 0.5), 5.0, ("GB", "Bulk"))
    early, late = boundary_transport(gas, slabs).pair_distributions
    for pairs in (early, late):
        far = pairs.values[pairs.distances > 2]
        assert far.mean() == pytest.approx(239 / 240, abs=0.02)
        assert pairs.n_ions == pytest.approx(240 * 20 / 45.97, rel=0.1)


def test_what_drifts_or_is_cut_elsewhere_is_the_same(run, result):
    """The origin of the trajectory is of no account where the planes come from the structure."""
    (block,) = run.blocks()
    shifted = block.positions + np.array([1.0, 2.0, 13.0])
    moved = Trajectory.from_arrays(shifted, block.cells, run.species, 0.5, 400.0)
    found = boundary_transport(moved, SLABS, reference=bicrystal().frac_coords)
    for ours, theirs in zip(found.accumulations, result.accumulations, strict=True):
        assert ours.early == pytest.approx(theirs.early, abs=0.2)
    assert found.of("GB").diffusivity == pytest.approx(result.of("GB").diffusivity, rel=0.02)
    elsewhere = boundary_transport(moved, SLABS)
    assert elsewhere.accumulations[0].early != pytest.approx(result.accumulations[0].early, abs=1)


def test_what_cannot_be_analysed_is_refused(run):
    (block,) = run.blocks()

    def part(frames, atoms):
        x = block.positions[:frames, atoms]
        symbols = [run.species[k] for k in range(len(run.species))[atoms]]
        return Trajectory.from_arrays(x, block.cells[:frames], symbols, 0.5, 400.0)

    with pytest.raises(TrajectoryError, match="31 frames"):
        boundary_transport(part(31, slice(None)), SLABS)
    with pytest.raises(TrajectoryError, match="nothing but Li"):
        boundary_transport(part(200, slice(0, 240)), SLABS)
    with pytest.raises(TrajectoryError, match="no 'Na'"):
        boundary_transport(run, SLABS, "Na")
    with pytest.raises(InputError, match="leave no Bulk"):
        boundary_transport(run, BoundarySlabs((0.0, 0.5)))
    with pytest.raises(InputError, match="same order"):
        boundary_transport(run, SLABS, reference=bicrystal().frac_coords[::-1])
