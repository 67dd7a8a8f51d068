"""Documents of bulk conductivities: rules over configurations, and random structures."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, DiffusivityResult
from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class BulkConfiguration(BaseModel):
    """What one configuration gives to the bulk."""

    label: str
    relative_energy_mev_per_atom: float
    multiplicity: int
    conductivity_ms_per_cm: float | None = Field(description="At the temperature of the document.")
    conductivity_interval_95_ms_per_cm: tuple[float, float] | None
    conductivity_upper_limit_ms_per_cm: float | None = Field(
        description="Where there is no conductivity."
    )


class BulkRuleResult(BaseModel):
    """Bulk conductivity by one rule."""

    rule: str
    formula: str = Field(description="Formula and source of the rule.")
    weights: dict[str, float] = Field(description="By configuration, normalised.")
    conductivity_ms_per_cm: float | None = Field(description="The plain value.")
    conductivity_interval_95_ms_per_cm: tuple[float, float] | None
    corrected_conductivity_ms_per_cm: float | None = Field(
        description="Times the crystallinity factor."
    )
    corrected_interval_95_ms_per_cm: tuple[float, float] | None
    reason: str | None = Field(default=None, description="Why no value, or what was assumed.")


class BulkConductivityDocument(ArgyroditeDocument):
    """Bulk conductivity of a mixture of site-disordered configurations, by every rule."""

    stage: str = "bulk_conductivity"
    default_rule: str
    weight_temperature_kelvin: float = Field(description="Of the Boltzmann weights.")
    crystallinity_factor: float = Field(
        description="A setting, not a result; applied to the corrected values alone."
    )
    configurations: list[BulkConfiguration]
    rules: list[BulkRuleResult]


class ComparedCrystal(BaseModel):
    """Conductivity of one crystal of a comparison."""

    label: str
    results: list[DiffusivityResult]
    arrhenius: ArrheniusResult | None
    arrhenius_reason: str | None = None


class RandomStructureDocument(ArgyroditeDocument):
    """Conductivity of a random structure beside those of single configurations."""

    stage: str = "random_structure"
    random_structure: ComparedCrystal
    references: list[ComparedCrystal] = Field(description="Ordered and disordered crystals.")
    weights: dict[str, float] = Field(description="By which the cells were drawn, normalised.")
    counts: dict[str, int] = Field(description="Cells of each configuration.")
    crystallinity_factor: float
    conductivity_ms_per_cm: float | None = Field(description="The plain value at 300 K.")
    conductivity_interval_95_ms_per_cm: tuple[float, float] | None
    corrected_conductivity_ms_per_cm: float | None = Field(
        description="Times the crystallinity factor."
    )
    corrected_interval_95_ms_per_cm: tuple[float, float] | None
    curves: Attachment = Field(
        description="Arrays band_<k>_temperature_kelvin, band_<k>_low, _mid, _high (sigma T in "
        "S K/cm) of crystal k, the random structure first."
    )
