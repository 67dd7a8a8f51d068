"""From conductivities of single crystals to bulk values, as documents."""

from collections.abc import Mapping, Sequence

from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    BulkConfiguration,
    BulkRuleResult,
    ComparedCrystal,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import RandomStructureRecipe, apportioned_counts
from atomate2_argyrodite.structures.random_structure import normalised_weights
from atomate2_argyrodite.transport.bulk import (
    DEFAULT_CRYSTALLINITY_FACTOR,
    DEFAULT_RULE,
    RULES,
    BulkConductivity,
    ConfigurationConductivity,
    bulk_conductivities,
)

ROOM_TEMPERATURE = 300.0
_MEV_PER_EV = 1000.0


def bulk_document(
    conductivities: Sequence[ConductivityDocument],
    relative_energies_mev_per_atom: Mapping[str, float],
    multiplicities: Mapping[str, int],
    *,
    weight_temperature: float = ROOM_TEMPERATURE,
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR,
) -> BulkConductivityDocument:
    """Return the bulk conductivity at 300 K by every rule.

    Parameters
    ----------
    conductivities
        One document per configuration, of one composition and one potential.
    relative_energies_mev_per_atom, multiplicities
        Of every configuration, by label.
    weight_temperature
        Of the Boltzmann weights, in K.
    crystallinity_factor
        See `transport.bulk`.

    Raises
    ------
    InputError
        If documents do not belong together, or an energy or multiplicity is missing.
    """
    check_one_material(conductivities)
    labels = [str(document.configuration) for document in conductivities]
    missing = [
        label
        for label in labels
        if label not in relative_energies_mev_per_atom or label not in multiplicities
    ]
    if missing:
        raise InputError(
            f"relative energy or multiplicity of {', '.join(missing)} is missing: give those of "
            "all configurations"
        )
    given = [
        _configuration(document, relative_energies_mev_per_atom[label], multiplicities[label])
        for label, document in zip(labels, conductivities, strict=True)
    ]
    found = bulk_conductivities(
        given, temperature=weight_temperature, crystallinity_factor=crystallinity_factor
    )
    first = conductivities[0]
    return BulkConductivityDocument(
        composition=first.composition,
        halide=first.halide,
        functional=first.functional,
        engine=first.engine,
        potential_id=first.potential_id,
        temperature_kelvin=ROOM_TEMPERATURE,
        default_rule=DEFAULT_RULE,
        weight_temperature_kelvin=weight_temperature,
        crystallinity_factor=crystallinity_factor,
        configurations=[_record(item) for item in given],
        rules=[_rule_result(item) for item in found],
    )


def check_one_material(documents: Sequence[ConductivityDocument]) -> None:
    """Refuse documents of different compositions or potentials.

    Raises
    ------
    InputError
        With the values that differ.
    """
    for name in ("composition", "potential_id"):
        values = sorted({str(getattr(document, name)) for document in documents})
        if len(values) != 1:
            raise InputError(
                f"a bulk needs conductivities of one {name}, got {', '.join(values) or 'none'}"
            )


def _configuration(
    document: ConductivityDocument, energy_mev: float, multiplicity: int
) -> ConfigurationConductivity:
    fit = document.arrhenius
    return ConfigurationConductivity(
        label=str(document.configuration),
        conductivity_ms_per_cm=fit.conductivity_ms_per_cm if fit else None,
        interval_95_ms_per_cm=fit.conductivity_interval_95_ms_per_cm if fit else None,
        relative_energy_ev_per_atom=energy_mev / _MEV_PER_EV,
        multiplicity=multiplicity,
        upper_limit_ms_per_cm=None if fit else _upper_limit(document),
    )


def _upper_limit(document: ConductivityDocument) -> float | None:
    """Return an upper limit at 300 K: D falls with temperature, so that of any higher one holds."""
    limits = [
        result.conductivity_upper_limit_ms_per_cm * result.temperature_kelvin / ROOM_TEMPERATURE
        for result in document.results
        if result.conductivity_upper_limit_ms_per_cm is not None
        and result.temperature_kelvin >= ROOM_TEMPERATURE
    ]
    return min(limits, default=None)


def _record(item: ConfigurationConductivity) -> BulkConfiguration:
    return BulkConfiguration(
        label=item.label,
        relative_energy_mev_per_atom=item.relative_energy_ev_per_atom * _MEV_PER_EV,
        multiplicity=item.multiplicity,
        conductivity_ms_per_cm=item.conductivity_ms_per_cm,
        conductivity_interval_95_ms_per_cm=item.interval_95_ms_per_cm,
        conductivity_upper_limit_ms_per_cm=item.upper_limit_ms_per_cm,
    )


def _rule_result(item: BulkConductivity) -> BulkRuleResult:
    return BulkRuleResult(
        rule=item.rule,
        formula=RULES[item.rule],
        weights=dict(item.weights),
        conductivity_ms_per_cm=item.conductivity_ms_per_cm,
        conductivity_interval_95_ms_per_cm=item.interval_95_ms_per_cm,
        corrected_conductivity_ms_per_cm=item.corrected_ms_per_cm,
        corrected_interval_95_ms_per_cm=item.corrected_interval_95_ms_per_cm,
        reason=item.reason,
    )


def random_structure_document(
    random_structure: ConductivityDocument,
    references: Sequence[ConductivityDocument],
    recipe: RandomStructureRecipe,
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR,
) -> RandomStructureDocument:
    """Return the conductivity of a random structure beside those of single configurations.

    Raises
    ------
    InputError
        If they are of different compositions or potentials.
    """
    crystals = [random_structure, *references]
    check_one_material(crystals)
    fit = random_structure.arrhenius
    value = fit.conductivity_ms_per_cm if fit else None
    interval = fit.conductivity_interval_95_ms_per_cm if fit else None
    weights = dict(
        zip(recipe.weights, normalised_weights(list(recipe.weights.values())), strict=True)
    )
    counts = apportioned_counts(list(weights.values()), recipe.repeats**3)
    return RandomStructureDocument(
        composition=random_structure.composition,
        halide=random_structure.halide,
        configuration=random_structure.configuration,
        functional=random_structure.functional,
        engine=random_structure.engine,
        potential_id=random_structure.potential_id,
        temperature_kelvin=ROOM_TEMPERATURE,
        seeds={"structure": recipe.seed},
        random_structure=_compared(random_structure),
        references=[_compared(document) for document in references],
        weights=weights,
        counts=dict(zip(weights, counts, strict=True)),
        crystallinity_factor=crystallinity_factor,
        conductivity_ms_per_cm=value,
        conductivity_interval_95_ms_per_cm=interval,
        corrected_conductivity_ms_per_cm=None if value is None else crystallinity_factor * value,
        corrected_interval_95_ms_per_cm=None
        if interval is None
        else (crystallinity_factor * interval[0], crystallinity_factor * interval[1]),
        curves=Attachment.from_arrays(
            "bands.npz",
            {
                name.replace("band_", f"band_{index}_", 1): values
                for index, document in enumerate(crystals)
                for name, values in document.curves.to_arrays().items()
                if name.startswith("band_")
            },
        ),
    )


def _compared(document: ConductivityDocument) -> ComparedCrystal:
    return ComparedCrystal(
        label=str(document.configuration),
        results=document.results,
        arrhenius=document.arrhenius,
        arrhenius_reason=document.arrhenius_reason,
    )
