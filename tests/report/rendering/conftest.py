"""These tests need OVITO: in this environment, or in that of ARGYRODITE_OVITO_PYTHON."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from atomate2_argyrodite.report.rendering import ovito_python

READER = Path(__file__).with_name("read_by_ovito.py")


@pytest.fixture(scope="session")
def ovito():
    python = ovito_python()
    if python is None:
        pytest.skip("OVITO is not installed (extra 'ovito', or ARGYRODITE_OVITO_PYTHON)")
    return python


@pytest.fixture(scope="session")
def read_by_ovito(ovito):
    def read(*paths, topology=None):
        before = ["--topology", str(topology)] if topology else []
        done = subprocess.run(
            [ovito, str(READER), *before, *map(str, paths)],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        return [found[str(path)] for path in paths]

    return read
