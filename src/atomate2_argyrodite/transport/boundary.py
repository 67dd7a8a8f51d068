"""Transport across and along a grain boundary: the whole analysis of one trajectory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.accumulation import SlabAccumulation, SlabCounts
from atomate2_argyrodite.transport.boundary_profile import BoundaryProfile, boundary_profile
from atomate2_argyrodite.transport.diffusion import MINIMUM_FRAMES, MINIMUM_IONS, diffusion_of
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.ion_statistics import IonStatistics
from atomate2_argyrodite.transport.msd import lag_grid
from atomate2_argyrodite.transport.pair_distribution import (
    PairDistribution,
    slab_pair_distribution,
)
from atomate2_argyrodite.transport.result import Diffusivity
from atomate2_argyrodite.transport.slab_diffusion import (
    SlabDiffusivity,
    SlopeFit,
    slab_diffusivities,
)
from atomate2_argyrodite.transport.slab_structure import SlabStructure, slab_structures
from atomate2_argyrodite.transport.slab_sums import RULES, SlabSums, frames_of_departure, lag_sums
from atomate2_argyrodite.transport.slabs import BoundarySlabs, slab_frame
from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional
from atomate2_argyrodite.transport.window import (
    DiffusiveWindow,
    diffusive_window,
    octave_lags,
)

FloatArray = NDArray[np.float64]

WINDOW_PS = 100.0
"""Longest window whose frames are looked at atom by atom, at the begin and at the end."""


@dataclass(frozen=True, eq=False)
class BoundaryTransport:
    """What one simulation of a bicrystal shows.

    Parameters
    ----------
    slabs, mean_cell
        Division, with planes as in the first frame, and mean cell vectors as rows in Å.
    n_ions, duration_ps
        Mobile ions and simulated time.
    whole
        Diffusion of all ions together.
    diffusivities
        By slab, rule and direction.
    fit_window_ps
        First and last lag of the fits in ps.
    is_diffusive
        Whether all ions together are diffusive over these lags.
    lag_times_ps
        Lags of the curves, shape (lags,).
    mean_squares
        Rule -> mean squared displacement in Å^2, shape (slabs, lags, 3): along, in the plane,
        across.
    staying
        Part of the ions of each slab that is still there after a lag, never having left, shape
        (slabs, lags).
    accumulations
        Change of the number of ions of each slab.
    count_times_ps, counts, count_errors
        Middles of intervals (bins,); mean number of ions (slabs, bins), and the standard error of
        its change since the first interval.
    profile
        What lies where.
    pair_distributions
        g(r) in the boundary: early and late.
    structures_early, structures_late
        PS4 and coordination by slab.
    """

    slabs: BoundarySlabs
    mean_cell: FloatArray
    n_ions: int
    whole: Diffusivity
    duration_ps: float
    diffusivities: list[SlabDiffusivity]
    fit_window_ps: tuple[float, float]
    is_diffusive: bool
    lag_times_ps: FloatArray
    mean_squares: dict[str, FloatArray]
    staying: FloatArray
    accumulations: list[SlabAccumulation]
    count_times_ps: FloatArray
    counts: FloatArray
    count_errors: FloatArray
    profile: BoundaryProfile
    pair_distributions: tuple[PairDistribution | None, PairDistribution | None]
    structures_early: list[SlabStructure]
    structures_late: list[SlabStructure]

    def of(self, slab: str, rule: str = "start", direction: str = "total") -> SlabDiffusivity:
        """Return one diffusivity.

        Raises
        ------
        KeyError
            If there is no such slab, rule or direction.
        """
        for item in self.diffusivities:
            if (item.slab, item.rule, item.direction) == (slab, rule, direction):
                return item
        raise KeyError(f"{slab}, {rule}, {direction}")


def boundary_transport(
    trajectory: Trajectory,
    slabs: BoundarySlabs,
    species: str = "Li",
    *,
    reference: FloatArray | None = None,
    window_ps: float = WINDOW_PS,
) -> BoundaryTransport:
    """Analyse the diffusion of a species by distance from a grain boundary.

    The trajectory is read twice, in blocks: memory does not grow with its length, nor with the
    number of atoms by more than a few numbers per atom.

    Parameters
    ----------
    trajectory
        The trajectory of a bicrystal.
    slabs
        Its boundary planes and how slabs are cut.
    species
        The mobile species.
    reference
        Fractional coordinates (atoms, 3) of the structure in which the planes are known; by default
        they are taken as fractions in the first frame.
    window_ps
        Length of the windows at the begin and at the end for g(r) and coordination; at most a tenth
        of the run is taken.

    Raises
    ------
    TrajectoryError
        If the species or a framework is absent, or there are fewer than 32 frames or 4 ions.
    InputError
        If slabs are thicker than the cell allows, or the reference is of other atoms.
    """
    mobile, framework, first, cell = _begin(trajectory, species)
    slabs.check(cell)
    if reference is not None:
        slabs = slabs.moved_to(reference, first, framework)
    numbers = np.array([Element(symbol).Z for symbol in trajectory.species], dtype=np.int64)
    with MobileDisplacements.from_trajectory(trajectory, species) as moved:
        slabs.check(moved.mean_cell)
        statistics = IonStatistics.from_replicas([moved])
        whole = diffusion_of(trajectory, species, 1.0, [moved], statistics)
        sweep = _Sweep(moved, statistics, slabs, first[mobile])
    window = min(window_ps, trajectory.duration_ps / 10)
    profile = boundary_profile(trajectory, slabs, species, moved.mean_cell, numbers, window)
    pairs, structures = [], []
    for frames in (profile.early, profile.late):
        pairs.append(slab_pair_distribution(frames, mobile, slabs, moved.mean_cell))
        args = (profile.kinds, numbers, mobile, slabs, moved.mean_cell)
        structures.append(slab_structures(frames, *args))
    time_step = trajectory.time_step_ps
    return BoundaryTransport(
        slabs=slabs,
        mean_cell=moved.mean_cell,
        n_ions=moved.n_ions,
        whole=whole,
        duration_ps=trajectory.duration_ps,
        diffusivities=slab_diffusivities(
            sweep.fit, slabs.names, slabs.widths(moved.mean_cell), is_diffusive=sweep.is_diffusive
        ),
        fit_window_ps=(sweep.fitted[0] * time_step, sweep.fitted[-1] * time_step),
        is_diffusive=sweep.is_diffusive,
        lag_times_ps=np.array([item.lag * time_step for item in sweep.curves]),
        mean_squares=sweep.mean_squares(),
        staying=np.stack([item.staying() for item in sweep.curves], axis=1),
        accumulations=sweep.counts.accumulations(
            slabs.names, slabs.volume_fractions(moved.mean_cell)
        ),
        count_times_ps=sweep.counts.times(time_step),
        counts=sweep.counts.means,
        count_errors=sweep.counts.errors(),
        profile=profile,
        pair_distributions=(pairs[0], pairs[1]),
        structures_early=structures[0],
        structures_late=structures[1],
    )


def _begin(
    trajectory: Trajectory, species: str
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatArray, FloatArray]:
    """Return mobile ions, framework, and fractional coordinates and cell of the first frame."""
    mobile = trajectory.indices(species)
    framework = np.setdiff1d(np.arange(trajectory.n_atoms), mobile)
    if not framework.size:
        raise TrajectoryError(
            f"the trajectory holds nothing but {species}: there is no boundary to refer to"
        )
    if trajectory.n_frames < MINIMUM_FRAMES or mobile.size < MINIMUM_IONS:
        raise TrajectoryError(
            f"{trajectory.n_frames} frames of {mobile.size} ions are too few: simulate at least "
            f"{MINIMUM_FRAMES} frames of {MINIMUM_IONS} ions"
        )
    for block in trajectory.blocks():
        first = to_fractional(block.positions[:1], block.cells[:1])[0]
        return mobile, framework, first, block.cells[0]
    raise TrajectoryError("the trajectory holds no frame: simulate, or name another file")


class _Sweep:
    """One pass over all ions, a group at a time: squares by slab, and counts."""

    def __init__(
        self,
        moved: MobileDisplacements,
        statistics: IonStatistics,
        slabs: BoundarySlabs,
        first: FloatArray,
    ) -> None:
        window = diffusive_window(statistics)
        self.is_diffusive = window is not None
        self.fitted = _fitted_lags(statistics, window)
        self.counts = SlabCounts(len(slabs.names), moved.n_frames)
        self.curves: list[SlabSums] = lag_sums(
            lag_grid(moved.n_frames // 2).tolist(), self.fitted, len(slabs.names)
        )
        self._read(moved, slabs, first)
        fitted = [item for item in self.curves if item.keeps_ions]
        self.fit = SlopeFit(
            (fitted[0], fitted[1], fitted[2]), statistics.concert, moved.time_step_ps
        )

    def _read(self, moved: MobileDisplacements, slabs: BoundarySlabs, first: FloatArray) -> None:
        inverse = np.linalg.inv(moved.mean_cell)[:, slabs.axis]
        frame = slab_frame(moved.mean_cell, slabs.axis)
        limits = slabs.limits(moved.mean_cell)
        begin = 0
        for group in moved.groups():
            start = first[begin : begin + len(group), slabs.axis]
            begin += len(group)
            places = np.einsum("iaf,a->if", group, inverse) + start[:, None]
            distances = slabs.distances(places, moved.mean_cell)
            located = slabs.index(distances)
            departures = frames_of_departure(located, distances, limits)
            turned = np.matmul(frame, group)
            for item in self.curves:
                item.add(turned, located, departures)
            self.counts.add(located)

    def mean_squares(self) -> dict[str, FloatArray]:
        """Return rule -> mean squared displacements in Å^2, shape (slabs, lags, 3)."""
        return {
            rule: np.stack([item.mean_squares(rule) for item in self.curves], axis=1)
            for rule in RULES
        }


def _fitted_lags(statistics: IonStatistics, window: DiffusiveWindow | None) -> list[int]:
    """Return three lags, each twice the one before."""
    first = octave_lags(statistics)[-2] if window is None else window.octaves[0]
    return [first, 2 * first, 4 * first]
