"""From the documents of several functionals to their comparison."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from monty.json import MSONable

from atomate2_argyrodite.conductivity.bulk import bulk_document
from atomate2_argyrodite.conductivity.bulk_schemas import BulkConductivityDocument
from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, ConductivityDocument
from atomate2_argyrodite.functional_comparison.criteria import (
    SLOW_FACTOR,
    Candidate,
    Rank,
    Slowness,
    UncertainConductivity,
    judge_ends,
    rank_functionals,
)
from atomate2_argyrodite.functional_comparison.references import EXPERIMENTAL_CONDUCTIVITIES
from atomate2_argyrodite.functional_comparison.schemas import (
    ArrheniusLine,
    BulkValue,
    ComparedConfiguration,
    DiffusivityPoint,
    EndMemberVerdict,
    FunctionalComparisonDocument,
    FunctionalResult,
    MissingFunctional,
    RankedFunctional,
    RelaxedLattice,
)
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxedCrystal,
    RelaxedCrystalDocument,
)
from atomate2_argyrodite.structures.chemistry import EXPERIMENTAL_LATTICE_CONSTANTS
from atomate2_argyrodite.training.schemas import PotentialDocument
from atomate2_argyrodite.transport.bulk import DEFAULT_CRYSTALLINITY_FACTOR, DEFAULT_RULE

_ORDERED = (0.0, 1.0)
_CELL_ATOMS = 52


@dataclass(frozen=True)
class ComparisonSettings(MSONable):
    """What the comparison depends on besides its documents.

    Parameters
    ----------
    halide
        Cl, Br or I.
    fractions, multiplicities
        Part of the 4c sites with halide, and number of arrangements, of every configuration.
    weight_temperature_kelvin
        Of the Boltzmann weights of the bulk rule.
    crystallinity_factor
        What corrected bulk values are multiplied by.
    slow_factor
        How many times slower than the slowest disordered crystal an ordered one must be.
    """

    halide: str
    fractions: dict[str, float]
    multiplicities: dict[str, int]
    weight_temperature_kelvin: float = 300.0
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR
    slow_factor: float = SLOW_FACTOR


@dataclass(frozen=True)
class FunctionalDocuments:
    """The documents of one functional; None where a job failed."""

    functional: Functional
    potential: PotentialDocument | None
    stability: RelativeStabilityDocument | None
    conductivities: Mapping[str, ConductivityDocument | None]
    lattices: Sequence[RelaxedCrystalDocument | None] = ()


def comparison_document(
    documents: Sequence[FunctionalDocuments],
    missing: Mapping[str, str],
    settings: ComparisonSettings,
) -> FunctionalComparisonDocument:
    """Return the functionals beside each other, ranked, and which are missing."""
    results = [_result(item, settings) for item in documents]
    experiment = EXPERIMENTAL_CONDUCTIVITIES.get(settings.halide)
    plain, corrected = (
        rank_functionals(
            [_candidate(result, is_corrected) for result in results],
            experiment,
            settings.slow_factor,
        )
        for is_corrected in (False, True)
    )
    engines = [result.engine for result in results if result.engine is not None]
    return FunctionalComparisonDocument(
        composition=f"Li6PS5{settings.halide}",
        halide=settings.halide,
        engine=engines[0] if engines else None,
        temperature_kelvin=300.0,
        functionals=results,
        missing=[MissingFunctional(functional=f, reason=reason) for f, reason in missing.items()],
        ranking=[_ranked(rank) for rank in plain],
        ranking_corrected=[_ranked(rank) for rank in corrected],
        verdict=_verdict(plain, results, missing),
        experimental_conductivity_ms_per_cm=experiment,
        experimental_lattice_constants_angstrom=dict(EXPERIMENTAL_LATTICE_CONSTANTS),
        slow_factor=settings.slow_factor,
        crystallinity_factor=settings.crystallinity_factor,
        weight_temperature_kelvin=settings.weight_temperature_kelvin,
        warnings=_warnings(results),
    )


def _result(documents: FunctionalDocuments, settings: ComparisonSettings) -> FunctionalResult:
    potential, stability = documents.potential, documents.stability
    bulk = _bulk(documents, settings)
    mixed = bulk.configurations if bulk else []
    limits = {c.label: c.conductivity_upper_limit_ms_per_cm for c in mixed}
    energies = stability.relative_energies_mev_per_atom if stability else {}
    configurations = [
        _configuration(label, settings, energies.get(label), documents, limits.get(label))
        for label in settings.fractions
    ]
    value = _bulk_value(bulk, documents)
    result = FunctionalResult(
        functional=documents.functional,
        engine=next((d.engine for d in (potential, stability) if d is not None), None),
        potential_id=potential.potential_id if potential else None,
        n_labels=potential.n_labels if potential else 0,
        validation_errors=potential.validation_errors if potential else None,
        protocol=stability.protocol.value if stability else None,
        configurations=configurations,
        bulk=value,
        lattices=_lattices(documents, settings.halide),
        ends=[],
    )
    judged = judge_ends(_candidate(result, False), settings.slow_factor)
    result.ends = [EndMemberVerdict(**asdict(judgement)) for judgement in judged]
    return result


def _bulk(
    documents: FunctionalDocuments, settings: ComparisonSettings
) -> BulkConductivityDocument | None:
    """Return bulk values of what is known; they count only where everything is."""
    known = [d for d in documents.conductivities.values() if d is not None]
    if not known:
        return None
    energies = documents.stability.relative_energies_mev_per_atom if documents.stability else None
    return bulk_document(
        known,
        energies or dict.fromkeys(settings.fractions, 0.0),
        settings.multiplicities,
        weight_temperature=settings.weight_temperature_kelvin,
        crystallinity_factor=settings.crystallinity_factor,
    )


def _bulk_value(bulk: BulkConductivityDocument | None, documents: FunctionalDocuments) -> BulkValue:
    absent = [label for label, d in documents.conductivities.items() if d is None]
    if bulk is None or documents.stability is None or absent:
        what = f"conductivities of {', '.join(absent)}" if absent else "relative energies"
        return _no_bulk(f"{what} are missing")
    rule = next(rule for rule in bulk.rules if rule.rule == DEFAULT_RULE)
    return BulkValue(
        rule=DEFAULT_RULE,
        conductivity_ms_per_cm=rule.conductivity_ms_per_cm,
        interval_95_ms_per_cm=rule.conductivity_interval_95_ms_per_cm,
        corrected_ms_per_cm=rule.corrected_conductivity_ms_per_cm,
        corrected_interval_95_ms_per_cm=rule.corrected_interval_95_ms_per_cm,
        reason=rule.reason,
    )


def _no_bulk(reason: str) -> BulkValue:
    return BulkValue(
        rule=DEFAULT_RULE,
        conductivity_ms_per_cm=None,
        interval_95_ms_per_cm=None,
        corrected_ms_per_cm=None,
        corrected_interval_95_ms_per_cm=None,
        reason=reason,
    )


def _configuration(
    label: str,
    settings: ComparisonSettings,
    energy: float | None,
    documents: FunctionalDocuments,
    limit: float | None,
) -> ComparedConfiguration:
    document = documents.conductivities.get(label)
    fit = document.arrhenius if document else None
    return ComparedConfiguration(
        label=label,
        halide_fraction_4c=settings.fractions[label],
        multiplicity=settings.multiplicities[label],
        relative_energy_mev_per_atom=energy,
        points=[
            DiffusivityPoint(
                temperature_kelvin=result.temperature_kelvin,
                diffusivity_cm2_per_s=result.diffusivity_cm2_per_s,
                interval_95_cm2_per_s=result.diffusivity_interval_95_cm2_per_s,
                upper_limit_cm2_per_s=result.diffusivity_upper_limit_cm2_per_s,
            )
            for result in (document.results if document else [])
        ],
        line=_line(fit) if fit else None,
        conductivity_upper_limit_ms_per_cm=limit,
        reason=document.arrhenius_reason if document else "one of its jobs failed",
    )


def _line(fit: ArrheniusResult) -> ArrheniusLine:
    names = set(ArrheniusLine.model_fields)
    return ArrheniusLine(**{name: getattr(fit, name) for name in names})


def _lattices(documents: FunctionalDocuments, halide: str) -> list[RelaxedLattice]:
    own = [(halide, crystal) for crystal in (documents.stability or _Nothing).crystals]
    others = [(str(d.halide), d.crystal) for d in documents.lattices if d is not None]
    return [_lattice(halide, crystal) for halide, crystal in [*own, *others]]


class _Nothing:
    crystals: tuple[RelaxedCrystal, ...] = ()


def _lattice(halide: str, crystal: RelaxedCrystal) -> RelaxedLattice:
    volume = crystal.volume_angstrom3 * _CELL_ATOMS / crystal.n_atoms
    edge, experiment = math.cbrt(volume), EXPERIMENTAL_LATTICE_CONSTANTS[halide]
    return RelaxedLattice(
        halide=halide,
        configuration=crystal.configuration,
        lattice_constant_angstrom=edge,
        volume_angstrom3=volume,
        lattice_deviation_percent=100 * (edge / experiment - 1),
        volume_deviation_percent=100 * (volume / experiment**3 - 1),
        is_converged=crystal.relaxation.is_converged,
    )


def _candidate(result: FunctionalResult, is_corrected: bool) -> Candidate:
    ends: dict[str, UncertainConductivity] = {}
    disordered: dict[str, UncertainConductivity] = {}
    for item in result.configurations:
        known = UncertainConductivity(
            item.line.conductivity_ms_per_cm if item.line else None,
            item.line.conductivity_interval_95_ms_per_cm if item.line else None,
            item.conductivity_upper_limit_ms_per_cm or None,
        )
        (ends if item.halide_fraction_4c in _ORDERED else disordered)[item.label] = known
    bulk = result.bulk
    value = (
        UncertainConductivity(bulk.corrected_ms_per_cm, bulk.corrected_interval_95_ms_per_cm)
        if is_corrected
        else UncertainConductivity(bulk.conductivity_ms_per_cm, bulk.interval_95_ms_per_cm)
    )
    return Candidate(result.functional.value, ends, disordered, value)


def _ranked(rank: Rank) -> RankedFunctional:
    return RankedFunctional(
        functional=Functional(rank.name),
        mean_rank=rank.mean_rank,
        rank_interval_95=rank.rank_interval_95,
        probability_best=rank.probability_best,
        violations=rank.violations,
        distance_from_experiment=rank.distance,
    )


def _verdict(
    ranks: Sequence[Rank], results: Sequence[FunctionalResult], missing: Mapping[str, str]
) -> str:
    left_out = f"; not compared: {', '.join(missing)}" if missing else ""
    if not any(item.line for result in results for item in result.configurations):
        return f"no functional can be ranked: no crystal has an Arrhenius fit{left_out}"
    passed = [r.functional.value for r in results if r.ends and _verdicts(r) == {Slowness.SLOW}]
    criterion = f"; all ordered crystals are slow with {', '.join(passed) or 'none'}{left_out}"
    if len(ranks) == 1:
        return f"only {ranks[0].name} was compared: there is no ranking{criterion}"
    order = ", ".join(f"{rank.name} ({rank.probability_best:.0%} best)" for rank in ranks)
    return f"in order: {order}{criterion}"


def _verdicts(result: FunctionalResult) -> set[Slowness]:
    return {end.verdict for end in result.ends}


def _warnings(results: Sequence[FunctionalResult]) -> list[str]:
    found = []
    if any(result.engine is not None and result.engine.is_surrogate for result in results):
        found.append(
            "labels are of a model that stands in for DFT: the ranking is of the model's "
            "functionals, not of DFT's"
        )
    found += [
        f"{result.functional.value}: no bulk conductivity: {result.bulk.reason}"
        for result in results
        if result.bulk.conductivity_ms_per_cm is None
    ]
    for result in results:
        open_ends = [end.label for end in result.ends if end.verdict == Slowness.UNDECIDED]
        if open_ends:
            found.append(
                f"{result.functional.value}: whether {' and '.join(open_ends)} conduct slowly "
                "cannot be told: simulate longer or at more temperatures"
            )
    return found
