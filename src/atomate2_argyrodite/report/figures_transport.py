"""Figures of diffusion: mean square displacements."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    DiffusivityResult,
)
from atomate2_argyrodite.report.numbers import diffusivity
from atomate2_argyrodite.report.style import (
    GREY,
    SEQUENCE,
    Picture,
    draw,
    formula,
    new_figure,
    plain,
    plain_logarithm,
    styled,
)

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
