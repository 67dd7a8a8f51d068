import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.tetrahedra import tetrahedron_motion

from .argyrodites import UnitRotations, crystal, trajectory_of, turning_units, vibrations


def motion(vectors, structure=None, noise=0.0, **options):
    """Units turned by rotation vectors (frames, units, 3) from where they stand in the crystal."""
    structure = structure or crystal()
    displacements = turning_units(structure, UnitRotations(vectors))
    displacements = displacements + vibrations(structure, len(vectors), noise)
    return tetrahedron_motion(trajectory_of(structure, displacements, **options))


def librations(rng, n_frames, n_units, degrees):
    """Isotropic rotation vectors with a given rms angle."""
    return np.radians(degrees) / np.sqrt(3) * rng.normal(size=(n_frames, n_units, 3))


@pytest.mark.parametrize("degrees", [4.0, 12.0])
def test_libration_amplitude(rng, degrees):
    found = motion(librations(rng, 3000, 4, degrees), drift=0.05)
    assert found.libration_amplitude_degrees == pytest.approx(degrees, rel=0.03)
    assert found.n_turns == 0
    assert found.turned_units == 0
    assert found.turn_rate_interval_95_per_ns == pytest.approx((0, 3 / (4 * 0.2999)))
    # After the first lag nothing is left to forget: <u>^2 with <u> = 1 - angle^2 / 3.
    plateau = found.correlation_1[1:50].mean()
    assert plateau == pytest.approx((1 - np.radians(degrees) ** 2 / 3) ** 2, rel=2e-3)
    assert found.correlation_1[0] == pytest.approx(1, abs=1e-5)
    assert found.correlation_2[0] == pytest.approx(1, abs=1e-5)


def test_turns_about_a_bond_and_by_half_are_told_apart(rng):
    structure = crystal()
    vectors = librations(rng, 400, 4, 8.0)
    # In the crystal the bonds of every unit point along the cube's diagonals.
    third = 2 * np.pi / 3 * np.ones(3) / np.sqrt(3)
    half = np.pi * np.array([1.0, 0.0, 0.0])
    vectors[100:, 0] += third
    vectors[200:, 1] += half
    vectors[200:300, 2] += third  # there and back
    found = motion(vectors, structure, noise=0.05)
    assert found.turns == {120: 3, 180: 1}
    assert found.turned_units == 3
    assert found.turn_rate_per_ns == pytest.approx(4 / (4 * 0.0399))
    low, high = found.turn_rate_interval_95_per_ns
    assert low < found.turn_rate_per_ns < high
    assert found.libration_amplitude_degrees < 15  # turns are folded back


def test_a_wide_swing_that_returns_is_no_turn(rng):
    vectors = librations(rng, 300, 4, 5.0)
    vectors[100:110, 0] += np.radians(65) * np.ones(3) / np.sqrt(3)
    assert motion(vectors).n_turns == 0


def test_rotational_diffusion_decays_as_debye_says(rng):
    """C_l = exp(-l (l + 1) D t) for small random steps (Debye 1929)."""
    step, n_frames = 0.06, 3000
    structure = crystal(repeats=(2, 2, 1))
    vectors = np.empty((n_frames, 16, 3))
    for unit in range(16):
        current = Rotation.identity()
        for frame in range(n_frames):
            vectors[frame, unit] = current.as_rotvec()
            current = Rotation.from_rotvec(step * rng.normal(size=3)) * current
    found = motion(vectors, structure)
    rate = step**2 / 2 / 0.1  # D per ps
    early = slice(2, 60)
    lag = found.lag_times_ps[early]
    np.testing.assert_allclose(found.correlation_1[early], np.exp(-2 * rate * lag), atol=0.03)
    np.testing.assert_allclose(found.correlation_2[early], np.exp(-6 * rate * lag), atol=0.04)
    assert found.n_turns > 20


def test_long_trajectories_are_sampled_for_the_correlation(rng):
    found = motion(librations(rng, 5000, 4, 6.0))
    assert found.lag_times_ps[1] == pytest.approx(0.3)
    assert len(found.lag_times_ps) < 1100


def test_bad_input_is_named(rng):
    with pytest.raises(TrajectoryError, match="trajectory of 1 frames"):
        motion(np.zeros((1, 4, 3)))
    salt = Trajectory.from_arrays(rng.random((3, 2, 3)), 5 * np.eye(3), ["Li", "Cl"], 1.0)
    with pytest.raises(TrajectoryError, match="no whole PS4 unit"):
        tetrahedron_motion(salt)
