"""Running one planned job in this process."""

import errno
import json
import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from jobflow import CURRENT_JOB, Job, JobStore, Response
from jobflow.core.schemas import JobStoreDocument
from monty.json import MontyDecoder

from atomate2_argyrodite.campaign.job_lock import sole_execution
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.stages import STAGE_METADATA
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.redaction import redact
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX
from atomate2_argyrodite.store import put_document

CREATES_JOBS = "creates_jobs"
MISSING_INPUTS = "missing_inputs"
_TRACEBACK_FRAMES = 6
_LONGEST_ERROR, _LONGEST_TRACEBACK = 2_000, 10_000
_REMEDIES = {
    errno.ENOSPC: "free disk space",
    errno.EDQUOT: "free disk space",
    errno.EACCES: "check its permissions",
    errno.EROFS: "make it writable",
}


@dataclass(frozen=True)
class JobRequest:
    """What whoever runs a job needs to know.

    Parameters
    ----------
    job
        The job.
    folder
        Folder for its files. It may hold files of the same job that was killed: dynamics continue
        from their checkpoints.
    threads
        Threads that it may use.
    missing_inputs
        Required uuids that failed, if the job tolerates that.
    """

    job: PlannedJob
    folder: str
    threads: int = 1
    missing_inputs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-compatible form."""
        return {**asdict(self), "job": self.job.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "JobRequest":
        """Read what `to_json` wrote."""
        return cls(
            PlannedJob.from_json(data["job"]),
            data["folder"],
            data["threads"],
            tuple(data["missing_inputs"]),
        )


@dataclass(frozen=True)
class JobOutcome:
    """What came of a job.

    Parameters
    ----------
    seconds
        Wall time.
    error
        Type and message of the exception in one line, or None if the job finished.
    traceback
        The innermost frames of the exception.
    blocking
        Jobs that must end before those that require this one start (replacement, detour).
    additional
        Jobs that nothing waits for.
    stops_children, stops_run
        Whether the job asked to stop what requires it, or everything.
    peak_memory_mb
        Largest memory of the process that ran it (not of programs that it started), if known.
    was_found
        Whether another process finished it meanwhile, so that nothing had to be run.
    """

    seconds: float
    error: str | None = None
    traceback: str = ""
    blocking: list[PlannedJob] = field(default_factory=list)
    additional: list[PlannedJob] = field(default_factory=list)
    stops_children: bool = False
    stops_run: bool = False
    peak_memory_mb: float | None = None
    was_found: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-compatible form."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "JobOutcome":
        """Read what `to_json` wrote."""
        jobs = {
            name: [PlannedJob.from_json(job) for job in data[name]]
            for name in ("blocking", "additional")
        }
        return cls(**{**data, **jobs})


class _HeldOutput:
    """A store that reads through and holds back the output of one job.

    What the job returned (more jobs?) is known only after jobflow wrote its output; the output must
    not be found as finished before that is known.
    """

    def __init__(self, store: JobStore, job: Job) -> None:
        self._store = store
        self._key = (job.uuid, job.index)
        self.record: JobStoreDocument | None = None
        self.save: dict[str, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get_output(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output of another job, waiting for a database that is away."""
        return patiently(lambda: self._store.get_output(*args, **kwargs))

    def update(self, docs: Any, key: Any = None, save: Any = None) -> None:
        """Hold the job's own output; pass anything else on."""
        if isinstance(docs, JobStoreDocument) and (docs.uuid, docs.index) == self._key:
            self.record, self.save = docs, save
        else:
            self._store.update(docs, key=key, save=save)


def execute(
    request: JobRequest,
    store: JobStore,
    *,
    unless_finished: bool = False,
    prepare: Callable[[], None] = lambda: None,
) -> JobOutcome:
    """Run a job in its folder and store its output; a failing job is an outcome, not an error.

    Parameters
    ----------
    request
        The job.
    store
        A connected store.
    unless_finished
        Do nothing if the store holds its output already. That is asked in any case after another
        process was met in the job's folder.
    prepare
        Called once no other process is in the job's folder.
    """
    start = time.perf_counter()
    folder = Path(request.folder)
    _forget_peak_memory()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with sole_execution(folder) as waited:
            if (waited or unless_finished) and _is_finished(request.job, store):
                return JobOutcome(time.perf_counter() - start, was_found=True)
            prepare()
            response, jobs = _run_in_folder(request, store)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any failure belongs to this job alone
        return failed_by(error, time.perf_counter() - start)
    finally:
        CURRENT_JOB.reset()  # type: ignore[no-untyped-call]
    return JobOutcome(
        seconds=time.perf_counter() - start,
        blocking=[*jobs["replace"], *jobs["detour"]],
        additional=jobs["addition"],
        stops_children=response.stop_children,
        stops_run=response.stop_jobflow,
        peak_memory_mb=_peak_memory_mb(),
    )


def failed_by(error: BaseException, seconds: float = 0.0) -> JobOutcome:
    """Return the outcome of a job that raised `error`."""
    return JobOutcome(seconds, _one_line(error), _innermost_frames(error))


def _is_finished(job: PlannedJob, store: JobStore) -> bool:
    """Whether the output of a job, or of the last of the jobs that replaced it, is there."""
    found = patiently(lambda: finished_keys(store, [job.uuid]))
    return any(index >= job.index for _, index in found)


def _run_in_folder(
    request: JobRequest, store: JobStore
) -> tuple[Response[Any], dict[str, list[PlannedJob]]]:
    folder = Path(request.folder)
    folder.mkdir(exist_ok=True)
    try:
        with chdir(folder), _told_to_job(folder.parent, request.threads):
            return _run(request, store)
    finally:
        _remove_if_empty(folder)


def _run(request: JobRequest, store: JobStore) -> tuple[Response[Any], dict[str, list[PlannedJob]]]:
    job: Job = MontyDecoder().process_decoded(json.loads(request.job.content))
    held = _HeldOutput(store, job)
    response = job.run(store=held, job_dir=Path(request.folder))  # type: ignore[arg-type]
    jobs = {
        kind: plan_flow(flow, stage=request.job.stage, kept_uuid=job.uuid) if flow else []
        for kind in ("replace", "detour", "addition")
        for flow in [getattr(response, kind)]
    }
    if held.record is not None:
        created = dict.fromkeys(
            j.uuid for kind in jobs.values() for j in kind if j.uuid != job.uuid
        )
        marks: dict[str, Any] = {CREATES_JOBS: list(created)} if any(jobs.values()) else {}
        if request.missing_inputs:
            marks[MISSING_INPUTS] = list(request.missing_inputs)
        told = {**(held.record.metadata or {}), STAGE_METADATA: request.job.stage}
        held.record.metadata = {**told, **marks}
        record, save = held.record, held.save
        patiently(lambda: put_document(store, record, save))
    return response, jobs


@contextmanager
def _told_to_job(work_directory: Path, threads: int) -> Iterator[None]:
    """Tell the job by its settings where the run's files are and how many threads it may use."""
    told = {
        f"{ENVIRONMENT_PREFIX}THREADS": str(threads),
        f"{ENVIRONMENT_PREFIX}WORK_DIRECTORY": str(work_directory),
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _forget_peak_memory() -> None:
    with suppress(OSError):  # Linux: "5" resets the high-water mark of this process
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_memory_mb() -> float | None:
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 1024
    return None


def _one_line(error: BaseException) -> str:
    text = redact(" ".join(str(error)[:_LONGEST_ERROR].split()))
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        text += f": {_REMEDIES[error.errno]} or choose another work directory, then run again"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _innermost_frames(error: BaseException) -> str:
    frames = "".join(traceback.format_exception(error, limit=-_TRACEBACK_FRAMES))
    return redact(frames[:_LONGEST_TRACEBACK])


def _remove_if_empty(folder: Path) -> None:
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def finished_keys(store: JobStore, uuids: list[str]) -> set[tuple[str, int]]:
    """Return (uuid, index) of the jobs among `uuids` whose outputs the store holds for good.

    Left out are jobs that created other jobs (they run again, which re-creates the same ones) and
    jobs that ran although an input was missing.
    """
    criteria = {"uuid": {"$in": uuids}, "output": {"$ne": None}}
    found = store.docs_store.query(criteria, ["uuid", "index", "metadata"])
    return {
        (document["uuid"], document["index"])
        for document in found
        if not {CREATES_JOBS, MISSING_INPUTS} & set(document.get("metadata") or {})
    }
