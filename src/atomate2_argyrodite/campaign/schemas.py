"""Document of a whole campaign."""

from pydantic import Field

from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, DiffusivityResult
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.training.schemas import ErrorSummary


class ConfigurationSummary(ArgyroditeDocument):
    """The result for one crystal, without arrays."""

    stage: str = "summary"
    results: list[DiffusivityResult]
    arrhenius: ArrheniusResult | None
    arrhenius_reason: str | None = None


class CampaignDocument(ArgyroditeDocument):
    """What a campaign found; everything else is in the documents of its stages."""

    stage: str = "campaign"
    configurations: list[ConfigurationSummary]
    validation_errors: ErrorSummary | None
    active_learning_converged: bool | None
    active_learning_iterations: int | None
    n_labels: int
    settings: dict[str, object] = Field(description="The campaign file as it was run.")
