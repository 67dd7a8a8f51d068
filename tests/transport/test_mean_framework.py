import numpy as np
import pytest

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.mean_framework import MeanFramework

from .argyrodites import crystal, trajectory_of, vibrations


def test_vibration_drift_and_breathing_average_out():
    structure = crystal()
    run = trajectory_of(structure, vibrations(structure, 400, 0.2), drift=0.1)
    mean = MeanFramework.of(run)
    moved = (mean.fractional - mean.first) @ mean.cell
    shift = moved[mean.framework].mean(axis=0)
    exact = structure.frac_coords @ structure.lattice.matrix
    error = mean.fractional @ mean.cell - exact
    error -= error[mean.framework].mean(axis=0)
    assert np.abs(error).max() < 5 * 0.2 / np.sqrt(400)
    assert np.abs(shift).max() < 1e-9
    np.testing.assert_allclose(mean.cell, structure.lattice.matrix)
    positions = np.concatenate([x for _, x in mean.blocks()]) @ mean.cell
    framework = positions[:, mean.framework].mean(axis=1)
    np.testing.assert_allclose(framework, framework[[0]].repeat(400, axis=0), atol=1e-9)


def test_what_has_no_framework_is_refused():
    alone = Trajectory.from_arrays(np.zeros((3, 2, 3)), np.eye(3) * 5, ["Li", "Li"], 1.0)
    with pytest.raises(TrajectoryError, match="nothing but Li"):
        MeanFramework.of(alone)
    with pytest.raises(TrajectoryError, match="no 'Na'"):
        MeanFramework.of(alone, "Na")
