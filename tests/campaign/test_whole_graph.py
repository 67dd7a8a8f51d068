"""The whole graph of the quickstart, with a cheap engine, wherever a campaign can run."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from jobflow import run_locally
from tiny import DOCUMENTS, TINY

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.store import find_documents, open_store


def kinds(store):
    found = Counter(stored.document.stage for stored in find_documents(store))
    return {stage: n for stage, n in found.items() if stage != "run"}


@pytest.fixture
def tiny_file(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


@pytest.fixture
def cli(bench, tmp_path):
    """Run a command in a process of its own, with the store of the bench."""

    def call(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "atomate2_argyrodite.cli", *map(str, arguments)],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "ARGYRODITE_STORE": bench.uri, "COLUMNS": "160"},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return call


def test_jobflow_alone_in_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("memory")
    run_locally(
        CampaignFlowMaker(parse_campaign(TINY)).make(), store=store, create_folders=True, log=False
    )
    assert kinds(store) == DOCUMENTS


ON_MONGOMOCK = """
import sys
from pathlib import Path
from fireworks import LaunchPad
from fireworks.core.rocket_launcher import rapidfire
from jobflow import SETTINGS, JobStore
from maggma.stores import MemoryStore
from atomate2_argyrodite.campaign.config_file import read_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.submission import submit
from atomate2_argyrodite.store import find_documents, open_store

SETTINGS.JOB_STORE = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
store = open_store("jobflow")
launchpad = LaunchPad(name="tiny", strm_lvl="ERROR")
launchpad.reset("", require_password=False)
flow = CampaignFlowMaker(read_campaign(sys.argv[1])).make()
place = {"campaign": "tiny", "run": "r", "store": "jobflow", "work_directory": sys.argv[2],
         "workers": {}}
submit(flow, store, launchpad, place)
rapidfire(launchpad, strm_lvl="ERROR")
states = {d["state"] for d in launchpad.fireworks.find({}, {"state": 1})}
print("STATES", *states)
print("STAGES", *sorted(d.document.stage for d in find_documents(store)))
"""


def test_fireworks_on_mongomock_in_one_process(tmp_path, tiny_file):
    pytest.importorskip("mongomock_persistence")
    (tmp_path / "server.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-c", ON_MONGOMOCK, str(tiny_file), str(tmp_path / "work")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "MONGOMOCK_SERVERSTORE_FILE": str(tmp_path / "server.json")},
    )  # fmt: skip
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith("STA"))
    assert lines.get("STATES") == "COMPLETED", done.stderr[-2000:]
    assert Counter(lines["STAGES"].split()) == DOCUMENTS


def test_submitted_to_a_server_and_run_by_several_workers(bench, cli, tiny_file):
    submit = ("submit", tiny_file, "--launchpad", bench.file, "--work-dir", bench.folder / "work")
    assert " added" in cli(*submit)
    bench.work_in_processes("multi", "2", "--nlaunches", "0", "--sleep", "1")
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert kinds(bench.store) == DOCUMENTS
    assert "0 added" in cli(*submit)
    found = json.loads(cli("query", "--stage", "conductivity", "--format", "json"))
    assert {d["configuration"] for d in found} == {"0-F-43m", "50-P222_1"}
    largest = max(len(json.dumps(d, default=str)) for d in bench.store.docs_store.query())
    assert largest < 100_000
    assert "Report:" in cli("report", "-o", "report")


STAGES = ("sampling", "labelling", "training", "active_learning", "conductivity", "campaign")


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["TEST_KILL_IN", "TEST_KILL_AFTER"])
def test_a_worker_is_killed_in_a_job_of_every_stage(bench, cli, tiny_file, moment):
    cli("submit", tiny_file, "--launchpad", bench.file, "--work-dir", bench.folder / "work")
    for stage in STAGES:
        assert bench.start("rapidfire", **{moment: stage}).wait(300) == -signal.SIGKILL
        bench.rerun_lost()
    before = {(d["uuid"], d["index"]): d["completed_at"] for d in bench.store.docs_store.query()}
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert kinds(bench.store) == DOCUMENTS
    after = {(d["uuid"], d["index"]): d for d in bench.store.docs_store.query()}
    kept = {key: d["completed_at"] for key, d in after.items() if d["output"] is not None}
    repeated = [after[key]["name"] for key in kept if before.get(key, kept[key]) != kept[key]]
    assert [name for name in repeated if name != "run"] == []
    assert Path(bench.folder / "work").is_dir()
