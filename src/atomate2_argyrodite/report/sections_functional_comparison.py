"""Section of the report on the comparison of functionals: the paper's Table 1, and the verdict."""

from collections.abc import Iterator, Mapping

from atomate2_argyrodite.functional_comparison.references import KIM_2024, PublishedRow
from atomate2_argyrodite.functional_comparison.schemas import (
    ComparedConfiguration,
    EndMemberVerdict,
    FunctionalComparisonDocument,
    FunctionalResult,
    RankedFunctional,
)
from atomate2_argyrodite.report.cautions import Caution, Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_functional_comparison import (
    FUNCTIONAL_NAMES,
    comparison_pictures,
)
from atomate2_argyrodite.report.numbers import NONE, errors, number, rounded, with_interval
from atomate2_argyrodite.report.page import heading, paragraph, picture, table
from atomate2_argyrodite.report.style import Picture

_PUBLISHED_FOR = "Cl"


def functional_pictures(records: CampaignRecords) -> Iterator[Picture]:
    """Yield the figures of all comparisons."""
    yield from comparison_pictures(_newest(records))


def functional_comparison(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Verdict, table, criteria, lattices and figures of every halide."""
    documents = _newest(records)
    several = len(documents) > 1
    return "".join(
        (heading(document.composition or NONE, 3) if several else "")
        + _comparison(document, pictures)
        for document in documents
    )


def functional_cautions(records: CampaignRecords) -> Iterator[Caution]:
    """Yield functionals that are missing and rankings that their errors leave open."""
    for document in _newest(records):
        for missing in document.missing:
            yield Caution(
                Severity.NOTE,
                f"{document.composition}: functional {missing.functional.value} was not compared: "
                f"{missing.reason}",
            )
        best = document.ranking[0] if len(document.ranking) > 1 else None
        if best is not None and best.probability_best < 0.95:
            yield Caution(
                Severity.WARNING,
                f"{document.composition}: the errors of the conductivities leave the ranking of "
                f"functionals open: {document.verdict}.",
            )


def _newest(records: CampaignRecords) -> list[FunctionalComparisonDocument]:
    """Return the newest comparison of each composition."""
    found = {d.composition: d for d in records.of(FunctionalComparisonDocument)}
    return list(found.values())


def _comparison(document: FunctionalComparisonDocument, pictures: dict[str, Picture]) -> str:
    names = [
        f"functionals_{document.halide}",
        *(f"diffusivity_{r.functional.value}_{document.halide}" for r in document.functionals),
    ]
    shown = "".join(picture(pictures[name]) for name in names if name in pictures)
    return (
        paragraph(f"Verdict: {document.verdict}.")
        + _ranking(document)
        + _table(document)
        + paragraph(_reading(document))
        + _ends(document)
        + _lattices(document)
        + shown
    )


def _ranking(document: FunctionalComparisonDocument) -> str:
    corrected = {rank.functional: rank for rank in document.ranking_corrected}
    results = {result.functional: result for result in document.functionals}
    rows = [
        [
            FUNCTIONAL_NAMES[rank.functional],
            _place(rank),
            f"{rank.probability_best:.0%}",
            f"{corrected[rank.functional].probability_best:.0%}",
            number(rank.violations, 2),
            number(rank.distance_from_experiment, 2),
            engine_name_of(results[rank.functional]),
            errors(results[rank.functional].validation_errors),
        ]
        for rank in document.ranking
    ]
    columns = (
        "Functional",
        "Rank (95 %)",
        "Best, plain bulk",
        f"Best, bulk × {document.crystallinity_factor:g}",
        "Ordered crystals not slow",
        "|ln σ/σ(exp.)|",
        "Labels from",
        "Potential (validation)",
    )
    return table(f"Ranking of functionals, {document.composition}", columns, rows)


def _place(rank: RankedFunctional) -> str:
    low, high = rank.rank_interval_95
    return f"{number(rank.mean_rank, 2)} ({low:g} to {high:g})"


def engine_name_of(result: FunctionalResult) -> str:
    """Return the engine of a functional, a surrogate marked as one."""
    if result.engine is None:
        return NONE
    return f"{result.engine.name}{' (surrogate)' if result.engine.is_surrogate else ''}"


def _table(document: FunctionalComparisonDocument) -> str:
    rows = []
    for result in document.functionals:
        published = _published(document, result)
        rows += [
            _row(result, crystal, published.get(crystal.label)) for crystal in result.configurations
        ]
        rows.append(_bulk_row(document, result))
    columns = (
        "Functional",
        "Configuration",
        "E_rel / meV per atom",
        "E_a / meV",
        "σ(300 K) / mS cm⁻¹, plain",
        "Kim et al.: E_a; σ",
    )
    caption = (
        f"Relative energy, barrier and conductivity by functional, {document.composition} (Table 1 "
        "of the method); 95 % intervals"
    )
    return table(caption, columns, rows)


def _published(
    document: FunctionalComparisonDocument, result: FunctionalResult
) -> Mapping[str, PublishedRow]:
    if document.halide != _PUBLISHED_FOR:
        return {}
    return {row.label: row for row in KIM_2024[result.functional].rows}


def _row(
    result: FunctionalResult, crystal: ComparedConfiguration, published: PublishedRow | None
) -> list[str]:
    line = crystal.line
    return [
        FUNCTIONAL_NAMES[result.functional],
        f"{crystal.label} ({100 * crystal.halide_fraction_4c:g} %)",
        number(crystal.relative_energy_mev_per_atom),
        _barrier(crystal),
        with_interval(line.conductivity_ms_per_cm, line.conductivity_interval_95_ms_per_cm)
        if line
        else _limit(crystal),
        NONE if published is None else _published_words(published),
    ]


def _barrier(crystal: ComparedConfiguration) -> str:
    line = crystal.line
    if line is None:
        return NONE
    low, high = line.activation_energy_interval_95_ev
    return with_interval(1000 * line.activation_energy_ev, (1000 * low, 1000 * high))


def _limit(crystal: ComparedConfiguration) -> str:
    if crystal.conductivity_upper_limit_ms_per_cm is not None:
        return f"< {rounded(crystal.conductivity_upper_limit_ms_per_cm, 2)}"
    return crystal.reason or NONE


def _published_words(row: PublishedRow) -> str:
    sigma = row.conductivity_ms_per_cm
    value = "too low" if sigma is None else f"{sigma:g}"
    return f"{1000 * row.activation_energy_ev:.0f}; {value}"


def _bulk_row(document: FunctionalComparisonDocument, result: FunctionalResult) -> list[str]:
    bulk, name = result.bulk, FUNCTIONAL_NAMES[result.functional]
    corrected = with_interval(bulk.corrected_ms_per_cm, bulk.corrected_interval_95_ms_per_cm)
    value = with_interval(bulk.conductivity_ms_per_cm, bulk.interval_95_ms_per_cm)
    published = ""
    if document.halide == _PUBLISHED_FOR:
        published = f"80 %: {KIM_2024[result.functional].bulk_ms_per_cm:g}"
    if bulk.conductivity_ms_per_cm is None:
        return [name, "bulk", "", "", bulk.reason or NONE, published]
    factor = f"{document.crystallinity_factor:g}"
    words = f"{value}; × {factor}: {corrected}"
    return [name, f"bulk ({bulk.rule})", "", "", words, published]


def _reading(document: FunctionalComparisonDocument) -> str:
    experiment = document.experimental_conductivity_ms_per_cm
    text = (
        "Conductivities are plain Nernst-Einstein values. Those of Kim et al. seem to contain a "
        "factor of a fifth: compare with five times theirs. How crystals make a bulk is a choice; "
        f"the factor {document.crystallinity_factor:g} stands for a partly crystalline powder and "
        "is a setting. "
    )
    if experiment is None:
        return text + "No experimental conductivity is known for this composition."
    low, high = experiment
    known = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return text + f"Experiment at room temperature: {known} mS/cm, for powders of unknown disorder."


def _ends(document: FunctionalComparisonDocument) -> str:
    rows = [
        [
            FUNCTIONAL_NAMES[result.functional],
            end.label,
            _ratio(end),
            _probability(end),
            end.verdict.value,
        ]
        for result in document.functionals
        for end in result.ends
    ]
    columns = ("Functional", "Configuration", "Times slower", "Probability", "Verdict")
    caption = (
        f"Whether the fully ordered crystals are slow: {document.slow_factor:g} times slower than "
        "the slowest disordered one"
    )
    return table(caption, columns, rows)


def _ratio(end: EndMemberVerdict) -> str:
    if end.ratio is None:
        return NONE
    return f"{'> ' if end.is_lower_limit else ''}{number(end.ratio, 2)}"


def _probability(end: EndMemberVerdict) -> str:
    return NONE if end.probability_slow is None else f"{end.probability_slow:.0%}"


def _lattices(document: FunctionalComparisonDocument) -> str:
    experiment = document.experimental_lattice_constants_angstrom
    rows = [
        [
            FUNCTIONAL_NAMES[result.functional],
            f"Li6PS5{row.halide}, {row.configuration}",
            number(row.lattice_constant_angstrom, 4),
            f"{experiment[row.halide]:.2f}",
            f"{row.lattice_deviation_percent:+.1f}",
            number(row.volume_angstrom3, 4),
            f"{row.volume_deviation_percent:+.1f}",
            "" if row.is_converged else "relaxation not converged",
        ]
        for result in document.functionals
        for row in result.lattices
    ]
    columns = (
        "Functional",
        "Crystal",
        "a / Å",
        "Experiment / Å",
        "Deviation / %",
        "V / Å³",
        "Deviation / %",
        "Remark",
    )
    caption = "Lattice constants (cube root of the volume, 0 K) against experiment (300 K)"
    return table(caption, columns, rows)
