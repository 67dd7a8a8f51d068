"""A launchpad for a test, and workers that serve it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import chdir
from pathlib import Path

from fireworks import FWorker, LaunchPad
from fireworks.core.rocket_launcher import rapidfire

from atomate2_argyrodite.campaign.launchpad import open_launchpad
from atomate2_argyrodite.campaign.submission import submit
from atomate2_argyrodite.store import open_store

_HERE = Path(__file__).parent
_LIMIT_S = 300.0


class TestBench:
    """A server's launchpad, a store on the same server, and a folder that workers share."""

    __test__ = False

    def __init__(self, server, folder, name):
        self.server, self.folder = server, folder
        self.uri = server.database(f"{name}_results")
        kwargs = {"serverSelectionTimeoutMS": 120_000}
        launchpad = LaunchPad(
            server.database(name),
            uri_mode=True,
            name=name,
            mongoclient_kwargs=kwargs,
            strm_lvl="WARNING",
        )
        launchpad.connection.drop_database(name)
        launchpad.connection.drop_database(f"{name}_results")
        launchpad.reset("", require_password=False)
        self.file = folder / "my_launchpad.yaml"
        self.file.write_text(json.dumps(launchpad.to_dict()))
        self.launchpad = open_launchpad(self.file)
        self.store = open_store(self.uri)
        self.traces = folder / "traces"
        self.traces.mkdir()
        self.workers = []

    def place(self, **changes):
        return {
            "campaign": "test",
            "run": "run-0",
            "store": None,
            "work_directory": str(self.folder / "work"),
            "workers": {},
            **changes,
        }

    def submit(self, flow, **changes):
        return submit(flow, self.store, self.launchpad, self.place(**changes))

    def start(self, *arguments, **environment):
        """Start a worker: rlaunch with these arguments."""
        folder = self.folder / f"rlaunch{len(self.workers)}"
        folder.mkdir()
        program = [sys.executable, str(_HERE / "rlaunch_here.py")]
        paths = os.pathsep.join([str(_HERE), os.environ.get("PYTHONPATH", "")])
        with (folder / "log").open("w") as log:
            worker = subprocess.Popen(
                [*program, "-l", str(self.file), *arguments], cwd=folder, stdout=log, stderr=log,
                env={**os.environ, "ARGYRODITE_STORE": self.uri, "PYTHONPATH": paths,
                     "OMP_NUM_THREADS": "1", **environment},
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def work(self, fworker=None):
        """Run what is ready, in this process: a worker without the cost of starting one."""
        folder = self.folder / "launches"
        folder.mkdir(exist_ok=True)
        before = os.environ.get("ARGYRODITE_STORE")
        os.environ["ARGYRODITE_STORE"] = self.uri
        try:
            with chdir(folder):
                worker = FWorker.from_file(str(fworker)) if fworker else FWorker()
                rapidfire(self.launchpad, worker, strm_lvl="ERROR")
        finally:
            os.environ.pop("ARGYRODITE_STORE")
            if before is not None:
                os.environ["ARGYRODITE_STORE"] = before

    def work_in_processes(self, *arguments):
        """Let rlaunch run until nothing is ready."""
        worker = self.start(*arguments)
        assert worker.wait(_LIMIT_S) == 0

    @property
    def states(self):
        return Counter(d["state"] for d in self.launchpad.fireworks.find({}, {"state": 1}))

    def wait_for(self, condition):
        limit = time.monotonic() + _LIMIT_S
        while not condition():
            assert time.monotonic() < limit, "waited in vain"
            time.sleep(0.05)

    def rerun_lost(self):
        """What `lpad detect_lostruns --rerun` does, for runs that were silent for a moment."""
        time.sleep(0.2)
        return self.launchpad.detect_lostruns(expiration_secs=0, rerun=True)

    def close(self):
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
        self.store.close()
