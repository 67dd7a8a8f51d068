"""Running a flow on this machine: several jobs at once, and nothing twice.

jobflow's ``run_locally`` runs one job at a time and starts from the beginning every time. Here jobs
have identities that follow from their content (`plan`), a job whose output is in the store is not
run again, and independent jobs run in worker processes (`pool`).
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobflow import Flow, Job, JobStore

from atomate2_argyrodite.campaign.execution import JobOutcome, JobRequest, finished_keys
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.pool import Executor, InProcessExecutor, WorkerPool
from atomate2_argyrodite.campaign.processes import sole_use
from atomate2_argyrodite.campaign.run_record import (
    JobFailure,
    RunDocument,
    RunState,
    get_run,
    put_run,
)
from atomate2_argyrodite.campaign.schedule import JobState, Schedule
from atomate2_argyrodite.documents import present
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.store import is_shared

_RECORD_INTERVAL_S = 5.0
_WORKER_LOG = "workers.log"


@dataclass(frozen=True)
class JobEvent:
    """Something that happened to a job.

    Parameters
    ----------
    job
        The job.
    state
        Its new state.
    seconds
        Wall time, of a job that has ended.
    error
        Why it failed.
    """

    job: PlannedJob
    state: JobState
    seconds: float | None = None
    error: str | None = None


@dataclass
class RunResult:
    """What came of a run.

    Parameters
    ----------
    state
        How it ended.
    counts
        Number of jobs per state, over all stages.
    failures
        Jobs that failed.
    output_uuids
        Identities of all jobs, in the order in which they became known.
    """

    state: RunState
    counts: Mapping[str, int]
    failures: list[JobFailure]
    output_uuids: list[str] = field(default_factory=list)


class LocalRun:
    """One run of a flow.

    Parameters
    ----------
    store
        A connected store.
    location
        The location with which worker processes open the same store.
    work_directory
        Folder in which every job gets a folder.
    workers
        Largest number of jobs at the same time.
    observe
        Called with every event.
    campaign, settings
        Name and settings that the record of the run keeps.
    """

    def __init__(
        self,
        store: JobStore,
        location: str,
        work_directory: Path,
        workers: int = 1,
        observe: Callable[[JobEvent], None] = lambda _event: None,
        campaign: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._store, self._location = store, location
        self._work_directory = work_directory.expanduser().absolute()
        self._workers = workers
        self._observe = observe
        self._jobs: dict[tuple[str, int], PlannedJob] = {}
        self._ended: dict[tuple[str, int], JobOutcome] = {}
        self._failures: list[JobFailure] = []
        self._recorded_at = 0.0
        self._started_at = time.monotonic()
        before = get_run(store, settings or {})
        self._wall_time_before = (before.wall_time_s if before else None) or 0.0
        self._record = RunDocument(
            campaign=campaign,
            created_at=present(),
            state=RunState.RUNNING,
            updated_at="",
            counts={},
            failures=[],
            stage_seconds=dict(before.stage_seconds) if before else {},
            stage_memory_mb=dict(before.stage_memory_mb) if before else {},
            job_uuids=[],
            settings=dict(settings or {}),
        )
        self._schedule = Schedule(
            lambda uuids: patiently(lambda: finished_keys(store, uuids)), self._changed
        )

    def run(self, flow: Flow | Job) -> RunResult:
        """Run `flow` until every job has ended.

        Raises
        ------
        KeyboardInterrupt
            If the run was interrupted, after its worker processes have ended.
        InputError
            If another run uses the work directory, or it cannot be written.
        """
        with sole_use(self._work_directory) as mark:
            self._schedule.add(plan_flow(flow))
            self._keep_record()
            executor = self._executor(mark)
            state = RunState.INTERRUPTED
            try:
                self._drive(executor)
                failed = any(s in (JobState.FAILED, JobState.SKIPPED) for s in self._states())
                state = RunState.FAILED if failed else RunState.FINISHED
            finally:
                try:
                    executor.close()
                finally:  # interrupted once more while the workers end
                    self._record.state = state
                    self._keep_record()
        counts = Counter(str(s) for s in self._states())
        return RunResult(state, counts, self._failures, self._record.job_uuids)

    def _drive(self, executor: Executor) -> None:
        n_running = 0
        while not self._schedule.is_finished:
            while executor.n_free and (started := self._schedule.start_next()):
                is_alone = n_running == 0 and self._schedule.n_ready == 0
                executor.start(self._request(*started, is_alone=is_alone))
                n_running += 1
            if n_running == 0:
                raise AssertionError("jobs wait for each other: a requirement can never be met")
            request, outcome = executor.wait()
            n_running -= 1
            self._take(request, outcome)

    def _take(self, request: JobRequest, outcome: JobOutcome) -> None:
        job = request.job
        self._ended[job.key] = outcome
        self._add_costs(job.stage, outcome)
        if outcome.error is not None:
            self._failures.append(
                JobFailure(
                    job=job.label,
                    stage=job.stage,
                    error=outcome.error,
                    traceback=outcome.traceback,
                    folder=request.folder,
                )
            )
        self._schedule.end(job, outcome)
        if time.monotonic() - self._recorded_at > _RECORD_INTERVAL_S:
            self._keep_record()

    def _add_costs(self, stage: str, outcome: JobOutcome) -> None:
        seconds, memory = self._record.stage_seconds, self._record.stage_memory_mb
        seconds[stage] = round(seconds.get(stage, 0.0) + outcome.seconds, 3)
        memory[stage] = round(max(memory.get(stage, 0.0), outcome.peak_memory_mb or 0.0), 1)

    def _request(self, job: PlannedJob, missing: tuple[str, ...], *, is_alone: bool) -> JobRequest:
        threads = self._workers if is_alone else 1
        return JobRequest(job, str(self._work_directory / job.folder_name), threads, missing)

    def _executor(self, mark: str) -> Executor:
        if not is_shared(self._store):
            return InProcessExecutor(self._store)
        log = self._work_directory / _WORKER_LOG
        return WorkerPool(self._location, self._workers, log, mark)

    def _changed(self, job: PlannedJob, state: JobState) -> None:
        self._jobs[job.key] = job
        outcome = self._ended.get(job.key)
        self._observe(
            JobEvent(job, state)
            if outcome is None
            else JobEvent(job, state, outcome.seconds, outcome.error)
        )

    def _states(self) -> list[JobState]:
        return list(self._schedule.states.values())

    def _keep_record(self) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for key, state in self._schedule.states.items():
            counts[self._jobs[key].stage][str(state)] += 1
        self._record.counts = {stage: dict(states) for stage, states in counts.items()}
        self._record.wall_time_s = self._wall_time_before + time.monotonic() - self._started_at
        self._record.failures = list(self._failures)
        self._record.job_uuids = list(dict.fromkeys(uuid for uuid, _ in self._jobs))
        put_run(self._store, self._record)
        self._recorded_at = time.monotonic()
