"""What jobflow-remote would be handed; jobflow-remote itself was never run here."""

import cheap_jobs
import pytest
from jobflow import Flow
from jobflow.core.flow import get_flow

from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.remote import remaining_jobs, submit_remotely
from atomate2_argyrodite.campaign.workers import StageWorker, WorkersSection
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.store import open_store


def flow_of(traces):
    first = cheap_jobs.add(1, 2, traces)
    second = cheap_jobs.add(first.output, 1, traces, name="second")
    return Flow([first, second])


def test_unfinished_jobs_keep_their_identities_and_know_their_workers(run, traces, tmp_path):
    run(flow_of(traces).jobs[0])
    store = open_store(tmp_path / "store")
    workers = WorkersSection(default=StageWorker(fworker="node", queue={"nodes": 2}))
    (left,) = remaining_jobs(flow_of(traces), store, workers)
    assert left.uuid == plan_flow(flow_of(traces))[1].uuid
    assert left.config.manager_config == {"worker": "node", "resources": {"nodes": 2}}
    assert get_flow(Flow([left]), allow_external_references=True).jobs


def test_where_it_is_not_installed_it_is_named(tmp_path, traces):
    try:
        import jobflow_remote  # noqa: F401
    except ImportError:
        with pytest.raises(MissingEngineError, match="pip install jobflow-remote"):
            submit_remotely(flow_of(traces), open_store(tmp_path / "s"), WorkersSection())
    else:
        pytest.skip("jobflow-remote is installed")
