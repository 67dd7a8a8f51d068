"""Jumps of Li between the sites of an argyrodite: within doublets, within cages, between cages."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import stdtrit

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.cages import SITES_PER_CAGE, Cages, find_cages
from atomate2_argyrodite.transport.mean_framework import MeanFramework
from atomate2_argyrodite.transport.trajectory import Trajectory

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

KINDS = ("doublet", "intra_cage", "inter_cage")
"""48h-48h across one 24g; between pairs of one cage; between cages."""
CORE_RADIUS = 0.07
"""Radius of a site in lattice constants (0.7 Å): a third of the distance within a doublet. An ion
between sites counts as on the last one, so that vibration across a border is no jump."""
_NOWHERE = -1
_PER_NS = 1000.0


@dataclass(frozen=True)
class JumpRate:
    """Jumps of one kind.

    Parameters
    ----------
    count
        Number of jumps of all ions.
    rate_per_ns
        Jumps per ion and ns.
    interval_95_per_ns
        Its 95 % interval by the spread between ions; from 0 where none was seen.
    distance_angstrom
        Root mean square distance between the sites, None without jumps.
    """

    count: int
    rate_per_ns: float
    interval_95_per_ns: tuple[float, float]
    distance_angstrom: float | None


@dataclass(frozen=True, eq=False)
class JumpStatistics:
    """Where Li stays and how it moves on.

    Parameters
    ----------
    cages
        The cages.
    rates
        By kind of jump, `KINDS`.
    occupancies
        Part of the time that each 48h site is taken, shape (cages, 6, 2).
    lithium_per_cage
        Mean number of Li in the cages around each species of anion (6 in the ideal crystal).
    cage_residence_ps
        Mean time between two jumps of an ion to another cage; None where none was seen.
    fraction_in_cores
        Part of the time that ions are within the core of a site; low values mean that Li sits
        elsewhere and the sites describe it badly.
    n_ions, duration_ps
        Ions and simulated time.
    links
        Pairs of cages between which ions jumped, with the number of jumps, shape (links, 3).
    """

    cages: Cages
    rates: Mapping[str, JumpRate]
    occupancies: FloatArray
    lithium_per_cage: Mapping[str, float]
    cage_residence_ps: float | None
    fraction_in_cores: float
    n_ions: int
    duration_ps: float
    links: IntArray

    @property
    def random_walk_diffusivity_cm2_per_s(self) -> float | None:
        """D of uncorrelated jumps between cages, rate d^2 / 6; tracer D over it is correlation."""
        jump = self.rates["inter_cage"]
        if jump.distance_angstrom is None:
            return None
        centres = self._link_distance()
        return jump.rate_per_ns / _PER_NS * centres**2 / 6 * 1e-4

    def _link_distance(self) -> float:
        """Return the rms distance between the centres of cages that ions jumped between, in Å."""
        moved = self.cages.centres[self.links[:, 0]] - self.cages.centres[self.links[:, 1]]
        vectors = (moved - np.rint(moved)) @ self.cages.cell
        return float(np.sqrt(np.average((vectors**2).sum(axis=1), weights=self.links[:, 2])))


def jump_statistics(trajectory: Trajectory, mobile: str = "Li") -> JumpStatistics:
    """Follow every mobile ion from site to site.

    Parameters
    ----------
    trajectory
        Of an argyrodite, frames close enough that an ion does not pass a site unseen (0.1 ps).
    mobile
        The mobile species.

    Raises
    ------
    TrajectoryError
        If the trajectory is not of an argyrodite, or has fewer than two frames.
    """
    if trajectory.n_frames < 2:
        raise TrajectoryError(
            f"a trajectory of {trajectory.n_frames} frames shows no jumps: give at least 2"
        )
    framework = MeanFramework.of(trajectory, mobile)
    cages = find_cages(framework)
    follower = _Follower(cages, len(trajectory.indices(mobile)))
    ions = trajectory.indices(mobile)
    for _, fractional in framework.blocks():
        follower.take_in(fractional[:, ions])
    return follower.result(trajectory.duration_ps)


class _Follower:
    """Assigns ions to sites block by block and counts what changes."""

    def __init__(self, cages: Cages, n_ions: int) -> None:
        self._cages = cages
        self._sites = cages.sites.reshape(-1, 3)
        self._tree, self._site_of_image = _periodic_tree(self._sites, cages.cell)
        self._last = np.full(n_ions, _NOWHERE, dtype=np.intp)
        self._counts = np.zeros((len(KINDS), n_ions), dtype=np.intp)
        self._squares = np.zeros(len(KINDS))
        self._visits = np.zeros(len(self._sites), dtype=np.intp)
        self._links: dict[tuple[int, int], int] = {}
        self._inside = self._frames = 0

    def take_in(self, fractional: FloatArray) -> None:
        """Take a block of shape (frames, ions, 3) in."""
        wrapped = (fractional - np.floor(fractional)) @ self._cages.cell
        radius = CORE_RADIUS * self._cages.lattice_constant
        _, index = self._tree.query(wrapped, distance_upper_bound=radius)
        sites = np.append(self._site_of_image, _NOWHERE)[index]
        self._inside += int((sites != _NOWHERE).sum())
        self._frames += len(sites)
        sites = _carried_on(np.concatenate([self._last[None], sites]))
        known = sites[1:][sites[1:] != _NOWHERE]
        self._visits += np.bincount(known, minlength=len(self._visits))
        self._count(sites)
        self._last = sites[-1]

    def _count(self, sites: IntArray) -> None:
        before, after = sites[:-1], sites[1:]
        frame, ion = np.nonzero((before != after) & (before != _NOWHERE))
        origin, target = before[frame, ion], after[frame, ion]
        same_cage = origin // SITES_PER_CAGE == target // SITES_PER_CAGE
        kind = np.where(origin // 2 == target // 2, 0, np.where(same_cage, 1, 2))
        moved = self._sites[target] - self._sites[origin]
        squares = (((moved - np.rint(moved)) @ self._cages.cell) ** 2).sum(axis=1)
        np.add.at(self._counts, (kind, ion), 1)
        np.add.at(self._squares, kind, squares)
        for a, b in zip(origin[kind == 2], target[kind == 2], strict=True):
            link = (int(a) // SITES_PER_CAGE, int(b) // SITES_PER_CAGE)
            link = (min(link), max(link))
            self._links[link] = self._links.get(link, 0) + 1

    def result(self, duration_ps: float) -> JumpStatistics:
        """Return what was counted."""
        n_ions, cages = len(self._last), self._cages
        occupancies = self._visits.reshape(cages.n_cages, 6, 2) / self._frames
        in_cage = occupancies.sum(axis=(1, 2))
        anions = np.array(cages.anions)
        rates = {
            name: _rate(self._counts[k], self._squares[k], duration_ps)
            for k, name in enumerate(KINDS)
        }
        hops = rates["inter_cage"].count
        return JumpStatistics(
            cages=cages,
            rates=rates,
            occupancies=occupancies,
            lithium_per_cage={
                str(s): float(in_cage[anions == s].mean()) for s in np.unique(anions)
            },
            cage_residence_ps=duration_ps * n_ions / hops if hops else None,
            fraction_in_cores=self._inside / (self._frames * n_ions),
            n_ions=n_ions,
            duration_ps=duration_ps,
            links=np.array(
                [(*link, count) for link, count in sorted(self._links.items())], dtype=np.intp
            ).reshape(-1, 3),
        )


def _periodic_tree(sites: FloatArray, cell: FloatArray) -> tuple[cKDTree, IntArray]:
    """Return a search tree over the sites and their images around the cell, and their indices."""
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1
    wrapped = sites - np.floor(sites)
    images = (wrapped[None] + shifts[:, None]).reshape(-1, 3)
    index = np.tile(np.arange(len(sites)), len(shifts))
    # A margin of a site's radius and more, whatever the shape of the cell.
    margin = 3.0 * np.linalg.norm(np.linalg.inv(cell), axis=0)
    near = ((images > -margin) & (images < 1 + margin)).all(axis=1)
    return cKDTree(images[near] @ cell), index[near]


def _carried_on(sites: IntArray) -> IntArray:
    """Replace frames between sites by the last site, for every ion; shape (frames, ions)."""
    known = np.where(sites != _NOWHERE, np.arange(len(sites))[:, None], 0)
    carried: IntArray = np.take_along_axis(sites, np.maximum.accumulate(known, axis=0), axis=0)
    return carried


def _rate(counts: IntArray, squares: float, duration_ps: float) -> JumpRate:
    """Return the rate and its interval; the spread between ions is at least that of chance."""
    total, n_ions = int(counts.sum()), len(counts)
    scale = _PER_NS / duration_ps
    if total == 0:
        return JumpRate(0, 0.0, (0.0, 3.0 * scale / n_ions), None)
    mean = total / n_ions
    variance = max(float(counts.var(ddof=1)) if n_ions > 1 else 0.0, mean)
    relative = np.sqrt(variance / n_ions) / mean
    factor = float(np.exp(stdtrit(max(n_ions - 1, 1), 0.975) * relative))
    return JumpRate(
        count=total,
        rate_per_ns=mean * scale,
        interval_95_per_ns=(mean * scale / factor, mean * scale * factor),
        distance_angstrom=float(np.sqrt(squares / total)),
    )
