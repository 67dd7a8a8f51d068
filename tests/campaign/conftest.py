"""Campaign tests: cheap jobs are importable here and in worker processes."""

import sys
import zlib
from pathlib import Path

import pytest

from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.store import open_store

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from launchpads import TestBench  # noqa: E402

from mongo_server import running_server  # noqa: E402


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


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory):
    """A server that speaks MongoDB's protocol."""
    yield from running_server(tmp_path_factory.mktemp("mongo"))


@pytest.fixture
def bench(mongo_server, tmp_path, request):
    """A launchpad and a store of this test on the server, and its workers."""
    name = f"argyrodite_test_{zlib.crc32(request.node.name.encode()):x}"
    bench = TestBench(mongo_server, tmp_path, name)
    yield bench
    bench.close()
