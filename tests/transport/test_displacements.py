import tracemalloc

import numpy as np
import pytest

from atomate2_argyrodite.transport import Trajectory, displacements
from atomate2_argyrodite.transport import trajectory as module
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.frames import StreamedFrames

from .synthetic import lattice, trajectory

TRICLINIC = ((21.0, 0.0, 0.0), (3.0, 19.0, 0.0), (-2.0, 4.0, 22.0))


def all_displacements(run):
    with MobileDisplacements.from_trajectory(run, "Li") as moved:
        return np.concatenate(list(moved.groups())), moved


@pytest.mark.parametrize("cell", [np.diag([20.0, 25.0, 30.0]), np.array(TRICLINIC)])
def test_drift_and_breathing_leave_no_trace(rng, cell):
    walk = lattice(rng, 12, 300, rate=0.1)
    run = trajectory(walk, rng, drift=0.3, cell_fluctuation=0.02, cell=cell, framework_atoms=4000)
    found, moved = all_displacements(run)
    # What is left is the mean vibration of the framework, and the mean cell is not the nominal one.
    strain = np.linalg.inv(cell) @ moved.mean_cell
    truth = np.einsum("iaf,ab->ibf", walk.displacements, strain)
    np.testing.assert_allclose(found, truth - truth[:, :, :1], atol=0.02)
    np.testing.assert_allclose(moved.total, found.sum(axis=0), atol=1e-4)


def test_image_flags_in_a_breathing_cell_add_no_noise(rng):
    """An ion at rest many cells away must not seem to move when the cell breathes."""
    cells = 20 * np.eye(3) * (1 + 0.01 * rng.normal(size=(200, 1, 1)))
    fractional = np.zeros((200, 5, 3))
    fractional[:, :4] = 7.25
    found, _ = all_displacements(
        Trajectory.from_arrays(fractional @ cells, cells, ["Li"] * 4 + ["S"], 1.0)
    )
    assert np.abs(found).max() < 1e-5


def test_mean_cell_and_volume(rng):
    walk = lattice(rng, 4, 50)
    run = trajectory(walk, rng, cell_fluctuation=0.05, cell=TRICLINIC)
    _, moved = all_displacements(run)
    cells = np.concatenate([block.cells for block in run.blocks()])
    np.testing.assert_allclose(moved.mean_cell, cells.mean(axis=0))
    assert moved.mean_volume == pytest.approx(np.abs(np.linalg.det(cells)).mean())


def test_without_a_framework_the_centre_of_the_ions_is_the_reference(rng):
    walk = lattice(rng, 6, 40)
    found, _ = all_displacements(trajectory(walk, rng, drift=1.0, framework_atoms=0))
    assert np.abs(found.sum(axis=0)).max() < 1e-4


def test_file_and_memory_hold_the_same(rng, monkeypatch):
    run = trajectory(lattice(rng, 30, 500), rng, drift=0.1)
    in_memory, _ = all_displacements(run)
    monkeypatch.setattr(displacements, "MEMORY_BYTES", 1000)
    monkeypatch.setattr(displacements, "GROUP_BYTES", 7 * 24 * 500)
    in_file, _ = all_displacements(run)
    np.testing.assert_array_equal(in_file, in_memory)


def peak_memory(n_frames):
    cell = 20 * np.eye(3)
    rest = np.random.default_rng(1).random((400, 3)) * 20

    def read():
        return ((rest + 0.01 * (frame % 7), cell) for frame in range(n_frames))

    run = Trajectory(StreamedFrames(read, "memory"), ("Li",) * 200 + ("S",) * 200, 1.0)
    tracemalloc.start()
    with MobileDisplacements.from_trajectory(run, "Li") as moved:
        for _ in moved.groups():
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_number_of_frames(monkeypatch):
    monkeypatch.setattr(displacements, "MEMORY_BYTES", 1_000_000)
    monkeypatch.setattr(displacements, "GROUP_BYTES", 1_000_000)
    monkeypatch.setattr(module, "BLOCK_BYTES", 500_000)
    short, long = peak_memory(2000), peak_memory(8000)
    assert long < 1.2 * short
