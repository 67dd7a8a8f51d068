"""Figures of the potential: parity, and how active learning made it stable."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from atomate2_argyrodite.active_learning.schemas import ActiveLearningIteration, SelectionDocument
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
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

_MAXIMUM_POINTS = 15_000


@styled
def parity_picture(document: PotentialDocument, name: str = "parity") -> Picture:
    """Predicted against reference energies and forces, training and validation apart."""
    arrays = document.parity.to_arrays()
    figure, (energies, forces) = new_figure(8.4, 4.6, 2)
    reference = arrays["energy_reference"]
    offset = float(reference.mean()) if len(reference) else 0.0
    _parity(
        energies,
        1000 * (reference - offset),
        1000 * (arrays["energy_predicted"] - offset),
        arrays["is_validation_energy"],
    )
    energies.set_xlabel("reference energy / meV per atom, from the mean")
    energies.set_ylabel("MTP energy / meV per atom, from the mean")
    _parity(
        forces, arrays["force_reference"], arrays["force_predicted"], arrays["is_validation_force"]
    )
    forces.set_xlabel("reference force component / eV Å$^{-1}$")
    forces.set_ylabel("MTP force component / eV Å$^{-1}$")
    energies.legend(loc="upper left")
    _write_errors(
        energies, document, "energy_mae_mev_per_atom", "energy_rmse_mev_per_atom", "meV/atom"
    )
    _write_errors(
        forces, document, "force_mae_ev_per_angstrom", "force_rmse_ev_per_angstrom", "eV/Å"
    )
    return draw(
        figure,
        name,
        f"Energies and force components of the final potential against the labels it was trained "
        f"on ({document.training_errors.n_configurations} frames) and those held out.",
        "Two scatter plots of predicted against reference values along the diagonal; "
        + _errors_in_words("training", document.training_errors)
        + _errors_in_words("validation", document.validation_errors),
    )


def _errors_in_words(name: str, errors: ErrorSummary | None) -> str:
    if errors is None:
        return f"{name}: none. "
    return (
        f"{name}: energy MAE {number(errors.energy_mae_mev_per_atom)} meV/atom, force MAE "
        f"{number(errors.force_mae_ev_per_angstrom)} eV/Å. "
    )


def _parity(
    axes: Axes,
    reference: NDArray[np.float64],
    predicted: NDArray[np.float64],
    is_validation: NDArray[np.bool_],
) -> None:
    if len(reference):
        low = float(min(reference.min(), predicted.min()))
        high = float(max(reference.max(), predicted.max()))
        margin = 0.04 * max(high - low, 1e-6)
        ends = [low - margin, high + margin]
        axes.plot(ends, ends, color=GREY, linewidth=0.8, zorder=3)
        axes.set_xlim(*ends)
        axes.set_ylim(*ends)
    for chosen, name, colour, marker in (
        (~is_validation, "training", COLOURS[0], "o"),
        (is_validation, "validation", COLOURS[1], "^"),
    ):
        x, y = reference[chosen], predicted[chosen]
        stride = max(1, len(x) // _MAXIMUM_POINTS)
        size = 14 if len(x) < 2000 else 3
        axes.scatter(
            x[::stride], y[::stride], s=size, alpha=0.5, color=colour, marker=marker,
            linewidths=0, label=name, rasterized=True,
        )  # fmt: skip
    axes.set_aspect("equal", adjustable="box")


def _write_errors(axes: Axes, document: PotentialDocument, mae: str, rmse: str, unit: str) -> None:
    lines = [
        f"{name}: MAE {number(getattr(errors, mae))}, RMSE {number(getattr(errors, rmse))} {unit}"
        for name, errors in (
            ("training", document.training_errors),
            ("validation", document.validation_errors),
        )
        if errors is not None
    ]
    axes.set_title("\n".join(lines), fontsize=8.5, loc="left")


@styled
def active_learning_picture(
    selections: list[SelectionDocument],
    iterations: list[ActiveLearningIteration],
    thresholds: tuple[float, float] | None,
    name: str = "active_learning",
) -> Picture:
    """Survival, largest grade and honest errors of every iteration.

    Parameters
    ----------
    selections
        The exploration runs of each iteration.
    iterations
        Their summaries, as far as they were labelled.
    thresholds
        gamma_select and gamma_break, if known.
    name
        Of the picture.
    """
    figure, (survival, grades, errors) = new_figure(9.8, 3.6, 3)
    for selection in selections:
        _draw_runs(survival, grades, selection)
    survival.set_ylabel("time within γ$_{break}$ / ps")
    survival.set_ylim(bottom=0)
    grades.set_yscale("log")
    plain_logarithm(grades.yaxis)
    grades.set_ylabel("largest grade γ before the break")
    for value, symbol in zip(thresholds or (), ("γ$_{select}$", "γ$_{break}$"), strict=False):
        grades.axhline(value, color=GREY, linewidth=0.9, linestyle="--")
        grades.annotate(
            symbol, (1.0, value), xycoords=("axes fraction", "data"), ha="right", va="bottom",
            fontsize=8.5, color=GREY,
        )  # fmt: skip
    _draw_honest_errors(errors, iterations)
    numbers = [selection.iteration for selection in selections]
    for axes in (survival, grades, errors):
        axes.set_xlabel("iteration")
        axes.set_xticks(numbers)
        axes.set_xlim(min(numbers) - 0.6, max(numbers) + 0.6)
    return draw(
        figure,
        name,
        "Active learning. Left: how long each exploring run stayed within γ_break (bars: the time "
        "asked for). Middle: its largest extrapolation grade before that. Right: honest errors, "
        "of the potential on frames that it had not learned yet; dotted: on a test set that stays "
        "the same, if there is one. Circles: energies; squares: forces.",
        " ".join(_iteration_in_words(selection) for selection in selections),
    )


def _draw_runs(survival: Axes, grades: Axes, selection: SelectionDocument) -> None:
    runs = selection.runs
    spread = np.linspace(-0.28, 0.28, len(runs)) if len(runs) > 1 else np.zeros(1)
    survived = np.array([run.survived for run in runs])
    x = selection.iteration + spread
    survival.hlines(
        selection.requested_ps, selection.iteration - 0.4, selection.iteration + 0.4,
        color=GREY, linewidth=1.2,
    )  # fmt: skip
    times = np.array([run.survived_ps for run in runs])
    largest = np.maximum([run.maximum_grade for run in runs], 1e-3)
    for axes, values in ((survival, times), (grades, largest)):
        axes.scatter(x[survived], values[survived], s=16, color=COLOURS[0], marker="o")
        axes.scatter(x[~survived], values[~survived], s=18, color=COLOURS[1], marker="x")
    if selection.iteration == 1:
        survival.scatter([], [], s=16, color=COLOURS[0], marker="o", label="survived")
        survival.scatter([], [], s=18, color=COLOURS[1], marker="x", label="broke")
        survival.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)


def _draw_honest_errors(axes: Axes, iterations: list[ActiveLearningIteration]) -> None:
    axes.set_ylabel("energy MAE / meV per atom")
    axes.yaxis.label.set_color(COLOURS[0])
    second = axes.twinx()
    second.spines["right"].set_visible(True)
    second.set_ylabel("force MAE / eV Å$^{-1}$", color=COLOURS[1])
    honest = {i.iteration: i.honest_errors for i in iterations if i.honest_errors is not None}
    test = {i.iteration: i.test_errors for i in iterations if i.test_errors is not None}
    if not honest and not test:
        axes.text(0.5, 0.5, "no labels yet", transform=axes.transAxes, ha="center", color=GREY)
        return
    for errors, style in ((honest, "-"), (test, ":")):
        energies = [e.energy_mae_mev_per_atom for e in errors.values()]
        forces = [e.force_mae_ev_per_angstrom for e in errors.values()]
        axes.plot(list(errors), energies, color=COLOURS[0], marker=MARKERS[0], linestyle=style)
        second.plot(list(errors), forces, color=COLOURS[1], marker=MARKERS[1], linestyle=style)
    for panel in (axes, second):
        panel.set_ylim(0, 1.08 * panel.get_ylim()[1])


def _iteration_in_words(selection: SelectionDocument) -> str:
    survived = sum(run.survived for run in selection.runs)
    largest = max((run.maximum_grade for run in selection.runs), default=0.0)
    return (
        f"Iteration {selection.iteration}: {survived} of {len(selection.runs)} runs survived "
        f"{selection.requested_ps:g} ps, largest grade {number(largest, 2)}."
    )
