"""Where the jobs of each stage run, and what they are told."""

import pytest
from pydantic import ValidationError

from atomate2_argyrodite.campaign.config_file import parse_campaign, render_campaign
from atomate2_argyrodite.campaign.workers import (
    StageWorker,
    WorkersSection,
    firework_spec,
    job_environment,
)
from atomate2_argyrodite.errors import InputError


def test_what_a_stage_leaves_out_is_taken_from_the_default():
    workers = WorkersSection(
        default=StageWorker(category="cpu", cores=4, queue={"nodes": 1, "account": "a"}),
        conductivity=StageWorker(cores=64, queue={"nodes": 2}),
    )
    worker = workers.of("conductivity")
    assert (worker.category, worker.cores) == ("cpu", 64)
    assert worker.queue == {"nodes": 2, "account": "a"}
    assert workers.of("sampling") == workers.of("no such stage") == workers.default


def test_a_spec_names_only_what_is_set():
    assert firework_spec(StageWorker()) == {}
    spec = firework_spec(StageWorker(category="c", fworker="f", queue={"nodes": 2}))
    assert spec == {"_category": "c", "_fworker": "f", "_queueadapter": {"nodes": 2}}


def test_the_machine_is_obeyed_before_the_campaign_file():
    worker = StageWorker(mpi_command="srun -n 4", lammps_command="lmp")
    told = job_environment(worker, {"ARGYRODITE_LAMMPS_COMMAND": "lmp_here", "OTHER": "x"})
    assert told == {
        "ARGYRODITE_MPI_COMMAND": "srun -n 4",
        "ARGYRODITE_LAMMPS_COMMAND": "lmp_here",
    }


def test_credentials_in_the_workers_file_are_refused_without_being_told():
    with pytest.raises(InputError, match="environment of the worker") as caught:
        job_environment(StageWorker(), {"ARGYRODITE_STORE": "mongodb://me:S3cret@host/db"})
    assert "S3cret" not in str(caught.value)


def test_the_section_survives_the_file():
    text = "workers: {default: {queue: {walltime: '24:00:00', nodes: 2}}, sampling: {cores: 3}}"
    config = parse_campaign(text)
    assert parse_campaign(render_campaign(config)) == config
    assert config.workers.of("sampling").queue == {"walltime": "24:00:00", "nodes": 2}
    with pytest.raises(ValidationError):
        StageWorker(cores=0)
