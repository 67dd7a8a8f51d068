"""A worker process: reads jobs from its standard input, line by line, and answers with outcomes.

Lines are JSON. The store's location arrives as the first line, never on the command line, where
other users of the machine could read its credentials. When the input ends, because the run that
started the worker died, the worker ends itself and every program that it started.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from atomate2_argyrodite.campaign.processes import MARK, kill_marked

JOB_LOG = "job.log"


def main() -> None:
    """Serve until the input says to stop."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _redirect(0, os.devnull, os.O_RDONLY)
    os.dup2(2, 1)
    greeting = json.loads(requests.readline())
    sys.path[:] = greeting["python_path"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # jobs clean up and end
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, lines), daemon=True).start()
    with suppress(KeyboardInterrupt):
        _serve(greeting["store"], lines, answers)


def _listen(requests: IO[str], lines: "queue.Queue[str]") -> None:
    for line in requests:
        lines.put(line)
    kill_marked(os.environ[MARK])
    os.kill(os.getpid(), signal.SIGKILL)


def _serve(location: str, lines: "queue.Queue[str]", answers: IO[str]) -> None:
    from atomate2_argyrodite.campaign.execution import JobRequest, execute, failed_by
    from atomate2_argyrodite.store import open_store

    store = open_store(location, patience_s=None)
    while (message := json.loads(lines.get())) is not None:
        request = JobRequest.from_json(message)
        try:
            with _logged(Path(request.folder)) as log:
                outcome = execute(request, store)
                log(outcome.traceback)
        except OSError as error:  # no log can be written: let the job tell why
            outcome = failed_by(error)
        _answer(answers, outcome.to_json())
    store.close()  # type: ignore[no-untyped-call]


def _answer(answers: IO[str], message: Any) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


@contextmanager
def _logged(folder: Path) -> Iterator[Any]:
    """Send what a job (and the programs it starts) prints to a file among its files.

    The file is opened beside the job's folder, which is removed if the job leaves it empty.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f".{folder.name}.log"
    saved = os.dup(2)
    _redirect(2, str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(2, 1)
    try:
        yield sys.stderr.write
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # the disk is full: what a job printed may be lost
                stream.flush()
        os.dup2(saved, 2)
        os.dup2(saved, 1)
        os.close(saved)
        _keep_if_used(path, folder)


def _keep_if_used(path: Path, folder: Path) -> None:
    if path.stat().st_size == 0:
        path.unlink()
        return
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        path.replace(folder / JOB_LOG)


def _redirect(descriptor: int, path: str, flags: int) -> None:
    opened = os.open(path, flags, 0o644)
    os.dup2(opened, descriptor)
    os.close(opened)


if __name__ == "__main__":
    main()
