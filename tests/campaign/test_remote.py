"""Campaigns handed to jobflow-remote, and run by it where it is installed."""

import json
import zlib

import cheap_jobs
import pymongo
import pytest
import yaml
from jobflow import Flow
from jobflow.core.flow import get_flow
from remote_project import RemoteProject
from tiny import DOCUMENTS, TINY

from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.remote import remote_job, submit_remotely
from atomate2_argyrodite.campaign.workers import StageWorker, WorkersSection
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.store import find_documents, open_store


def flow_of(traces, unless=None):
    first = cheap_jobs.add(1, 2, traces)
    second = cheap_jobs.add(first.output, 1, traces, name="second")
    jobs = [first, second]
    if unless is not None:
        jobs.append(cheap_jobs.fail(traces, unless))
    return Flow(jobs)


def with_third_job(traces):
    first = cheap_jobs.add(1, 2, traces)
    return Flow([first, cheap_jobs.add(first.output, 2, traces, name="third")])


def test_a_job_keeps_its_identity_and_knows_what_its_stage_needs(traces):
    planned = plan_flow(flow_of(traces))[1]
    worker = StageWorker(
        fworker="node", queue={"nodes": 2}, threads=2, mpi_command="srun -n 4", cores=4
    )
    job = remote_job(planned, worker)
    assert job.uuid == planned.uuid
    assert job.config.manager_config == {
        "worker": "node",
        "resources": {"nodes": 2},
        "exec_config": {
            "export": {
                "ARGYRODITE_MPI_COMMAND": "srun -n 4",
                "ARGYRODITE_THREADS": "2",
                "OMP_NUM_THREADS": "2",
            }
        },
    }
    assert get_flow(Flow([job]), allow_external_references=True).jobs


def test_where_it_is_not_installed_it_is_named(tmp_path, traces):
    try:
        import jobflow_remote  # noqa: F401
    except ImportError:
        with pytest.raises(MissingEngineError, match="pip install jobflow-remote"):
            submit_remotely(flow_of(traces), open_store(tmp_path / "s"), WorkersSection())
    else:
        pytest.skip("jobflow-remote is installed")


@pytest.fixture
def project(mongo_server, tmp_path, request, monkeypatch):
    """A project of jobflow-remote on the server of the tests."""
    remote = pytest.importorskip("jobflow_remote")
    if mongo_server.given:
        pytest.skip("the project's file names a server on loopback")
    project = RemoteProject(
        mongo_server, tmp_path, f"remote_{zlib.crc32(request.node.name.encode()):x}"
    )
    monkeypatch.setattr(remote.SETTINGS, "projects_folder", str(project.projects))
    return project


@pytest.fixture
def jobs(project):
    with pymongo.MongoClient(project.uri) as client:
        yield client.get_default_database().jobs


def submit(project, flow):
    return submit_remotely(flow, open_store(project.uri), WorkersSection(), project=project.name)


def test_failed_jobs_run_again_and_nothing_else_does(project, jobs, traces, tmp_path):
    key = tmp_path / "key"
    assert submit(project, flow_of(traces, str(key))).n_added == 3
    assert submit(project, flow_of(traces, str(key))).n_known == 3
    with pytest.raises(InputError, match="submit again when they are done"):
        submit(project, with_third_job(traces))
    assert project.work(jobs) == {"COMPLETED", "FAILED"}
    key.touch()
    again = submit(project, flow_of(traces, str(key)))
    assert (again.n_finished, again.n_added, again.n_rerun) == (2, 0, 1)
    assert project.work(jobs) == {"COMPLETED"}
    assert cheap_jobs.executions(traces) == {"add": 1, "second": 1, "fail": 2}
    assert submit(project, with_third_job(traces)).n_added == 1
    assert project.work(jobs) == {"COMPLETED"}
    assert cheap_jobs.executions(traces) == {"add": 1, "second": 1, "fail": 2, "third": 1}


def test_a_campaign_is_run_by_jobflow_remote(project, jobs, tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY)
    hand_over = ("submit", "tiny.yaml", "--manager", "jobflow-remote", "--project", project.name)
    assert " added" in project.argyrodite(*hand_over)
    assert project.work(jobs) == {"COMPLETED"}, project.argyrodite("status")
    found = [stored.document.stage for stored in find_documents(open_store(project.uri))]
    assert {stage: found.count(stage) for stage in DOCUMENTS} == DOCUMENTS
    assert "tiny: finished" in project.argyrodite("status")
    assert "0 added" in project.argyrodite(*hand_over)

    # jobs that jobs created belong to the campaign, and went by their own stages
    store = open_store(project.uri)
    explored = json.loads(
        project.argyrodite("query", "--campaign", "tiny", "--stage", "exploration", "--json")
    )
    assert len(explored) == DOCUMENTS["exploration"]
    raw = store.docs_store.query({"output.stage": "labelling"}, ["metadata.stage"])
    assert {document["metadata"]["stage"] for document in raw} == {"labelling"}

    # other batches of the same frames, by a worker that reaches the store: nothing is labelled anew
    before = {stored.uuid for stored in find_documents(store, stage="labelling")}
    changes = {"name": "batches", "labelling": {"batch_size": 5}}
    changes |= {"active_learning": None, "conductivity": None}
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump({**yaml.safe_load(TINY), **changes}))
    assert " added" in project.argyrodite(*hand_over)
    assert project.work(jobs) == {"COMPLETED"}, project.argyrodite("status")
    found = find_documents(store, stage="labelling")
    new = [stored.document for stored in found if stored.uuid not in before]
    assert sum(document.n_frames for document in new) > 0
    assert [document.n_reused for document in new] == [document.n_frames for document in new]
