"""Handing a campaign to jobflow-remote, where that is installed.

jobflow-remote runs jobflow's jobs as they are. The jobs that are known at submission keep their
identities, so that finished ones are left out; those that jobs create get new ones.
"""

import json
from typing import Any

from jobflow import Flow, Job, JobStore
from monty.json import MontyDecoder

from atomate2_argyrodite.campaign.execution import finished_keys
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.workers import StageWorker, WorkersSection
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.redaction import redact


def submit_remotely(
    flow: Flow | Job,
    store: JobStore,
    workers: WorkersSection,
    *,
    worker: str | None = None,
    project: str | None = None,
) -> int:
    """Hand the unfinished jobs of a flow to jobflow-remote and return their number.

    Parameters
    ----------
    flow
        A flow.
    store
        The connected store of the campaign, the one of the jobflow-remote project.
    workers
        What each stage needs: ``fworker`` names jobflow-remote's worker, ``queue`` its resources.
    worker
        Worker of the stages that name none.
    project
        Project of jobflow-remote; by default its current one.

    Raises
    ------
    MissingEngineError
        If jobflow-remote is not installed.
    InputError
        If its configuration cannot be used.
    """
    try:
        from jobflow_remote import submit_flow
        from jobflow_remote.config.base import ConfigError
    except ImportError:
        raise MissingEngineError(
            "jobflow-remote is not installed: 'pip install jobflow-remote' in an environment of "
            "its own with this package, or submit with --manager fireworks"
        ) from None
    jobs = remaining_jobs(flow, store, workers)
    if not jobs:
        return 0
    try:
        submit_flow(
            Flow([*jobs], name="campaign"),
            worker=worker,
            project=project,
            allow_external_references=True,
        )
    except (ConfigError, ValueError) as error:
        raise InputError(f"jobflow-remote cannot take the campaign: {redact(str(error))}") from None
    return len(jobs)


def remaining_jobs(flow: Flow | Job, store: JobStore, workers: WorkersSection) -> list[Job]:
    """Return the jobs of a flow that are not finished, with identities that follow from content."""
    planned = plan_flow(flow)
    finished = finished_keys(store, [job.uuid for job in planned])
    return [_job(job, workers.of(job.stage)) for job in planned if job.key not in finished]


def _job(planned: PlannedJob, worker: StageWorker) -> Job:
    job: Job = MontyDecoder().process_decoded(json.loads(planned.content))
    job.hosts = []  # it leaves the flow that it was planned in
    manager: dict[str, Any] = {}
    if worker.fworker is not None:
        manager["worker"] = worker.fworker
    if worker.queue:
        manager["resources"] = dict(worker.queue)
    job.update_config({"manager_config": manager}, dynamic=False)
    return job
