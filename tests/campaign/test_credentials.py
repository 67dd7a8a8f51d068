"""A planted password is nowhere but in the files that the user wrote it to."""

import json
import os
import subprocess
import sys

import pymongo
import pytest
from fireworks import LaunchPad
from tiny import TINY

from mongo_server import MongoServer, server_program

SECRET = "Pl4nted/S3cret"  # noqa: S105
QUOTED = "Pl4nted%2FS3cret"
FORMS = (SECRET.encode(), QUOTED.encode())


@pytest.fixture
def guarded(tmp_path):
    """A server that asks for the planted password."""
    if server_program() is None:
        pytest.skip("no server to guard: install secantusdb in .venv-mongo (see mongo_server.py)")
    folder = tmp_path / "server"
    folder.mkdir()
    server = MongoServer(folder)
    server.given = None
    server.uri = f"mongodb://127.0.0.1:{server.port}"
    server.start()
    client = pymongo.MongoClient(server.uri)
    client.admin.command("createUser", "planted", pwd=SECRET, roles=["root"])
    client.close()
    server.stop()
    server.start("--auth")
    yield server
    server.stop()


def written(folder):
    """Every file under a folder, but for those that hold the password by right."""
    for path in folder.rglob("*"):
        if path.is_file() and "server" not in path.parts and path.name != "my_launchpad.yaml":
            yield path, path.read_bytes()


def test_a_planted_password_is_nowhere(guarded, tmp_path):
    address = f"127.0.0.1:{guarded.port}"
    results = f"mongodb://planted:{QUOTED}@{address}/results?authSource=admin"
    fireworks = f"mongodb://planted:{QUOTED}@{address}/fireworks?authSource=admin"
    launchpad = LaunchPad(fireworks, uri_mode=True, name="fireworks", strm_lvl="ERROR")
    launchpad.reset("", require_password=False)
    place = tmp_path / "place"
    place.mkdir()
    (place / "my_launchpad.yaml").write_text(json.dumps(launchpad.to_dict()))
    (place / "c.yaml").write_text(TINY)
    (place / "leaky.py").write_text(LEAKY)
    outputs = []

    def run(*arguments, **environment):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=place, capture_output=True, check=False,
            env={**os.environ, "ARGYRODITE_STORE": results, "PYTHONPATH": str(place),
                 **environment},
        )  # fmt: skip
        outputs.append(done.stdout + done.stderr)
        return done

    def argyrodite(*arguments, **environment):
        return run("-m", "atomate2_argyrodite.cli", *arguments, **environment)

    leak = TINY.replace("ase.calculators.lj:LennardJones", "leaky:Leaky")
    (place / "leak.yaml").write_text(leak.replace("name: tiny", "name: leak"))
    assert argyrodite("run", "leak.yaml", "--work-dir", "w1").returncode == 1
    submit = ("--launchpad", "my_launchpad.yaml", "--work-dir", "w2")
    assert argyrodite("submit", "leak.yaml", *submit).returncode == 0
    worker = ("-m", "fireworks.scripts.rlaunch_run", "-l", "my_launchpad.yaml", "rapidfire")
    assert run(*worker).returncode == 0
    assert argyrodite("status", "--launchpad", "my_launchpad.yaml").returncode == 0
    assert argyrodite("query", "--format", "json").returncode == 0
    assert argyrodite("report", "-o", "report").returncode == 0
    wrong = results.replace(QUOTED, "wr0ng-Passw0rd")
    refused = argyrodite("status", ARGYRODITE_STORE=wrong)
    assert refused.returncode == 2
    assert b"wr0ng-Passw0rd" not in refused.stderr
    assert refused.stderr.count(b"\n") == 1
    guarded_client = pymongo.MongoClient(results)
    documents = 0
    for name in ("results", "fireworks"):
        for collection in guarded_client[name].list_collection_names():
            for document in guarded_client[name][collection].find():
                documents += 1
                assert not any(form in str(document).encode() for form in FORMS), collection
    assert documents > 20
    assert b"***" in b"".join(outputs)  # it was met, and hidden
    for text in outputs:
        assert not any(form in text for form in FORMS), text[-2000:]
    for path, content in written(place):
        assert not any(form in content for form in FORMS), path


LEAKY = '''
import os
from ase.calculators.lj import LennardJones

class Leaky(LennardJones):
    """Fails with the URI of the store, and its password, in the message."""

    def calculate(self, *args, **kwargs):
        uri = os.environ.get("ARGYRODITE_STORE", "")
        password = uri.partition("planted:")[2].partition("@")[0].replace("%2F", "/")
        raise ValueError(f"cannot reach {uri}, password {password!r}")
'''
