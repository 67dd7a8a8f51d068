"""Document of the stage `training`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class ErrorSummary(BaseModel):
    """Errors of a potential on a labelled set of `n_configurations` frames."""

    n_configurations: int
    energy_mae_mev_per_atom: float
    energy_rmse_mev_per_atom: float
    force_mae_ev_per_angstrom: float = Field(description="Per Cartesian component.")
    force_rmse_ev_per_angstrom: float = Field(description="Per Cartesian component.")
    stress_mae_gpa: float | None = None
    stress_rmse_gpa: float | None = None


class ElementErrorSummary(BaseModel):
    """Errors in eV/Å of the Cartesian force components on the `n_atoms` atoms of an element."""

    n_atoms: int
    mae: float
    rmse: float
    largest: float


class PotentialDocument(ArgyroditeDocument):
    """A moment tensor potential fitted to labelled sets."""

    stage: str = "training"
    level: int
    cutoff_angstrom: float
    species: list[str] = Field(description="In the order of the potential's indices.")
    weights: dict[str, float] = Field(description="energy, force and stress weights of the loss.")
    training_errors: ErrorSummary
    validation_errors: ErrorSummary | None
    verdict: str | None = Field(
        default=None,
        description="The errors (of validation, else of training) against the method's thresholds.",
    )
    errors_by_element: dict[str, ElementErrorSummary] = Field(
        default_factory=dict,
        description="Forces; like the next three, of validation frames if any.",
    )
    errors_by_configuration: dict[str, ErrorSummary] = Field(default_factory=dict)
    errors_by_temperature: dict[str, ErrorSummary] = Field(
        default_factory=dict, description="By the temperature of the run in K."
    )
    force_error_quantiles: dict[str, float] = Field(
        default_factory=dict, description="Of the absolute errors of force components, in eV/Å."
    )
    n_labels: int = Field(description="Labelled frames, training and validation.")
    training_set_hash: str
    labels_hash: str | None = Field(
        default=None, description="settings_hash of the labelled sets: what they may be mixed with."
    )
    split: str = Field(description="How frames were split: 'trajectory' or 'frame'.")
    iterations: int
    loss: float = Field(description="Of the training set at the end, a number without unit.")
    converged: bool = Field(description="Whether the optimisation ended before its cap.")
    started_from: str | None = Field(
        default=None, description="potential_id of a warm start; None for a fit from scratch."
    )
    potential: Attachment = Field(description="Text of the .mtp file.")
    active_set: Attachment | None = Field(
        default=None,
        description="Active set of the training frames, arrays of mtp.ActiveSet.to_arrays.",
    )
    training_set: Attachment | None = Field(
        default=None,
        description="Labelled frames, arrays of mtp.configurations_to_arrays and is_validation.",
    )
    parity: Attachment = Field(
        description="Arrays energy_reference, energy_predicted (eV/atom), force_reference, "
        "force_predicted (eV/Å, flattened), stress_reference, stress_predicted (GPa, flattened), "
        "is_validation_energy, is_validation_force (bool)."
    )
    history: Attachment = Field(
        description="Arrays iteration, loss, validation_loss (NaN without validation)."
    )
