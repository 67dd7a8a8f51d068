"""A server that speaks MongoDB's protocol, on loopback, from a virtual environment of its own.

`secantusdb` (PyPI) is looked for in ARGYRODITE_TEST_SECANTUSD (the path of secantusd-py) and in
``.venv-mongo`` beside ``tests``: python3 -m venv .venv-mongo && .venv-mongo/bin/pip install
secantusdb. ARGYRODITE_TEST_MONGO_URI (without a database name) points the same tests at a real
mongod instead; those that stop the server are skipped then.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pymongo
import pytest

_ROOT = Path(__file__).parents[1]
_START_S = 300.0


def server_program():
    given = os.environ.get("ARGYRODITE_TEST_SECANTUSD")
    program = Path(given) if given else _ROOT / ".venv-mongo" / "bin" / "secantusd-py"
    return program if program.is_file() else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MongoServer:
    """The server, or one that is given by its URI."""

    def __init__(self, folder):
        self.given = os.environ.get("ARGYRODITE_TEST_MONGO_URI")
        self._folder, self._process = folder, None
        self.port = free_port()
        self.uri = (self.given or f"mongodb://127.0.0.1:{self.port}").rstrip("/")

    def start(self, *options):
        if self.given:
            return
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(server_program()), "--host", "127.0.0.1", "--port", str(self.port),
                 "--storage-path", str(self._folder / "data"), "--cache-size", "256M", *options],
                stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            client = pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=500)
            try:
                client.admin.command("ping")
            except pymongo.errors.PyMongoError:
                assert self._process.poll() is None, (self._folder / "server.log").read_text()
            else:
                return
            finally:
                client.close()
        pytest.fail("the server did not start")

    def stop(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def database(self, name):
        return f"{self.uri}/{name}"


def running_server(folder):
    """Yield a running server; skip where there is none. For fixtures."""
    if server_program() is None and "ARGYRODITE_TEST_MONGO_URI" not in os.environ:
        pytest.skip("no MongoDB server: install secantusdb in .venv-mongo (see mongo_server.py)")
    server = MongoServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
