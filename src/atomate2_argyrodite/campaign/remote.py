"""Handing a campaign to jobflow-remote, where that is installed.

jobflow-remote runs jobflow's jobs as they are. The jobs that are known at submission keep their
identities, so that those that are finished or with jobflow-remote already are left out; those that
jobs create get identities of their own, and the worker and resources of the job that made them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from jobflow import Flow, Job, JobStore
from monty.json import MontyDecoder

from atomate2_argyrodite.campaign.execution import finished_keys
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.stages import STAGE_METADATA
from atomate2_argyrodite.campaign.submission_report import Submission
from atomate2_argyrodite.campaign.workers import StageWorker, WorkersSection, job_environment
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.redaction import redact
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX

if TYPE_CHECKING:
    from jobflow_remote.jobs.data import JobInfo
    from jobflow_remote.jobs.jobcontroller import JobController

FAILED_STATES = ("FAILED", "REMOTE_ERROR")
PAUSED_STATES = ("PAUSED", "STOPPED", "USER_STOPPED")
_DONE = "COMPLETED"


def open_controller(project: str | None) -> "JobController":
    """Return jobflow-remote's interface to the jobs of a project.

    Raises
    ------
    MissingEngineError
        If jobflow-remote is not installed.
    InputError
        If its configuration cannot be used, or its database was not made yet.
    """
    try:
        from jobflow_remote.config.base import ConfigError
        from jobflow_remote.jobs.jobcontroller import JobController
    except ImportError:
        raise MissingEngineError(
            "jobflow-remote is not installed: 'pip install jobflow-remote' in an environment of "
            "its own with this package, or submit with --manager fireworks"
        ) from None
    try:
        return JobController.from_project_name(project)
    except (ConfigError, ValueError, OSError) as error:
        raise _refused(error) from None


def submit_remotely(
    flow: Flow | Job,
    store: JobStore,
    workers: WorkersSection,
    *,
    worker: str | None = None,
    project: str | None = None,
    flow_uuid: str | None = None,
) -> Submission:
    """Hand the jobs of a flow to jobflow-remote that are neither finished nor there already.

    Jobs that failed there are set to run again, in their folders: dynamics go on from checkpoints.

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
    flow_uuid
        Identity of the flow of what is added: jobs that its jobs create name it as their host.

    Raises
    ------
    MissingEngineError
        If jobflow-remote is not installed.
    InputError
        If its configuration cannot be used, or new jobs need some of an earlier submission that are
        not finished: jobflow-remote does not wait for jobs of another flow.
    """
    controller = open_controller(project)
    planned = plan_flow(flow)
    finished = finished_keys(store, [job.uuid for job in planned])
    needed = [job for job in planned if job.key not in finished]
    there = known_jobs(controller, [job.uuid for job in planned])
    states = {info.uuid: info.state.value for info in there}
    new = [job for job in needed if job.uuid not in states]
    _check_requirements(new, states)
    result = Submission(len(planned), n_finished=len(planned) - len(needed), n_added=len(new))
    result.n_known = len(needed) - len(new)
    result.n_paused = sum(info.state.value in PAUSED_STATES for info in there)
    result.n_rerun = _rerun(controller, there)
    if new:
        _add(new, workers, worker, project, flow_uuid or str(uuid4()))
    return result


def known_jobs(controller: "JobController", uuids: Iterable[str]) -> list["JobInfo"]:
    """Return the newest form of each of these jobs, and of what they created, that is there."""
    wanted = sorted(set(uuids))
    flows = controller.get_flows_info(job_ids=wanted) if wanted else []
    belonging = sorted({uuid for flow in flows for uuid in flow.job_ids})
    newest: dict[str, JobInfo] = {}
    for info in controller.get_jobs_info_query({"uuid": {"$in": belonging}}):
        if info.uuid not in newest or newest[info.uuid].index < info.index:
            newest[info.uuid] = info
    return list(newest.values())


def _check_requirements(new: list[PlannedJob], states: Mapping[str, str]) -> None:
    open_ = {uuid for job in new for uuid in job.requires if states.get(uuid, _DONE) != _DONE}
    if open_:
        raise InputError(
            f"{len(new)} new jobs need {len(open_)} of an earlier submission that jobflow-remote "
            "has not finished, and it does not wait for them: submit again when they are done"
        )


def _rerun(controller: "JobController", there: Iterable["JobInfo"]) -> int:
    failed = [info for info in there if info.state.value in FAILED_STATES]
    for info in failed:
        try:
            controller.rerun_job(job_id=info.uuid, job_index=info.index, delete_files=False)
        except ValueError as error:
            raise _refused(error) from None
    return len(failed)


def _add(
    new: list[PlannedJob],
    workers: WorkersSection,
    worker: str | None,
    project: str | None,
    flow_uuid: str,
) -> None:
    from jobflow_remote import submit_flow
    from jobflow_remote.config.base import ConfigError

    jobs = [remote_job(job, workers.of(job.stage)) for job in new]
    try:
        submit_flow(
            Flow([*jobs], name="campaign", uuid=flow_uuid),
            worker=worker,
            project=project,
            allow_external_references=True,
        )
    except (ConfigError, ValueError) as error:
        raise _refused(error) from None


def remote_job(planned: PlannedJob, worker: StageWorker) -> Job:
    """Return the job as jobflow-remote takes it, with the worker and resources of its stage."""
    job: Job = MontyDecoder().process_decoded(json.loads(planned.content))
    job.hosts = []  # it leaves the flow that it was planned in
    job.update_metadata({STAGE_METADATA: planned.stage}, dynamic=False)
    manager: dict[str, Any] = {}
    if worker.fworker is not None:
        manager["worker"] = worker.fworker
    if worker.queue:
        manager["resources"] = dict(worker.queue)
    environment = job_environment(worker, {})
    if worker.threads is not None:
        names = (f"{ENVIRONMENT_PREFIX}THREADS", "OMP_NUM_THREADS")
        environment.update(dict.fromkeys(names, str(worker.threads)))
    if environment:
        manager["exec_config"] = {"export": environment}
    job.update_config({"manager_config": manager}, dynamic=True)
    return job


def _refused(error: Exception) -> InputError:
    return InputError(f"jobflow-remote cannot take the campaign: {redact(str(error))}")
