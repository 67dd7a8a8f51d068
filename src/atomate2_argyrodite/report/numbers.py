"""Numbers as people read them: significant digits, intervals, one line per document."""

import math

from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    ExplorationDocument,
    IterationDocument,
    RelaxedStartDocument,
    SelectionDocument,
)
from atomate2_argyrodite.campaign.run_record import RunDocument
from atomate2_argyrodite.campaign.schemas import CampaignDocument, ConfigurationSummary
from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    HinderedResult,
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.grain_boundary.schemas import (
    BoundaryDocument,
    BoundaryScreeningDocument,
)
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxedCrystalDocument,
    SurfaceDocument,
    SurfaceEnergyDocument,
)
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

NONE = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_DECADES = (-3, 5)


def number(value: float | None, digits: int = 3) -> str:
    """Return `value` with `digits` significant digits, e.g. 0.0123, 1234, 5.4×10⁻⁸."""
    if value is None or not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if not _PLAIN_DECADES[0] <= exponent < _PLAIN_DECADES[1]:
        mantissa = f"{value / 10.0**exponent:.{digits - 1}f}"
        return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPT)}"
    return f"{value:.{max(0, digits - 1 - exponent)}f}"


def with_interval(value: float | None, interval: tuple[float, float] | None) -> str:
    """Return a value with its 95 % interval, e.g. 12.3 (8.1 to 18)."""
    if value is None:
        return NONE
    if interval is None:
        return number(value)
    return f"{number(value)} ({number(interval[0], 2)} to {number(interval[1], 2)})"


def with_error(value: float | None, error: float | None) -> str:
    """Return a value with its standard error, e.g. 0.62 ± 0.08."""
    if value is None or error is None:
        return number(value, 2)
    return f"{number(value, 2)} ± {number(error, 1)}"


def diffusivity(result: DiffusivityResult) -> str:
    """Return D in cm²/s with its interval, or its upper limit."""
    if result.diffusivity_cm2_per_s is None:
        limit = result.diffusivity_upper_limit_cm2_per_s
        return NONE if limit is None else f"< {number(limit, 2)}"
    return with_interval(result.diffusivity_cm2_per_s, result.diffusivity_interval_95_cm2_per_s)


def loss(result: HinderedResult) -> str:
    """Return the loss of D with PS4 held, with its error, or its lower limit."""
    if result.loss is None and result.loss_lower_limit is not None:
        return f"> {number(result.loss_lower_limit, 2)}"
    return with_error(result.loss, result.loss_standard_error)


def activation_energy(fit: ArrheniusResult | None) -> str:
    """Return E_a in eV with its interval."""
    if fit is None:
        return NONE
    return with_interval(fit.activation_energy_ev, fit.activation_energy_interval_95_ev)


def room_conductivity(fit: ArrheniusResult | None) -> str:
    """Return the extrapolated conductivity in mS/cm with its interval."""
    if fit is None:
        return NONE
    return with_interval(fit.conductivity_ms_per_cm, fit.conductivity_interval_95_ms_per_cm)


def best_known(document: ConductivityDocument | ConfigurationSummary) -> str:
    """Return the conductivity at 300 K in mS/cm, else what is known at the highest temperature."""
    if document.arrhenius is not None:
        return room_conductivity(document.arrhenius)
    known = [result for result in document.results if diffusivity(result) != NONE]
    if not known:
        return "no result"
    hottest = max(known, key=lambda result: result.temperature_kelvin)
    text = diffusivity(hottest)
    sign = "" if text.startswith("<") else "= "
    return f"no fit; D({hottest.temperature_kelvin:.0f} K) {sign}{text} cm² s⁻¹"


def engine_name(document: ArgyroditeDocument | None) -> str:
    """Return the engine, a surrogate marked as one."""
    if document is None or document.engine is None:
        return NONE
    mark = " (surrogate)" if document.engine.is_surrogate else ""
    return f"{document.engine.name}{mark}"


def errors(summary: ErrorSummary | None) -> str:
    """Return energy and force MAE in one phrase."""
    if summary is None:
        return NONE
    return (
        f"MAE {number(summary.energy_mae_mev_per_atom)} meV/atom, "
        f"{number(summary.force_mae_ev_per_angstrom)} eV/Å"
    )


def headline(document: ArgyroditeDocument) -> str:  # noqa: C901 - one line per kind
    """Return the result of a document in one line."""
    match document:
        case ConductivityDocument() | ConfigurationSummary():
            if document.arrhenius is None:
                return document.arrhenius_reason or "no Arrhenius fit"
            fit = document.arrhenius
            return f"σ(300 K) {room_conductivity(fit)} mS/cm, E_a {activation_energy(fit)} eV"
        case MolecularDynamicsDocument():
            return f"{document.outcome}, {number(document.production_ps)} ps"
        case PotentialDocument():
            return f"{document.n_labels} labels; validation {errors(document.validation_errors)}"
        case ActiveLearningDocument():
            return f"{len(document.iterations)} iterations, {document.stop_reason}"
        case IterationDocument():
            summary = document.summary
            return f"iteration {summary.iteration}: {summary.n_survived}/{summary.n_runs} survived"
        case SelectionDocument():
            return f"iteration {document.iteration}: {document.n_frames} of {document.n_candidates}"
        case ExplorationDocument():
            survived = sum(run.survived for run in document.runs)
            return f"iteration {document.iteration}: {survived}/{len(document.runs)} survived"
        case RelaxedStartDocument():
            left = number(document.maximum_force_ev_per_angstrom)
            return f"relaxed in {document.steps} steps, {left} eV/Å left"
        case SamplingDocument():
            return f"{document.n_frames} snapshots, {document.outcome}"
        case LabelledSetDocument():
            failed = max(document.n_failed, len(document.failed))
            reused = f", {document.n_reused} of them reused" if document.n_reused else ""
            return f"{document.n_frames} labels{reused}, {failed} failed"
        case CampaignDocument():
            return f"{len(document.configurations)} configurations, {document.n_labels} labels"
        case RunDocument():
            return f"{document.state}, {len(document.failures)} failed jobs"
        case _:
            return _energy_headline(document)


def _energy_headline(document: ArgyroditeDocument) -> str:
    match document:
        case RelaxedCrystalDocument():
            edge = document.crystal.volume_angstrom3 ** (1 / 3)
            return f"relaxed ({document.crystal.relaxation.protocol}), V^(1/3) {number(edge)} Å"
        case RelativeStabilityDocument():
            energies = document.relative_energies_mev_per_atom
            order = " < ".join(sorted(energies, key=lambda label: energies[label]))
            return f"{order} ({document.protocol})"
        case SurfaceDocument():
            return f"{number(document.surface.surface_energy_j_per_m2)} J/m²"
        case SurfaceEnergyDocument():
            return " < ".join(f"({''.join(map(str, plane))})" for plane in document.ranking)
        case BoundaryDocument():
            return f"{number(document.boundary.boundary_energy_j_per_m2)} J/m²"
        case BoundaryScreeningDocument():
            return f"lowest of {len(document.ranking)}: {document.ranking[0]}"
    return _bulk_headline(document)


def _bulk_headline(document: ArgyroditeDocument) -> str:
    match document:
        case BulkConductivityDocument():
            chosen = next(rule for rule in document.rules if rule.rule == document.default_rule)
            value = with_interval(
                chosen.conductivity_ms_per_cm, chosen.conductivity_interval_95_ms_per_cm
            )
            return f"bulk σ(300 K) {value} mS/cm, plain, by {chosen.rule}"
        case RandomStructureDocument():
            value = with_interval(
                document.conductivity_ms_per_cm, document.conductivity_interval_95_ms_per_cm
            )
            return f"σ(300 K) {value} mS/cm, plain, of the random structure"
        case MechanismDocument():
            jumps = {jump.kind: number(jump.rate_per_ns) for jump in document.jumps or ()}
            return ", ".join(f"{kind} {rate}/ns" for kind, rate in jumps.items()) or "no cages"
        case Ps4MotionDocument():
            losses = [f"{result.ps4} {loss(result)}" for result in document.results]
            return f"loss of D: {', '.join(losses) or NONE}"
        case FunctionalComparisonDocument():
            return document.verdict
        case GrainBoundaryDocument():
            return _boundary_headline(document)
    return ""


def _boundary_headline(document: GrainBoundaryDocument) -> str:
    found = [r for r in document.ratios if (r.rule, r.direction) == ("start", "total")]
    if not found:
        return document.outcome
    ratio = found[0]
    value = with_interval(ratio.ratio, ratio.interval_95)
    return f"D({ratio.first}) / D({ratio.second}) {value}"
