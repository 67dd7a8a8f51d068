"""Documents of the stage `active_learning`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument


class ExplorationRun(BaseModel):
    """One short molecular-dynamics run with the current potential."""

    configuration: str
    temperature_kelvin: float
    seed: int
    requested_ps: float
    survived_ps: float = Field(description="Time to the first frame beyond gamma_break.")
    maximum_grade: float = Field(description="Largest extrapolation grade before the break.")
    n_frames: int
    n_above_select: int
    n_unphysical: int
    outcome: str = Field(description="'survived', 'broke' (gamma_break) or 'failed' (lost atoms).")


class ExplorationDocument(ArgyroditeDocument):
    """The exploration runs of one iteration and the frames that were selected from them."""

    stage: str = "exploration"
    iteration: int
    runs: list[ExplorationRun]
    n_candidates: int
    n_selected: int
    selected: Attachment = Field(description="Frames to label, packed configurations.")
    grades: Attachment = Field(description="Arrays run, time_ps, grade of every graded frame.")


class ActiveLearningIteration(BaseModel):
    """What one iteration did, in numbers."""

    iteration: int
    n_runs: int
    n_survived: int
    n_selected: int
    n_labelled: int
    median_survived_ps: float
    requested_ps: float
    maximum_grade: float
    honest_errors: ErrorSummary | None = Field(
        default=None, description="Of the potential on the new frames before it learned them."
    )
    potential_id: str = Field(description="The potential that explored.")


class ActiveLearningDocument(ArgyroditeDocument):
    """Result of the loop: the potential, and how it became stable."""

    stage: str = "active_learning"
    gamma_select: float
    gamma_break: float
    iterations: list[ActiveLearningIteration]
    converged: bool = Field(description="True if a whole iteration's runs selected nothing.")
    stop_reason: str
    n_labels: int = Field(description="Labels in the final training set.")
    potential: PotentialDocument
