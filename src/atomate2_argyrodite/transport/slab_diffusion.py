"""Diffusivity in every slab along and across a boundary, with intervals, by two rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from atomate2_argyrodite.transport.absorbing_slab import RESOLVED, WalledSlab
from atomate2_argyrodite.transport.concert import ConcertedMotion
from atomate2_argyrodite.transport.diffusion import CM2_PER_S, MAXIMUM_RELATIVE_ERROR
from atomate2_argyrodite.transport.ion_statistics import Estimate
from atomate2_argyrodite.transport.slab_sums import (
    JUMP_ANGSTROM,
    RULES,
    SlabRule,
    SlabSums,
)

FloatArray = NDArray[np.float64]

DIRECTIONS = ("along", "in_plane_normal", "across", "in_plane", "total")
"""Along the first vector in the plane (the tilt axis of a tilt boundary), normal to it in the
plane, across the boundary; the mean in the plane, and the mean of all."""
_WEIGHTS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])
_ACROSS, _IN_PLANE, _TOTAL = 2, 3, 4
_FEWEST_IONS = 4.0
_FEWEST_STAYING = 0.5
_SIGNIFICANCE = 0.01
_LARGEST_CHANGE = 0.3
_UNSEEN_SQUARE = 3 * 4.0**2
"""Å^2; what three hops of 4 Å, the 95 % limit where none was seen, would have added."""
_TOO_THIN = (
    "the slab is too thin to tell how fast those that stay in it move across it: take thicker "
    "slabs, or the rule by start"
)


@dataclass(frozen=True)
class SlabDiffusivity:
    """Diffusion of the ions of one slab in one direction.

    Parameters
    ----------
    slab, rule, direction
        Name of the slab, ``start`` or ``residence`` (see `SlabRule`), one of `DIRECTIONS`.
    diffusivity, standard_error, interval_95
        In cm^2/s; None where motion is not diffusive or not resolved.
    upper_limit
        One-sided 95 % limit in cm^2/s; None where too few ions were in the slab, or, by residence,
        where the slab is too thin.
    reason
        Why there is no diffusivity.
    """

    slab: str
    rule: SlabRule
    direction: str
    diffusivity: float | None
    standard_error: float | None
    interval_95: tuple[float, float] | None
    upper_limit: float | None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class SlopeFit:
    """The fit of a slope over two octaves of lags, common to all slabs.

    Parameters
    ----------
    sums
        Sums of the lags t, 2t and 4t, with single ions.
    concert
        Concerted motion of all ions.
    time_step_ps
        Time between frames in ps.
    """

    sums: tuple[SlabSums, SlabSums, SlabSums]
    concert: ConcertedMotion
    time_step_ps: float

    @property
    def lags(self) -> FloatArray:
        """The three lags in frames."""
        return np.array([item.lag for item in self.sums], dtype=np.float64)

    @property
    def octave_weights(self) -> FloatArray:
        """Coefficients of the slope over each octave, shape (2, lags), per frame."""
        first, second, third = self.lags
        return np.array(
            [
                [-1 / (second - first), 1 / (second - first), 0.0],
                [0.0, -1 / (third - second), 1 / (third - second)],
            ]
        )

    @property
    def weights(self) -> FloatArray:
        """Coefficients of the mean slope, shape (lags,), per frame."""
        return np.asarray(self.octave_weights.mean(axis=0))

    def estimate(self, value: float, influences: FloatArray, counts: FloatArray) -> Estimate:
        """Return a quantity with its error.

        Parameters
        ----------
        value
            The quantity.
        influences
            What each ion contributes to its deviation, shape (ions,): ions are independent
            samples, whatever the correlation in time of a single one.
        counts
            Displacements of each ion, shape (ions,).
        """
        effective = counts.sum() ** 2 / float(counts @ counts)
        octaves = [int(lag) for lag in self.lags[:2]]
        excess = max(self.concert.excess(lag) for lag in octaves)
        blocks = min(self.concert.blocks_at(lag) for lag in octaves)
        variance = float(influences @ influences) * effective / (effective - 1) * excess
        inverse = excess / (effective - 1) + (1 - 1 / excess) ** 2 / blocks
        return Estimate(value, float(np.sqrt(variance)), 1 / inverse)


@dataclass(frozen=True, eq=False)
class _SlabSlopes:
    """Mean squares of one slab and rule at the three lags, and the influence of each ion on them.

    Shapes: means (lags, 3), influences (lags, ions, 3), counts (ions,) at the longest lag;
    `staying` is the part of the ions that are still in the slab then.
    """

    means: FloatArray
    influences: FloatArray
    counts: FloatArray
    staying: float

    @classmethod
    def of(cls, sums: Sequence[SlabSums], rule: SlabRule, slab: int) -> "_SlabSlopes | None":
        means, influences = [], []
        counts = np.zeros(0)
        for item in sums:
            squares = item.ion_squares(rule)[:, slab]
            counts = item.ion_counts(rule)[:, slab]
            if counts.sum() ** 2 < (_FEWEST_IONS + 1) * float(counts @ counts) or not counts.any():
                return None
            mean = squares.sum(axis=0) / counts.sum()
            means.append(mean)
            influences.append((squares - counts[:, None] * mean) / counts.sum())
        staying = float(sums[-1].staying()[slab])
        return cls(np.array(means), np.array(influences), counts, staying)


def slab_diffusivities(
    fit: SlopeFit, names: Sequence[str], widths: FloatArray, *, is_diffusive: bool
) -> list[SlabDiffusivity]:
    """Return the diffusivity of every slab, rule and direction.

    D is the slope of the mean squared displacement over two octaves of lags, the same for all
    slabs, divided by 2. The mean is a ratio of sums over ions, and its error follows from how much
    every ion contributes to it (linearised ratio estimator with ions as clusters), widened by their
    concerted motion.

    By start, ions carry what they do in other slabs into the one where they began: where many leave
    within the lags, slabs look more alike than they are. By residence they do not, but the slope
    across is that of ions that had no room to go farther: the diffusivity is the one with which
    Brownian motion between such walls gives this slope (`absorbing_slab`).

    Parameters
    ----------
    fit
        Sums and lags.
    names
        Names of the slabs.
    widths
        Thickness of each in Å, shape (slabs,).
    is_diffusive
        Whether these lags are in the diffusive regime of the whole cell; if not, there are upper
        limits alone.
    """
    found = []
    for rule in RULES:
        for index, name in enumerate(names):
            slopes = _SlabSlopes.of(fit.sums, rule, index)
            for number, direction in enumerate(DIRECTIONS):
                label = (name, rule, direction)
                if slopes is None:
                    found.append(SlabDiffusivity(*label, None, None, None, None, _too_few(name)))
                    continue
                width = float(widths[index])
                found.append(_diffusivity(fit, slopes, label, number, width, is_diffusive))
    return found


def _too_few(name: str) -> str:
    return f"fewer than {_FEWEST_IONS:.0f} ions, in effect, were in {name} long enough"


def _diffusivity(
    fit: SlopeFit,
    slopes: _SlabSlopes,
    label: tuple[str, SlabRule, str],
    number: int,
    width: float,
    is_diffusive: bool,
) -> SlabDiffusivity:
    weights = _WEIGHTS[number] / 2
    value = float(fit.weights @ slopes.means @ weights)
    influences = np.einsum("l,lid,d->i", fit.weights, slopes.influences, weights, optimize=True)
    if label[1] == "residence" and number in (_ACROSS, _TOTAL):
        unbounded = _without_walls(fit, slopes, width)
        if unbounded is None:
            return SlabDiffusivity(*label, None, None, None, None, _TOO_THIN)
        shift, scale = unbounded
        share = 1.0 if number == _ACROSS else 1 / 3
        value += share * shift
        across = np.einsum("l,li->i", fit.weights, slopes.influences[:, :, 2], optimize=True) / 2
        influences = influences + share * (scale - 1) * across
    estimate = fit.estimate(value, influences, slopes.counts)
    reason = _reason(fit, slopes, weights, estimate, is_diffusive)
    return _result(fit, label, estimate, slopes.counts, reason)


def _without_walls(fit: SlopeFit, slopes: _SlabSlopes, width: float) -> tuple[float, float] | None:
    """Return what the walls took from D across, and how its error grows; None if too much."""
    slope = float(fit.weights @ slopes.means[:, 2])
    slab = WalledSlab(width, JUMP_ANGSTROM)
    bound = float(slab.mean_square(RESOLVED)) * slab.width**2
    if float(slopes.means[-1, 2]) > bound or slopes.staying < _FEWEST_STAYING:
        return None
    found = slab.diffusivity(slope, fit.lags, fit.weights)
    if found is None:
        return (0.0, 1.0) if slope <= 0 else None
    value, derivative = found
    return value - slope / 2, 2 * derivative


def _reason(
    fit: SlopeFit,
    slopes: _SlabSlopes,
    weights: FloatArray,
    estimate: Estimate,
    is_diffusive: bool,
) -> str | None:
    if not is_diffusive:
        return "from no lag on is the slope of the mean square displacement of all ions constant"
    if not estimate.value > estimate.standard_error / MAXIMUM_RELATIVE_ERROR:
        return "the mean square displacement rises by less than three times its error"
    change_weights = fit.octave_weights[1] - fit.octave_weights[0]
    change = float(change_weights @ slopes.means @ weights)
    influences = np.einsum("l,lid,d->i", change_weights, slopes.influences, weights, optimize=True)
    error = fit.estimate(change, influences, slopes.counts)
    p = 2 * float(stdtr(error.degrees_of_freedom, -abs(change) / max(error.standard_error, 1e-300)))
    if p < _SIGNIFICANCE and abs(change) > _LARGEST_CHANGE * estimate.value:
        return "the slope of the mean square displacement still changes from octave to octave"
    return None


def _result(
    fit: SlopeFit,
    label: tuple[str, SlabRule, str],
    estimate: Estimate,
    counts: FloatArray,
    reason: str | None,
) -> SlabDiffusivity:
    scale = CM2_PER_S / fit.time_step_ps
    ion_frames = float(counts.sum()) * fit.sums[-1].stride(0)
    unseen = _UNSEEN_SQUARE / (6 * ion_frames)
    limit = (estimate.upper_95 + unseen) * scale
    if reason is not None:
        return SlabDiffusivity(*label, None, None, None, limit, reason)
    low, high = estimate.interval_95
    return SlabDiffusivity(
        *label,
        diffusivity=estimate.value * scale,
        standard_error=estimate.standard_error * scale,
        interval_95=(low * scale, high * scale),
        upper_limit=limit,
    )
