"""Nothing that a run started outlives it, and two runs do not share a folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atomate2_argyrodite.campaign.processes import MARK, kill_marked, marked_processes, sole_use
from atomate2_argyrodite.errors import InputError

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cheap_jobs
from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.store import open_store
folder = Path(sys.argv[2])
run = LocalRun(open_store(folder / "store"), str(folder / "store"), folder / "runs", 1)
run.run(cheap_jobs.start_program(str(folder / "traces")))
"""


def wait_for(condition, seconds=300.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def heed_interrupts():
    """In a child: undo that shells let background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def running(tmp_path, traces):
    """A run whose only job waits for a program; gives the pids of run, worker and program."""
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(tmp_path)],
        stderr=subprocess.DEVNULL,
        preexec_fn=heed_interrupts,
    )
    report = Path(traces) / "program"
    wait_for(lambda: report.exists() and " " in report.read_text())
    program, worker = map(int, report.read_text().split())
    yield run, worker, program
    for pid in (run.pid, worker, program):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
    run.wait()


def test_a_killed_run_takes_its_programs_along(running):
    run, worker, program = running
    run.kill()
    wait_for(lambda: not is_alive(program) and not is_alive(worker))


def test_a_killed_worker_takes_its_programs_along(running):
    run, worker, program = running
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not is_alive(program))
    assert run.wait(300) == 0


def test_an_interrupted_run_lets_jobs_end_their_programs(running, traces):
    run, worker, program = running
    run.send_signal(signal.SIGINT)
    run.wait(300)
    assert not is_alive(program)
    assert not is_alive(worker)
    assert (Path(traces) / "cleaned_up").exists()


def test_a_new_run_ends_what_is_left_of_a_killed_one(running, tmp_path):
    run, worker, program = running
    os.kill(worker, signal.SIGSTOP)  # it cannot react
    run.kill()
    run.wait()
    time.sleep(0.3)
    assert is_alive(program)
    with sole_use(tmp_path / "runs"):
        wait_for(lambda: not is_alive(program) and not is_alive(worker))


def test_a_second_run_in_the_same_folder_is_refused(running, tmp_path):
    with pytest.raises(InputError, match="another run uses"), sole_use(tmp_path / "runs"):
        pass


def test_the_folder_is_free_after_a_run(tmp_path):
    for _ in range(2):
        with sole_use(tmp_path):
            pass


def test_an_unwritable_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="--work-dir"), sole_use(tmp_path / "file" / "x"):
        pass


def test_only_marked_processes_are_found_and_killed():
    marked, other = (
        subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: mark})
        for mark in ("/some/folder:1", "/some/folder2:1")
    )
    try:
        wait_for(lambda: marked_processes("/some/folder:") == [marked.pid])
        kill_marked("/some/folder:")
        assert marked.wait(300) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for process in (marked, other):
            process.kill()
            process.wait()
