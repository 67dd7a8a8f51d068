"""What `status` says of campaigns that run here and of those on a launchpad."""

import cheap_jobs
import pytest
from jobflow import Flow

from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.run_record import RunDocument, RunState, get_run
from atomate2_argyrodite.campaign.status import launchpad_status, local_status


def staged(job, stage):
    job.update_metadata({"stage": stage}, dynamic=False)
    return job


@pytest.fixture
def flow(bench):
    traces = str(bench.traces)
    early = staged(cheap_jobs.countdown(2, 0, traces), "early")
    bad = staged(cheap_jobs.fail(traces), "late")
    after = staged(cheap_jobs.add(early.output, bad.output, traces), "late")
    return Flow([early, bad, after])


def record(flow):
    return RunDocument(
        campaign="c", state=RunState.SUBMITTED, updated_at="", counts={}, failures=[],
        stage_seconds={}, settings={}, job_uuids=[job.uuid for job in plan_flow(flow)],
    )  # fmt: skip


def test_a_submitted_campaign_counts_created_jobs_too(bench, flow):
    bench.submit(flow, workers={"default": {"cores": 3600}})
    before = launchpad_status(bench.store, record(flow), bench.launchpad)
    assert (before.state, before.n_jobs, before.n_done) == ("submitted", 3, 0)
    bench.work()
    status = launchpad_status(bench.store, record(flow), bench.launchpad)
    assert status.state == "failed"
    assert status.stages["early"].counts["done"] == 7  # three loops, two steps, two collectors
    assert status.stages["late"].counts == {
        "done": 0, "running": 0, "failed": 1, "waiting": 1, "paused": 0,
    }  # fmt: skip
    seconds = [d["action"]["stored_data"].get("seconds", 0.0)
               for d in bench.launchpad.launches.find({"state": "COMPLETED"})]  # fmt: skip
    assert status.stages["early"].core_hours > 0.9 * sum(seconds)  # 3600 cores: hours = seconds
    (failure,) = status.failures
    assert failure.job.startswith("fail (fw_id")
    assert failure.error == "ValueError: planted failure"


def test_what_was_finished_without_the_launchpad_counts_as_done(bench, flow, run):
    early = flow.jobs[0]
    run(early, store=bench.store, location=bench.uri)
    bench.submit(flow)
    status = launchpad_status(bench.store, record(flow), bench.launchpad)
    counts = status.stages["early"].counts
    assert (counts["done"], counts["waiting"]) == (4, 1)  # the loop itself says again what it made


def test_a_local_run(run, traces, tmp_path):
    from atomate2_argyrodite.store import open_store

    bad = staged(cheap_jobs.fail(traces), "late")
    flow = Flow([staged(cheap_jobs.add(1, 2, traces), "early"), bad,
                 staged(cheap_jobs.add(bad.output, 1, traces), "late")])  # fmt: skip
    run(flow, campaign="c", settings={"a": 1})
    store = open_store(tmp_path / "store")
    status = local_status(store, get_run(store, {"a": 1}))
    assert (status.state, status.n_done, status.n_jobs) == ("failed", 1, 3)
    assert status.stages["late"].counts["failed"] == 1
    assert status.failures[0].error == "ValueError: planted failure"
