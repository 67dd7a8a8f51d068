"""Synthetic trajectories whose diffusivities are known exactly.

Walks are in Å and frames: diffusivities are in Å^2 per frame.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from atomate2_argyrodite.transport import Trajectory

CM2_PER_S = 1e-4  # of 1 Å^2/ps


@dataclass(frozen=True)
class Walk:
    """Displacements (ions, 3, frames) with their tracer and charge diffusivity."""

    displacements: np.ndarray
    diffusivity: float
    charge_diffusivity: float


def vibration(rng, n_ions, n_frames, amplitude=0.3, correlation_frames=0.5):
    """Ornstein-Uhlenbeck rattling around a site; `amplitude` per Cartesian component."""
    decay = np.exp(-1 / correlation_frames)
    kicks = rng.normal(size=(n_ions, 3, n_frames)) * amplitude * np.sqrt(1 - decay**2)
    kicks[:, :, 0] /= np.sqrt(1 - decay**2)
    return lfilter([1], [1, -decay], kicks, axis=-1)


def brownian(rng, n_ions, n_frames, diffusivity=0.02, noise=0.2):
    """Brownian motion, observed with white noise."""
    steps = rng.normal(size=(n_ions, 3, n_frames)) * np.sqrt(2 * diffusivity)
    observed = np.cumsum(steps, axis=-1) + noise * rng.normal(size=steps.shape)
    return Walk(observed, diffusivity, diffusivity)


def _hops(rng, n_ions, n_frames, rate, hop, axis_weights):
    weights = np.array(axis_weights, dtype=float) / np.sum(axis_weights)
    mean = np.broadcast_to(rate / 2 * weights[:, None], (n_ions, 3, n_frames))
    return np.cumsum(hop * (rng.poisson(mean) - rng.poisson(mean)), axis=-1)


def lattice(rng, n_ions, n_frames, rate=0.05, hop=2.5, axis_weights=(1, 1, 1)):
    """Independent hops of ions that vibrate; `rate` hops per frame; directions may differ."""
    x = _hops(rng, n_ions, n_frames, rate, hop, axis_weights) + vibration(rng, n_ions, n_frames)
    return Walk(x, rate * hop**2 / 6, rate * hop**2 / 6)


def concerted(rng, n_ions, n_frames, rate=0.05, hop=2.5, group=4, share=0.7):
    """Hops of which a share is made by `group` ions together: Haven ratio below 1."""
    own = lattice(rng, n_ions, n_frames, rate * (1 - share), hop)
    together = _hops(rng, -(-n_ions // group), n_frames, rate * share, hop, (1, 1, 1))
    x = own.displacements + np.repeat(together, group, axis=0)[:n_ions]
    common = rate * share * hop**2 / 6
    return Walk(x, own.diffusivity + common, own.diffusivity + group * common)


def returning(rng, n_ions, n_frames, rate=0.1, hop=2.5, probability=0.6):
    """Hops that reverse the one before with a probability: f = (1 - p) / (1 + p)."""
    counts = np.cumsum(rng.poisson(rate, size=(n_ions, n_frames)), axis=1)
    most = int(counts.max()) + 1
    reverses = rng.random((n_ions, most)) < probability
    reverses[:, 0] = False
    fresh = np.where(reverses, 0, np.arange(most))
    origin = np.maximum.accumulate(fresh, axis=1)
    sign = 1 - 2 * ((np.arange(most) - origin) % 2)
    axes = np.take_along_axis(rng.integers(0, 3, (n_ions, most)), origin, axis=1)
    ways = np.take_along_axis(rng.choice([-hop, hop], (n_ions, most)), origin, axis=1)
    steps = np.where(axes[:, None] == np.arange(3)[:, None], (sign * ways)[:, None], 0.0)
    paths = np.concatenate([np.zeros((n_ions, 3, 1)), np.cumsum(steps, axis=-1)], axis=-1)
    x = np.take_along_axis(paths, counts[:, None, :].repeat(3, axis=1), axis=-1)
    diffusivity = rate * hop**2 / 6 * (1 - probability) / (1 + probability)
    return Walk(x + vibration(rng, n_ions, n_frames), diffusivity, diffusivity)


def _cage_sites(rng, n_ions, n_frames, radius, residence):
    """Uncorrelated jumps between the six corners of an octahedron."""
    jumps = rng.random((n_ions, n_frames)) < 1 - np.exp(-1 / residence)
    last_jump = np.maximum.accumulate(np.where(jumps, np.arange(n_frames), 0), axis=1)
    site = np.take_along_axis(rng.integers(0, 6, (n_ions, n_frames)), last_jump, axis=1)
    corners = radius * np.concatenate([np.eye(3), -np.eye(3)])
    return corners[site].transpose(0, 2, 1)


def caged(rng, n_ions, n_frames, rate=0.005, hop=4.0, radius=2.0, residence=4.0):
    """Fast jumps within cages, rare hops between them: only these diffuse."""
    slow = lattice(rng, n_ions, n_frames, rate, hop)
    x = slow.displacements + _cage_sites(rng, n_ions, n_frames, radius, residence)
    return Walk(x, slow.diffusivity, slow.diffusivity)


def trajectory(
    walk,
    rng,
    time_step_ps=1.0,
    temperature=400.0,
    framework_atoms=64,
    drift=0.0,
    cell_fluctuation=0.0,
    cell=((20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, 20.0)),
):
    """A trajectory of the walk among vibrating sulphur, which drifts in a cell that breathes.

    `drift` is the step per frame of a random walk of all atoms in Å; `cell_fluctuation` the
    relative fluctuation of the cell vectors, shear included.
    """
    n_ions, _, n_frames = walk.displacements.shape
    cell = np.array(cell)
    ions = walk.displacements + (rng.random((n_ions, 3)) @ cell)[:, :, None]
    framework = vibration(rng, framework_atoms, n_frames, 0.15)
    framework += (rng.random((framework_atoms, 3)) @ cell)[:, :, None]
    positions = np.concatenate([ions, framework]).transpose(2, 0, 1)
    positions = positions + np.cumsum(drift * rng.normal(size=(n_frames, 1, 3)), axis=0)
    strain = cell_fluctuation * vibration(rng, 3, n_frames, 1.0, 20.0).transpose(2, 0, 1)
    strain = np.eye(3) + np.tril(strain)
    return Trajectory.from_arrays(
        positions @ strain,
        cell @ strain,
        ["Li"] * n_ions + ["S"] * framework_atoms,
        time_step_ps,
        temperature,
    )
