"""How figures look: colours that colour-blind readers tell apart, sizes that print well."""

import io
import re
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.style import context
from matplotlib.ticker import LogFormatter

# Okabe and Ito's palette without yellow and black (https://jfly.uni-koeln.de/color/).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
GREY = "#555555"
SEQUENCE = "viridis"
_DPI = 150
_STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "mathtext.default": "regular",
}


@dataclass(frozen=True)
class Picture:
    """A figure of the report.

    Parameters
    ----------
    name
        Stem of its file.
    caption
        What it shows.
    alternative
        What somebody who cannot see it should know.
    png
        The image.
    """

    name: str
    caption: str
    alternative: str
    png: bytes


styled = context(["default", _STYLE])
"""Decorator: the function draws in this style, whatever the user's matplotlibrc says."""


def new_figure(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure of this size in inches and its axes side by side."""
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)
    return figure, list(axes[0])


class _PlainLogFormatter(LogFormatter):
    """Labels where matplotlib would label a logarithmic axis, but 0.1 instead of 1e-01."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def plain_logarithm(axis: Axis) -> None:
    """Label a logarithmic axis by plain numbers, also between the decades of a short one."""
    axis.set_major_formatter(_PlainLogFormatter(labelOnlyBase=False))
    axis.set_minor_formatter(_PlainLogFormatter(labelOnlyBase=False, minor_thresholds=(1.5, 0.4)))


def draw(figure: Figure, name: str, caption: str, alternative: str) -> Picture:
    """Return the finished picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white", metadata={"Software": None})
    return Picture(name, caption, alternative, buffer.getvalue())


def formula(text: str) -> str:
    """Return a chemical formula with its numbers lowered, for matplotlib."""
    return re.sub(r"(\d+)", r"$_{\1}$", text)
