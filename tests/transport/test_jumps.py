import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.cages import find_cages
from atomate2_argyrodite.transport.jumps import jump_statistics
from atomate2_argyrodite.transport.mean_framework import MeanFramework

from .argyrodites import crystal, trajectory_of, vibrations

RATES = {"doublet": 0.03, "intra_cage": 0.01, "inter_cage": 0.003}  # per frame
TIME_STEP_PS = 0.1


def walk(structure, n_frames, rng, rates=RATES):
    """Site (frames, ions) of ions that jump at given rates, the sites and how often they jumped."""
    sites = find_cages(
        MeanFramework.of(trajectory_of(structure, vibrations(structure, 1, 0)))
    ).sites
    flat = sites.reshape(-1, 3)
    cell = structure.lattice.matrix
    moved = flat[:, None] - flat[None]
    distances = np.linalg.norm((moved - np.rint(moved)) @ cell, axis=-1)
    cage = np.arange(len(flat)) // 12
    pair = np.arange(len(flat)) // 2
    targets = {
        "doublet": (pair[:, None] == pair) & (distances > 0),
        "intra_cage": (cage[:, None] == cage) & (pair[:, None] != pair) & (distances < 3),
        "inter_cage": (cage[:, None] != cage) & (distances < 4),
    }
    n_ions = len(structure.indices_from_symbol("Li"))
    at = rng.integers(len(flat), size=n_ions)
    path, counts = np.empty((n_frames, n_ions), dtype=int), dict.fromkeys(rates, 0)
    for frame in range(n_frames):
        path[frame] = at
        for kind, rate in rates.items():
            for ion in np.flatnonzero(rng.random(n_ions) < rate) if frame < n_frames - 1 else ():
                if at[ion] == path[frame, ion]:  # one jump in a frame
                    at[ion] = rng.choice(np.flatnonzero(targets[kind][at[ion]]))
                    counts[kind] += 1
    return path, flat, counts


def hopping(structure, n_frames, rng, rates=RATES, amplitude=0.2, **options):
    """The trajectory of such a walk, every ion unwrapped and vibrating."""
    path, sites, counts = walk(structure, n_frames, rng, rates)
    steps = np.diff(sites[path], axis=0, prepend=sites[path[:1]])
    steps -= np.rint(steps)
    places = (sites[path[0]] + np.cumsum(steps, axis=0)) @ structure.lattice.matrix
    lithium = np.array(structure.indices_from_symbol("Li"))
    displacements = vibrations(structure, n_frames, amplitude, seed=1)
    displacements[:, lithium] += places - structure.cart_coords[lithium]
    run = trajectory_of(structure, displacements, time_step_ps=TIME_STEP_PS, **options)
    return run, path, counts


def test_jumps_of_every_kind_are_counted(rng):
    turn = Rotation.from_rotvec([0.2, 0.1, -0.4]).as_matrix()
    run, path, counts = hopping(crystal(repeats=(2, 1, 1)), 1500, rng, drift=0.05, turn=turn)
    found = jump_statistics(run)
    for kind, count in counts.items():
        jump = found.rates[kind]
        assert jump.count == pytest.approx(count, rel=0.03), kind
        low, high = jump.interval_95_per_ns
        rate = jump.count / (48 * 149.9) * 1000
        assert jump.rate_per_ns == pytest.approx(rate)
        assert low < rate < high
        assert high / low - 1 == pytest.approx(4 / np.sqrt(count), rel=0.5)
    assert 1.7 < found.rates["doublet"].distance_angstrom < 2.1
    assert found.rates["inter_cage"].distance_angstrom > 2.5
    assert found.cage_residence_ps == pytest.approx(0.1 / RATES["inter_cage"], rel=0.15)
    assert found.links[:, 2].sum() == found.rates["inter_cage"].count
    assert found.fraction_in_cores > 0.9
    visits = np.bincount(path.ravel(), minlength=96) / 1500
    np.testing.assert_allclose(np.sort(found.occupancies.ravel()), np.sort(visits), atol=0.01)
    assert sum(found.lithium_per_cage.values()) / 2 == pytest.approx(6, abs=0.01)


@pytest.mark.slow
def test_rate_intervals_hold_the_truth():
    """A binomial of 100 with 95 % is below 88 with a probability of 0.4 %."""
    structure = crystal()
    held = dict.fromkeys(RATES, 0)
    for seed in range(100):
        run, _, _ = hopping(structure, 400, np.random.default_rng([seed, 17]))
        found = jump_statistics(run)
        for kind, rate in RATES.items():
            # One jump in a frame: those that come second are not made.
            others = sum(RATES[other] for other in list(RATES)[: list(RATES).index(kind)])
            truth = rate * (1 - others) / TIME_STEP_PS * 1000
            low, high = found.rates[kind].interval_95_per_ns
            held[kind] += low <= truth <= high
    assert min(held.values()) >= 88, held


def test_vibration_is_no_jump(rng):
    still = dict.fromkeys(RATES, 0.0)
    run, _, _ = hopping(crystal(), 2000, rng, rates=still, amplitude=0.3)
    found = jump_statistics(run)
    assert found.rates["intra_cage"].count == found.rates["inter_cage"].count == 0
    # 0.3 Å in every direction: a few of 50,000 frames reach across the doublet.
    assert found.rates["doublet"].count < 100
    assert found.cage_residence_ps is None
    assert found.random_walk_diffusivity_cm2_per_s is None
    low, high = found.rates["inter_cage"].interval_95_per_ns
    assert low == 0
    assert high == pytest.approx(3 / (24 * 199.9) * 1000)


def test_uncorrelated_jumps_between_cages_diffuse_as_the_rate_says(rng):
    """Ions that spread within a cage before they leave it: f = 1, within the errors."""
    from atomate2_argyrodite.transport import diffusion

    rates = {"doublet": 0.1, "intra_cage": 0.2, "inter_cage": 0.01}
    run, _, _ = hopping(crystal(repeats=(2, 2, 1)), 3000, rng, rates=rates, amplitude=0.1)
    tracer = diffusion(run)
    estimate = jump_statistics(run).random_walk_diffusivity_cm2_per_s
    assert tracer.diffusivity == pytest.approx(estimate, rel=0.25)


def test_bad_input_is_named(rng):
    structure = crystal()
    with pytest.raises(TrajectoryError, match="trajectory of 1 frames"):
        jump_statistics(trajectory_of(structure, vibrations(structure, 1, 0.0)))
    with pytest.raises(TrajectoryError, match="no 'Na'"):
        jump_statistics(trajectory_of(structure, vibrations(structure, 4, 0.0)), "Na")
