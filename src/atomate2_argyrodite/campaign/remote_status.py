"""How far a campaign is that was handed to jobflow-remote."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jobflow import JobStore

from atomate2_argyrodite.campaign.remote import (
    FAILED_STATES,
    PAUSED_STATES,
    known_jobs,
    open_controller,
)
from atomate2_argyrodite.campaign.run_record import RunDocument
from atomate2_argyrodite.campaign.stages import STAGE_METADATA, stage_of
from atomate2_argyrodite.campaign.status import (
    DONE,
    FAILED,
    PAUSED,
    RUNNING,
    SECONDS_PER_HOUR,
    WAITING,
    CampaignStatus,
    Failure,
    StageStatus,
    add_finished_elsewhere,
    count_labels,
    overall_state,
)
from atomate2_argyrodite.campaign.workers import WorkersSection
from atomate2_argyrodite.documents import present
from atomate2_argyrodite.redaction import redact

if TYPE_CHECKING:
    from jobflow_remote.jobs.data import JobInfo

_WAITING_STATES = ("WAITING", "READY")


def remote_status(store: JobStore, run: RunDocument) -> CampaignStatus:
    """Return the status of a campaign that was handed to jobflow-remote.

    Raises
    ------
    MissingEngineError
        If jobflow-remote is not installed here.
    InputError
        If its configuration cannot be used.
    """
    there = known_jobs(open_controller(run.project), run.job_uuids)
    workers = WorkersSection.model_validate(run.settings.get("workers") or {})
    status = CampaignStatus(run.campaign or "campaign", str(run.state), present())
    for info in there:
        name = _stage(info.metadata)
        stage = status.stages.setdefault(name, StageStatus())
        stage.counts[_column(info.state.value)] += 1
        cores = workers.of(name).cores or 1
        stage.core_hours += (info.run_time or 0.0) * cores / SECONDS_PER_HOUR
    uuids = sorted({*run.job_uuids, *(info.uuid for info in there)})
    add_finished_elsewhere(status, store, uuids, {info.uuid for info in there})
    status.failures = [_failure(i) for i in there if i.state.value in FAILED_STATES]
    status.n_labels = count_labels(store, uuids)
    status.state = overall_state(status)
    return status


def _stage(metadata: Mapping[str, Any] | None) -> str:
    return stage_of(metadata, str((metadata or {}).get(STAGE_METADATA) or "other"))


def _column(state: str) -> str:
    if state == "COMPLETED":
        return DONE
    if state in FAILED_STATES:
        return FAILED
    if state in PAUSED_STATES:
        return PAUSED
    return WAITING if state in _WAITING_STATES else RUNNING


def _failure(info: "JobInfo") -> Failure:
    lines = (info.error or info.remote.error or "").strip().splitlines()
    reason = redact(lines[-1]) if lines else "no reason is on record"
    return Failure(f"{info.name} (db_id {info.db_id})", reason, info.run_dir or "no folder yet")
