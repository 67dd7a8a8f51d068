"""Arrhenius plots: conductivities at temperature, their fits, and what experiment found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.conductivity.bulk_schemas import RandomStructureDocument
from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.report.numbers import number, room_conductivity
from atomate2_argyrodite.report.published import EXPERIMENTAL_CONDUCTIVITIES
from atomate2_argyrodite.report.style import (
    COLOURS,
    MARKERS,
    Picture,
    draw,
    new_figure,
    plain,
    styled,
)
from atomate2_argyrodite.transport import conductivity

ROOM_TEMPERATURE = 300.0
_DODGE = 0.025  # of the symbols at 300 K in 1000 K / T, so that they do not hide each other

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One crystal of an Arrhenius plot.

    Parameters
    ----------
    label, halide
        Its names.
    results, arrhenius
        What is known of it.
    band
        Arrays temperature_kelvin, low, mid and high (sigma T in S K/cm) of the fit.
    carriers_per_angstrom3
        Li ions per Å^3, for upper limits of documents that have only those of D.
    """

    label: str
    halide: str
    results: Sequence[DiffusivityResult]
    arrhenius: ArrheniusResult | None
    band: Mapping[str, FloatArray]
    carriers_per_angstrom3: float | None = None


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
    return _draw_lines([_line(document, dynamics) for document in documents], name, "")


@styled
def random_structure_picture(document: RandomStructureDocument, name: str) -> Picture:
    """Random structure beside the single crystals that it is compared with (Kim 2024, Fig. 3b)."""
    arrays = document.curves.to_arrays()
    lines = [
        Line(crystal.label, document.halide or "", crystal.results, crystal.arrhenius,
             _band(arrays, f"band_{k}_"))
        for k, crystal in enumerate([document.random_structure, *document.references])
    ]  # fmt: skip
    start = "Random structure beside ordered and disordered crystals (Kim et al. 2024, Fig. 3b). "
    return _draw_lines(lines, name, start)


def _line(document: ConductivityDocument, dynamics: Sequence[MolecularDynamicsDocument]) -> Line:
    return Line(
        str(document.configuration),
        document.halide or "",
        document.results,
        document.arrhenius,
        _band(document.curves.to_arrays(), "band_"),
        _density(document, dynamics),
    )


def _band(arrays: Mapping[str, FloatArray], prefix: str) -> dict[str, FloatArray]:
    start = len(prefix)
    return {name[start:]: array for name, array in arrays.items() if name.startswith(prefix)}


def _draw_lines(lines: Sequence[Line], name: str, start: str) -> Picture:
    figure, (axes,) = new_figure(6.6, 4.8)
    axes.set_yscale("log")
    for position, line in enumerate(lines):
        colour, marker = COLOURS[position % len(COLOURS)], MARKERS[position % len(MARKERS)]
        _draw_points(axes, line, colour, marker)
        _draw_limits(axes, line, colour, marker)
        _draw_band(axes, line, colour)
        _draw_extrapolation(axes, line, colour, marker, _DODGE * (position + 0.5))
    _draw_experiments(axes, {line.halide for line in lines}, _DODGE * (len(lines) + 0.5))
    axes.set_xlabel("1000 K / T")
    axes.set_ylabel("σT / S K cm$^{-1}$")
    _draw_temperature_axis(axes)
    axes.legend(*_experiments_last(axes), loc="best")
    return draw(
        figure,
        name,
        f"{start}Plain Nernst-Einstein conductivity (tracer D). Lines and bands: weighted "
        "Arrhenius fits with 95 % intervals; open symbols: their values at 300 K, set side by "
        "side; arrows: upper limits where motion is not diffusive; stars: experiment at room "
        "temperature as quoted by Kim et al. (2024), for reference and not fitted.",
        "Arrhenius plot. " + " ".join(_in_words(lines)),
    )


def _in_words(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield f"{line.label}: σ(300 K) {room_conductivity(line.arrhenius)} mS/cm."


def _points(line: Line) -> list[tuple[float, float, float, float]]:
    """Return (T, sigma T, low, high) in K and S K/cm of every diffusive temperature."""
    found = []
    for result in line.results:
        t, sigma = result.temperature_kelvin, result.conductivity_ms_per_cm
        if result.is_diffusive and sigma is not None:
            low, high = result.conductivity_interval_95_ms_per_cm or (sigma, sigma)
            factor = t / 1000  # to S K/cm
            found.append((t, factor * sigma, factor * low, factor * high))
    return found


def _draw_points(axes: Axes, line: Line, colour: str, marker: str) -> None:
    points = _points(line)
    label = plain(line.label)
    if line.arrhenius is not None:
        label += f", E$_a$ {number(line.arrhenius.activation_energy_ev)} eV"
    if not points:
        label += " (upper limits)" if line.results else " (no result)"
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


def _draw_limits(axes: Axes, line: Line, colour: str, marker: str) -> None:
    for result in line.results:
        limit, t = (
            _conductivity_limit(result, line.carriers_per_angstrom3),
            result.temperature_kelvin,
        )
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


def _draw_band(axes: Axes, line: Line, colour: str) -> None:
    if line.arrhenius is None or not line.band:
        return
    x = 1000 / line.band["temperature_kelvin"]
    axes.plot(x, line.band["mid"], color=colour, linewidth=1.2)
    axes.fill_between(x, line.band["low"], line.band["high"], color=colour, alpha=0.18, linewidth=0)


def _draw_extrapolation(axes: Axes, line: Line, colour: str, marker: str, shift: float) -> None:
    fit = line.arrhenius
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
