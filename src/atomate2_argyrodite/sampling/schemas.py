"""Document of the stage `sampling`."""

from pydantic import Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class SamplingDocument(ArgyroditeDocument):
    """Snapshots of one NVT run of one strained crystal."""

    stage: str = "sampling"
    strain: float = Field(description="Isotropic strain of the crystal's cell, a fraction.")
    time_step_fs: float
    steps: int
    snapshot_interval_steps: int
    equilibration_steps: int = Field(description="Steps before the first snapshot.")
    n_frames: int
    n_unphysical: int = Field(
        default=0, description="Snapshots left out: PS4 units broken or atoms too close."
    )
    outcome: str = Field(
        default="completed", description="'completed' or the cause of failure in one phrase."
    )
    mean_temperature_kelvin: float | None = Field(description="Over the production steps.")
    is_physical: bool = Field(description="False where PS4 units broke or the crystal melted.")
    frames: Attachment = Field(
        description="Physical snapshots, packed by mtp.configurations_to_arrays; metadata of each: "
        "configuration, strain, temperature_kelvin, step, trajectory (an id common to one run)."
    )
