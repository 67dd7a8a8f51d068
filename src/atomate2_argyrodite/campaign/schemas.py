"""Document of a whole campaign."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, DiffusivityResult
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.training.schemas import ErrorSummary


class CrystalRecord(BaseModel):
    """One crystal of the site-disorder family, as it was built."""

    label: str
    halide_fraction_4c: float = Field(description="Part of the 4c sites that hold halide.")
    multiplicity: int = Field(description="Arrangements in the cubic cell that are this crystal.")
    space_group_symbol: str
    space_group_number: int
    lattice_constant_angstrom: float
    is_used: bool = Field(description="Whether the campaign computed with it.")


class ConfigurationSummary(ArgyroditeDocument):
    """The result for one crystal, without arrays."""

    stage: str = "summary"
    results: list[DiffusivityResult]
    arrhenius: ArrheniusResult | None
    arrhenius_reason: str | None = None


class CampaignDocument(ArgyroditeDocument):
    """What a campaign found; everything else is in the documents of its stages."""

    stage: str = "campaign"
    crystals: list[CrystalRecord] = Field(
        default_factory=list, description="The whole site-disorder family of the halide."
    )
    configurations: list[ConfigurationSummary]
    validation_errors: ErrorSummary | None
    active_learning_converged: bool | None
    active_learning_iterations: int | None
    n_labels: int
    relative_energies_mev_per_atom: dict[str, float] | None = Field(
        default=None, description="By label of the crystal; None where they were not computed."
    )
    settings: dict[str, object] = Field(description="The campaign file as it was run.")
