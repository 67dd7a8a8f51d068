"""The first screen: what the conductivity is, how sure that is, and from what labels."""

from collections.abc import Iterator

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, ConductivityDocument
from atomate2_argyrodite.documents import to_the_second
from atomate2_argyrodite.mtp.acceptance import ACCEPTED_ENERGY_MAE, ACCEPTED_FORCE_MAE
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.loops import loops
from atomate2_argyrodite.report.numbers import (
    NONE,
    activation_energy,
    best_known,
    number,
    with_interval,
)
from atomate2_argyrodite.report.page import facts, paragraph, prose, table
from atomate2_argyrodite.report.published import experiment, experiment_source
from atomate2_argyrodite.report.sections_grain_boundary import (
    ANSWER_COLUMNS,
    boundary_answers,
)
from atomate2_argyrodite.report.variants import lowered, variant_name, variants

_NOTHING_YET = (
    "Nothing has been computed yet. Write a campaign file with `argyrodite init --preset "
    "quickstart -o campaign.yaml`, run it with `argyrodite run campaign.yaml`, and write this page "
    "again with `argyrodite report`, also while the campaign runs: it shows whatever is known."
)


def summary(records: CampaignRecords) -> str:
    """Return the answer in a table, and in a few lines what it rests on."""
    if not records.documents and records.run is None:
        return prose(_NOTHING_YET)
    rows = [row for variant in variants(records) for row in _answers(variant)]
    columns = ("Material", "σ(300 K) / mS cm⁻¹", "E_a / eV", "How sure")
    caption = "Ionic conductivity at 300 K, plain Nernst-Einstein values, 95 % intervals"
    answer = table(caption, columns, rows) + _boundaries(records)
    return (answer or paragraph(_no_answer(records))) + facts(_facts(records))


def _boundaries(records: CampaignRecords) -> str:
    caption = "Diffusion of Li in grain boundaries, 95 % intervals"
    return table(caption, ANSWER_COLUMNS, list(boundary_answers(records)))


def _answers(records: CampaignRecords) -> Iterator[list[str]]:
    """Yield the values that stand for the material, then those of single configurations."""
    name = variant_name(records)
    for random in records.of(RandomStructureDocument):
        value = with_interval(
            random.conductivity_ms_per_cm, random.conductivity_interval_95_ms_per_cm
        )
        fit = random.random_structure.arrhenius
        yield [f"{name}, random structure", value, activation_energy(fit), _rests_on_fit(fit)]
    for bulk in records.of(BulkConductivityDocument):
        rule = next(rule for rule in bulk.rules if rule.rule == bulk.default_rule)
        value = with_interval(rule.conductivity_ms_per_cm, rule.conductivity_interval_95_ms_per_cm)
        yield [f"{name}, bulk by {rule.rule}", value, NONE, rule.reason or "a rule, not a run"]
    drawn = {document.random_structure.label for document in records.of(RandomStructureDocument)}
    for document in records.conductivities:
        if document.configuration not in drawn:
            label = f"{name}, {document.configuration or 'crystal'}"
            fit = document.arrhenius
            yield [label, best_known(document), activation_energy(fit), _rests_on(document)]


def _rests_on(document: ConductivityDocument) -> str:
    if document.arrhenius is None:
        return document.arrhenius_reason or "no Arrhenius fit"
    simulated = sum(result.simulated_ps for result in document.results) / 1000
    return f"{_rests_on_fit(document.arrhenius)}, {number(simulated, 2)} ns simulated"


def _rests_on_fit(fit: ArrheniusResult | None) -> str:
    if fit is None:
        return "no Arrhenius fit"
    temperatures = fit.temperatures_kelvin
    text = f"{len(temperatures)} temperatures, {min(temperatures):.0f} to {max(temperatures):.0f} K"
    if min(temperatures) > fit.extrapolation_temperature_kelvin:
        text += ", extrapolated"
    if fit.curvature_p_value is not None and fit.curvature_p_value < 0.05:
        text += ", curved Arrhenius plot"
    return text


def _no_answer(records: CampaignRecords) -> str:
    state = records.run.state if records.run else None
    reason = {
        RunState.RUNNING: "the campaign has not come so far",
        RunState.SUBMITTED: "the campaign has not come so far",
        RunState.INTERRUPTED: "the campaign was interrupted before it came so far",
        RunState.FAILED: "the campaign failed before it came so far",
        None: "no dynamics was analysed",
    }.get(state, "no dynamics was analysed")
    return f"No conductivity yet: {reason}. What is known follows."


def _facts(records: CampaignRecords) -> dict[str, str]:
    return {
        "Labels": _labels(records),
        "Potential": "; ".join(_potential(variant) for variant in variants(records)).strip("; "),
        "Active learning": _learning(records),
        "Experiment, 300 K": _experiment(records),
        "Jobs": _jobs(records),
    }


def _labels(records: CampaignRecords) -> str:
    engines: dict[str, int] = {}
    for document in records.labelled_sets:
        if document.engine is None:
            continue
        functional = str(document.functional or "DFT").upper()
        kind = (
            f"a surrogate of {functional}, not DFT" if document.engine.is_surrogate else functional
        )
        name = f"{document.engine.name} {document.engine.version} ({kind})"
        engines[name] = engines.get(name, 0) + document.n_frames
    return "; ".join(f"{count} by {name}" for name, count in engines.items())


def _potential(records: CampaignRecords) -> str:
    document = records.potential
    if document is None:
        return ""
    errors = document.validation_errors
    if errors is None:
        return f"MTP level {document.level}, without validation"
    energy, force = errors.energy_mae_mev_per_atom, errors.force_mae_ev_per_angstrom
    return (
        f"MTP level {document.level}, {document.cutoff_angstrom:g} Å; validation MAE "
        f"{number(energy)} meV/atom ({_verdict(energy, ACCEPTED_ENERGY_MAE)}) and {number(force)} "
        f"eV/Å ({_verdict(force, ACCEPTED_FORCE_MAE)})"
    )


def _verdict(value: float, limit: float) -> str:
    return f"{'within' if value <= limit else 'above'} the limit of {limit:g}"


def _learning(records: CampaignRecords) -> str:
    texts = []
    for variant in variants(records):
        for name, own in loops(variant).items():
            loop, n = own.active_learning, len(own.selections)
            end = loop.stop_reason if loop else "not ended yet"
            start = "" if name == "active learning" else f"{name}: "
            count = len(loop.iterations) if loop else n
            plural = "" if count == 1 else "s"
            texts.append(f"{start}{count} iteration{plural}, {end}")
    return "; ".join(texts)


def _experiment(records: CampaignRecords) -> str:
    computed = records.conductivities or records.documents
    halides = sorted({d.halide for d in computed if d.halide})
    known = {halide: experiment(halide) for halide in halides}
    return "; ".join(
        f"{lowered(f'Li6PS5{halide}')} {text} ({experiment_source(halide)})"
        for halide, text in known.items()
        if text
    )


def _jobs(records: CampaignRecords) -> str:
    if records.run is None:
        return ""
    totals: dict[str, int] = {}
    for states in records.run.counts.values():
        for state, count in states.items():
            totals[state] = totals.get(state, 0) + count
    counts = ", ".join(f"{count} {state}" for state, count in totals.items() if count)
    when = to_the_second(records.run.updated_at).replace("T", " ").replace("+00:00", " UTC")
    return f"{counts}; last change {when}" if counts else when
