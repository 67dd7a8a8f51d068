"""Settings and fixtures of every test."""

import os
import sys
from pathlib import Path

import pytest

# before numpy is imported: waiting threads make small matrices slow on a busy machine
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

sys.path.insert(0, str(Path(__file__).parent))

from mongo_server import running_server  # noqa: E402


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory):
    """A server that speaks MongoDB's protocol; skips where there is none."""
    yield from running_server(tmp_path_factory.mktemp("mongo"))
