"""How far a campaign is: jobs per stage, labels, core-hours, and what failed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jobflow import JobStore

from atomate2_argyrodite.campaign.belonging import with_created_jobs
from atomate2_argyrodite.campaign.execution import finished_keys
from atomate2_argyrodite.campaign.run_record import RunDocument, RunState
from atomate2_argyrodite.campaign.stages import STAGE_METADATA
from atomate2_argyrodite.documents import present
from atomate2_argyrodite.redaction import redact

if TYPE_CHECKING:
    from fireworks import LaunchPad

    from atomate2_argyrodite.campaign.launchpad import KnownFirework

DONE, RUNNING, FAILED, WAITING, PAUSED = "done", "running", "failed", "waiting", "paused"
COLUMNS = (DONE, RUNNING, FAILED, WAITING, PAUSED)
SECONDS_PER_HOUR = 3600.0
_COLUMN_OF = {
    "finished": DONE,
    "found": DONE,
    "COMPLETED": DONE,
    "running": RUNNING,
    "RUNNING": RUNNING,
    "failed": FAILED,
    "FIZZLED": FAILED,
    "DEFUSED": PAUSED,
    "PAUSED": PAUSED,
}


@dataclass
class StageStatus:
    """Jobs of a stage per column of `COLUMNS`, and what they cost."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    core_hours: float = 0.0


@dataclass
class Failure:
    """A job that failed: its name, why, and where its files are."""

    job: str
    error: str
    folder: str


@dataclass
class CampaignStatus:
    """Where a campaign stands.

    Parameters
    ----------
    name, state
        Of the campaign.
    updated_at
        When that was true, ISO 8601 in UTC.
    stages
        Status by stage.
    n_labels
        Frames with labels.
    failures
        Jobs that failed and were not run again.
    note
        What could not be found out, in one sentence.
    """

    name: str
    state: str
    updated_at: str
    stages: dict[str, StageStatus] = field(default_factory=dict)
    n_labels: int = 0
    failures: list[Failure] = field(default_factory=list)
    note: str | None = None

    @property
    def n_jobs(self) -> int:
        """Jobs that are known so far."""
        return sum(sum(stage.counts.values()) for stage in self.stages.values())

    @property
    def n_done(self) -> int:
        """Jobs that are done."""
        return sum(stage.counts[DONE] for stage in self.stages.values())

    @property
    def core_hours(self) -> float:
        """Core-hours of all jobs, those that failed included."""
        return sum(stage.core_hours for stage in self.stages.values())


def local_status(store: JobStore, run: RunDocument) -> CampaignStatus:
    """Return the status of a campaign that runs, or ran, by ``argyrodite run``.

    Its core-hours are the wall time of its jobs: one core each, but for a job that runs alone.
    """
    status = CampaignStatus(run.campaign or "campaign", str(run.state), run.updated_at)
    for stage, counts in run.counts.items():
        found = status.stages.setdefault(stage, StageStatus())
        for state, count in counts.items():
            found.counts[_COLUMN_OF.get(state, WAITING)] += count
        found.core_hours = run.stage_seconds.get(stage, 0.0) / SECONDS_PER_HOUR
    status.failures = [Failure(f.job, f.error, f.folder) for f in run.failures]
    status.n_labels = count_labels(store, run.job_uuids)
    return status


def launchpad_status(store: JobStore, run: RunDocument, launchpad: "LaunchPad") -> CampaignStatus:
    """Return the status of a campaign that was submitted to a launchpad."""
    from atomate2_argyrodite.campaign.launchpad import known_fireworks

    uuids = with_created_jobs(store, run.job_uuids)
    fireworks = known_fireworks(launchpad, uuids)
    status = CampaignStatus(run.campaign or "campaign", str(run.state), present())
    there = set()
    for firework in fireworks:
        there.add(firework.uuid)
        stage = status.stages.setdefault(firework.header["stage"], StageStatus())
        stage.counts[_COLUMN_OF.get(firework.state, WAITING)] += 1
    add_finished_elsewhere(status, store, uuids, there)
    _add_costs(status, launchpad, fireworks)
    status.failures = _failures(launchpad, fireworks)
    status.n_labels = count_labels(store, uuids)
    status.state = overall_state(status)
    return status


def overall_state(status: CampaignStatus) -> str:
    """Return the state of a submitted campaign that follows from those of its jobs."""
    total = {column: sum(s.counts[column] for s in status.stages.values()) for column in COLUMNS}
    if total[DONE] == status.n_jobs:
        return str(RunState.FINISHED)
    if total[RUNNING]:
        return str(RunState.RUNNING)
    return str(RunState.FAILED if total[FAILED] else RunState.SUBMITTED)


def add_finished_elsewhere(
    status: CampaignStatus, store: JobStore, uuids: list[str], there: set[str]
) -> None:
    """Count the jobs that are not `there`, with whoever starts jobs, but finished in the store."""
    missing = [uuid for uuid in uuids if uuid not in there]
    finished = {uuid for uuid, _ in finished_keys(store, missing)}
    criteria = {"uuid": {"$in": list(finished)}}
    for document in store.docs_store.query(criteria, ["uuid", "metadata.stage", "output.stage"]):
        if document["uuid"] in finished:
            finished.discard(document["uuid"])
            told = (document.get("metadata") or {}).get(STAGE_METADATA)
            own = (document.get("output") or {}).get("stage")
            stage = status.stages.setdefault(str(told or own or "other"), StageStatus())
            stage.counts[DONE] += 1


def _add_costs(
    status: CampaignStatus, launchpad: "LaunchPad", fireworks: list["KnownFirework"]
) -> None:
    owners = {launch: firework for firework in fireworks for launch in firework.launches}
    criteria = {"launch_id": {"$in": list(owners)}}
    for launch in launchpad.launches.find(criteria, {"launch_id": 1, "state_history": 1}):
        header = owners[launch["launch_id"]].header
        hours = _running_seconds(launch["state_history"]) / SECONDS_PER_HOUR
        status.stages[header["stage"]].core_hours += hours * header.get("cores", 1)


def _running_seconds(history: list[dict[str, Any]]) -> float:
    start = next((h["created_on"] for h in history if h["state"] == "RUNNING"), None)
    if start is None:
        return 0.0
    last = history[-1]
    end = last["created_on"] if last["state"] != "RUNNING" else last.get("updated_on", start)
    return max(0.0, (_moment(end) - _moment(start)).total_seconds())


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _failures(launchpad: "LaunchPad", fireworks: list["KnownFirework"]) -> list[Failure]:
    failed = {f.launches[-1]: f for f in fireworks if f.state == "FIZZLED" and f.launches}
    fields = {"launch_id": 1, "launch_dir": 1, "action.stored_data._exception._stacktrace": 1}
    found = []
    for launch in launchpad.launches.find({"launch_id": {"$in": list(failed)}}, fields):
        job = failed.pop(launch["launch_id"])
        data = (launch.get("action") or {}).get("stored_data") or {}
        text = str((data.get("_exception") or {}).get("_stacktrace") or "").strip()
        reason = text.splitlines()[-1].partition("JobFailedError: ") if text else ("", "", "")
        error = reason[2] or reason[0] or "the worker was lost"
        found.append(
            Failure(f"{job.name} (fw_id {job.fw_id})", redact(error), launch["launch_dir"])
        )
    return found


def count_labels(store: JobStore, uuids: Iterable[str]) -> int:
    """Return the number of labelled frames of some jobs; sets made of others hold no new ones."""
    per_job: dict[str, int] = defaultdict(int)
    criteria = {
        "uuid": {"$in": list(uuids)},
        "output.stage": "labelling",
        "output.is_collected": {"$ne": True},
    }
    for document in store.docs_store.query(criteria, ["uuid", "output.n_frames"]):
        per_job[document["uuid"]] = int(document["output"].get("n_frames") or 0)
    return sum(per_job.values())
