"""A user of the database who may only read, on a server that asks for passwords."""

import json
import os
import subprocess
import sys

import pymongo
import pytest
from fireworks import LaunchPad
from tiny import TINY

from atomate2_argyrodite.store import open_store
from mongo_server import running_server

PASSWORD = "r3ad_0nly_pass"  # noqa: S105
_RESULTS, _JOBS = "results", "jobs"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with a reader of results, a writer of results, and a reader of jobs."""
    for server in running_server(tmp_path_factory.mktemp("authenticated")):
        if server.given:
            pytest.skip("users are made on a server of the test's own")
        LaunchPad(server.database(_JOBS), uri_mode=True, name=_JOBS, strm_lvl="ERROR").reset(
            "", require_password=False
        )
        with pymongo.MongoClient(server.uri) as client:
            for user, rights in {
                "reader": {_RESULTS: "read", _JOBS: "read"},
                "writer": {_RESULTS: "readWrite", _JOBS: "read"},
            }.items():
                for database, role in rights.items():
                    roles = [{"role": role, "db": database}]
                    client[database].command("createUser", user, pwd=PASSWORD, roles=roles)
        server.stop()
        server.start("--auth")
        yield server


@pytest.fixture
def call(server, tmp_path):
    """Run a command as a user of the database; return its exit code and what it says."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    launchpad = tmp_path / "my_launchpad.yaml"

    def call(user, *arguments):
        login = {"username": user, "password": PASSWORD}
        launchpad.write_text(
            json.dumps({"host": "127.0.0.1", "port": server.port, "name": _JOBS, **login})
        )
        done = subprocess.run(
            [sys.executable, "-m", "atomate2_argyrodite.cli", *map(str, arguments)],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "ARGYRODITE_STORE": uri(server, user), "COLUMNS": "160"},
        )  # fmt: skip
        assert PASSWORD not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    return call


def uri(server, user):
    return f"mongodb://{user}:{PASSWORD}@127.0.0.1:{server.port}/{_RESULTS}"


def test_a_reader_may_look(server, call):
    store = open_store(uri(server, "writer"))
    store.docs_store.update([{"uuid": "a", "index": 1, "output": None}], key=["uuid", "index"])
    assert call("reader", "query")[0] == 0
    assert call("reader", "status")[0] == 0


@pytest.mark.parametrize("command", ["run", "submit"])
def test_a_reader_is_told_the_role_before_anything_runs(call, tmp_path, command):
    code, said = call("reader", command, "tiny.yaml")
    assert code == 2
    assert "not authorized" in said
    assert "readWrite" in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("argyrodite_runs/*/*"))


def test_a_launchpad_that_cannot_be_written_is_told(call):
    code, said = call("writer", "submit", "tiny.yaml", "--launchpad", "my_launchpad.yaml")
    assert code == 2
    assert "the launchpad cannot be written (not authorized" in said
    assert "Traceback" not in said
