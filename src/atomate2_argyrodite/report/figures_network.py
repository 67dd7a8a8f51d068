"""The network of Li jumps: cages, and how often ions go from one to another."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.conductivity.mechanism_schemas import MechanismDocument
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.style import GREY, Picture, draw, formula, new_figure, plain, styled

FloatArray = NDArray[np.float64]
_COLOUR_OF = {"S": "#E69F00", "Cl": "#009E73", "Br": "#8C510A", "I": "#7B3294"}
_WIDEST = 5.0  # points, of the most frequent link


def title_of(document: MechanismDocument) -> str:
    """Return composition, configuration and temperature."""
    parts = [formula(document.composition or "")]
    if document.configuration:
        parts.append(plain(document.configuration))
    return f"{', '.join(parts)}, {document.temperature_kelvin:.0f} K"


@styled
def network_picture(document: MechanismDocument, name: str) -> Picture | None:
    """Cages seen along c, and the links between them; None where no ion left its cage.

    The cages of one layer lie over those of others: lines are drawn translucent, and a link
    across the boundary of the cell as two halves.
    """
    arrays = document.arrays.to_arrays() if document.arrays is not None else {}
    links = arrays.get("links", np.zeros((0, 3)))
    if "cage_centres_fractional" not in arrays or not len(links):
        return None
    cell = _whole_cell(document, arrays)
    centres, anions = arrays["cage_centres_fractional"], arrays["cage_anions"]
    figure, (axes,) = new_figure(5.6, 5.0)
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]]) @ cell
    axes.plot(corners[:, 0], corners[:, 1], color=GREY, linewidth=0.8)
    _draw_links(axes, centres, links, cell)
    _draw_cages(axes, centres, anions, cell)
    axes.set_aspect("equal")
    axes.set_xlabel("along a / Å")
    axes.set_ylabel("along b / Å")
    axes.set_title(title_of(document), loc="left")
    figure.legend(loc="outside lower center", ncols=4)
    return draw(
        figure,
        name,
        f"Jumps of Li between cages in {number(document.duration_ps)} ps, seen along c: the wider "
        f"a line, the more jumps (the widest: {int(links[:, 2].max())}). Circles are the anions in "
        "the middle of cages.",
        f"Network of {len(centres)} cages; ions used {len(links)} links between them, in "
        f"{int(links[:, 2].sum())} jumps.",
    )


def _whole_cell(document: MechanismDocument, arrays: dict[str, FloatArray]) -> FloatArray:
    """Return the cell of the run: that of the density times the cells folded into it."""
    repeats = np.array(document.density_repeats, dtype=float)
    cell: FloatArray = arrays["density_cell_angstrom"] * repeats[:, None]
    return cell


def _draw_links(axes: Axes, centres: FloatArray, links: FloatArray, cell: FloatArray) -> None:
    start, end = centres[links[:, 0].astype(int)], centres[links[:, 1].astype(int)]
    step = end - start
    step -= np.round(step)
    halves = [(start, start + step / 2), (end, end - step / 2)]
    width = _WIDEST * np.sqrt(links[:, 2] / links[:, 2].max())
    for first, second in halves:
        segments = np.stack([(first @ cell)[:, :2], (second @ cell)[:, :2]], axis=1)
        axes.add_collection(
            LineCollection(list(segments), linewidths=width, colors="#0072B2", alpha=0.35)
        )


def _draw_cages(axes: Axes, centres: FloatArray, anions: FloatArray, cell: FloatArray) -> None:
    places = centres @ cell
    for atomic_number in np.unique(anions).astype(int):
        symbol = Element.from_Z(int(atomic_number)).symbol
        x, y = places[anions == atomic_number][:, :2].T
        axes.scatter(
            x, y, s=55, color=_COLOUR_OF.get(symbol, GREY), edgecolors="black", linewidths=0.6,
            zorder=3, label=f"cage of {symbol}",
        )  # fmt: skip
