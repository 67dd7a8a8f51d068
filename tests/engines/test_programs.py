"""Programs that end, fail, hang, are watched, and folders that one process has for itself."""

import os
import sys
import time

import pytest

from atomate2_argyrodite.engines.programs import missing_program, run_program, sole_use
from atomate2_argyrodite.errors import FolderInUseError


def python(code):
    return [sys.executable, "-c", code]


def test_output_and_exit_code_are_kept(tmp_path):
    screen = tmp_path / "screen"
    code = "import os, sys; print(os.environ['X']); print('e', file=sys.stderr); sys.exit(3)"
    end = run_program(python(code), tmp_path, screen, environment={"X": "12"})
    assert (end.exit_code, end.cause) == (3, None)
    assert sorted(screen.read_text().split()) == ["12", "e"]


def _gone(pid):
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_a_program_beyond_its_time_limit_is_ended_with_its_children(tmp_path):
    command = ["sh", "-c", "sleep 600 & echo $! > child; wait"]
    end = run_program(command, tmp_path, tmp_path / "screen", timeout_s=5.0)
    assert end.exit_code is None
    assert "time limit of 5 s" in (end.cause or "")
    assert _gone(int((tmp_path / "child").read_text()))


def test_a_watch_can_end_a_program(tmp_path):
    end = run_program(
        ["sleep", "600"],
        tmp_path,
        tmp_path / "screen",
        watch=lambda: "it is enough",
    )
    assert end.cause == "it is enough"


def test_a_folder_belongs_to_one_run(tmp_path, monkeypatch):
    monkeypatch.setattr("atomate2_argyrodite.engines.programs._GRACE_S", 0.2)
    again = sole_use(tmp_path, "CP2K")
    with (
        sole_use(tmp_path, "CP2K"),
        pytest.raises(FolderInUseError, match="a CP2K run is going on"),
    ):
        again.__enter__()
    with sole_use(tmp_path, "CP2K"):
        pass


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        (["sh"], None),
        (["no-such-program", "-x"], "no-such-program"),
        (["sh", "no-such-program"], None),  # as a container's command
        ([], ""),
    ],
)
def test_the_program_that_is_missing_is_found(command, missing):
    assert missing_program(command) == missing


def test_behind_a_launcher_the_program_counts(tmp_path, monkeypatch):
    launcher = tmp_path / "mpirun"
    launcher.write_text("#!/bin/sh\n")
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert missing_program(["mpirun", "-n", "2", "no-such-program"]) == "no-such-program"
    assert missing_program(["mpirun", "-n", "2", "sh"]) is None
