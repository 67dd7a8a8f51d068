"""Run commands in this process, as a shell would see them."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

from atomate2_argyrodite.cli import main


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def argyrodite(tmp_path, monkeypatch, capsys):
    """Call the command line with arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "WORK_DIRECTORY", "WORKERS"):
        monkeypatch.delenv(f"ARGYRODITE_{name}", raising=False)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["argyrodite", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return call
