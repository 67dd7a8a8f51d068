"""Walks between two planes whose diffusivities and counts are known exactly.

Ions hop on a grid with a probability per direction and frame that depends on the distance from the
nearer plane; a hop across a border of two regions has the mean probability of both, the same in
both ways, so that ions are spread evenly in equilibrium. In a region D is probability x step^2.
"""

import numpy as np

from atomate2_argyrodite.transport import Trajectory

STEP = 1.0
CM2_PER_S = 1e-4
FRAMEWORK = 40


def walk(
    rng,
    n_ions,
    n_frames,
    *,
    height=120.0,
    slow_half=15.0,
    slow=0.02,
    fast=0.08,
    bias=0.0,
    together=1,
):
    """Positions (frames, ions, 3) of ions between planes at 0 and half the height.

    `slow_half` is the half-thickness of the slow region around each plane; `bias` raises hops
    towards the nearer plane and lowers those away from it; `together` ions always hop at once.
    """
    groups = n_ions // together
    sites = round(height / STEP)
    distance = _distance((np.arange(sites) + 0.5) * STEP, height)
    rate = np.where(distance < slow_half, slow, fast)
    upward = (rate + np.roll(rate, -1)) / 2  # across the border between a site and the next
    towards = np.sign(np.roll(distance, -1) - distance) * -1  # +1 where up is nearer to a plane
    up, down = upward * (1 + bias * towards), np.roll(upward * (1 - bias * towards), 1)
    z = rng.integers(0, sites, groups)
    xy = rng.integers(0, 30, (groups, 2)).astype(float)
    lift = np.zeros(groups)
    frames = np.empty((n_frames, groups, 3))
    for k in range(n_frames):
        frames[k, :, :2], frames[k, :, 2] = xy * STEP, (z + lift + 0.5) * STEP
        xy += (rng.random((groups, 2)) < rate[z, None]) * rng.choice([-1, 1], (groups, 2))
        xy += (rng.random((groups, 2)) < rate[z, None]) * rng.choice([-1, 1], (groups, 2))
        draw = rng.random(groups)
        step = (draw < up[z]).astype(int) - (draw > 1 - down[z])
        new = z + step
        lift += sites * (new // sites)
        z = new % sites
    return np.repeat(frames, together, axis=1)


def _distance(z, height):
    half = height / 2
    return np.abs((z / half + 0.5) % 1.0 - 0.5) * half


def bicrystal(rng, positions, *, height=120.0, drift=0.0, breathing=0.0, time_step_ps=1.0):
    """A trajectory of these ions among a vibrating framework that drifts in a breathing cell."""
    n_frames, n_ions, _ = positions.shape
    cell = np.diag([30.0, 30.0, height])
    framework = rng.random((FRAMEWORK, 3)) @ cell + 0.1 * rng.normal(size=(n_frames, FRAMEWORK, 3))
    framework -= (framework - framework[:1]).mean(axis=1, keepdims=True)
    x = np.concatenate([positions, framework], axis=1)
    x = x + 0.1 * rng.normal(size=x.shape) * (np.arange(x.shape[1]) < n_ions)[:, None]
    x += np.cumsum(drift * rng.normal(size=(n_frames, 1, 3)), axis=0)
    strain = 1 + breathing * np.sin(np.arange(n_frames) / 7.0)
    return Trajectory.from_arrays(
        x * strain[:, None, None],
        cell * strain[:, None, None],
        ["Li"] * n_ions + ["S"] * FRAMEWORK,
        time_step_ps,
        350.0,
    )
