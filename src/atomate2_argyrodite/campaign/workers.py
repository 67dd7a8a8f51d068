"""Where the jobs of each stage run when a campaign is submitted: worker, queue, MPI command."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from atomate2_argyrodite.campaign.sections import Section
from atomate2_argyrodite.campaign.stages import PARENTS
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.redaction import redact
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX

_KEY = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"
QueueKey = Annotated[str, Field(pattern=_KEY)]
QueueValue = str | int | float | bool


class StageWorker(Section):
    """What the jobs of one stage need; what is null is taken from `default`."""

    category: str | None = Field(None, description="Workers whose category this is take the jobs.")
    fworker: str | None = Field(None, description="Name of the only worker that takes the jobs.")
    cores: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Cores of a job, for the core-hours."
    )
    threads: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None, description="Threads that a job may use by itself."
    )
    mpi_command: str | None = Field(None, description="MPI launcher, e.g. 'srun -n 64'.")
    lammps_command: str | None = Field(None, description="Command that starts LAMMPS.")
    queue: dict[QueueKey, QueueValue] = Field(
        default_factory=dict, description="Parameters of the queue adapter."
    )


class WorkersSection(Section):
    """Where jobs run when the campaign is submitted; 'argyrodite run' does not need it.

    For each stage {category, fworker, cores, threads, mpi_command, lammps_command, queue}; what a
    stage leaves out is taken from default. Labels, fits and relaxations of crystals are those of
    labelling, training and stability, for whichever section they are made.
    """

    default: StageWorker = Field(default_factory=StageWorker, description="All stages.")
    sampling: StageWorker | None = Field(None, description="NVT dynamics with the engine.")
    labelling: StageWorker | None = Field(None, description="Batches of labels.")
    training: StageWorker | None = Field(None, description="Fits, on one node.")
    active_learning: StageWorker | None = Field(None, description="Exploration with LAMMPS.")
    stability: StageWorker | None = Field(None, description="Relaxations of crystals and slabs.")
    conductivity: StageWorker | None = Field(None, description="Long LAMMPS dynamics.")
    bulk: StageWorker | None = Field(
        None, description="Dynamics of the random structure; else as conductivity."
    )
    mechanism: StageWorker | None = Field(
        None, description="Dynamics for the mechanism; else as conductivity."
    )
    functional_comparison: StageWorker | None = Field(
        None, description="The job that compares functionals."
    )
    grain_boundary: StageWorker | None = Field(None, description="Relaxations of bicrystals.")
    slab_sampling: StageWorker | None = Field(
        None, description="NVT dynamics of slabs with the engine; else as sampling."
    )
    boundary_learning: StageWorker | None = Field(
        None, description="Exploration of bicrystals; else as active_learning."
    )
    large_boundary: StageWorker | None = Field(
        None, description="LAMMPS dynamics of bicrystals; else as grain_boundary."
    )
    campaign: StageWorker | None = Field(None, description="The job that gathers the results.")

    def of(self, stage: str) -> StageWorker:
        """Return the settings of a stage, completed by its parent's and by the default ones."""
        completing = self.of(PARENTS[stage]) if stage in PARENTS else self.default
        own = getattr(self, stage, None) if stage in type(self).model_fields else None
        if own is None:
            return completing
        given = {name: value for name, value in own.model_dump().items() if value is not None}
        merged = {**completing.model_dump(), **given}
        merged["queue"] = {**completing.queue, **own.queue}
        return StageWorker.model_validate(merged)


def firework_spec(worker: StageWorker) -> dict[str, Any]:
    """Return the keys of a Firework's spec by which FireWorks finds worker and queue."""
    spec = {
        "_category": worker.category,
        "_fworker": worker.fworker,
        "_queueadapter": dict(worker.queue) or None,
    }
    return {name: value for name, value in spec.items() if value is not None}


def job_environment(worker: StageWorker, machine: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of this package that a job gets as environment variables.

    Parameters
    ----------
    worker
        What the campaign file says of the job's stage.
    machine
        The ``env`` of the FireWorks worker (my_fworker.yaml): its keys ``ARGYRODITE_...`` are
        obeyed before the campaign file, because only the machine knows its commands.

    Raises
    ------
    InputError
        If credentials stand there: FireWorks copies that file to its database.
    """
    told = {"MPI_COMMAND": worker.mpi_command, "LAMMPS_COMMAND": worker.lammps_command}
    environment = {f"{ENVIRONMENT_PREFIX}{k}": v for k, v in told.items() if v is not None}
    own = {k: str(v) for k, v in machine.items() if str(k).startswith(ENVIRONMENT_PREFIX)}
    for name, value in own.items():
        if redact(value) != value:
            raise InputError(
                f"{name} in the env of my_fworker.yaml holds credentials, which FireWorks copies "
                "to its database: set it in the environment of the worker instead"
            )
    return {**environment, **own}
