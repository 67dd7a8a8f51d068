"""Figures of the comparison of functionals: one Arrhenius plot each, and all side by side."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from atomate2_argyrodite.functional_comparison.schemas import (
    ArrheniusLine,
    ComparedConfiguration,
    FunctionalComparisonDocument,
    FunctionalResult,
)
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.report.numbers import number, with_interval
from atomate2_argyrodite.report.style import (
    COLOURS,
    GREY,
    MARKERS,
    Picture,
    draw,
    formula,
    new_figure,
    plain,
    plain_logarithm,
    styled,
)

ROOM_TEMPERATURE = 300.0
FUNCTIONAL_NAMES = {
    Functional.PBE: "PBE",
    Functional.PBE_D3BJ: "PBE-D3(BJ)",
    Functional.OPTB88_VDW: "optB88-vdW",
}
"""As they are written in the field."""
_BOLTZMANN = 8.617333262e-5  # eV/K
_Z_95 = 1.959964
_SMALLEST, _LARGEST = 1e-16, 1e-2  # cm^2/s that an axis shows
_DODGE = 0.022  # of the symbols at 300 K in 1000 K / T, so that they do not hide each other

FloatArray = NDArray[np.float64]


def comparison_pictures(documents: Sequence[FunctionalComparisonDocument]) -> Iterator[Picture]:
    """Yield the Arrhenius plot of every functional and what compares them, of each halide."""
    for document in documents:
        limits = _common_limits(document)
        for result in document.functionals:
            yield functional_picture(document, result, limits)
        yield side_by_side_picture(document)


def _common_limits(document: FunctionalComparisonDocument) -> tuple[float, float]:
    """Return limits of D in cm^2/s that hold the symbols and the 300 K values of all."""
    values = [
        value
        for result in document.functionals
        for crystal in result.configurations
        for value in _values(crystal)
        if _SMALLEST < value < _LARGEST
    ]
    if not values:
        return 1e-9, 1e-4
    return 0.4 * min(values), 2.5 * max(values)


def _values(crystal: ComparedConfiguration) -> Iterator[float]:
    for point in crystal.points:
        value = point.diffusivity_cm2_per_s or point.upper_limit_cm2_per_s
        if value is not None:
            yield value
    if crystal.line is not None:
        yield crystal.line.diffusivity_cm2_per_s


@styled
def functional_picture(
    document: FunctionalComparisonDocument,
    result: FunctionalResult,
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Diffusivity of Li against inverse temperature, all crystals of one functional (Fig. 2).

    Parameters
    ----------
    document
        The comparison.
    result
        One of its functionals.
    limits
        Of the axis of D in cm^2/s, so that functionals can be laid side by side.
    """
    figure, (axes,) = new_figure(7.4, 4.4)
    axes.set_yscale("log")
    low, high = limits or _common_limits(document)
    for index, crystal in enumerate(result.configurations):
        _draw_crystal(axes, crystal, index, low)
    axes.set_ylim(low, high)
    axes.axvline(1000 / ROOM_TEMPERATURE, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    axes.set_xlabel("1000 K / T")
    axes.set_ylabel("D of Li / cm$^2$ s$^{-1}$")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="halide on 4c, $E_a$")
    axes.set_title(f"{formula(document.composition or '')}, {_name(result)}", loc="left")
    words = " ".join(_in_words(crystal) for crystal in result.configurations)
    return draw(
        figure,
        f"diffusivity_{result.functional.value}_{document.halide}",
        f"Diffusivity of Li in the configurations of {document.composition} with potentials "
        f"trained on {_name(result)}. Filled: simulations with 95 % intervals; arrows: upper "
        "limits; lines and bands: weighted Arrhenius fits with 95 % intervals; open: their values "
        "at 300 K, set side by side.",
        f"Arrhenius plot. {words}",
    )


def _name(result: FunctionalResult) -> str:
    mark = " (surrogate)" if result.engine is not None and result.engine.is_surrogate else ""
    engine = f" by {result.engine.name}{mark}" if result.engine is not None else ""
    return f"{FUNCTIONAL_NAMES[result.functional]}{engine}"


def _draw_crystal(axes: Axes, crystal: ComparedConfiguration, index: int, low: float) -> None:
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    label = plain(crystal.label)
    if crystal.line is not None:
        label += f", {number(crystal.line.activation_energy_ev)} eV"
        _draw_line(axes, crystal.line, _temperatures(crystal), colour)
        _draw_room_value(axes, crystal.line, colour, marker, _DODGE * (index + 1), low)
    elif not any(p.diffusivity_cm2_per_s for p in crystal.points):
        label += ", limits only" if crystal.points else ", no result"
    axes.plot([], [], color=colour, marker=marker, markersize=5, label=label)
    for point in crystal.points:
        x, d = 1000 / point.temperature_kelvin, point.diffusivity_cm2_per_s
        if d is not None:
            bounds = point.interval_95_cm2_per_s or (d, d)
            errors = [[d - max(bounds[0], 1e-3 * d)], [bounds[1] - d]]
            axes.errorbar(
                [x], [d], yerr=errors, color=colour, marker=marker, markersize=5, capsize=2.5,
                linestyle="none", zorder=3,
            )  # fmt: skip
        elif point.upper_limit_cm2_per_s is not None:
            limit = point.upper_limit_cm2_per_s
            axes.errorbar(
                [x], [limit], yerr=[[0.5 * limit], [0.0]], uplims=True, color=colour,
                marker=marker, markersize=5, markerfacecolor="white", capsize=3, zorder=3,
            )  # fmt: skip


def _temperatures(crystal: ComparedConfiguration) -> FloatArray:
    highest = max((p.temperature_kelvin for p in crystal.points), default=ROOM_TEMPERATURE + 1)
    return 1 / np.linspace(1 / ROOM_TEMPERATURE, 1 / highest, 60)


def _draw_line(axes: Axes, line: ArrheniusLine, temperatures: FloatArray, colour: str) -> None:
    if line.ln_prefactor is None:
        return
    gradient = np.stack([-1 / (_BOLTZMANN * temperatures), np.ones_like(temperatures)])
    value = gradient.T @ np.array([line.activation_energy_ev, line.ln_prefactor])
    axes.plot(1000 / temperatures, np.exp(value), color=colour, linewidth=1.2)
    if line.covariance is None:
        return
    covariance = np.array(line.covariance)
    error = np.sqrt(np.maximum(np.einsum("at,ab,bt->t", gradient, covariance, gradient), 0.0))
    low, high = (np.exp(np.clip(value + s * _Z_95 * error, -200, 200)) for s in (-1, 1))
    axes.fill_between(1000 / temperatures, low, high, color=colour, alpha=0.12, linewidth=0)


def _draw_room_value(
    axes: Axes, line: ArrheniusLine, colour: str, marker: str, shift: float, lowest: float
) -> None:
    d = line.diffusivity_cm2_per_s
    low, high = (min(max(b, 1e-3 * lowest), 1.0) for b in line.diffusivity_interval_95_cm2_per_s)
    axes.errorbar(
        [1000 / ROOM_TEMPERATURE + shift], [d], yerr=[[max(d - low, 0.0)], [max(high - d, 0.0)]],
        color=colour, marker=marker, markersize=6, markerfacecolor="white", capsize=2.5, zorder=4,
    )  # fmt: skip


def _in_words(crystal: ComparedConfiguration) -> str:
    if crystal.line is None:
        return f"{crystal.label}: no Arrhenius fit."
    d = number(crystal.line.diffusivity_cm2_per_s)
    return f"{crystal.label}: D(300 K) {d} cm²/s, E_a {number(crystal.line.activation_energy_ev)}."


@styled
def side_by_side_picture(document: FunctionalComparisonDocument) -> Picture:
    """Conductivities at 300 K of all crystals and the bulk, and lattices, by functional."""
    figure, (sigma, lattice) = new_figure(9.6, 4.4, 2)
    _draw_conductivities(sigma, document)
    _draw_lattices(lattice, document)
    words = " ".join(
        f"{FUNCTIONAL_NAMES[result.functional]}: bulk "
        f"{with_interval(result.bulk.conductivity_ms_per_cm, result.bulk.interval_95_ms_per_cm)} "
        "mS/cm."
        for result in document.functionals
    )
    return draw(
        figure,
        f"functionals_{document.halide}",
        f"Left: plain Nernst-Einstein conductivity at 300 K of the configurations of "
        f"{document.composition} and of their bulk (default rule), by functional, with 95 % "
        "intervals; arrows: upper limits; grey: experiment. Right: lattice constants of relaxed "
        "crystals at 0 K against experiment at room temperature.",
        f"Two panels of symbols with error bars. {words} {document.verdict}.",
    )


def _draw_conductivities(axes: Axes, document: FunctionalComparisonDocument) -> None:
    labels = [c.label for result in document.functionals[:1] for c in result.configurations]
    experiment = document.experimental_conductivity_ms_per_cm
    if experiment is not None:
        low, high = experiment
        axes.axhspan(0.97 * low, 1.03 * high, color=GREY, alpha=0.3, linewidth=0)
        text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        axes.annotate(
            f"experiment, {text}", (0.01, high), (0, 3), xycoords=("axes fraction", "data"),
            textcoords="offset points", fontsize=8, color=GREY,
        )  # fmt: skip
    axes.axvline(len(labels) - 0.5, color=GREY, linewidth=0.8)
    count = max(len(document.functionals), 1)
    shown: list[float] = list(experiment or ())
    for k, result in enumerate(document.functionals):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        shift = 0.6 * ((k + 0.5) / count - 0.5)
        axes.plot(
            [], [], color=colour, marker=marker, markersize=5, linestyle="none",
            label=FUNCTIONAL_NAMES[result.functional],
        )  # fmt: skip
        for position, (value, interval, limit) in enumerate(_conductivities(result)):
            shown += [v for v in (value, limit) if v]
            _draw_value(axes, position + shift, value, interval, limit, colour, marker)
    axes.set_yscale("log")
    if shown:
        axes.set_ylim(0.2 * min(shown), 8 * max(shown))
    axes.set_xticks(range(len(labels) + 1), [*(plain(x) for x in labels), "bulk"], rotation=40)
    axes.set_ylabel("σ(300 K) / mS cm$^{-1}$")
    plain_logarithm(axes.yaxis)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=count, handletextpad=0.2,
        title=formula(document.composition or ""), alignment="left",
    )  # fmt: skip


def _conductivities(
    result: FunctionalResult,
) -> Iterator[tuple[float | None, tuple[float, float] | None, float | None]]:
    """Yield value, interval and upper limit in mS/cm of every crystal, then of the bulk."""
    for crystal in result.configurations:
        line = crystal.line
        yield (
            line.conductivity_ms_per_cm if line else None,
            line.conductivity_interval_95_ms_per_cm if line else None,
            crystal.conductivity_upper_limit_ms_per_cm,
        )
    yield result.bulk.conductivity_ms_per_cm, result.bulk.interval_95_ms_per_cm, None


def _draw_value(
    axes: Axes,
    x: float,
    value: float | None,
    interval: tuple[float, float] | None,
    limit: float | None,
    colour: str,
    marker: str,
) -> None:
    if value is not None:
        low, high = interval or (value, value)
        low, high = max(low, 1e-6 * value), min(high, 1e6 * value)
        axes.errorbar(
            [x], [value], yerr=[[value - low], [high - value]], color=colour, marker=marker,
            markersize=5, capsize=2.5, linestyle="none",
        )  # fmt: skip
    elif limit:
        axes.errorbar(
            [x], [limit], yerr=[[0.6 * limit], [0.0]], uplims=True, color=colour, marker=marker,
            markersize=5, markerfacecolor="white", capsize=3, linestyle="none",
        )  # fmt: skip


def _draw_lattices(axes: Axes, document: FunctionalComparisonDocument) -> None:
    rows = list(
        dict.fromkeys(
            (row.halide, row.configuration)
            for result in document.functionals
            for row in result.lattices
        )
    )
    count = max(len(document.functionals), 1)
    for k, result in enumerate(document.functionals):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        shift = 0.5 * ((k + 0.5) / count - 0.5)
        for row in result.lattices:
            axes.plot(
                [row.lattice_deviation_percent],
                [rows.index((row.halide, row.configuration)) + shift], color=colour,
                marker=marker, markersize=5, linestyle="none",
                markerfacecolor=colour if row.is_converged else "white",
            )  # fmt: skip
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(rows)), [f"{halide}, {plain(label)}" for halide, label in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.15)
    axes.set_xlabel("lattice constant against experiment / %")
    unconverged = any(not row.is_converged for r in document.functionals for row in r.lattices)
    axes.set_title("open: relaxation not converged" if unconverged else "", loc="left", fontsize=8)
