"""Which job can run when: the bookkeeping of a run, without running anything."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from atomate2_argyrodite.campaign.execution import JobOutcome
from atomate2_argyrodite.campaign.plan import PlannedJob

Key = tuple[str, int]


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    FOUND = "found"  # its output was in the store already
    FAILED = "failed"
    SKIPPED = "skipped"  # something that it requires failed or asked to stop


_ENDED = (JobState.FINISHED, JobState.FOUND, JobState.FAILED, JobState.SKIPPED)


@dataclass
class _Node:
    """A job and what it waits for."""

    job: PlannedJob
    state: JobState = JobState.WAITING
    unmet: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)


@dataclass
class _Output:
    """What is known about the output of one uuid.

    Its parts are the jobs with this uuid and the jobs that these created and that block it; it is
    settled when none is open. `gates` are the uuids that this one blocks.
    """

    open_parts: int = 0
    is_failed: bool = False
    waiting: list[Key] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)


class Schedule:
    """Jobs and their states; jobs may bring more jobs while they run.

    Parameters
    ----------
    find_finished
        Given uuids, returns the (uuid, index) whose outputs are known already.
    changed
        Called with a job and its new state.
    """

    def __init__(
        self,
        find_finished: Callable[[list[str]], set[Key]],
        changed: Callable[[PlannedJob, JobState], None] = lambda _job, _state: None,
    ) -> None:
        self._find_finished = find_finished
        self._changed = changed
        self._nodes: dict[Key, _Node] = {}
        self._outputs: dict[str, _Output] = {}
        self._ready: deque[Key] = deque()
        self._closing: deque[tuple[str, bool]] = deque()
        self._is_closing = False
        self._n_open = 0

    @property
    def is_finished(self) -> bool:
        """Whether every job has ended."""
        return self._n_open == 0

    @property
    def n_ready(self) -> int:
        """Number of jobs that could start now."""
        return len(self._ready)

    @property
    def states(self) -> Mapping[Key, JobState]:
        """State of every job."""
        return {key: node.state for key, node in self._nodes.items()}

    def add(self, jobs: Iterable[PlannedJob], *, blocks: str | None = None) -> None:
        """Take `jobs` in; what requires the uuid `blocks` waits for them too."""
        planned = list(jobs)
        new = {job.key: job for job in planned if job.key not in self._nodes}
        for key, job in new.items():
            self._nodes[key] = _Node(job)
            self._output(job.uuid).open_parts += 1
            self._n_open += 1
        if blocks is not None:
            for required in dict.fromkeys(job.uuid for job in planned):
                self._gate(required, blocks)
        finished = self._find_finished([job.uuid for job in new.values()]) if new else set()
        for key in new:
            if key in finished:
                self._end(key, JobState.FOUND)
        for key in new:
            if key not in finished:
                self._wait(key)

    def _gate(self, required: str, blocked: str) -> None:
        if required == blocked or self._is_settled(required):
            if self._output(required).is_failed:
                self._output(blocked).is_failed = True
            return
        self._output(required).gates.append(blocked)
        self._output(blocked).open_parts += 1

    def _wait(self, key: Key) -> None:
        """Wait for what a new job requires."""
        node = self._nodes[key]
        self._changed(node.job, JobState.WAITING)
        required = [u for u in node.job.requires if u in self._outputs and u != node.job.uuid]
        node.unmet = set(required)
        for uuid in required:
            self._outputs[uuid].waiting.append(key)
        for uuid in required:
            if self._is_settled(uuid) and node.state == JobState.WAITING:
                self._meet(key, uuid)
        if not node.unmet and node.state == JobState.WAITING:
            self._make_ready(key)

    def start_next(self) -> tuple[PlannedJob, tuple[str, ...]] | None:
        """Return the next job that can run, now taken as running, and its missing inputs."""
        if not self._ready:
            return None
        node = self._nodes[self._ready.popleft()]
        node.state = JobState.RUNNING
        self._changed(node.job, node.state)
        return node.job, tuple(node.missing)

    def end(self, job: PlannedJob, outcome: JobOutcome) -> None:
        """Take in what came of a running job."""
        if outcome.error is not None:
            self._end(job.key, JobState.FAILED)
            return
        self.add(outcome.blocking, blocks=job.uuid)
        self.add(outcome.additional)
        if outcome.stops_children:
            self._output(job.uuid).is_failed = True
        self._end(job.key, JobState.FINISHED)
        if outcome.stops_run:
            self.skip_rest()

    def skip_rest(self) -> None:
        """Give up every job that has not started."""
        self._ready.clear()
        for key, node in list(self._nodes.items()):
            if node.state in (JobState.WAITING, JobState.READY):
                self._end(key, JobState.SKIPPED)

    def _end(self, key: Key, state: JobState) -> None:
        node = self._nodes[key]
        if node.state in _ENDED:
            return
        node.state = state
        self._n_open -= 1
        self._changed(node.job, state)
        self._close_part(key[0], failed=state in (JobState.FAILED, JobState.SKIPPED))

    def _close_part(self, uuid: str, *, failed: bool) -> None:
        """Note that a part of the output of `uuid` has ended, and all that follows from it."""
        self._closing.append((uuid, failed))
        if self._is_closing:  # no recursion: chains of jobs are longer than Python's stack
            return
        self._is_closing = True
        while self._closing:
            self._close_one(*self._closing.popleft())
        self._is_closing = False

    def _close_one(self, uuid: str, failed: bool) -> None:
        output = self._output(uuid)
        output.open_parts -= 1
        output.is_failed |= failed
        if output.open_parts > 0:
            return
        self._closing.extend((gated, output.is_failed) for gated in output.gates)
        waiting = list(output.waiting)
        output.gates.clear()
        output.waiting.clear()
        for key in waiting:
            self._meet(key, uuid)

    def _meet(self, key: Key, uuid: str) -> None:
        """Tell a waiting job that `uuid` is settled."""
        node = self._nodes[key]
        if node.state != JobState.WAITING or uuid not in node.unmet:
            return
        node.unmet.discard(uuid)
        if self._output(uuid).is_failed:
            if not node.job.tolerates_missing:
                self._end(key, JobState.SKIPPED)
                return
            node.missing.append(uuid)
        if not node.unmet:
            self._make_ready(key)

    def _make_ready(self, key: Key) -> None:
        self._nodes[key].state = JobState.READY
        self._ready.append(key)

    def _is_settled(self, uuid: str) -> bool:
        return self._output(uuid).open_parts == 0

    def _output(self, uuid: str) -> _Output:
        return self._outputs.setdefault(uuid, _Output())
