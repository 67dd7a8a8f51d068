"""Orientation of the PS4 units: how far they librate, how fast they forget, how often they turn."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element
from scipy.fft import irfft, next_fast_len, rfft
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.structures.geometry import tetrahedral_bonds
from atomate2_argyrodite.transport.frames import FrameBlock
from atomate2_argyrodite.transport.trajectory import Trajectory

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

TURNED_DEGREES = 40.0
"""A unit has turned when it comes this near to another orientation that looks the same. These are
120 or 180 degrees apart, so that none is within 40 degrees of two, and libration is no turn."""
CORRELATED_FRAMES = 2048
"""Frames, evenly spaced, from which the correlation functions are taken at most."""
_PER_NS = 1000.0


@dataclass(frozen=True, eq=False)
class TetrahedronMotion:
    """Motion of the PS4 units, averaged over units and time.

    Parameters
    ----------
    n_units, duration_ps
        Number of units and simulated time.
    libration_amplitude_degrees
        Root mean square angle between a unit and its mean orientation, turns folded back.
    lag_times_ps
        Lags of the correlation functions, shape (lags,).
    correlation_1, correlation_2
        <P1(u(0) u(t))> and <P2(u(0) u(t))> of the P-S bond directions u.
    turns
        Turns by angle in degrees, 120 (about a P-S bond) or 180 -> number.
    turn_rate_per_ns
        Turns per unit and ns.
    turn_rate_interval_95_per_ns
        Its 95 % interval (Poisson, or the spread between units where that is wider).
    turned_units
        Number of units that turned at least once.
    """

    n_units: int
    duration_ps: float
    libration_amplitude_degrees: float
    lag_times_ps: FloatArray
    correlation_1: FloatArray
    correlation_2: FloatArray
    turns: Mapping[int, int]
    turn_rate_per_ns: float
    turn_rate_interval_95_per_ns: tuple[float, float]
    turned_units: int

    @property
    def n_turns(self) -> int:
        """Number of turns of all units."""
        return sum(self.turns.values())


def tetrahedron_motion(trajectory: Trajectory) -> TetrahedronMotion:
    """Follow the orientation of every PS4 unit (also SiS4, GeS4, SnS4, SbS4).

    In every frame the rotation that best takes the unit of the first frame to the present one is
    found by Kabsch's method (Acta Cryst. A 32, 922 (1976)). Of the twelve rotations of a regular
    tetrahedron onto itself the nearest one tells which S is where.

    Raises
    ------
    TrajectoryError
        If there are fewer than two frames or the first one has no whole unit.
    """
    if trajectory.n_frames < 2:
        raise TrajectoryError(
            f"a trajectory of {trajectory.n_frames} frames shows no rotation: give at least 2"
        )
    follower = None
    for block in trajectory.blocks():
        follower = follower or _Follower(trajectory, block)
        follower.take_in(block)
    if follower is None:
        raise TrajectoryError("the trajectory holds no frame: simulate, or name another file")
    return follower.result()


class _Follower:
    """Takes blocks of frames in; holds orientations of the last frame and sums."""

    def __init__(self, trajectory: Trajectory, block: FrameBlock) -> None:
        self._time_step = trajectory.time_step_ps
        self._duration = trajectory.duration_ps
        numbers = [Element(symbol).Z for symbol in trajectory.species]
        first = np.asarray(block.positions[0], dtype=np.float64)
        self._centres, self._sulphurs = _units(numbers, first, block.cells[0])
        vectors = self._bonds(FrameBlock(block.positions[:1], block.cells[:1]))[0]
        # The reference is the regular tetrahedron that fits the first frame best.
        self._reference = _regular(vectors)
        self._symmetry = np.stack([_permutations(unit) for unit in self._reference])
        n_units = len(self._centres)
        self._state = np.zeros(n_units, dtype=np.intp)
        self._turns = np.zeros((2, n_units), dtype=np.intp)
        self._folded = np.zeros((n_units, 3, 3))
        self._stride = max(1, -(-trajectory.n_frames // CORRELATED_FRAMES))
        self._kept: list[NDArray[np.float32]] = []
        self._frames = 0

    def _bonds(self, block: FrameBlock) -> FloatArray:
        """Return unit vectors along the bonds, shape (frames, units, 4, 3)."""
        centres = block.positions[:, self._centres, None]
        vectors = block.positions[:, self._sulphurs] - centres
        inverse = np.linalg.inv(block.cells)
        fractional = np.einsum("fuia,fab->fuib", vectors, inverse, optimize=True)
        vectors = vectors - np.einsum(
            "fuia,fab->fuib", np.rint(fractional), block.cells, optimize=True
        )
        return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))

    def take_in(self, block: FrameBlock) -> None:
        """Add the frames of a block."""
        bonds = self._bonds(block)
        start = -self._frames % self._stride
        self._kept.append(bonds[start :: self._stride].astype(np.float32))
        self._frames += len(block)
        rotations = _kabsch(self._reference, bonds)
        # Trace of the rotation that is left after each symmetry operation is undone.
        traces = np.einsum("fuab,ugab->fug", rotations, self._symmetry, optimize=True)
        nearest = traces.argmax(axis=-1)
        cosines = (np.take_along_axis(traces, nearest[..., None], axis=-1)[..., 0] - 1) / 2
        is_near = cosines > np.cos(np.radians(TURNED_DEGREES))
        self._count_turns(nearest, is_near)
        picked = self._symmetry[np.arange(len(self._centres)), nearest]
        self._folded += np.einsum("fuab,fucb->uac", rotations, picked, optimize=True)

    def _count_turns(self, nearest: IntArray, is_near: NDArray[np.bool_]) -> None:
        states = np.where(is_near, nearest, -1)
        changed = np.flatnonzero(((states != -1) & (states != self._state)).any(axis=1))
        # Few frames see a unit turned for the first time; the state is followed through them alone.
        for frame in changed:
            for unit in np.flatnonzero((states[frame] != -1) & (states[frame] != self._state)):
                before, after = self._symmetry[unit][[self._state[unit], states[frame, unit]]]
                is_half_turn = (np.trace(after @ before.T) - 1) / 2 < -0.75
                self._turns[int(is_half_turn), unit] += 1
                self._state[unit] = states[frame, unit]

    def result(self) -> TetrahedronMotion:
        """Return averages over all units."""
        bonds = np.concatenate(self._kept).reshape(-1, 4 * len(self._centres), 3)
        lags = np.arange(max(1, len(bonds) // 2), dtype=np.float64)
        first, second = _correlations(bonds, len(lags))
        rate, interval = _turn_rate(self._turns.sum(axis=0), self._duration)
        return TetrahedronMotion(
            n_units=len(self._centres),
            duration_ps=self._duration,
            libration_amplitude_degrees=_libration(self._folded / self._frames),
            lag_times_ps=lags * self._stride * self._time_step,
            correlation_1=first,
            correlation_2=second,
            turns={120: int(self._turns[0].sum()), 180: int(self._turns[1].sum())},
            turn_rate_per_ns=rate,
            turn_rate_interval_95_per_ns=interval,
            turned_units=int((self._turns.sum(axis=0) > 0).sum()),
        )


def _units(
    numbers: list[int], positions: FloatArray, cell: FloatArray
) -> tuple[IntArray, IntArray]:
    """Return the centre (units,) and the four S (units, 4) of every whole unit."""
    centres, sulphurs, _ = tetrahedral_bonds(numbers, positions, cell)
    found, counts = np.unique(centres, return_counts=True)
    whole = found[counts == 4]
    if not whole.size:
        raise TrajectoryError(
            "the first frame has no whole PS4 unit: check species and the order of the atoms"
        )
    return whole, np.stack([sulphurs[centres == centre] for centre in whole])


def _regular(vectors: FloatArray) -> FloatArray:
    """Return the regular tetrahedra that fit the bond directions best, shape (units, 4, 3)."""
    ideal = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    # Of its two ways to be numbered, one is the mirror image of the other.
    handed = np.linalg.det(vectors[:, :3]) * np.linalg.det(ideal[:3]) > 0
    models = np.where(handed[:, None, None], ideal, ideal[[1, 0, 2, 3]])
    rotations = _kabsch(models, vectors[None])[0]
    return np.asarray(np.einsum("uab,uib->uia", rotations, models))


def _permutations(tetrahedron: FloatArray) -> FloatArray:
    """Return the twelve rotations of a regular tetrahedron onto itself, shape (12, 3, 3).

    The first one is the identity.
    """
    axes = [*tetrahedron, *-tetrahedron]
    thirds = [Rotation.from_rotvec(2 * np.pi / 3 * axis) for axis in axes]
    halves = []
    for k in range(1, 4):
        axis = tetrahedron[0] + tetrahedron[k]
        halves.append(Rotation.from_rotvec(np.pi * axis / np.linalg.norm(axis)))
    return np.stack([np.eye(3), *(turn.as_matrix() for turn in [*thirds, *halves])])


def _kabsch(reference: FloatArray, bonds: FloatArray) -> FloatArray:
    """Return the rotations that take `reference` (units, 4, 3) to bonds (frames, units, 4, 3)."""
    covariance = np.einsum("fuia,uib->fuab", bonds, reference, optimize=True)
    u, _, v = np.linalg.svd(covariance)
    u[..., 2] *= np.sign(np.linalg.det(u @ v))[..., None]
    return np.asarray(u @ v)


def _libration(mean_rotations: FloatArray) -> float:
    """Return the rms angle in degrees about the mean orientation of every unit.

    The mean of rotation matrices is M P with the mean orientation M and a symmetric P whose trace
    is 1 + 2 <cos angle>.
    """
    traces = np.linalg.svd(mean_rotations, compute_uv=False).sum(axis=-1)
    cosines = np.clip((traces - 1) / 2, -1.0, 1.0)
    return float(np.degrees(np.sqrt((2 * (1 - cosines)).mean())))


def _correlations(bonds: NDArray[np.float32], n_lags: int) -> tuple[FloatArray, FloatArray]:
    """Return the first and second Legendre correlation functions of unit vectors."""
    first = _autocorrelation(bonds, n_lags)
    x, y, z = np.moveaxis(bonds, -1, 0)
    # (u v)^2 is the product of the symmetric tensors u u and v v.
    root = np.float32(np.sqrt(2))
    products = np.stack([x * x, y * y, z * z, root * y * z, root * x * z, root * x * y], axis=-1)
    return first, 1.5 * _autocorrelation(products, n_lags) - 0.5


def _autocorrelation(values: NDArray[np.float32], n_lags: int) -> FloatArray:
    """Return <a(0) a(t)> summed over components, mean over origins and vectors.

    Parameters
    ----------
    values
        Shape (frames, vectors, components).
    n_lags
        Number of lags, from 0.
    """
    n_frames, n_vectors, n_components = values.shape
    size = next_fast_len(2 * n_frames, real=True)
    power = np.zeros(size // 2 + 1)
    for k in range(n_components):
        for start in range(0, n_vectors, 256):
            part = values[:, start : start + 256, k].astype(np.float64)
            power += (np.abs(rfft(part, size, axis=0)) ** 2).sum(axis=1)
    origins = n_frames - np.arange(n_lags)
    return np.asarray(irfft(power, size)[:n_lags] / (origins * n_vectors))


def _turn_rate(turns: IntArray, duration_ps: float) -> tuple[float, tuple[float, float]]:
    """Return turns per unit and ns and the 95 % interval."""
    total, n_units = int(turns.sum()), len(turns)
    scale = _PER_NS / (duration_ps * n_units)
    if total == 0:
        return 0.0, (0.0, 3.0 * scale)
    spread = n_units * float(turns.var(ddof=1)) if n_units > 1 else 0.0
    factor = float(np.exp(1.96 * np.sqrt(max(spread, float(total))) / total))
    return total * scale, (total * scale / factor, total * scale * factor)
