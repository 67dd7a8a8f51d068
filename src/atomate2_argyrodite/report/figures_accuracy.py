"""Accuracy of potentials against what they cost."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from atomate2_argyrodite.mtp.acceptance import ACCEPTED_ENERGY_MAE, ACCEPTED_FORCE_MAE
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.style import (
    COLOURS,
    GREY,
    MARKERS,
    Picture,
    draw,
    new_figure,
    plain_logarithm,
    styled,
)
from atomate2_argyrodite.training.scan_schemas import ScanDocument, ScanPoint
from atomate2_argyrodite.training.schemas import ErrorSummary

_QUANTITIES: tuple[tuple[str, Callable[[ErrorSummary], float], float], ...] = (
    ("energy MAE / meV per atom", lambda e: e.energy_mae_mev_per_atom, ACCEPTED_ENERGY_MAE),
    ("force MAE / eV Å$^{-1}$", lambda e: e.force_mae_ev_per_angstrom, ACCEPTED_FORCE_MAE),
)


@styled
def accuracy_picture(document: ScanDocument, name: str = "accuracy_cost") -> Picture | None:
    """Errors against CPU time, one line for each cutoff; None where no cost was measured."""
    points = [p for p in document.points if p.microseconds_per_atom_step is not None]
    if not points:
        return None
    figure, panels = new_figure(8.4, 4.0, 2)
    for axes, (label, value, limit) in zip(panels, _QUANTITIES, strict=True):
        _draw_cutoffs(axes, points, value)
        axes.set_xscale("log")
        plain_logarithm(axes.xaxis)
        axes.margins(x=0.12)
        axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
        _draw_limit(axes, limit)
        axes.set_xlabel("CPU time / µs per atom and step")
        axes.set_ylabel(label)
    panels[0].legend(loc="upper right")
    kind = "validation" if all(point.validation_errors for point in points) else "training"
    words = [
        f"level {p.level}, {p.cutoff_angstrom:g} Å: {number(p.errors.energy_mae_mev_per_atom)} "
        f"meV/atom, {number(p.errors.force_mae_ev_per_angstrom)} eV/Å, "
        f"{number(p.microseconds_per_atom_step, 2)} µs"
        for p in points
    ]
    return draw(
        figure,
        name,
        f"Errors on {kind} frames against the cost of molecular dynamics in LAMMPS, by level "
        "(numbers at the points) and cutoff (Kim et al. 2024, section 3.1).",
        "Accuracy against cost. " + "; ".join(words) + ".",
    )


def _draw_limit(axes: Axes, limit: float) -> None:
    """Draw the acceptance limit where it is in sight."""
    if limit > axes.get_ylim()[1]:
        return
    axes.axhline(limit, color=GREY, linestyle="--", linewidth=0.9)
    axes.annotate(
        "accepted below", (0.99, limit), xycoords=("axes fraction", "data"), ha="right",
        va="bottom", fontsize=8.5, color=GREY,
    )  # fmt: skip


def _draw_cutoffs(
    axes: Axes, points: Sequence[ScanPoint], value: Callable[[ErrorSummary], float]
) -> None:
    for k, cutoff in enumerate(sorted({point.cutoff_angstrom for point in points})):
        own = [point for point in points if point.cutoff_angstrom == cutoff]
        costs = [point.microseconds_per_atom_step or 0.0 for point in own]
        values = [value(point.errors) for point in own]
        axes.plot(costs, values, marker=MARKERS[k % len(MARKERS)], color=COLOURS[k % len(COLOURS)],
                  label=f"cutoff {cutoff:g} Å")  # fmt: skip
        for point, x, y in zip(own, costs, values, strict=True):
            axes.annotate(str(point.level), (x, y), textcoords="offset points", xytext=(5, 5),
                          fontsize=8)  # fmt: skip
