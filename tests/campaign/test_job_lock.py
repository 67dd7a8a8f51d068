"""At most one process in the folder of a job, and no lock outlives its holder."""

import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

from atomate2_argyrodite.campaign import job_lock
from atomate2_argyrodite.campaign.job_lock import sole_execution

HOLD = """
import sys, time
from pathlib import Path
from atomate2_argyrodite.campaign.job_lock import sole_execution
with sole_execution(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def hold(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_free_folder_is_taken_at_once_and_left_clean(tmp_path):
    for _ in range(2):
        with sole_execution(tmp_path / "job") as waited:
            assert not waited
            assert [p.name for p in tmp_path.iterdir()] == [".job.lock"]
        assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_leaves_the_folder_to_who_waits(tmp_path, monkeypatch):
    holder = hold(tmp_path / "job")
    real = job_lock.fcntl

    def flock(descriptor, operation):
        if operation == real.LOCK_EX:  # about to wait: now, not before, the holder dies
            threading.Thread(target=holder.send_signal, args=(signal.SIGKILL,)).start()
        real.flock(descriptor, operation)

    locks = SimpleNamespace(LOCK_EX=real.LOCK_EX, LOCK_NB=real.LOCK_NB, flock=flock)
    monkeypatch.setattr(job_lock, "fcntl", locks)
    with sole_execution(tmp_path / "job") as waited:
        assert waited
        assert holder.wait() == -signal.SIGKILL


def test_many_take_turns(tmp_path):
    inside, most, turns = [], [], []

    def work():
        with sole_execution(tmp_path / "job"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()
            turns.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(turns) == 8
    assert max(most) == 1
