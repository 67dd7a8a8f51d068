"""Figures of the mechanism: density of Li, jump rates, and what PS4 does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.report.figures_network import network_picture, title_of
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.style import (
    COLOURS,
    GREY,
    MARKERS,
    Picture,
    draw,
    new_figure,
    plain,
    plain_logarithm,
    styled,
)

FloatArray = NDArray[np.float64]
_FRAMEWORK = {"P": ("D", 26), "S": ("o", 14), "Cl": ("o", 34), "Br": ("o", 40), "I": ("o", 46)}
_COLOUR_OF = {"P": "#CC79A7", "S": "#E69F00", "Cl": "#009E73", "Br": "#8C510A", "I": "#7B3294"}
_LEAST_DENSITY = 1e-2
"""Of the largest: below it the picture is white."""


def mechanism_pictures(document: MechanismDocument) -> Iterator[Picture]:
    """Draw what a document of the mechanism holds: the density, and the correlation of PS4."""
    if document.arrays is None:
        return
    arrays = document.arrays.to_arrays()
    yield density_picture(document, arrays)
    if "lag_ps" in arrays:
        yield orientation_picture([document])


def all_mechanism_pictures(
    documents: Sequence[MechanismDocument], compared: Sequence[Ps4MotionDocument], stem: str = ""
) -> Iterator[Picture]:
    """Draw the mechanism of all runs of a campaign; densities of the first replicas alone.

    The names of the pictures end with `stem`.
    """
    found = _mechanism_pictures(documents, compared)
    yield from (replace(item, name=f"{item.name}{stem}") for item in found)


def _mechanism_pictures(
    documents: Sequence[MechanismDocument], compared: Sequence[Ps4MotionDocument]
) -> Iterator[Picture]:
    first = [document for document in documents if document.replica == 1]
    for document in first:
        if document.arrays is not None:
            yield density_picture(document, document.arrays.to_arrays())
            network = network_picture(document, _name("network", document))
            if network is not None:
                yield network
    if any(document.jumps for document in first):
        yield jump_rates_picture(first)
    if any(document.tetrahedra for document in first):
        yield orientation_picture(first)
    if any(document.results for document in compared):
        yield ps4_loss_picture(compared)


def _name(kind: str, document: MechanismDocument) -> str:
    parts = [kind, document.configuration or "trajectory", f"{document.temperature_kelvin:.0f}K"]
    return "_".join([*parts, str(document.replica)] if document.configuration else parts)


@styled
def density_picture(document: MechanismDocument, arrays: dict[str, FloatArray]) -> Picture:
    """Density of Li through the whole cell, and in a layer of cages where there are any."""
    density, cell = arrays["density"], arrays["density_cell_angstrom"]
    symbols = [Element.from_Z(int(z)).symbol for z in arrays["framework_numbers"]]
    figure, panels = new_figure(9.2, 4.6, columns=2)
    for axes, (low, high) in zip(panels, ((0.0, 1.0), _layer(document, arrays)), strict=True):
        heights = (np.arange(density.shape[2]) + 0.5) / density.shape[2]
        inside = (heights - low) % 1.0 <= high - low
        thickness = (high - low) * abs(np.linalg.det(cell)) / np.linalg.norm(np.cross(*cell[:2]))
        plane = density[:, :, inside].mean(axis=2) * thickness
        image = _draw_plane(axes, plane, cell)
        places = arrays["framework_fractional"]
        shown = (places[:, 2] - low) % 1.0 <= high - low
        named = [symbol for symbol, is_shown in zip(symbols, shown, strict=True) if is_shown]
        _draw_framework(axes, places[shown], named, cell)
        axes.set_xlabel("along a / Å")
        axes.set_ylabel("along b / Å")
        ends = "the whole cell" if high - low == 1 else f"c from {low:.2f} to {high:.2f}"
        axes.set_title(f"summed over {ends}", loc="left")
        bar = figure.colorbar(image, ax=axes, shrink=0.85)
        bar.set_label("Li / Å$^{-2}$")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=max(1, len(labels)))
    figure.suptitle(title_of(document), x=0.02, ha="left", fontsize=10)
    folded = " × ".join(map(str, document.density_repeats))
    return draw(
        figure,
        _name("density", document),
        f"Density of Li over {number(document.duration_ps)} ps, {folded} cells folded into one, "
        "with the mean places of the framework in the first of them; right: a layer of cages.",
        f"Two maps of the density of Li. {_jumps_in_words(document)}",
    )


def _layer(document: MechanismDocument, arrays: dict[str, FloatArray]) -> tuple[float, float]:
    """Return the fractional heights between which a layer of cages lies; all without cages."""
    if "cage_centres_fractional" not in arrays or not len(arrays["cage_centres_fractional"]):
        return 0.0, 1.0
    heights = arrays["cage_centres_fractional"][:, 2] * document.density_repeats[2] % 1.0
    middle = float(heights.min())
    half = 0.125
    return middle - half, middle + half


def _draw_plane(axes: Axes, plane: FloatArray, cell: FloatArray) -> QuadMesh:
    """Draw a projection on its grid, oblique where the cell is."""
    a, b = _plane_vectors(cell)
    i, j = np.meshgrid(*(np.linspace(0, 1, n + 1) for n in plane.shape), indexing="ij")
    x, y = (i[..., None] * a + j[..., None] * b).transpose(2, 0, 1)
    top = float(plane.max()) or 1.0
    norm = LogNorm(_LEAST_DENSITY * top, top)
    shown = np.maximum(plane, _LEAST_DENSITY * top)
    image = axes.pcolormesh(x, y, shown, norm=norm, cmap="Blues", rasterized=True)
    axes.set_aspect("equal")
    return image


def _plane_vectors(cell: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the first two cell vectors in their plane, the first along x, in Å."""
    length = float(np.linalg.norm(cell[0]))
    along = float(cell[1] @ cell[0]) / length
    across = float(np.sqrt(cell[1] @ cell[1] - along**2))
    return np.array([length, 0.0]), np.array([along, across])


def _draw_framework(
    axes: Axes, fractional: FloatArray, symbols: Sequence[str], cell: FloatArray
) -> None:
    a, b = _plane_vectors(cell)
    for symbol in dict.fromkeys(symbols):
        chosen = fractional[[s == symbol for s in symbols]]
        x, y = (chosen[:, [0]] * a + chosen[:, [1]] * b).T
        marker, size = _FRAMEWORK.get(symbol, ("s", 20))
        axes.scatter(
            x, y, s=size, marker=marker, label=symbol, facecolors="none",
            edgecolors=_COLOUR_OF.get(symbol, GREY), linewidths=1.3,
        )  # fmt: skip


def _jumps_in_words(document: MechanismDocument) -> str:
    return " ".join(
        f"{jump.kind.replace('_', '-')} jumps: {number(jump.rate_per_ns)} per ion and ns."
        for jump in document.jumps or ()
    )


@styled
def orientation_picture(documents: Sequence[MechanismDocument]) -> Picture:
    """Correlation of the direction of P-S bonds, and libration and turns in words."""
    figure, (axes,) = new_figure(5.6, 4.0)
    for position, document in enumerate(documents):
        if document.arrays is None:
            continue
        arrays = document.arrays.to_arrays()
        if "lag_ps" not in arrays:
            continue
        lag, colour = arrays["lag_ps"][1:], COLOURS[position % len(COLOURS)]
        label = plain(document.configuration or "trajectory")
        label += f", {document.temperature_kelvin:.0f} K"
        axes.plot(lag, arrays["correlation_1"][1:], color=colour, label=label)
        axes.plot(lag, arrays["correlation_2"][1:], color=colour, linestyle=":")
    axes.set_xscale("log")
    plain_logarithm(axes.xaxis)
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), 1.02)
    axes.set_xlabel("time / ps")
    axes.set_ylabel("correlation of P-S bond directions")
    axes.legend(loc="lower left")
    words = [
        f"{d.configuration or 'The trajectory'} at {d.temperature_kelvin:.0f} K: libration "
        f"{number(d.tetrahedra.libration_amplitude_degrees)}° (rms), "
        f"{number(d.tetrahedra.turn_rate_per_ns)} turns per unit and ns."
        for d in documents
        if d.tetrahedra is not None
    ]
    return draw(
        figure,
        "ps4_orientation",
        "Memory of the orientation of PS4. Lines: first, dotted: second Legendre polynomial. The "
        "first drop is libration; what decays after it are turns onto equivalent orientations.",
        " ".join(words),
    )


@styled
def jump_rates_picture(documents: Sequence[MechanismDocument]) -> Picture:
    """Rates of the three kinds of jumps, crystal by crystal."""
    shown = [document for document in documents if document.jumps]
    figure, (axes,) = new_figure(6.2, 3.8)
    kinds = [jump.kind for jump in shown[0].jumps or ()]
    width = 0.8 / len(shown)
    for position, document in enumerate(shown):
        jumps = document.jumps or []
        x = np.arange(len(kinds)) + (position - (len(shown) - 1) / 2) * width
        y = np.array([jump.rate_per_ns for jump in jumps])
        low, high = np.array([jump.rate_interval_95_per_ns for jump in jumps]).T
        axes.errorbar(
            x, y, yerr=[y - low, high - y], linestyle="none", capsize=2.5, markersize=6,
            marker=MARKERS[position % len(MARKERS)], color=COLOURS[position % len(COLOURS)],
            label=f"{plain(str(document.configuration))}, {document.temperature_kelvin:.0f} K",
        )  # fmt: skip
    axes.set_yscale("log")
    plain_logarithm(axes.yaxis)
    axes.set_xticks(np.arange(len(kinds)), [kind.replace("_", "-") for kind in kinds])
    axes.set_xlim(-0.5, len(kinds) - 0.5)
    axes.set_ylabel("jumps per Li and ns")
    axes.legend(loc="best")
    words = [f"{d.configuration}: {_jumps_in_words(d)}" for d in shown]
    return draw(
        figure,
        "jump_rates",
        "Jumps of Li within 48h doublets, within cages and between cages, with 95 % intervals. "
        "Only those between cages carry charge through the crystal.",
        " ".join(words),
    )


@styled
def ps4_loss_picture(documents: Sequence[Ps4MotionDocument]) -> Picture:
    """Diffusivity with PS4 units held over that with free ones."""
    figure, (axes,) = new_figure(6.2, 3.8)
    labels: list[str] = []
    for document in documents:
        for result in document.results:
            position, hindered = len(labels), result.hindered
            name = plain(str(document.configuration))
            labels.append(f"{name}\n{result.ps4}, {result.temperature_kelvin:.0f} K")
            colour = COLOURS[0] if result.ps4 == "rigid" else COLOURS[1]
            if result.loss is not None and result.loss_interval_95 is not None:
                ratio = 1 - result.loss
                low, high = 1 - result.loss_interval_95[1], 1 - result.loss_interval_95[0]
                axes.errorbar(
                    [position], [ratio], yerr=[[ratio - low], [high - ratio]], color=colour,
                    marker="o", markersize=7, capsize=4,
                )  # fmt: skip
            elif result.loss_lower_limit is not None and not hindered.is_diffusive:
                limit = 1 - result.loss_lower_limit
                axes.errorbar(
                    [position], [limit], yerr=[[0.4 * limit], [0.0]], uplims=True, color=colour,
                    marker="o", markersize=7, markerfacecolor="white", capsize=4,
                )  # fmt: skip
    axes.axhline(1, color=GREY, linestyle="--", linewidth=1)
    axes.set_xticks(range(len(labels)), labels, fontsize=8)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("D(PS$_4$ held) / D(PS$_4$ free)")
    words = [
        f"{d.configuration}, {r.ps4}, {r.temperature_kelvin:.0f} K: loss {number(r.loss)}."
        for d in documents
        for r in d.results
    ]
    return draw(
        figure,
        "ps4_loss",
        "Diffusivity of Li with PS4 units that do not deform (rigid) or do not move (fixed), over "
        "that with free units; 95 % intervals, arrows are upper limits.",
        " ".join(words),
    )
