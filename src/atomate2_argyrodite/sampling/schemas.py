"""Documents of the stage `sampling`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.stability.schemas import RelaxationRecord

Vector = tuple[float, float, float]
Cell = tuple[Vector, Vector, Vector]


class StrainedCrystal(BaseModel):
    """What was strained: the crystal as built, or as it was relaxed before. Vectors are rows."""

    built_cell_angstrom: Cell = Field(description="Of the crystal as built.")
    relaxed_cell_angstrom: Cell | None = Field(
        default=None, description="After the relaxation; None: it was strained as built."
    )
    cell_angstrom: Cell = Field(description="After the strain: the cell of the run.")
    relaxation: RelaxationRecord | None = Field(
        default=None, description="How it was relaxed and how that ended."
    )
    relaxation_uuid: str | None = Field(
        default=None, description="Of the job whose RelaxedCrystalDocument was strained."
    )


class SamplingDocument(ArgyroditeDocument):
    """Snapshots of one NVT run of one strained crystal."""

    stage: str = "sampling"
    strain: float = Field(description="Isotropic strain of the crystal's cell, a fraction.")
    crystal: StrainedCrystal | None = Field(
        default=None, description="What was strained; None in documents of older versions."
    )
    time_step_fs: float
    steps: int
    snapshot_interval_steps: int
    equilibration_steps: int = Field(description="Steps before the first snapshot.")
    n_segments: int = Field(default=1, description="Jobs that the run was divided into.")
    n_frames: int
    n_unphysical: int = Field(
        default=0, description="Snapshots left out: PS4 units broken or atoms too close."
    )
    n_correlated: int = Field(
        default=0, description="Physical snapshots left out because they were too alike."
    )
    outcome: str = Field(
        default="completed", description="'completed' or the cause of failure in one phrase."
    )
    mean_temperature_kelvin: float | None = Field(description="Over the production steps.")
    is_physical: bool = Field(description="False where PS4 units broke or the crystal melted.")
    crystal_fault: str | None = Field(
        default=None, description="How the crystal was lost; None if it was whole at the end."
    )
    lost_at_ps: float | None = Field(
        default=None, description="Time of the first snapshot that was no crystal any more."
    )
    correlation_steps: float | None = Field(
        default=None,
        description="Statistical inefficiency of the potential energy, in steps: what makes "
        "snapshots independent by this measure.",
    )
    equilibrated_from_step: int | None = Field(
        default=None, description="By the potential energy; None where it cannot be told."
    )
    conserved_drift_mev_per_atom: float | None = Field(
        default=None, description="Of the extended system's energy, from first to last step."
    )
    frames: Attachment = Field(
        description="Physical snapshots, packed by mtp.configurations_to_arrays; metadata of each: "
        "configuration, strain, temperature_kelvin, step, trajectory (an id common to one run)."
    )
    series: Attachment | None = Field(
        default=None,
        description="Arrays step, temperature_kelvin, potential_energy_ev, conserved_energy_ev at "
        "up to 5,000 evenly spaced steps.",
    )


class SamplingSegmentDocument(ArgyroditeDocument):
    """A part of a run that was stopped at a limit, and from where it goes on."""

    stage: str = "sampling_segment"
    strain: float = Field(description="Isotropic strain of the crystal's cell, a fraction.")
    segment: int = Field(description="From 1.")
    first_step: int
    last_step: int
    outcome: str = Field(description="'completed', 'interrupted ...' or the cause of failure.")
    n_frames: int
    frames: Attachment = Field(
        description="All snapshots of the segment, packed by mtp.configurations_to_arrays."
    )
    series: Attachment = Field(description="Arrays of sampling.series.RunSeries.")
    state: Attachment | None = Field(
        description="Arrays of engines.segments.DynamicsState; None if the run ended here."
    )
