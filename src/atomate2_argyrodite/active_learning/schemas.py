"""Documents of the stage `active_learning`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

BULK_LOOP, BOUNDARY_LOOP = "active learning", "boundary learning"
"""Names of the loops of a campaign in their documents."""


class ExplorationRun(BaseModel):
    """One short molecular-dynamics run with the current potential."""

    configuration: str
    temperature_kelvin: float
    seed: int
    requested_ps: float
    pressure_gpa: float = 0.0
    survived_ps: float = Field(
        description="Time before the first frame beyond gamma_break or the loss of a PS4 unit."
    )
    maximum_grade: float = Field(description="Largest extrapolation grade before the break.")
    n_frames: int = Field(description="Graded frames.")
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

    @property
    def broke_at_once(self) -> bool:
        """Whether it ended before the first graded step was over."""
        return not self.survived and self.survived_ps == 0.0


class RelaxedStartDocument(ArgyroditeDocument):
    """A crystal whose atoms the engine relaxed, in its cell, before it is explored."""

    stage: str = "relaxed_start"
    loop: str = Field(default=BULK_LOOP, description="Name of the loop, as its Maker's.")
    n_atoms: int
    steps: int = Field(description="Steps of the relaxation.")
    maximum_force_ev_per_angstrom: float = Field(description="Largest force that is left.")
    is_converged: bool = Field(description="Whether it is below the threshold.")
    mean_displacement_angstrom: float = Field(description="By which atoms moved, on average.")
    tetrahedra_are_intact: bool | None = Field(
        description="Whether all PS4 units are whole; null for a crystal without any."
    )
    n_frames: int = 1
    frames: Attachment = Field(description="The relaxed crystal with its labels.")


class ExplorationDocument(ArgyroditeDocument):
    """A batch of exploration runs with one potential, and the frames that extrapolate."""

    stage: str = "exploration"
    loop: str = Field(default=BULK_LOOP, description="Name of the loop, as its Maker's.")
    iteration: int
    runs: list[ExplorationRun]
    n_frames: int = Field(description="Candidate frames.")
    frames: Attachment = Field(description="Candidate frames, packed configurations, unlabelled.")
    unphysical: Attachment | None = Field(
        default=None,
        description="Frames that are kept apart and never learned, some of each run: a PS4 torn "
        "apart or atoms on each other; metadata hold the reason.",
    )
    grades: Attachment = Field(description="Arrays run, time_ps, grade of every graded frame.")


class SelectionDocument(ArgyroditeDocument):
    """The frames of one iteration that MaxVol chose for labelling."""

    stage: str = "selection"
    loop: str = Field(default=BULK_LOOP, description="Name of the loop, as its Maker's.")
    iteration: int
    requested_ps: float
    runs: list[ExplorationRun]
    n_candidates: int
    n_chosen: int = Field(default=0, description="Candidates that MaxVol chose.")
    n_duplicates: int = Field(
        default=0, description="Of these, left out as nearly the same as a better one."
    )
    n_frames: int = Field(description="Selected frames.")
    frames: Attachment = Field(description="Selected frames, packed configurations, unlabelled.")
    origins: list[str] = Field(
        default_factory=list, description="Crystal, temperature, time and grade of each."
    )

    @property
    def simulated_ps(self) -> float:
        """Simulated time of all runs, within gamma_break, in ps."""
        return sum(run.survived_ps for run in self.runs)


class ActiveLearningIteration(BaseModel):
    """What one iteration did, in numbers."""

    iteration: int
    n_runs: int
    n_survived: int
    n_selected: int
    n_labelled: int
    median_survived_ps: float
    requested_ps: float
    simulated_ps: float = Field(
        default=0.0, description="Time within gamma_break, summed over the runs."
    )
    maximum_grade: float = Field(description="Largest grade before any break.")
    n_broke_at_once: int = Field(
        default=0, description="Runs that broke before the first graded frame was over."
    )
    n_candidates: int = 0
    n_duplicates: int = 0
    n_unphysical: int = Field(default=0, description="Frames that were kept apart.")
    n_failed: int = Field(default=0, description="Selected frames that could not be labelled.")
    first_failure: str | None = Field(default=None, description="Why the first label failed.")
    honest_errors: ErrorSummary | None = Field(
        default=None, description="Of the potential on the new frames before it learned them."
    )
    test_errors: ErrorSummary | None = Field(
        default=None, description="Of the potential on the test set, which stays the same."
    )
    potential_id: str = Field(description="The potential that explored.")


class IterationDocument(ArgyroditeDocument):
    """One iteration of the loop, after labelling and before the refit."""

    stage: str = "active_learning_iteration"
    loop: str = Field(default=BULK_LOOP, description="Name of the loop, as its Maker's.")
    summary: ActiveLearningIteration


class ActiveLearningDocument(ArgyroditeDocument):
    """Result of the loop: the potential, and how it became stable."""

    stage: str = "active_learning"
    loop: str = Field(default=BULK_LOOP, description="Name of the loop, as its Maker's.")
    gamma_select: float
    gamma_break: float
    iterations: list[ActiveLearningIteration]
    criterion: str = Field(
        default="all survive", description="What converged means: see ActiveLearningFlowMaker."
    )
    converged: bool = Field(
        description="True if the runs of the last iteration, of the full time, met the criterion."
    )
    ended_by: str = Field(
        default="",
        description="nothing selected, all survive, iterations, labels, first step, no frames, "
        "no labels.",
    )
    stop_reason: str
    n_new_labels: int = Field(default=0, description="Labels that the loop added.")
    n_labels: int = Field(description="Labels in the final training set.")
    potential: PotentialDocument
