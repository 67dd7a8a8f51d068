"""Documents of the stage `functional_comparison`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, EngineRecord
from atomate2_argyrodite.functional_comparison.criteria import Slowness
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.training.schemas import ErrorSummary


class DiffusivityPoint(BaseModel):
    """One symbol of the Arrhenius plot of a crystal."""

    temperature_kelvin: float
    diffusivity_cm2_per_s: float | None
    interval_95_cm2_per_s: tuple[float, float] | None
    upper_limit_cm2_per_s: float | None


class ArrheniusLine(BaseModel):
    """The line through the symbols, and where it meets 300 K."""

    activation_energy_ev: float
    activation_energy_interval_95_ev: tuple[float, float]
    ln_prefactor: float | None = Field(description="ln of D0 in cm^2/s.")
    covariance: list[list[float]] | None = Field(description="Of (E_a in eV, ln D0), 2 x 2.")
    diffusivity_cm2_per_s: float = Field(description="At 300 K.")
    diffusivity_interval_95_cm2_per_s: tuple[float, float]
    conductivity_ms_per_cm: float = Field(description="At 300 K, plain Nernst-Einstein.")
    conductivity_interval_95_ms_per_cm: tuple[float, float]


class ComparedConfiguration(BaseModel):
    """One line of the table: a crystal by one functional."""

    label: str
    halide_fraction_4c: float
    multiplicity: int
    relative_energy_mev_per_atom: float | None
    points: list[DiffusivityPoint]
    line: ArrheniusLine | None
    conductivity_upper_limit_ms_per_cm: float | None = Field(
        default=None, description="At 300 K, where there is no line."
    )
    reason: str | None = Field(default=None, description="Why there is no line.")


class BulkValue(BaseModel):
    """Bulk conductivity at 300 K by the default rule."""

    rule: str
    conductivity_ms_per_cm: float | None
    interval_95_ms_per_cm: tuple[float, float] | None
    corrected_ms_per_cm: float | None = Field(description="Times the crystallinity factor.")
    corrected_interval_95_ms_per_cm: tuple[float, float] | None
    reason: str | None = None


class RelaxedLattice(BaseModel):
    """Cell of a relaxed crystal against experiment (0 K against room temperature)."""

    halide: str
    configuration: str
    lattice_constant_angstrom: float = Field(description="Cube root of the volume.")
    volume_angstrom3: float = Field(description="Of the cubic cell of four formula units.")
    lattice_deviation_percent: float
    volume_deviation_percent: float
    is_converged: bool


class EndMemberVerdict(BaseModel):
    """Whether the crystal with 0 % or 100 % halide on 4c is slow, as it must be."""

    label: str
    ratio: float | None = Field(
        description="Conductivity of the slowest disordered crystal over that of this one."
    )
    is_lower_limit: bool
    probability_slow: float | None
    verdict: Slowness


class FunctionalResult(BaseModel):
    """All that was found with one functional."""

    functional: Functional
    engine: EngineRecord | None
    potential_id: str | None
    n_labels: int
    validation_errors: ErrorSummary | None
    protocol: str | None = Field(description="Of the relaxations behind the relative energies.")
    configurations: list[ComparedConfiguration]
    bulk: BulkValue
    lattices: list[RelaxedLattice]
    ends: list[EndMemberVerdict]


class MissingFunctional(BaseModel):
    """A functional that was not compared."""

    functional: Functional
    reason: str


class RankedFunctional(BaseModel):
    """Place of a functional; 1 is best."""

    functional: Functional
    mean_rank: float
    rank_interval_95: tuple[float, float]
    probability_best: float
    violations: float = Field(
        description="Expected number of ordered crystals that are not slow; unknown ones count 1/2."
    )
    distance_from_experiment: float | None = Field(
        description="Of ln(bulk conductivity) from the experimental range, mean."
    )


class FunctionalComparisonDocument(ArgyroditeDocument):
    """The functionals beside each other and against experiment (Kim 2024, Table 1 and Fig. 2)."""

    stage: str = "functional_comparison"
    functionals: list[FunctionalResult]
    missing: list[MissingFunctional]
    ranking: list[RankedFunctional] = Field(description="The best first, by the plain bulk value.")
    ranking_corrected: list[RankedFunctional] = Field(
        description="The same by the bulk value times the crystallinity factor."
    )
    verdict: str = Field(description="The ranking in a sentence.")
    experimental_conductivity_ms_per_cm: tuple[float, float] | None
    experimental_lattice_constants_angstrom: dict[str, float]
    slow_factor: float
    crystallinity_factor: float = Field(description="A setting, not a result.")
    weight_temperature_kelvin: float
