"""Fixtures of all tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from mongo_server import running_server


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory):
    """A server that speaks MongoDB's protocol; skips where there is none."""
    yield from running_server(tmp_path_factory.mktemp("mongo"))
