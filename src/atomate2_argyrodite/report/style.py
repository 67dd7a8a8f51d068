"""How figures look: colours that colour-blind readers tell apart, sizes that print well."""

import io
import re
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
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
_CSS_PIXELS_PER_INCH = 96
_NO_SVG_METADATA: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
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
        Stem of its files; only letters, digits and ``_+.-``.
    caption
        What it shows.
    alternative
        What somebody who cannot see it should know.
    png
        The image.
    svg
        The same as vector graphics, if it is drawn and not rendered.
    width_px, height_px
        Its size on a page in CSS pixels (96 to the inch); None to leave it to the image.
    is_embedded
        Whether the page holds it; else it is a file beside the page alone.
    """

    name: str
    caption: str
    alternative: str
    png: bytes
    svg: bytes | None = None
    width_px: int | None = None
    height_px: int | None = None
    is_embedded: bool = True


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
    """Return the finished picture, as PNG and as SVG; `name` is made safe for a file."""
    png, svg = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", facecolor="white", metadata={"Software": None})
    figure.set_layout_engine("none")  # it has been laid out
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(svg, format="svg", facecolor="white", metadata=_NO_SVG_METADATA)
    width, height = (round(_CSS_PIXELS_PER_INCH * size) for size in figure.get_size_inches())
    return Picture(
        file_stem(name), caption, alternative, png.getvalue(), svg.getvalue(), width, height
    )


def file_stem(text: str) -> str:
    """Return a text from a document as a safe stem of a file name."""
    return re.sub(r"[^A-Za-z0-9_+.-]+", "_", text).lstrip(".")[:120] or "figure"


def plain(text: str) -> str:
    """Return a text from a document so that matplotlib draws it as it is, without mathematics."""
    return text.replace("$", r"\$")


def formula(text: str) -> str:
    """Return a chemical formula with its numbers lowered, for matplotlib."""
    return re.sub(r"(\d+)", r"$_{\1}$", plain(text))
