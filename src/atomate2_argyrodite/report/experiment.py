"""Conductivities that are far from the experiment shown beside them, and the likely reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import rounded, with_interval
from atomate2_argyrodite.report.published import (
    EXPERIMENTAL_CONDUCTIVITIES,
    experiment,
    experiment_source,
)
from atomate2_argyrodite.report.variants import lowered, variant_name, variants

FAR = 10.0
"""Factor between computed and measured conductivity beyond which the reader is warned.

Samples of one composition differ by a factor of a few (crystallinity, disorder, grain boundaries),
and the paper's own functionals by less than ten (Kim et al. 2024, Table 1).
"""
_ORDERED = ("0", "100")
_ROOM_KELVIN = (290.0, 310.0)
_COMPOSITIONS = {f"Li6PS5{halide}": halide for halide in EXPERIMENTAL_CONDUCTIVITIES}


@dataclass(frozen=True)
class RoomConductivity:
    """A conductivity near 300 K in mS/cm, and what it is of.

    Parameters
    ----------
    name
        Of the material or the crystal, in words.
    value, interval_95
        In mS/cm; the interval is None where it is not known.
    is_of_ordered_crystal
        Whether it belongs to a fully ordered crystal, slower than any sample.
    """

    name: str
    value: float
    interval_95: tuple[float, float] | None
    is_of_ordered_crystal: bool = False


def far_from_experiment(records: CampaignRecords) -> Iterator[str]:
    """Yield one sentence for each variant whose conductivities are far from experiment.

    It names the value that is farthest, the measured one, its source and the likely reason. A slow
    crystal of full order is no reason: samples are disordered. Nothing is said of compositions
    whose conductivity is not known from experiment.
    """
    for variant in variants(records):
        halide = _halide(variant)
        if halide is None:
            continue
        known = [
            item
            for item in _values(variant)
            if not (
                item.is_of_ordered_crystal and item.value < EXPERIMENTAL_CONDUCTIVITIES[halide][0]
            )
        ]
        far = [item for item in known if _distance(item, halide) > FAR]
        if far:
            farthest = max(far, key=lambda item: _distance(item, halide))
            count = f"{len(far)} of {len(known)} values are more than {FAR:g} times off"
            yield " ".join(
                [
                    _sentence(variant_name(variant), farthest, halide, count if far[1:] else ""),
                    _reason(variant, is_high=_factor(farthest.value, halide) > 1),
                ]
            )


def _halide(records: CampaignRecords) -> str | None:
    found = {_COMPOSITIONS.get(d.composition) for d in records.documents if d.composition}
    return found.pop() if len(found) == 1 else None


def _factor(value: float, halide: str) -> float:
    """Return value over experiment: above 1 beyond its upper end, below 1 under its lower end."""
    low, high = EXPERIMENTAL_CONDUCTIVITIES[halide]
    return value / high if value > high else min(1.0, value / low)


def _distance(item: RoomConductivity, halide: str) -> float:
    factor = _factor(item.value, halide)
    return max(factor, 1 / factor)


def _values(records: CampaignRecords) -> Iterator[RoomConductivity]:
    """Yield what is known at 300 K: values of the material, and those of its crystals."""
    for random in records.of(RandomStructureDocument):
        if random.conductivity_ms_per_cm:
            interval = random.conductivity_interval_95_ms_per_cm
            yield RoomConductivity("the random structure", random.conductivity_ms_per_cm, interval)
    for bulk in records.of(BulkConductivityDocument):
        rule = next(rule for rule in bulk.rules if rule.rule == bulk.default_rule)
        if rule.conductivity_ms_per_cm:
            interval = rule.conductivity_interval_95_ms_per_cm
            yield RoomConductivity(f"bulk by {rule.rule}", rule.conductivity_ms_per_cm, interval)
    for document in records.conductivities:
        fit, label = document.arrhenius, document.configuration or "crystal"
        if fit is None or fit.conductivity_ms_per_cm <= 0:
            continue
        if _ROOM_KELVIN[0] <= fit.extrapolation_temperature_kelvin <= _ROOM_KELVIN[1]:
            yield RoomConductivity(
                label,
                fit.conductivity_ms_per_cm,
                fit.conductivity_interval_95_ms_per_cm,
                label.partition("-")[0] in _ORDERED,
            )


def _sentence(material: str, item: RoomConductivity, halide: str, count: str) -> str:
    factor = _factor(item.value, halide)
    side = (
        f"{rounded(factor, 2)} times" if factor > 1 else f"{rounded(1 / factor, 2)} times less than"
    )
    low, high = EXPERIMENTAL_CONDUCTIVITIES[halide]
    reached = item.interval_95 and item.interval_95[0] <= high and low <= item.interval_95[1]
    remarks = ["its interval reaches that"] if reached else []
    remarks += [count] if count else []
    return (
        f"The conductivity of {material}, {item.name}, at 300 K, "
        f"{with_interval(item.value, item.interval_95)} mS/cm, is {side} the {experiment(halide)} "
        f"measured for {lowered(f'Li6PS5{halide}')} ({experiment_source(halide)})"
        + "".join(f"; {remark}" for remark in remarks)
        + "."
    )


def _reason(records: CampaignRecords, *, is_high: bool) -> str:
    engine = _engine(records)
    if engine is not None and engine.is_surrogate:
        if is_high:
            return (
                f"The likely reason is {engine.name}, whose potential energy surface is too soft, "
                "as that of foundation models is in general (Deng et al. 2025), so that Li moves "
                "too easily: read trends at most, and take labels from DFT for a prediction."
            )
        return (
            f"The labels are those of {engine.name}, a surrogate: take them from DFT for a "
            "prediction."
        )
    return (
        "Likely reasons are the functional (argyrodites differ severalfold between functionals, "
        "Kim et al. 2024, Table 1), the errors of the potential, and the extrapolation from higher "
        "temperatures; an experiment also has grain boundaries and amorphous parts."
    )


def _engine(records: CampaignRecords) -> EngineRecord | None:
    """Return what made the labels."""
    found = [records.potential, *records.labelled_sets]
    return next((d.engine for d in found if d is not None and d.engine is not None), None)
