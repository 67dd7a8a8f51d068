"""Which documents belong to a campaign: of all its runs, created ones and shared ones too."""

import pytest
from jobflow.core.schemas import JobStoreDocument

from atomate2_argyrodite.campaign.belonging import (
    uuids_of_campaign,
    uuids_of_run,
    with_created_jobs,
)
from atomate2_argyrodite.campaign.execution import CREATES_JOBS
from atomate2_argyrodite.campaign.run_record import RunDocument, RunState, put_run, run_uuid
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.store import open_store


@pytest.fixture(params=["memory", "folder"])
def store(request, tmp_path):
    return open_store("memory" if request.param == "memory" else tmp_path / "store")


def put(store, uuid, creates=(), hosts=()):
    metadata = {CREATES_JOBS: list(creates)} if creates else {}
    record = JobStoreDocument(
        uuid=uuid, index=1, output=1, metadata=metadata, hosts=list(hosts), name=uuid
    )
    store.update(record, key=["uuid", "index"])


def record(store, name, uuids, state=RunState.FINISHED, flows=(), **settings):
    run = RunDocument(
        campaign=name,
        state=state,
        updated_at="",
        counts={},
        failures=[],
        stage_seconds={},
        job_uuids=list(uuids),
        flow_uuids=list(flows),
        settings={"name": name, **settings},
    )
    put_run(store, run)
    return run


def test_created_jobs_of_created_jobs_belong(store):
    put(store, "a", creates=["b", "c"])
    put(store, "b", creates=["d"])
    for uuid in ("c", "d", "e"):
        put(store, uuid)
    assert with_created_jobs(store, ["a"]) == ["a", "b", "c", "d"]


def test_a_submitted_campaign_knows_what_its_jobs_created(store):
    put(store, "a", creates=["b"])
    put(store, "b")
    run = record(store, "x", ["a"], RunState.SUBMITTED)
    assert uuids_of_run(store, run) == ["a", "b"]
    assert uuids_of_run(store, record(store, "x", ["a"])) == ["a"]  # a local run has noted them


def test_what_jobs_of_jobflow_remote_created_is_known_by_its_flow(store):
    put(store, "a", hosts=["flow"])
    put(store, "created", hosts=["inner", "flow"])
    put(store, "other", hosts=["another flow"])
    run = record(store, "x", ["a"], RunState.SUBMITTED, flows=["flow"])
    assert uuids_of_run(store, run) == ["a", "created"]


def test_a_campaign_is_all_of_its_runs(store):
    for uuid in "abc":
        put(store, uuid)
    runs = [record(store, "x", "ab", change=1), record(store, "x", "ac", change=2)]
    record(store, "y", "c")
    records = [run_uuid(run.settings) for run in runs]
    assert sorted(uuids_of_campaign(store, "x")) == sorted(["a", "b", "c", *records])
    with pytest.raises(InputError, match="campaign 'z' was not run with this store: it knows x, y"):
        uuids_of_campaign(store, "z")
