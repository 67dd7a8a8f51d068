"""Figures of diffusion: mean square displacements and the Arrhenius plot."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.report.numbers import diffusivity, number, room_conductivity
from atomate2_argyrodite.report.style import (
    COLOURS,
    GREY,
    MARKERS,
    SEQUENCE,
    Picture,
    draw,
    formula,
    new_figure,
    plain,
    plain_logarithm,
    styled,
)
from atomate2_argyrodite.transport import conductivity

ROOM_TEMPERATURE = 300.0
EXPERIMENTAL_CONDUCTIVITIES = {"Cl": (2.3, 2.5), "Br": (1.0, 1.0), "I": (0.004, 0.004)}
"""mS/cm at room temperature, as quoted by Kim et al., Nano Energy 2024, 109436."""

_DODGE = 0.025  # of the symbols at 300 K in 1000 K / T, so that they do not hide each other

FloatArray = NDArray[np.float64]


@styled
def msd_picture(document: ConductivityDocument, stem: str = "") -> Picture:
    """Mean square displacement of Li at every temperature, with the window of the fit."""
    arrays = document.curves.to_arrays()
    figure, (axes,) = new_figure(5.6, 4.0)
    results = sorted(document.results, key=lambda result: result.temperature_kelvin)
    colours = mpl.colormaps[SEQUENCE](np.linspace(0.0, 0.85, max(len(results), 1)))
    for result, colour in zip(results, colours, strict=True):
        name = f"msd_{result.temperature_kelvin:.0f}"
        if f"{name}_lag_ps" in arrays:
            _draw_msd(axes, arrays, name, result, tuple(colour))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("lag time / ps")
    axes.set_ylabel("mean square displacement of Li / Å$^2$")
    plain_logarithm(axes.xaxis)
    plain_logarithm(axes.yaxis)
    _draw_slope_one(axes)
    axes.legend(loc="upper left", title="temperature")
    axes.set_title(
        f"{formula(document.composition or '')}, {plain(str(document.configuration))}", loc="left"
    )
    return draw(
        figure,
        f"msd_{document.configuration}{stem}",
        f"Mean square displacement of Li in {document.configuration}, replicas pooled, with its "
        "standard error. Heavy lines: the window of the fit. Dashed: slope 1, diffusion.",
        f"Log-log plot. {_results_in_words(results)}",
    )


def _draw_msd(
    axes: Axes,
    arrays: dict[str, FloatArray],
    name: str,
    result: DiffusivityResult,
    colour: tuple[float, ...],
) -> None:
    lag, msd = arrays[f"{name}_lag_ps"], arrays[f"{name}_angstrom2"]
    shown = (lag > 0) & (msd > 0)
    label = f"{result.temperature_kelvin:.0f} K"
    if not result.is_diffusive:
        label += " (upper limit only)"
    axes.plot(lag[shown], msd[shown], color=colour, linewidth=1.0, label=label)
    error = arrays.get(f"{name}_standard_error_angstrom2")
    if error is not None:
        low = np.maximum(msd - error, 1e-3 * msd)
        axes.fill_between(
            lag[shown], low[shown], (msd + error)[shown], color=colour, alpha=0.2, linewidth=0
        )
    if result.fit_window_ps is not None and result.is_diffusive:
        start, end = result.fit_window_ps
        inside = shown & (lag >= start) & (lag <= end)
        axes.plot(lag[inside], msd[inside], color=colour, linewidth=3.0)


def _draw_slope_one(axes: Axes) -> None:
    """Draw a line of slope 1 in the lower right corner."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    span = min((right / left) ** 0.5, (top / bottom) ** 0.6)
    start, height = 0.9 * right / span, bottom * (top / bottom) ** 0.08
    axes.plot(
        [start, start * span], [height, height * span], color=GREY, linewidth=1.0, linestyle="--"
    )
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _results_in_words(results: Sequence[DiffusivityResult]) -> str:
    return " ".join(f"{r.temperature_kelvin:.0f} K: D {diffusivity(r)} cm²/s." for r in results)


@styled
def arrhenius_picture(
    documents: Sequence[ConductivityDocument],
    dynamics: Sequence[MolecularDynamicsDocument] = (),
    name: str = "arrhenius",
) -> Picture:
    """Conductivity times temperature against inverse temperature, extrapolated to 300 K.

    Parameters
    ----------
    documents
        One per configuration.
    dynamics
        The runs behind them: their Li densities turn upper limits of D into those of sigma where
        documents of an earlier version lack these.
    name
        Of the picture.
    """
    figure, (axes,) = new_figure(6.6, 4.8)
    axes.set_yscale("log")
    for position, document in enumerate(documents):
        colour, marker = COLOURS[position % len(COLOURS)], MARKERS[position % len(MARKERS)]
        _draw_points(axes, document, colour, marker)
        _draw_limits(axes, document, colour, marker, _density(document, dynamics))
        _draw_band(axes, document, colour)
        shift = _DODGE * (position + 0.5)
        _draw_extrapolation(axes, document, colour, marker, shift)
    shift = _DODGE * (len(documents) + 0.5)
    _draw_experiments(axes, {document.halide or "" for document in documents}, shift)
    axes.set_xlabel("1000 K / T")
    axes.set_ylabel("σT / S K cm$^{-1}$")
    _draw_temperature_axis(axes)
    axes.legend(*_experiments_last(axes), loc="best")
    lines = [
        f"{d.configuration}: σ(300 K) {room_conductivity(d.arrhenius)} mS/cm." for d in documents
    ]
    return draw(
        figure,
        name,
        "Plain Nernst-Einstein conductivity (tracer D). Lines and bands: weighted Arrhenius fits "
        "with 95 % intervals; open symbols: their values at 300 K, set side by side; arrows: upper "
        "limits where motion is not diffusive; stars: experiment at room temperature as quoted by "
        "Kim et al. (2024), for reference and not fitted.",
        "Arrhenius plot. " + " ".join(lines),
    )


def _points(document: ConductivityDocument) -> list[tuple[float, float, float, float]]:
    """Return (T, sigma T, low, high) in K and S K/cm of every diffusive temperature."""
    found = []
    for result in document.results:
        t, sigma = result.temperature_kelvin, result.conductivity_ms_per_cm
        if result.is_diffusive and sigma is not None:
            low, high = result.conductivity_interval_95_ms_per_cm or (sigma, sigma)
            factor = t / 1000  # to S K/cm
            found.append((t, factor * sigma, factor * low, factor * high))
    return found


def _draw_points(axes: Axes, document: ConductivityDocument, colour: str, marker: str) -> None:
    points = _points(document)
    label = plain(str(document.configuration))
    if document.arrhenius is not None:
        label += f", E$_a$ {number(document.arrhenius.activation_energy_ev)} eV"
    if not points:
        label += " (upper limits)" if document.results else " (no result)"
        axes.errorbar(
            [], [], yerr=[], color=colour, marker=marker, markersize=5, markerfacecolor="white",
            linestyle="none", label=label,
        )  # fmt: skip
        return
    t, y, low, high = np.array(points).T
    errors = [y - np.maximum(low, 1e-3 * y), high - y]
    axes.errorbar(
        1000 / t, y, yerr=errors, color=colour, marker=marker, markersize=5, linestyle="none",
        capsize=2.5, label=label, zorder=3,
    )  # fmt: skip


def _draw_limits(
    axes: Axes, document: ConductivityDocument, colour: str, marker: str, density: float | None
) -> None:
    for result in document.results:
        limit, t = _conductivity_limit(result, density), result.temperature_kelvin
        if result.is_diffusive or limit is None:
            continue
        y = limit * t / 1000
        axes.errorbar(
            [1000 / t], [y], yerr=[[0.55 * y], [0.0]], uplims=True, color=colour, marker=marker,
            markersize=5, markerfacecolor="white", capsize=3, linestyle="none", zorder=3,
        )  # fmt: skip


def _conductivity_limit(result: DiffusivityResult, density: float | None) -> float | None:
    """Return the upper limit of sigma in mS/cm."""
    known, limit = (
        result.conductivity_upper_limit_ms_per_cm,
        result.diffusivity_upper_limit_cm2_per_s,
    )
    if known is not None or limit is None or density is None:
        return known
    return conductivity(limit, density, result.temperature_kelvin, 1.0)


def _density(
    document: ConductivityDocument, dynamics: Sequence[MolecularDynamicsDocument]
) -> float | None:
    """Return Li ions per Å^3 in the runs of this configuration."""
    for run in dynamics:
        if run.configuration == document.configuration and run.mean_volume_angstrom3:
            return run.species.count("Li") / run.mean_volume_angstrom3
    return None


def _draw_band(axes: Axes, document: ConductivityDocument, colour: str) -> None:
    if document.arrhenius is None:
        return
    arrays = document.curves.to_arrays()
    x = 1000 / arrays["band_temperature_kelvin"]
    axes.plot(x, arrays["band_mid"], color=colour, linewidth=1.2)
    axes.fill_between(
        x, arrays["band_low"], arrays["band_high"], color=colour, alpha=0.18, linewidth=0
    )


def _draw_extrapolation(
    axes: Axes, document: ConductivityDocument, colour: str, marker: str, shift: float
) -> None:
    fit = document.arrhenius
    if fit is None:
        return
    factor = fit.extrapolation_temperature_kelvin / 1000
    y = factor * fit.conductivity_ms_per_cm
    low, high = (factor * value for value in fit.conductivity_interval_95_ms_per_cm)
    axes.errorbar(
        [1000 / fit.extrapolation_temperature_kelvin + shift], [y], yerr=[[y - low], [high - y]],
        color=colour, marker=marker, markersize=7, markerfacecolor="white", capsize=3, zorder=4,
    )  # fmt: skip


def _draw_experiments(axes: Axes, halides: set[str], shift: float) -> None:
    for halide in sorted(halides & set(EXPERIMENTAL_CONDUCTIVITIES)):
        low, high = EXPERIMENTAL_CONDUCTIVITIES[halide]
        middle = (low + high) / 2 * ROOM_TEMPERATURE / 1000
        text = f"{low:g}" if low == high else f"{low:g}-{high:g}"
        axes.plot(
            [1000 / ROOM_TEMPERATURE + shift], [middle], marker="*", markersize=13, color="black",
            linestyle="none", zorder=5, markeredgewidth=0,
            label=f"experiment, Li$_6$PS$_5${halide}, {text} mS cm$^{{-1}}$",
        )  # fmt: skip


def _experiments_last(axes: Axes) -> tuple[list[Any], list[str]]:
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda k: labels[k].startswith("experiment"))
    return [handles[k] for k in order], [labels[k] for k in order]


def _draw_temperature_axis(axes: Axes) -> None:
    def swap(values: ArrayLike) -> ArrayLike:
        return np.asarray(1000 / np.maximum(values, 1e-6))

    left, right = axes.get_xlim()
    axes.set_xlim(max(left, 0.3), right)
    top = axes.secondary_xaxis("top", functions=(swap, swap))
    top.set_xlabel("T / K")
    shown = [t for t in (300, 350, 400, 500, 600, 800, 1000) if left <= 1000 / t <= right]
    top.set_xticks(shown, [str(t) for t in shown])
