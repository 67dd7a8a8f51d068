from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory, conductivity, diffusion

from .synthetic import CM2_PER_S, caged, concerted, lattice, returning, trajectory

TENSOR_INDICES = ([0, 1, 2], [0, 1, 2])


def holds(result, walk, time_step_ps=1.0):
    low, high = result.interval_95
    return low <= walk.diffusivity * CM2_PER_S / time_step_ps <= high


def test_known_diffusivity_in_a_drifting_breathing_crystal(rng):
    walk = lattice(rng, 200, 2000, rate=0.05)
    run = trajectory(walk, rng, time_step_ps=0.5, drift=0.1, cell_fluctuation=0.005)
    result = diffusion(run)
    expected = walk.diffusivity * CM2_PER_S / 0.5
    assert result.is_diffusive
    assert result.reasons == ()
    assert result.diffusivity == pytest.approx(expected, rel=0.03)
    assert abs(result.diffusivity - expected) < 3 * result.standard_error
    assert result.standard_error < 0.02 * expected
    assert (
        result.interval_95[0] < result.diffusivity < result.interval_95[1] < result.upper_limit * 2
    )
    assert result.log_log_slope[0] == pytest.approx(1, abs=0.1)
    assert result.duration_ps == pytest.approx(1999 * 0.5)
    # Hops within the smoothing of the count are not seen: it is a lower bound.
    assert 0.5 * 200 * 2000 * 0.05 < result.hops < 200 * 2000 * 0.05


def test_mean_square_displacement_curve(rng):
    walk = lattice(rng, 100, 1000, rate=0.05)
    result = diffusion(trajectory(walk, rng, time_step_ps=2.0))
    assert result.lag_times_ps[0] == 2
    assert result.lag_times_ps[-1] <= 1000
    assert len(result.lag_times_ps) < 100
    late = result.lag_times_ps > 20
    expected = 6 * walk.diffusivity * result.lag_times_ps / 2 + 6 * (0.3**2 + 0.15**2 / 64)
    deviation = (result.msd_angstrom2 - expected) / result.msd_standard_error_angstrom2
    assert np.abs(deviation[late]).max() < 5


def test_conductivity_is_nernst_einstein_at_the_mean_volume(rng):
    walk = lattice(rng, 96, 1000)
    result = diffusion(
        trajectory(walk, rng, temperature=450.0, cell_fluctuation=0.01), ion_charge=2
    )
    assert result.carriers_per_angstrom3 == pytest.approx(96 / 8000, rel=0.01)
    carriers = result.carriers_per_angstrom3
    expected = [
        conductivity(d, carriers, 450.0, 2)
        for d in (result.interval_95[0], result.diffusivity, result.interval_95[1])
    ]
    low, high = result.conductivity_interval_95_mS_per_cm
    np.testing.assert_allclose([low, result.conductivity_mS_per_cm, high], expected)


def test_without_a_temperature_there_is_no_conductivity(rng):
    result = diffusion(trajectory(lattice(rng, 50, 500), rng, temperature=None))
    assert result.is_diffusive
    assert result.conductivity_mS_per_cm is None


def test_tensor_of_anisotropic_diffusion(rng):
    weights = np.array([4.0, 1.0, 0.5])
    walk = lattice(rng, 200, 2000, rate=0.1, axis_weights=weights)
    result = diffusion(trajectory(walk, rng))
    expected = 3 * walk.diffusivity * CM2_PER_S * weights / weights.sum()
    deviation = (result.tensor - np.diag(expected)) / result.tensor_standard_error
    assert np.abs(deviation).max() < 4
    assert np.trace(result.tensor) / 3 == pytest.approx(result.diffusivity)
    assert result.tensor[0, 0] > 3 * result.tensor[1, 1]


def test_tensor_turns_with_the_crystal(rng):
    walk = lattice(rng, 40, 400, rate=0.2, axis_weights=(4, 1, 1))
    run = trajectory(walk, rng)
    turn = Rotation.from_rotvec([0.4, -0.3, 1.1]).as_matrix()
    source = run.source
    turned = replace(
        run, source=replace(source, positions=source.positions @ turn, cells=source.cells @ turn)
    )
    before, after = diffusion(run), diffusion(turned)
    assert after.diffusivity == pytest.approx(before.diffusivity, rel=1e-4)
    np.testing.assert_allclose(
        after.tensor, turn.T @ before.tensor @ turn, atol=1e-3 * before.tensor.max()
    )


def test_haven_ratio_of_concerted_hops(rng):
    walk = concerted(rng, 120, 4000, rate=0.1, group=4, share=0.7)
    result = diffusion(trajectory(walk, rng, drift=0.1))
    expected = walk.diffusivity / walk.charge_diffusivity
    assert expected < 0.4
    assert abs(result.haven_ratio - expected) < 3 * result.haven_ratio_standard_error
    assert result.haven_ratio_standard_error < 0.25 * result.haven_ratio
    assert result.haven_ratio == pytest.approx(result.diffusivity / result.charge_diffusivity)
    # The error of the tracer diffusivity knows that ions are not independent.
    independent = diffusion(trajectory(lattice(rng, 120, 4000, rate=0.1), rng))
    assert result.standard_error > 1.3 * independent.standard_error


def test_hops_that_return_count_once(rng):
    walk = returning(rng, 200, 3000, rate=0.1, probability=0.6)
    result = diffusion(trajectory(walk, rng))
    assert walk.diffusivity == pytest.approx(0.25 * 0.1 * 2.5**2 / 6)
    assert holds(result, walk)
    assert result.fit_window_ps[0] > 10  # beyond the correlation of successive hops


def test_replicas_are_pooled(rng):
    runs = [trajectory(lattice(rng, 60, 1000, rate=0.02), rng) for _ in range(4)]
    one, four = diffusion(runs[0]), diffusion(runs)
    assert four.n_replicas == 4
    assert four.duration_ps == pytest.approx(4 * one.duration_ps)
    assert four.standard_error == pytest.approx(one.standard_error / 2, rel=0.35)
    assert four.hops > 3 * one.hops


@pytest.mark.parametrize("maker", [lattice, caged])
def test_rattling_gives_an_upper_limit_and_no_diffusivity(rng, maker):
    """With and without fast jumps within cages: neither leads anywhere."""
    result = diffusion(trajectory(maker(rng, 150, 1500, rate=0.0), rng, drift=0.1))
    assert not result.is_diffusive
    assert result.diffusivity is None
    assert result.interval_95 is None
    assert result.tensor is None
    assert result.conductivity_mS_per_cm is None
    assert result.haven_ratio is None
    assert result.reasons
    one_hop_each = 4.0**2 / (6 * 1500) * CM2_PER_S
    assert 0 < result.upper_limit < one_hop_each


def test_few_hops_give_an_upper_limit_above_the_truth(rng):
    walk = lattice(rng, 150, 1000, rate=2e-5)
    result = diffusion(trajectory(walk, rng))
    assert not result.is_diffusive
    assert "fewer than 10" in result.reasons[0]
    assert result.upper_limit > walk.diffusivity * CM2_PER_S


def two_frames():
    return Trajectory.from_arrays(
        np.zeros((2, 5, 3)), 10 * np.eye(3), ["Li"] * 4 + ["S"], 1.0, 300.0
    )


def test_bad_input_is_named(rng):
    run = trajectory(lattice(rng, 8, 64), rng)
    with pytest.raises(TrajectoryError, match="no trajectory is given"):
        diffusion([])
    with pytest.raises(TrajectoryError, match="no 'Na' in the trajectory: it holds Li, S"):
        diffusion(run, species="Na")
    with pytest.raises(TrajectoryError, match="holds 2 frames, and at least 32"):
        diffusion(two_frames())
    with pytest.raises(TrajectoryError, match="2 ions of Li give no error estimate"):
        diffusion(trajectory(lattice(rng, 2, 64), rng))


def test_replicas_that_do_not_belong_together_are_refused(rng):
    run = trajectory(lattice(rng, 8, 64), rng)
    with pytest.raises(TrajectoryError, match=r"at 400\.0 and 500\.0 K.*arrhenius"):
        diffusion([run, replace(run, temperature=500.0)])
    with pytest.raises(TrajectoryError, match=r"1\.0 and 2\.0 ps between frames"):
        diffusion([run, replace(run, time_step_ps=2.0)])
    with pytest.raises(TrajectoryError, match="8 and 9 atoms of Li"):
        diffusion([run, trajectory(lattice(rng, 9, 64), rng)])


def test_motion_that_failed_is_refused(rng):
    walk = lattice(rng, 8, 64)
    walk.displacements[3, 1, 40] = np.nan
    with pytest.raises(TrajectoryError, match=r"frame 40 .* not finite"):
        trajectory(walk, rng)


def test_the_volume_of_replicas_counts_by_their_length(rng):
    lengths, edges = (300, 900), (20.0, 22.0)
    runs = []
    for n_frames, edge in zip(lengths, edges, strict=True):
        run = trajectory(lattice(rng, 40, n_frames), rng)
        cells = np.broadcast_to(edge * np.eye(3), (n_frames, 3, 3))
        positions = np.concatenate([block.positions for block in run.blocks()])
        runs.append(Trajectory.from_arrays(positions, cells, run.species, 1.0, 500.0))
    volume = (300 * edges[0] ** 3 + 900 * edges[1] ** 3) / 1200
    assert diffusion(runs).carriers_per_angstrom3 == pytest.approx(40 / volume, rel=1e-9)


def test_the_error_of_the_haven_ratio_contains_both_diffusivities(rng):
    result = diffusion(trajectory(lattice(rng, 100, 2000, rate=0.1), rng))
    relative = np.hypot(
        result.standard_error / result.diffusivity,
        result.charge_diffusivity_standard_error / result.charge_diffusivity,
    )
    assert result.haven_ratio_standard_error == pytest.approx(result.haven_ratio * relative)
    assert relative > 1.5 * result.standard_error / result.diffusivity
