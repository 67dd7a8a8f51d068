"""The sections of the report, each from the documents that exist."""

from collections.abc import Sequence

from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.loops import loop_stem, potentials
from atomate2_argyrodite.report.numbers import (
    NONE,
    activation_energy,
    best_known,
    diffusivity,
    engine_name,
    number,
    with_interval,
)
from atomate2_argyrodite.report.page import heading, paragraph, shown, side_by_side, table
from atomate2_argyrodite.report.published import experiment, experiment_source
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import lowered, per_variant, variants
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument


def results(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Conductivities, activation energies, and the Arrhenius plot of each variant."""
    return per_variant(records, lambda variant, stem: _results(variant, pictures, stem))


def _results(records: CampaignRecords, pictures: dict[str, Picture], stem: str) -> str:
    documents = records.conductivities
    if not documents:
        return ""
    rows = [
        [
            document.configuration or NONE,
            best_known(document),
            activation_energy(document.arrhenius),
            _temperatures(document),
            engine_name(records.potential),
        ]
        for document in documents
    ]
    columns = (
        "Configuration",
        "σ(300 K) / mS cm⁻¹",
        "E_a / eV",
        "Temperatures of the fit / K",
        "Labels from",
    )
    caption = "Plain Nernst-Einstein conductivity at 300 K and activation energy, 95 % intervals"
    return (
        table(caption, columns, rows)
        + paragraph(_experiment(documents))
        + shown(pictures, f"arrhenius{stem}")
        + _by_temperature(documents)
        + _leave_one_out(documents)
    )


def _temperatures(document: ConductivityDocument) -> str:
    if document.arrhenius is None:
        return document.arrhenius_reason or NONE
    return ", ".join(f"{t:.0f}" for t in document.arrhenius.temperatures_kelvin)


def _experiment(documents: Sequence[ConductivityDocument]) -> str:
    halides = sorted({document.halide for document in documents if document.halide})
    known = {halide: experiment(halide) for halide in halides}
    values = [
        f"{text} for {lowered(f'Li6PS5{h}')} ({experiment_source(h)})"
        for h, text in known.items()
        if text
    ]
    if not values:
        return "No experimental value is known for this composition."
    return (
        f"Experiment at room temperature: {'; '.join(values)}. These are powders of unknown "
        "disorder and partial crystallinity; nothing is fitted to them."
    )


def _by_temperature(documents: Sequence[ConductivityDocument]) -> str:
    rows = [
        [
            document.configuration or NONE,
            f"{result.temperature_kelvin:.0f}",
            diffusivity(result),
            with_interval(result.conductivity_ms_per_cm, result.conductivity_interval_95_ms_per_cm),
            number(result.hops, 2),
            number(result.haven_ratio, 2),
            f"{result.n_replicas} × {number(result.simulated_ps / result.n_replicas)} ps",
            result.reason or "",
        ]
        for document in documents
        for result in document.results
    ]
    columns = (
        "Configuration",
        "T / K",
        "D / cm² s⁻¹",
        "σ / mS cm⁻¹",
        "Hops",
        "Haven ratio",
        "Simulated",
        "Remark",
    )
    return table("Diffusion of Li at every temperature, 95 % intervals", columns, rows)


def _leave_one_out(documents: Sequence[ConductivityDocument]) -> str:
    """How much the extrapolation rests on any one temperature."""
    rows = [
        [
            document.configuration or NONE,
            f"{item.temperature_left_out_kelvin:.0f}",
            with_interval(item.conductivity_ms_per_cm, item.conductivity_interval_95_ms_per_cm),
            with_interval(item.activation_energy_ev, item.activation_energy_interval_95_ev),
        ]
        for document in documents
        if document.arrhenius is not None
        for item in document.arrhenius.leave_one_out
    ]
    columns = ("Configuration", "T left out / K", "σ(300 K) / mS cm⁻¹", "E_a / eV")
    return table("Arrhenius fits without each temperature in turn, 95 % intervals", columns, rows)


def displacements(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Mean square displacements and the runs behind them."""
    figures = side_by_side([item for name, item in pictures.items() if name.startswith("msd_")])
    rows = [
        [
            (run.configuration or NONE) + ("" if run.ps4 == "free" else f", PS4 {run.ps4}"),
            f"{run.temperature_kelvin:.0f}",
            str(run.replica),
            str(run.n_atoms),
            number(run.production_ps),
            number(run.mean_temperature_kelvin),
            number(run.mean_pressure_gpa, 2),
            number(run.mean_volume_angstrom3, 5),
            number(run.microseconds_per_atom_step, 2),
            run.outcome,
        ]
        for run in records.dynamics
    ]
    columns = (
        "Configuration",
        "T / K",
        "Replica",
        "Atoms",
        "Production / ps",
        "Mean T / K",
        "Mean p / GPa",
        "Mean V / Å³",
        "µs per atom and step",
        "Outcome",
    )
    return figures + table("Molecular dynamics with the final potential", columns, rows)


def potential(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Describe the potential of each variant, its errors and its parity."""
    return per_variant(records, lambda variant, stem: _potentials(variant, pictures, stem))


def _potentials(records: CampaignRecords, pictures: dict[str, Picture], stem: str) -> str:
    found = potentials(records)
    level = 3 if len(variants(records)) < 2 else 4
    return "".join(
        (heading(f"Potential for {name}", level) if len(found) > 1 else "")
        + _potential(document, shown(pictures, f"parity{loop_stem(name, list(found))}{stem}"))
        for name, document in found.items()
    )


def _potential(document: PotentialDocument, figure: str) -> str:
    text = (
        f"Moment tensor potential of level {document.level}, cutoff "
        f"{document.cutoff_angstrom:g} Å, for {', '.join(document.species)}; fitted to "
        f"{document.n_labels} labels with weights "
        + ", ".join(f"{name} {value:g}" for name, value in document.weights.items())
        + f"; split by {document.split}. Identity: {document.potential_id}."
    )
    rows = [
        [name, *_error_cells(errors)]
        for name, errors in (
            ("training", document.training_errors),
            ("validation", document.validation_errors),
        )
        if errors is not None
    ]
    columns = (
        "Set",
        "Frames",
        "Energy MAE / meV per atom",
        "Energy RMSE",
        "Force MAE / eV Å⁻¹",
        "Force RMSE",
        "Stress MAE / GPa",
        "Stress RMSE",
    )
    errors = table("Errors of the potential; forces per component", columns, rows)
    return paragraph(text) + errors + figure + _error_groups(document)


def _error_groups(document: PotentialDocument) -> str:
    """Errors by element, configuration and temperature: where the potential is weak."""
    elements = [
        [symbol, str(e.n_atoms), number(e.mae), number(e.rmse), number(e.largest)]
        for symbol, e in document.errors_by_element.items()
    ]
    groups = [
        [name, str(e.n_configurations), number(e.energy_mae_mev_per_atom),
         number(e.force_mae_ev_per_angstrom), number(e.force_rmse_ev_per_angstrom)]
        for name, e in [
            *document.errors_by_configuration.items(),
            *((f"{t} K", e) for t, e in document.errors_by_temperature.items()),
        ]
    ]  # fmt: skip
    of = "validation" if document.validation_errors else "training"
    return table(
        f"Force errors by element, {of} frames, eV/Å per component",
        ("Element", "Atoms", "MAE", "RMSE", "Largest"),
        elements,
    ) + table(
        f"Errors by configuration and by temperature of the run, {of} frames",
        ("Group", "Frames", "Energy MAE / meV per atom", "Force MAE / eV Å⁻¹", "Force RMSE"),
        groups,
    )


def _error_cells(errors: ErrorSummary) -> list[str]:
    return [
        str(errors.n_configurations),
        number(errors.energy_mae_mev_per_atom),
        number(errors.energy_rmse_mev_per_atom),
        number(errors.force_mae_ev_per_angstrom),
        number(errors.force_rmse_ev_per_angstrom),
        number(errors.stress_mae_gpa),
        number(errors.stress_rmse_gpa),
    ]


def training_data(records: CampaignRecords, _pictures: dict[str, Picture]) -> str:
    """Where the frames came from."""
    sampled = [
        [
            document.configuration or NONE,
            f"{document.temperature_kelvin:.0f}",
            f"{_signed(100 * document.strain)} %",
            str(document.steps),
            str(document.n_frames),
            str(document.n_unphysical),
            number(document.mean_temperature_kelvin),
            document.outcome,
        ]
        for document in records.sampling
    ]
    columns = (
        "Configuration",
        "T / K",
        "Strain",
        "Steps",
        "Frames",
        "Unphysical",
        "Mean T / K",
        "Outcome",
    )
    labelled = [
        [
            document.engine.name if document.engine else NONE,
            str(document.functional or NONE),
            str(document.n_frames),
            str(max(document.n_failed, len(document.failed))),
            (document.created_at or NONE)[:16],
        ]
        for document in records.labelled_sets
    ]
    names = ("Engine", "Functional", "Labels", "Failed", "Date")
    return table("Sampling: NVT runs of strained crystals", columns, sampled) + table(
        "Labels: static calculations, by batch", names, labelled
    )


def _signed(percent: float) -> str:
    return f"{percent:+g}" if percent else "0"
