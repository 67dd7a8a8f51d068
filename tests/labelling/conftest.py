from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def work_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the labels of unfinished batches in a temporary folder."""
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "runs"))
    return tmp_path / "runs"
