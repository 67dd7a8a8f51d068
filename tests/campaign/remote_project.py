"""A project of jobflow-remote whose only worker is this machine, and its runner."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import yaml

_HERE = Path(__file__).parent
_DELAYS = ("checkout", "check_run_status", "advance_status", "refresh_limited", "update_batch")
_IDLE_S = 600.0


class RemoteProject:
    """The files of a project in a folder; its jobs and results on a server."""

    name = "tests"

    def __init__(self, server, folder, database):
        self.folder = folder
        server_at = {"host": "127.0.0.1", "port": server.port, "database": database}
        store = {
            "docs_store": {"type": "MongoStore", **server_at, "collection_name": "documents"},
            "additional_stores": {
                "data": {"type": "GridFSStore", **server_at, "collection_name": "documents_data"}
            },
        }
        worker = {
            "type": "local",
            "scheduler_type": "shell",
            "work_dir": str(folder / "work"),
            "max_jobs": 1,
            "pre_run": f"export PATH={sys.prefix}/bin:$PATH PYTHONPATH={_HERE} OMP_NUM_THREADS=1",
        }
        project = {
            "name": self.name,
            "base_dir": str(folder / "project"),
            "runner": {f"delay_{name}": 1 for name in _DELAYS},
            "workers": {"here": worker},
            "queue": {"store": {"type": "MongoStore", **server_at, "collection_name": "jobs"}},
            "jobstore": store,
        }
        (folder / "work").mkdir()
        self.projects = folder / "projects"
        self.projects.mkdir()
        (self.projects / "tests.yaml").write_text(yaml.safe_dump(project))
        (folder / "jobflow.yaml").write_text(yaml.safe_dump({"JOB_STORE": store}))
        self.uri = server.database(database)
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "JFREMOTE_PROJECTS_FOLDER": str(self.projects),
            "JOBFLOW_CONFIG_FILE": str(folder / "jobflow.yaml"),
            "ARGYRODITE_STORE": "jobflow",
            "COLUMNS": "160",
            "PYTHONPATH": str(_HERE),
        }
        self._call("jf", "admin", "reset", "--yes")

    def _call(self, *arguments):
        done = subprocess.run(
            [f"{sys.prefix}/bin/{arguments[0]}", *map(str, arguments[1:])],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def argyrodite(self, *arguments):
        """Run a command of this package as a user of the project would."""
        return self._call("argyrodite", *arguments)

    @contextmanager
    def runner(self):
        """Keep a runner going."""
        with (self.folder / "runner.log").open("a") as log:
            process = subprocess.Popen(
                [f"{sys.prefix}/bin/jf", "runner", "run"],
                cwd=self.folder, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                yield
            finally:
                process.terminate()
                process.wait()

    def work(self, jobs):
        """Run until nothing moves any more; return the states of the jobs in the database."""
        before, since = None, time.monotonic()
        with self.runner():
            while time.monotonic() - since < _IDLE_S:
                states = {(j["uuid"], j["index"]): j["state"] for j in jobs.find({}, _FIELDS)}
                if states != before:
                    before, since = states, time.monotonic()
                elif not _is_moving(states.values()):
                    break
                time.sleep(1)
        return set(before.values())


_FIELDS = {"uuid": 1, "index": 1, "state": 1}


def _is_moving(states):
    still = {"COMPLETED", "FAILED", "REMOTE_ERROR", "PAUSED", "WAITING"}
    return not set(states) <= still
