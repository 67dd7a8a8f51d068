"""Processes that run jobs, as the runner sees them."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from jobflow import JobStore

from atomate2_argyrodite.campaign.execution import JobOutcome, JobRequest, execute
from atomate2_argyrodite.campaign.processes import MARK, kill_marked

_GRACE_S = 5.0
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


class Executor(ABC):
    """Something that runs jobs."""

    @property
    @abstractmethod
    def n_free(self) -> int:
        """How many more jobs can start now."""

    @abstractmethod
    def start(self, request: JobRequest) -> None:
        """Start a job."""

    @abstractmethod
    def wait(self) -> tuple[JobRequest, JobOutcome]:
        """Return the next job that ends."""

    @abstractmethod
    def close(self) -> None:
        """End whatever runs."""


class InProcessExecutor(Executor):
    """Runs one job after the other in this process: for stores that no other process can open."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._request: JobRequest | None = None

    @property
    def n_free(self) -> int:
        """One, unless a job was started."""
        return 1 if self._request is None else 0

    def start(self, request: JobRequest) -> None:
        """Take a job; `wait` runs it."""
        self._request = request

    def wait(self) -> tuple[JobRequest, JobOutcome]:
        """Run the job that was started."""
        if self._request is None:
            raise RuntimeError("no job was started")
        request, self._request = self._request, None
        return request, execute(request, self._store)

    def close(self) -> None:
        """Nothing runs outside `wait`."""


class _Worker:
    """One worker process, its current job, and the thread that listens to it."""

    def __init__(
        self, location: str, log: Path, mark: str, events: "queue.Queue[tuple[_Worker, str | None]]"
    ) -> None:
        self.request: JobRequest | None = None
        self._mark = f"{mark}{uuid.uuid4().hex}"
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "atomate2_argyrodite.campaign.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ONE_THREAD, MARK: self._mark},
                start_new_session=True,  # Ctrl-C reaches the run alone, which then ends its workers
                text=True,
            )
        self._send({"store": location, "python_path": sys.path})
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def _listen(self, events: "queue.Queue[tuple[_Worker, str | None]]") -> None:
        for line in self._pipe(self.process.stdout):
            events.put((self, line))
        events.put((self, None))

    def _send(self, message: object) -> None:
        pipe = self._pipe(self.process.stdin)
        with contextlib.suppress(BrokenPipeError):  # its death is reported by _listen
            pipe.write(json.dumps(message) + "\n")
            pipe.flush()

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise RuntimeError("the worker was started without pipes")
        return pipe

    def start(self, request: JobRequest) -> None:
        self.request = request
        self._send(request.to_json())

    def dismiss(self) -> None:
        """Let it end by itself."""
        self._send(None)

    def interrupt(self) -> None:
        """Ask it to end the programs that its job started, and itself."""
        self.process.terminate()

    def kill(self) -> None:
        """Kill it and every program that it started."""
        self.process.kill()
        kill_marked(self._mark)

    def reason_of_death(self) -> str:
        """Say why it ended; it has closed its pipe, so it ends within moments."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_GRACE_S)
        self.process.kill()
        code = self.process.wait()
        if code < 0:
            name = signal.Signals(-code).name
            return f"the worker process was killed by {name} (out of memory, or by hand)"
        return f"the worker process ended with exit code {code}"


class WorkerPool(Executor):
    """Up to `size` worker processes that stay alive between jobs.

    Parameters
    ----------
    location
        Where the store is; every worker opens it for itself.
    size
        Largest number of jobs at the same time.
    log
        File for what workers print outside jobs.
    mark
        Beginning of the mark that its processes carry (see `processes`).
    """

    def __init__(self, location: str, size: int, log: Path, mark: str) -> None:
        self._location, self._size, self._log, self._mark = location, size, log, mark
        self._workers: list[_Worker] = []
        self._events: queue.Queue[tuple[_Worker, str | None]] = queue.Queue()

    @property
    def n_free(self) -> int:
        """Workers without a job, and those that could still be started."""
        return self._size - sum(worker.request is not None for worker in self._workers)

    def start(self, request: JobRequest) -> None:
        """Give a job to an idle worker, or to a new one."""
        worker = next((w for w in self._workers if w.request is None), None)
        if worker is None:
            worker = _Worker(self._location, self._log, self._mark, self._events)
            self._workers.append(worker)
        worker.start(request)

    def wait(self) -> tuple[JobRequest, JobOutcome]:
        """Return the next job that ends, also by the death of its worker."""
        while True:
            worker, line = self._events.get()
            request, worker.request = worker.request, None
            if line is None:
                reason = worker.reason_of_death()
                worker.kill()  # what it started may still run
                self._workers.remove(worker)
                outcome = JobOutcome(0.0, f"RunError: {reason}")
            else:
                outcome = JobOutcome.from_json(json.loads(line))
            if request is not None:
                return request, outcome

    def close(self) -> None:
        """End the workers: idle ones by themselves, the others by force."""
        for worker in self._workers:
            if worker.request is None:
                worker.dismiss()
            else:
                worker.interrupt()
        for worker in self._workers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(_GRACE_S)
            worker.kill()
            worker.process.wait()
        self._workers.clear()
