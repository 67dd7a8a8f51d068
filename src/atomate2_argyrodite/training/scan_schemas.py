"""Document of the scan over level and cutoff."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.training.schemas import ErrorSummary


class ScanPoint(BaseModel):
    """One potential of a scan: how accurate it is and what it costs."""

    level: int
    cutoff_angstrom: float
    n_parameters: int
    potential_id: str
    training_errors: ErrorSummary
    validation_errors: ErrorSummary | None
    converged: bool
    fit_wall_time_s: float | None = None
    microseconds_per_atom_step: float | None = Field(
        description="CPU time of the pair style in LAMMPS, measured; None if its run ended early."
    )
    cost_n_atoms: int = Field(description="Atoms of the run that measured the cost.")
    cost_outcome: str = Field(description="'completed', or why the cost could not be measured.")

    @property
    def errors(self) -> ErrorSummary:
        """Errors of the validation frames, of the training frames where there are none."""
        return self.validation_errors or self.training_errors


class ScanDocument(ArgyroditeDocument):
    """Accuracy against cost of potentials that differ in level and cutoff (Kim 2024, Figure S2)."""

    stage: str = "hyperparameter_scan"
    training_set_hash: str
    points: list[ScanPoint] = Field(description="By rising level, then cutoff.")
    figure: Attachment = Field(description="PNG: errors against cost.")
