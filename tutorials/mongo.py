"""A MongoDB server for tutorial 7: yours, or a stand-in on this machine while the script runs."""

import atexit
import os
import socket
import subprocess
import time
from pathlib import Path

import pymongo

_STAND_IN = Path(__file__).parents[1] / ".venv-mongo" / "bin" / "secantusd-py"
_START_S = 60.0


def server_uri(folder: str) -> str | None:
    """Return the URI of a server, without a database; None where there is none.

    ``ARGYRODITE_TUTORIAL_MONGO`` names yours. Otherwise secantusdb, which speaks MongoDB's
    protocol, is started if it is installed: ``python3 -m venv .venv-mongo &&
    .venv-mongo/bin/pip install secantusdb``.
    """
    given = os.environ.get("ARGYRODITE_TUTORIAL_MONGO")
    if given:
        return given.rstrip("/")
    if not _STAND_IN.is_file():
        return None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    Path(folder).mkdir(exist_ok=True)
    with Path(folder, "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [str(_STAND_IN), "--host", "127.0.0.1", "--port", str(port),
             "--storage-path", str(Path(folder, "data")), "--cache-size", "256M"],
            stdout=log, stderr=log,
        )  # fmt: skip
    atexit.register(server.terminate)
    uri = f"mongodb://127.0.0.1:{port}"
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.poll() is None:
        client = pymongo.MongoClient(uri, serverSelectionTimeoutMS=500)
        try:
            client.admin.command("ping")
        except pymongo.errors.PyMongoError:
            continue
        else:
            return uri
        finally:
            client.close()
    raise RuntimeError(f"the server did not start: see {folder}/server.log")
