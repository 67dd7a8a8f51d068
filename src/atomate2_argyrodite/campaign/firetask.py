"""The task by which FireWorks runs a job of a campaign.

jobflow's own task (`flow_to_workflow`) gives the jobs that a job creates new identities on every
execution, runs whatever it is handed, and refuses created jobs that take outputs of earlier jobs by
reference, which here every one does (jobflow 0.4.0: "references are from external jobs"). This one
keeps identities that follow from content (`plan`), so that what is
finished in the store is not repeated: after `lpad rerun_fws`, a lost run, or another submission.
"""

import functools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fireworks import FiretaskBase, Firework, FWAction, Workflow, explicit_serialize
from jobflow import JobStore

from atomate2_argyrodite.campaign.execution import JobOutcome, JobRequest, execute, finished_keys
from atomate2_argyrodite.campaign.plan import PlannedJob
from atomate2_argyrodite.campaign.processes import MARK, kill_marked
from atomate2_argyrodite.campaign.workers import (
    StageWorker,
    WorkersSection,
    firework_spec,
    job_environment,
)
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX
from atomate2_argyrodite.store import JOBFLOW, open_store

HEADER = "_argyrodite"
Key = tuple[str, int]
_STORE = f"{ENVIRONMENT_PREFIX}STORE"
_WORK_DIRECTORY = f"{ENVIRONMENT_PREFIX}WORK_DIRECTORY"


class JobFailedError(RunError):
    """A job of a campaign failed; FireWorks records it and marks the Firework FIZZLED."""


def build_workflow(
    jobs: list[PlannedJob], place: Mapping[str, Any], name: str, origin: str | None = None
) -> Workflow:
    """Return planned jobs as a workflow; what they require outside of it is left to the caller.

    Parameters
    ----------
    jobs
        Jobs, requirements first.
    place
        Where they run: ``campaign``, ``run``, ``store``, ``work_directory``, ``workers``; every job
        passes it to those that it creates.
    name
        Name of the workflow.
    origin
        Uuid of the submitted job from which these came; None if they are submitted themselves.
    """
    workers = WorkersSection.model_validate(place["workers"])
    fireworks: dict[str, Firework] = {}
    for job in jobs:
        required = [fireworks[u] for u in job.requires if u in fireworks and u != job.uuid]
        spec = _spec(job, place, workers.of(job.stage), origin or job.uuid)
        task = CampaignFiretask(job=json.dumps(job.to_json()), place=dict(place))
        fireworks[job.uuid] = Firework([task], spec=spec, name=job.name, parents=required or None)
    metadata = {HEADER: {"campaign": place["campaign"], "run": place["run"]}}
    return Workflow(list(fireworks.values()), name=name, metadata=metadata)


def _spec(
    job: PlannedJob, place: Mapping[str, Any], worker: StageWorker, origin: str
) -> dict[str, Any]:
    header = {
        "campaign": place["campaign"],
        "run": place["run"],
        "stage": job.stage,
        "uuid": job.uuid,
        "index": job.index,
        "origin": origin,
        "cores": worker.cores or 1,
    }
    spec = {HEADER: header, "_add_launchpad_and_fw_id": True, **firework_spec(worker)}
    return {**spec, "_allow_fizzled_parents": True} if job.tolerates_missing else spec


@explicit_serialize
class CampaignFiretask(FiretaskBase):  # type: ignore[misc]
    """Run a planned job unless its output is in the store, and add the jobs that it creates.

    Other Parameters
    ----------------
    job : str
        A `PlannedJob` in JSON.
    place : dict
        See `build_workflow`. It holds no credentials: a worker whose store needs them finds it in
        its own ``ARGYRODITE_STORE`` or jobflow.yaml.
    """

    required_params = ("job", "place")

    def run_task(self, fw_spec: Mapping[str, Any]) -> FWAction:
        """Run the job in the work directory of the campaign.

        Raises
        ------
        JobFailedError
            If it failed; the message is one line without credentials.
        """
        job = PlannedJob.from_json(json.loads(self["job"]))
        place: dict[str, Any] = dict(self["place"])
        worker = WorkersSection.model_validate(place["workers"]).of(job.stage)
        with _environment(job_environment(worker, fw_spec.get("_fw_env") or {})):
            store = _store(place)
            request = _request(job, place, worker, store)
            outcome = execute(
                request, store, unless_finished=True, prepare=lambda: _end_orphans(request.folder)
            )
        if outcome.error is not None:
            raise JobFailedError(outcome.error) from None
        origin = (fw_spec.get(HEADER) or {}).get("origin") or job.uuid
        return _action(outcome, _Creation(job.name, place, origin, store, self._find_beside))

    def _find_beside(self, uuids: list[str]) -> set[Key]:
        """Return which jobs are in the workflow of this one already, because it runs again."""
        launchpad = self.launchpad  # set by FireWorks
        criteria = {f"spec.{HEADER}.uuid": {"$in": uuids}}
        fields = {"fw_id": 1, f"spec.{HEADER}": 1, "_id": 0}
        headers = {
            d["fw_id"]: d["spec"][HEADER] for d in launchpad.fireworks.find(criteria, fields)
        }
        if not headers:
            return set()
        workflow = launchpad.workflows.find_one({"nodes": self.fw_id}, {"nodes": 1, "_id": 0})
        beside = [headers[fw_id] for fw_id in workflow["nodes"] if fw_id in headers]
        return {(header["uuid"], header["index"]) for header in beside}


def _request(
    job: PlannedJob, place: Mapping[str, Any], worker: StageWorker, store: JobStore
) -> JobRequest:
    work_directory = Path(os.environ.get(_WORK_DIRECTORY) or place["work_directory"])
    missing = _missing(job, store) if job.tolerates_missing else ()
    return JobRequest(job, str(work_directory / job.folder_name), worker.threads or 1, missing)


def _end_orphans(folder: str) -> None:
    """End what a killed worker left running here, and mark what this one starts.

    The job's lock is held: no living worker runs the job.
    """
    mark = f"{folder}:"
    kill_marked(mark)
    os.environ[MARK] = mark


def _missing(job: PlannedJob, store: JobStore) -> tuple[str, ...]:
    required = list(job.requires)
    criteria = {"uuid": {"$in": required}, "output": {"$ne": None}}
    found = patiently(lambda: [d["uuid"] for d in store.docs_store.query(criteria, ["uuid"])])
    return tuple(uuid for uuid in required if uuid not in found)


def _store(place: Mapping[str, Any]) -> JobStore:
    location = os.environ.get(_STORE) or place["store"] or JOBFLOW
    return open_store(JOBFLOW, patience_s=None) if location == JOBFLOW else _opened(location)


@functools.lru_cache(maxsize=4)
def _opened(location: str) -> JobStore:
    """Return the store at a location; a worker runs many jobs and connects once."""
    return open_store(location, patience_s=None)


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in [*told, MARK]}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@dataclass(frozen=True)
class _Creation:
    """How the jobs that a job creates become workflows."""

    name: str
    place: Mapping[str, Any]
    origin: str
    store: JobStore
    find_beside: Callable[[list[str]], set[Key]]

    def workflows(self, jobs: list[PlannedJob]) -> list[Workflow] | None:
        """Return the workflow of created jobs, without those that are finished or there already."""
        if not jobs:
            return None
        uuids = [job.uuid for job in jobs]
        finished = patiently(lambda: finished_keys(self.store, uuids))
        beside = patiently(lambda: self.find_beside(uuids))
        needed = [job for job in jobs if job.key not in finished and job.key not in beside]
        if not needed:
            return None
        return [build_workflow(needed, self.place, self.name, self.origin)]


def _action(outcome: JobOutcome, creation: _Creation) -> FWAction:
    return FWAction(
        stored_data={
            "seconds": outcome.seconds,
            "peak_memory_mb": outcome.peak_memory_mb,
            "was_found": outcome.was_found,
        },
        detours=creation.workflows(outcome.blocking),
        additions=creation.workflows(outcome.additional),
        defuse_children=outcome.stops_children,
        defuse_workflow=outcome.stops_run,
    )
