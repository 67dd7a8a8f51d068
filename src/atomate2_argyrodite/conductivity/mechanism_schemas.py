"""Documents of the mechanism: how Li jumps, where it is, what PS4 has to do with it."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.conductivity.schemas import DiffusivityResult
from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class JumpRateResult(BaseModel):
    """Jumps of Li of one kind."""

    kind: str = Field(description="doublet, intra_cage or inter_cage.")
    count: int
    rate_per_ns: float = Field(description="Per ion.")
    rate_interval_95_per_ns: tuple[float, float]
    distance_angstrom: float | None = Field(description="Root mean square jump distance.")


class TetrahedronResult(BaseModel):
    """Motion of the PS4 units."""

    n_units: int
    libration_amplitude_degrees: float = Field(description="Rms angle about the mean orientation.")
    turns_by_120_degrees: int
    turns_by_180_degrees: int
    turned_units: int
    turn_rate_per_ns: float = Field(description="Per unit.")
    turn_rate_interval_95_per_ns: tuple[float, float]


class MechanismDocument(ArgyroditeDocument):
    """Mechanism of diffusion in one run."""

    stage: str = "mechanism"
    replica: int
    ps4: str = Field(description="Whether PS4 units were free, rigid or fixed.")
    duration_ps: float
    frame_interval_ps: float
    n_ions: int
    jumps: list[JumpRateResult] | None = Field(
        default=None, description="None where the crystal has no Li cages (see warnings)."
    )
    n_cages: int = 0
    n_anions_outside: int = Field(
        default=0, description="Free anions on 4a, or where no cage is regular."
    )
    lithium_per_cage: dict[str, float] = Field(
        default_factory=dict, description="By the anion in the cage; ideally 6."
    )
    cage_residence_ps: float | None = Field(default=None, description="Mean time in one cage.")
    fraction_in_cores: float | None = Field(
        default=None, description="Part of the time that Li is within the core of a 48h site."
    )
    random_walk_diffusivity_cm2_per_s: float | None = Field(
        default=None, description="Of uncorrelated jumps between cages at this rate."
    )
    tracer_diffusivity_cm2_per_s: float | None = None
    correlation_factor: float | None = Field(
        default=None, description="Tracer over random-walk diffusivity: below 1 where jumps return."
    )
    tetrahedra: TetrahedronResult | None = None
    density_repeats: tuple[int, int, int] = Field(description="Cells folded into the density.")
    arrays: Attachment | None = Field(
        default=None,
        description="density (Li per Å^3 on a grid), density_cell_angstrom, framework_fractional, "
        "framework_numbers; lag_ps, correlation_1, correlation_2 of PS4; occupancies (cages, 6, "
        "2), cage_centres_fractional, cage_anions (atomic numbers), links (cage, cage, jumps).",
    )


class HinderedResult(BaseModel):
    """Diffusion with PS4 units held, against free ones, at one temperature."""

    temperature_kelvin: float
    ps4: str = Field(description="rigid (units move and turn) or fixed (they do not).")
    free: DiffusivityResult
    hindered: DiffusivityResult
    loss: float | None = Field(description="1 - D(held) / D(free).")
    loss_standard_error: float | None
    loss_interval_95: tuple[float, float] | None
    loss_lower_limit: float | None = Field(
        description="95 % limit where the held crystal has only an upper limit of D."
    )
    is_significant: bool
    reason: str | None = None


class Ps4MotionDocument(ArgyroditeDocument):
    """What the motion of PS4 units does for the diffusion of Li."""

    stage: str = "ps4_motion"
    results: list[HinderedResult]
    failed_runs: list[str] = Field(default_factory=list)
