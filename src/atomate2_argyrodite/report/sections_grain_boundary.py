"""Section of the report on the dynamics of grain boundaries."""

from collections.abc import Iterator, Sequence

from atomate2_argyrodite.grain_boundary.dynamics_schemas import (
    GrainBoundaryDocument,
    RatioResult,
    SlabDiffusivityResult,
    SlabResult,
)
from atomate2_argyrodite.report.cautions import Caution, Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_grain_boundary import name_of
from atomate2_argyrodite.report.numbers import (
    NONE,
    diffusivity,
    engine_name,
    number,
    with_interval,
)
from atomate2_argyrodite.report.page import heading, paragraph, picture, table
from atomate2_argyrodite.report.style import Picture

SLAB_COLUMNS = (
    "Slab",
    "D by start",
    "in the plane",
    "across",
    "D by residence, in the plane",
    "Stay",
    "Change of Li",
)
_KINDS = ("diffusivity", "lithium", "profile", "displacements", "pairs")


ANSWER_COLUMNS = ("Boundary", "D(boundary) / D(bulk)", "Change of Li in the boundary", "How sure")


def boundary_answers(records: CampaignRecords) -> Iterator[list[str]]:
    """Yield the main result of every boundary that was run (see `ANSWER_COLUMNS`)."""
    for document in records.of(GrainBoundaryDocument):
        name = f"{document.configuration or 'bicrystal'}, {number(document.temperature_kelvin)} K"
        sure = f"{number(document.duration_ps)} ps of {document.n_atoms:,} atoms"
        if not document.is_complete:
            yield [name, NONE, NONE, f"the boundary was lost ({document.outcome}) after {sure}"]
            continue
        ratio = next((r for r in _main_ratios(document)), None)
        change = _change(document.slabs[0]) if document.slabs else NONE
        yield [name, _ratio(ratio), change, sure]


def _ratio(ratio: RatioResult | None) -> str:
    if ratio is None:
        return NONE
    if ratio.ratio is None:
        limit = "" if ratio.upper_limit is None else f"below {number(ratio.upper_limit, 2)}; "
        return f"{limit}{ratio.reason}"
    return with_interval(ratio.ratio, ratio.interval_95)


def grain_boundaries(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Diffusion and structure by distance from the boundary, run by run."""
    documents = records.of(GrainBoundaryDocument)
    return "".join(_one(document, records, pictures) for document in documents)


def _one(
    document: GrainBoundaryDocument, records: CampaignRecords, pictures: dict[str, Picture]
) -> str:
    title = heading(f"{document.configuration}, {number(document.temperature_kelvin)} K", 3)
    if not document.slabs:
        return title + paragraph(" ".join(document.unresolved))
    shown = [
        picture(pictures[name])
        for kind in _KINDS
        if (name := name_of(f"boundary_{kind}", document)) in pictures
    ]
    about = (
        f"{document.n_atoms:,} atoms, {number(document.duration_ps)} ps; potential trained on "
        f"labels of {engine_name(records.potential)}."
    )
    findings = [*ratio_sentences(document), *accumulation_sentences(document)]
    caption = "Li by distance from the nearer boundary plane; D in cm² s⁻¹, 95 % intervals"
    return "".join(
        [
            title,
            paragraph(about),
            table(caption, SLAB_COLUMNS, slab_rows(document)),
            paragraph(" ".join(findings)),
            _unresolved(document),
            *shown[:2],
            _structure(document.slabs),
            *shown[2:],
            paragraph("Notes: " + "; ".join(document.warnings)) if document.warnings else "",
        ]
    )


def _unresolved(document: GrainBoundaryDocument) -> str:
    if not document.unresolved:
        return ""
    begin = "What it cannot tell: " if document.is_complete else ""
    return paragraph(begin + " ".join(document.unresolved))


def boundary_cautions(records: CampaignRecords) -> Iterator[Caution]:
    """Yield boundaries that were lost, and what their simulations cannot resolve."""
    for document in records.of(GrainBoundaryDocument):
        name = (
            f"{document.configuration or 'the bicrystal'}, {number(document.temperature_kelvin)} K"
        )
        if not document.is_complete:
            text = f"The boundary was lost in {name} ({document.outcome}): it has no result."
            yield Caution(Severity.WARNING, text)
        elif document.unresolved:
            text = f"Grain boundary, {name}: {' '.join(document.unresolved)}"
            yield Caution(Severity.NOTE, text)


def slab_rows(document: GrainBoundaryDocument) -> list[list[str]]:
    """Return the rows of the table of slabs (see `SLAB_COLUMNS`)."""
    return [
        [
            f"{slab.name}, {number(slab.from_angstrom)} to {number(slab.to_angstrom)} Å",
            _known(slab.diffusivity("start", "total")),
            _known(slab.diffusivity("start", "in_plane")),
            _known(slab.diffusivity("start", "across")),
            _known(slab.diffusivity("residence", "in_plane")),
            NONE if slab.staying_fraction is None else f"{100 * slab.staying_fraction:.0f} %",
            _change(slab),
        ]
        for slab in document.slabs
    ]


def _known(result: SlabDiffusivityResult) -> str:
    """Return D with its interval, its upper limit, or nothing."""
    if result.diffusivity_cm2_per_s is None:
        limit = result.diffusivity_upper_limit_cm2_per_s
        return NONE if limit is None else f"< {number(limit, 2)}"
    return with_interval(result.diffusivity_cm2_per_s, result.diffusivity_interval_95_cm2_per_s)


def _change(slab: SlabResult) -> str:
    change, error = slab.accumulation, slab.accumulation.relative_change_standard_error
    value = f"{100 * change.relative_change:+.1f}"
    if error is None:
        return f"{value} %"
    return f"({value} ± {100 * error:.1f}) %, p = {number(change.p_value, 2)}"


def ratio_sentences(document: GrainBoundaryDocument) -> list[str]:
    """Return the main ratios in words: boundary slab over bulk slab, and over the bulk cell."""
    if not document.slabs:
        return []
    sentences = [_ratio_sentence(ratio) for ratio in _main_ratios(document)]
    if document.bulk_cell is not None:
        sentences.append(f"D of the bulk cell: {diffusivity(document.bulk_cell)} cm² s⁻¹.")
    return sentences


def _main_ratios(document: GrainBoundaryDocument) -> list[RatioResult]:
    """Return those of the boundary slab, displacements that begin there before those that stay."""
    first = document.slabs[0].name if document.slabs else None
    kinds = (("start", "total"), ("residence", "in_plane"))
    return [
        ratio
        for kind in kinds
        for ratio in document.ratios
        if ratio.first == first and (ratio.rule, ratio.direction) == kind
    ]


def _ratio_sentence(ratio: RatioResult) -> str:
    where = "" if ratio.direction == "total" else " in the plane"
    what = f"D({ratio.first}) / D({ratio.second}) by {ratio.rule}{where}"
    if ratio.ratio is None:
        limit = "" if ratio.upper_limit is None else f" below {number(ratio.upper_limit, 2)};"
        return f"{what}:{limit} {ratio.reason}."
    verdict = "differs from 1" if ratio.is_significant else "does not differ from 1"
    value = with_interval(ratio.ratio, ratio.interval_95)
    return f"{what}: {value}, which {verdict} with 95 % confidence."


def accumulation_sentences(document: GrainBoundaryDocument) -> list[str]:
    """Return in words whether slabs gain or lose Li for real."""
    if not document.is_complete:
        return []
    real = [slab for slab in document.slabs if slab.accumulation.is_real]
    if not real:
        return ["No slab gains or loses Li beyond what an equilibrium would (p > 0.01)."]
    return [
        f"{slab.name} {'gains' if slab.accumulation.relative_change > 0 else 'loses'} Li for real: "
        f"{_change(slab)}."
        for slab in real
    ]


def _structure(slabs: Sequence[SlabResult]) -> str:
    kinds = sorted({kind for slab in slabs for kind in slab.structure_late.lithium_around})
    rows = [
        [
            f"{slab.name}, {when}",
            NONE if s.ps4_intact_fraction is None else f"{100 * s.ps4_intact_fraction:.1f} %",
            number(s.ps_bond_angstrom),
            number(s.ps4_angle_deviation_degrees, 2),
            *(number(s.lithium_around.get(kind)) for kind in kinds),
            number(s.anions_around_lithium),
        ]
        for slab in slabs
        for when, s in (("early", slab.structure_early), ("late", slab.structure_late))
    ]
    columns = (
        "Slab",
        "PS4 intact",
        "P-S / Å",
        "S-P-S, rms deviation / °",
        *(f"Li around {kind}" for kind in kinds),
        "Anions around Li",
    )
    return table("PS4 units and coordination within 3.2 Å", columns, rows)
