import numpy as np

from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.ion_statistics import IonStatistics
from atomate2_argyrodite.transport.window import DiffusiveWindow, diffusive_window

from .synthetic import Walk, brownian, caged, trajectory, vibration


def window_of(walk, rng):
    with MobileDisplacements.from_trajectory(trajectory(walk, rng), "Li") as moved:
        return diffusive_window(IonStatistics.from_replicas([moved]))


def test_brownian_motion_is_diffusive_from_the_first_frames(rng):
    window = window_of(brownian(rng, 100, 1000), rng)
    assert window.onset <= 4
    assert abs(window.log_log_slope - 1) < 4 * window.log_log_slope_error
    assert window.log_log_slope_error < 0.1


def test_caged_motion_is_diffusive_beyond_the_residence_in_the_cage(rng):
    window = window_of(caged(rng, 200, 2000, rate=0.02, residence=6.0), rng)
    assert 6 < window.onset < 200


def test_slow_relaxation_has_no_diffusive_window(rng):
    walk = caged(rng, 200, 400, rate=0.0, residence=100.0)
    assert window_of(walk, rng) is None


def test_ballistic_motion_has_no_diffusive_window(rng):
    velocities = rng.normal(size=(100, 3, 1))
    x = velocities * np.arange(500) * 0.01 + vibration(rng, 100, 500, 0.01)
    assert window_of(Walk(x, 0.0, 0.0), rng) is None


def test_the_fit_begins_beyond_the_onset():
    window = DiffusiveWindow(8, 1.0, 0.1)
    assert window.octaves == (16, 32)
    assert window.limits == (16, 64)
