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
    survived_ps: float = Field(
        description="Time before the first frame beyond gamma_break or the loss of a PS4 unit."
    )
    maximum_grade: float = Field(description="Largest extrapolation grade before the break.")
    n_frames: int
    n_above_select: int = Field(description="Frames between gamma_select and gamma_break.")
    n_unphysical: int = Field(
        description="Candidates left out: a PS4 torn apart, or atoms on each other."
    )
    outcome: str = Field(
        description="'survived', 'broke' (a frame beyond gamma_break), 'lost PS4' or LAMMPS' cause."
    )

    @property
    def survived(self) -> bool:
        """Whether the run ended as requested, within gamma_break and with all PS4 units."""
        return self.outcome == "survived"


class ExplorationDocument(ArgyroditeDocument):
    """A batch of exploration runs with one potential, and the frames that extrapolate."""

    stage: str = "exploration"
    iteration: int
    runs: list[ExplorationRun]
    n_frames: int = Field(description="Candidate frames.")
    frames: Attachment = Field(description="Candidate frames, packed configurations, unlabelled.")
    grades: Attachment = Field(description="Arrays run, time_ps, grade of every graded frame.")


class SelectionDocument(ArgyroditeDocument):
    """The frames of one iteration that MaxVol chose for labelling."""

    stage: str = "selection"
    iteration: int
    requested_ps: float
    runs: list[ExplorationRun]
    n_candidates: int
    n_frames: int = Field(description="Selected frames.")
    frames: Attachment = Field(description="Selected frames, packed configurations, unlabelled.")


class ActiveLearningIteration(BaseModel):
    """What one iteration did, in numbers."""

    iteration: int
    n_runs: int
    n_survived: int
    n_selected: int
    n_labelled: int
    median_survived_ps: float
    requested_ps: float
    maximum_grade: float = Field(description="Largest grade before any break.")
    honest_errors: ErrorSummary | None = Field(
        default=None, description="Of the potential on the new frames before it learned them."
    )
    potential_id: str = Field(description="The potential that explored.")


class IterationDocument(ArgyroditeDocument):
    """One iteration of the loop, after labelling and before the refit."""

    stage: str = "active_learning_iteration"
    summary: ActiveLearningIteration


class ActiveLearningDocument(ArgyroditeDocument):
    """Result of the loop: the potential, and how it became stable."""

    stage: str = "active_learning"
    gamma_select: float
    gamma_break: float
    iterations: list[ActiveLearningIteration]
    converged: bool = Field(
        description="True if every run of the last iteration survived the full time."
    )
    stop_reason: str
    n_labels: int = Field(description="Labels in the final training set.")
    potential: PotentialDocument
