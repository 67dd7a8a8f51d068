"""Campaign tests: cheap jobs are importable here and in worker processes."""

import sys
import zlib
from pathlib import Path

import pytest

from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.store import open_store

sys.path.insert(0, str(Path(__file__).parent))

from launchpads import TestBench


@pytest.fixture
def traces(tmp_path):
    """Folder in which cheap jobs leave a line per execution."""
    folder = tmp_path / "traces"
    folder.mkdir(exist_ok=True)
    return str(folder)


@pytest.fixture
def run(tmp_path):
    """Run a flow on the embedded store of this test, in two worker processes."""

    def run(flow, workers=2, location=None, **kwargs):
        location = str(location or tmp_path / "store")
        store = kwargs.pop("store", None) or open_store(location)
        folder = kwargs.pop("work_directory", tmp_path / "runs")
        return LocalRun(store, location, folder, workers, **kwargs).run(flow)

    return run


@pytest.fixture
def bench(mongo_server, tmp_path, request):
    """A launchpad and a store of this test on the server, and its workers."""
    name = f"argyrodite_test_{zlib.crc32(request.node.name.encode()):x}"
    bench = TestBench(mongo_server, tmp_path, name)
    yield bench
    bench.close()
