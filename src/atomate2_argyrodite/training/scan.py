"""Accuracy against cost over level and cutoff: the points, their table and figure, without jobs."""

import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import product
from pathlib import Path

from matplotlib.figure import Figure

from atomate2_argyrodite.engines.pair_style_cost import PairStyleCost, pair_style_cost
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import FitResult, LabelledConfiguration, MomentTensorPotential
from atomate2_argyrodite.mtp.contractions import contraction_table
from atomate2_argyrodite.training.scan_schemas import ScanPoint
from atomate2_argyrodite.training.schemas import ErrorSummary

_MARKERS = "osD^vPX"
_LABEL = "CPU time / µs per atom and step"


def scan_grid(levels: Sequence[int], cutoffs: Sequence[float]) -> list[tuple[int, float]]:
    """Return all pairs of level and cutoff (Å), by rising level, then cutoff.

    Raises
    ------
    InputError
        If a level is not available, a cutoff makes no sense, or there are none.
    """
    if not levels or not cutoffs:
        raise InputError("a scan needs at least one level and one cutoff")
    for level in levels:
        contraction_table(level)
    for cutoff in cutoffs:
        if not 1.0 < cutoff <= 20.0:
            raise InputError(f"cutoff {cutoff} Å of a scan must lie between 1 and 20 Å")
    return list(product(sorted(set(levels)), sorted(set(cutoffs))))


def measured_cost(
    potential: MomentTensorPotential, configuration: LabelledConfiguration
) -> PairStyleCost:
    """Return what a potential costs in LAMMPS on a crystal."""
    return pair_style_cost(PairStyle.mtp(potential.to_text(), potential.species), configuration)


def scan_point(
    level: int, result: FitResult, configuration: LabelledConfiguration, wall_time_s: float
) -> ScanPoint:
    """Return one point of a scan from a fit; the cost is measured here.

    Parameters
    ----------
    level
        Level of the potential.
    result
        The fit.
    configuration
        Crystal to measure the cost on.
    wall_time_s
        What the fit took, for the record.
    """
    cost = measured_cost(result.potential, configuration)
    judged = result.validation_errors
    return ScanPoint(
        level=level,
        cutoff_angstrom=result.potential.cutoff,
        n_parameters=len(result.potential.parameters),
        potential_id=result.potential.potential_id,
        training_errors=ErrorSummary(**asdict(result.training_errors)),
        validation_errors=None if judged is None else ErrorSummary(**asdict(judged)),
        converged=result.converged,
        fit_wall_time_s=wall_time_s,
        microseconds_per_atom_step=cost.microseconds_per_atom_step,
        cost_n_atoms=cost.n_atoms,
        cost_outcome=cost.outcome,
    )


_QUANTITIES: tuple[tuple[str, Callable[[ErrorSummary], float]], ...] = (
    ("MAE of energy / meV per atom", lambda errors: errors.energy_mae_mev_per_atom),
    ("MAE of force components / eV/Å", lambda errors: errors.force_mae_ev_per_angstrom),
)


def scan_figure(points: Sequence[ScanPoint]) -> bytes:
    """Return a PNG of errors against cost: one line for each cutoff, its points named by level.

    Raises
    ------
    InputError
        If no point has a cost.
    """
    shown = [point for point in points if point.microseconds_per_atom_step is not None]
    if not shown:
        raise InputError("no potential of the scan survived the run that measures its cost")
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, (label, value) in zip(axes, _QUANTITIES, strict=True):
        for number, cutoff in enumerate(sorted({point.cutoff_angstrom for point in shown})):
            own = [point for point in shown if point.cutoff_angstrom == cutoff]
            costs = [point.microseconds_per_atom_step for point in own]
            values = [value(point.errors) for point in own]
            marker = _MARKERS[number % len(_MARKERS)]
            axis.plot(costs, values, marker=marker, label=f"cutoff {cutoff:g} Å")
            for point, x, y in zip(own, costs, values, strict=True):
                axis.annotate(
                    str(point.level), (x, y), textcoords="offset points", xytext=(5, 5), fontsize=8
                )
        axis.set(xlabel=_LABEL, ylabel=label)
        axis.margins(0.1)
        axis.set_xlim(left=0.0)
        axis.set_ylim(bottom=0.0)
        axis.grid(visible=True, alpha=0.3)
    kind = "validation" if all(point.validation_errors for point in shown) else "training"
    axes[0].set_title(f"numbers: level; errors of {kind}", fontsize=9)
    axes[1].legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
    return buffer.getvalue()


def write_figure(path: Path, points: Sequence[ScanPoint]) -> None:
    """Write the figure of a scan to a ``.png`` file."""
    path.write_bytes(scan_figure(points))
