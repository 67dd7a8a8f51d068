"""Sections of the report on the bulk, on random structures and on the mechanism."""

from collections.abc import Sequence

from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    ComparedCrystal,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import (
    NONE,
    activation_energy,
    diffusivity,
    loss,
    number,
    room_conductivity,
    with_interval,
)
from atomate2_argyrodite.report.page import heading, paragraph, picture, shown, side_by_side, table
from atomate2_argyrodite.report.published import RANDOM_STRUCTURE_CONDUCTIVITIES, experiment
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import lowered, per_variant


def bulk(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Bulk values by every rule, and random structures beside single configurations."""
    return per_variant(records, lambda variant, stem: _bulk(variant, pictures, stem))


def _bulk(records: CampaignRecords, pictures: dict[str, Picture], stem: str) -> str:
    parts = [_rules(document) for document in records.of(BulkConductivityDocument)]
    for document in records.of(RandomStructureDocument):
        parts += [shown(pictures, f"random_structure{stem}"), _random(document)]
    return "".join(parts)


def _rules(document: BulkConductivityDocument) -> str:
    rows = [
        [
            rule.rule + (" (default)" if rule.rule == document.default_rule else ""),
            with_interval(rule.conductivity_ms_per_cm, rule.conductivity_interval_95_ms_per_cm),
            with_interval(
                rule.corrected_conductivity_ms_per_cm, rule.corrected_interval_95_ms_per_cm
            ),
            rule.formula,
            rule.reason or "",
        ]
        for rule in document.rules
    ]
    columns = (
        "Rule",
        "σ(300 K) / mS cm⁻¹, plain",
        f"times {document.crystallinity_factor:g}",
        "Formula",
        "Remark",
    )
    caption = (
        f"Bulk conductivity of {lowered(document.composition or '')}; Boltzmann weights at "
        f"{document.weight_temperature_kelvin:g} K"
    )
    text = (
        "How conductivities of single configurations make that of the bulk is a choice: all rules "
        f"are shown. The factor {document.crystallinity_factor:g} stands for a partly crystalline "
        "powder; it is a setting, not a result, and the plain values come without it. None of the "
        "rules claims to be that behind published corrected values."
    )
    return table(caption, columns, rows) + paragraph(text) + _configurations(document)


def _configurations(document: BulkConductivityDocument) -> str:
    weights = document.rules[0].weights if document.rules else {}
    default = next((r.weights for r in document.rules if r.rule == document.default_rule), weights)
    rows = [
        [
            item.label,
            number(item.relative_energy_mev_per_atom),
            str(item.multiplicity),
            number(default.get(item.label)),
            with_interval(item.conductivity_ms_per_cm, item.conductivity_interval_95_ms_per_cm)
            if item.conductivity_ms_per_cm is not None
            else f"< {number(item.conductivity_upper_limit_ms_per_cm, 2)}",
        ]
        for item in document.configurations
    ]
    columns = (
        "Configuration",
        "E / meV per atom",
        "Multiplicity",
        f"Weight ({document.default_rule})",
        "σ(300 K) / mS cm⁻¹",
    )
    return table("What the bulk is mixed from", columns, rows)


def _random(document: RandomStructureDocument) -> str:
    crystals = [document.random_structure, *document.references]
    rows = [_crystal_row(crystal) for crystal in crystals]
    columns = (
        "Crystal",
        "E_a / eV",
        "σ(300 K) / mS cm⁻¹",
        "D at the highest T / cm² s⁻¹",
        "Remark",
    )
    cells = ", ".join(f"{n} {label}" for label, n in document.counts.items() if n)
    corrected = with_interval(
        document.corrected_conductivity_ms_per_cm, document.corrected_interval_95_ms_per_cm
    )
    text = (
        f"The random structure is made of {cells}. Times {document.crystallinity_factor:g}, which "
        f"is a setting, its conductivity is {corrected} mS/cm. {_published(document.halide)}"
    )
    caption = "Random structure beside single configurations, plain values"
    return table(caption, columns, rows) + paragraph(text)


def _published(halide: str | None) -> str:
    value, measured = RANDOM_STRUCTURE_CONDUCTIVITIES.get(halide or ""), experiment(halide)
    if value is None:
        return ""
    return (
        f"Kim et al. (2024, Table 2) give {value:g} mS/cm with optB88-vdW, {value / 5:.2g} mS/cm "
        f"after their correction, and quote {measured} as measured."
    )


def _crystal_row(crystal: ComparedCrystal) -> list[str]:
    hottest = max(crystal.results, key=lambda r: r.temperature_kelvin, default=None)
    return [
        crystal.label,
        activation_energy(crystal.arrhenius),
        room_conductivity(crystal.arrhenius),
        NONE
        if hottest is None
        else f"{diffusivity(hottest)} at {hottest.temperature_kelvin:.0f} K",
        crystal.arrhenius_reason or "",
    ]


def mechanism(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """How Li jumps, where it is, and what PS4 has to do with it."""
    return per_variant(records, lambda variant, stem: _mechanism(variant, pictures, stem))


def _mechanism(records: CampaignRecords, pictures: dict[str, Picture], stem: str) -> str:
    documents = records.of(MechanismDocument)
    compared = records.of(Ps4MotionDocument)
    if not documents and not compared:
        return ""
    places = [p for name, p in pictures.items() if name.startswith(("density_", "network_"))]
    own = "".join(picture(p) for p in places if p.name.endswith(stem))
    parts = [shown(pictures, f"jump_rates{stem}"), _jumps(documents), own]
    if any(document.tetrahedra for document in documents) or compared:
        parts += [
            heading("Motion of PS4", 3),
            shown(pictures, f"ps4_orientation{stem}"),
            _tetrahedra(documents),
            shown(pictures, f"ps4_loss{stem}"),
            _losses(compared),
        ]
    return "".join(parts)


def lithium(_records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Where Li is and which ways it takes."""
    return side_by_side(list(pictures.values()))


def _jumps(documents: Sequence[MechanismDocument]) -> str:
    rows = []
    for document in documents:
        rates = {jump.kind: jump for jump in document.jumps or ()}
        rows.append(
            [
                document.configuration or NONE,
                f"{document.temperature_kelvin:.0f}",
                str(document.replica),
                *(
                    with_interval(rate.rate_per_ns, rate.rate_interval_95_per_ns)
                    for rate in rates.values()
                ),
                *[NONE] * (3 - len(rates)),
                number(document.cage_residence_ps),
                ", ".join(f"{number(n)} ({a})" for a, n in document.lithium_per_cage.items()),
                number(document.correlation_factor, 2),
                "; ".join(document.warnings),
            ]
        )
    columns = (
        "Configuration",
        "T / K",
        "Replica",
        "Doublet / ns⁻¹",
        "Intra-cage / ns⁻¹",
        "Inter-cage / ns⁻¹",
        "Stay in a cage / ps",
        "Li per cage (anion)",
        "D / D of uncorrelated jumps",
        "Remark",
    )
    return table("Jumps per Li, 95 % intervals by the spread between ions", columns, rows)


def _tetrahedra(documents: Sequence[MechanismDocument]) -> str:
    rows = [
        [
            document.configuration or NONE,
            f"{document.temperature_kelvin:.0f}",
            str(document.replica),
            number(units.libration_amplitude_degrees),
            f"{units.turned_units} of {units.n_units}",
            str(units.turns_by_120_degrees),
            str(units.turns_by_180_degrees),
            with_interval(units.turn_rate_per_ns, units.turn_rate_interval_95_per_ns),
        ]
        for document in documents
        if (units := document.tetrahedra) is not None
    ]
    columns = (
        "Configuration",
        "T / K",
        "Replica",
        "Libration / °, rms",
        "Units that turned",
        "Turns by 120°",
        "by 180°",
        "Turns per unit and ns",
    )
    return table("Libration and rotation of PS4", columns, rows)


def _losses(documents: Sequence[Ps4MotionDocument]) -> str:
    rows = [
        [
            document.configuration or NONE,
            f"{result.temperature_kelvin:.0f}",
            result.ps4,
            diffusivity(result.free),
            diffusivity(result.hindered),
            loss(result),
            "yes" if result.is_significant else "no",
            result.reason or "",
        ]
        for document in documents
        for result in document.results
    ]
    columns = (
        "Configuration",
        "T / K",
        "PS4",
        "D, PS4 free / cm² s⁻¹",
        "D, PS4 held / cm² s⁻¹",
        "Loss 1 − D(held)/D(free)",
        "Differs from 0 (95 %)",
        "Remark",
    )
    failed = [text for document in documents for text in document.failed_runs]
    note = paragraph("Left out: " + "; ".join(failed)) if failed else ""
    return table("Diffusion with PS4 units held, against free ones", columns, rows) + note
