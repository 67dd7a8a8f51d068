"""Jobs that cost nothing and leave a trace of every execution."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from jobflow import Flow, Response, job

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment, document_job
from atomate2_argyrodite.settings import load_settings


class CheapDocument(ArgyroditeDocument):
    stage: str = "cheap"
    value: int
    payload: Attachment


def trace(folder, name):
    """Append a line to a file: one line per execution."""
    with (Path(folder) / name).open("a") as file:
        file.write(f"{os.getpid()} {time.time()}\n")


def executions(folder):
    return {p.name: len(p.read_text().splitlines()) for p in Path(folder).iterdir() if p.is_file()}


@job
def add(a, b, traces, name="add", seconds=0.0):
    trace(traces, name)
    time.sleep(seconds)
    return a + b


@job
def meet(traces, name, others, seconds=300.0):
    """Wait until the jobs `others` run as well; where they never do at once, this fails."""
    trace(traces, name)
    wait_for_files([Path(traces) / other for other in others], seconds)
    return name


@job
def wait_at(gate, traces, so_far=0, name="gate", seconds=300.0):
    """Add 1 once the file `gate` is there."""
    trace(traces, name)
    wait_for_files([Path(gate)], seconds)
    return so_far + 1


def wait_for_files(paths, seconds):
    limit = time.monotonic() + seconds
    while not all(path.exists() for path in paths):
        if time.monotonic() > limit:
            raise TimeoutError(f"waited for {', '.join(map(str, paths))} in vain")
        time.sleep(0.01)


@job
def total(numbers, traces, name="total"):
    trace(traces, name)
    return sum(numbers)


@job
def fail(traces, unless=None, name="fail"):
    trace(traces, name)
    if unless is not None and Path(unless).exists():
        return 1
    raise ValueError("planted\nfailure")


@job
def kill_worker(traces):
    trace(traces, "kill")
    os.kill(os.getpid(), signal.SIGKILL)


@job
def chatter():
    print("hello from python")
    subprocess.run(["echo", "hello from a program"], check=True)
    print("to stderr", file=sys.stderr)
    Path("made.txt").write_text(str(Path.cwd()))
    return os.environ["OMP_NUM_THREADS"], os.environ["ARGYRODITE_THREADS"]


@document_job(CheapDocument)
def document(value, traces, seconds=0.0):
    trace(traces, f"document{value}")
    time.sleep(seconds)
    return CheapDocument(value=value, payload=Attachment.from_text("p.txt", f"payload {value}"))


@job
def read_document(doc, traces):
    trace(traces, f"read{doc.value}")
    return doc.payload.to_text()


@job
def countdown(n, so_far, traces, seconds=0.0):
    """A loop: each iteration replaces itself by a job and the next iteration."""
    trace(traces, f"countdown{n}")
    if n == 0:
        return so_far
    step = add(so_far, n, traces, name=f"step{n}", seconds=seconds)
    following = countdown(n - 1, step.output, traces, seconds)
    return Response(replace=Flow([step, following], output=following.output))


@job
def replace_by_job(traces):
    trace(traces, "replace_by_job")
    return Response(replace=add(20, 1, traces, name="replacement"))


@job
def detour_and_add(traces):
    trace(traces, "detour_and_add")
    return Response(
        output=5,
        detour=add(1, 1, traces, name="detour", seconds=0.2),
        addition=add(2, 2, traces, name="addition"),
    )


@job
def failing_replacement(traces, unless=None):
    trace(traces, "failing_replacement")
    bad = fail(traces, unless)
    good = add(1, 2, traces, name="sibling")
    return Response(replace=Flow([bad, good], output=[bad.output, good.output]))


@job
def stop_children(traces):
    return Response(output=1, stop_children=True)


def chain(length, traces, seconds=0.0):
    """`length` jobs, each of which needs the one before."""
    jobs = [add(0, 1, traces, name="link0", seconds=seconds)]
    for k in range(1, length):
        jobs.append(add(jobs[-1].output, 1, traces, name=f"link{k}", seconds=seconds))
    return Flow(jobs, output=jobs[-1].output)


@job
def total_of_known(numbers, traces):
    trace(traces, "total_of_known")
    return sum(number for number in numbers if number is not None)


@job
def start_program(traces, seconds=600.0):
    """Wait for a program in a session of its own, as LAMMPS is started; end it when interrupted."""
    process = subprocess.Popen(["sleep", str(seconds)], start_new_session=True)
    (Path(traces) / "program").write_text(f"{process.pid} {os.getpid()}")
    try:
        process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
        trace(traces, "cleaned_up")
        raise
    return process.returncode


@job
def settings_of_job():
    settings = load_settings()
    return {name: getattr(settings, name) for name in ("mpi_command", "lammps_command", "threads")}


@job
def write_file(traces, n_bytes, name="write_file"):
    trace(traces, name)
    Path("made.bin").write_bytes(b"x" * n_bytes)
    return n_bytes


@job
def tell_secret(secret):
    print(f"the secret is {secret}")
    raise ValueError(f"cannot reach mongodb://user:{secret}@host/db with password {secret!r}")
