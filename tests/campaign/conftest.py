"""Campaign tests: cheap jobs are importable here and in worker processes."""

import sys
from pathlib import Path

import pytest

from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.store import open_store

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def traces(tmp_path):
    """Folder in which cheap jobs leave a line per execution."""
    folder = tmp_path / "traces"
    folder.mkdir()
    return str(folder)


@pytest.fixture
def run(tmp_path):
    """Run a flow on the embedded store of this test, in two worker processes."""

    def run(flow, workers=2, location=None, **kwargs):
        location = str(location or tmp_path / "store")
        store = kwargs.pop("store", None) or open_store(location)
        return LocalRun(store, location, tmp_path / "runs", workers, **kwargs).run(flow)

    return run
