"""The cluster page for real: qlaunch, sbatch, slurmd and srun, on a Slurm of one node.

Opt-in, see tests/slurm_cluster.py: ``ARGYRODITE_TEST_SLURM=1 pytest tests/campaign/test_slurm.py``.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cheap_jobs
import pytest
import yaml
from tiny import DOCUMENTS, TINY

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.store import find_documents
from documentation_blocks import blocks
from slurm_cluster import running_cluster

HERE = Path(__file__).parent
_LIMIT_S = 1200.0
WORKERS = """
workers:
  default: {category: cpu, cores: 1}
  conductivity: {queue: {walltime: "00:20:00"}}
"""


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    yield from running_cluster(tmp_path_factory.mktemp("slurm"))


def page(word):
    """The first block of the cluster page that has a word in it, as YAML."""
    found = [b.text for b in blocks() if b.file.name == "cluster.md" and word in b.text]
    return yaml.safe_load(found[0])


@pytest.fixture
def queue(bench, slurm, tmp_path):
    """Write the files of the cluster page, for one core, and give what launches what is ready."""
    worker = page("category: cpu, query")
    (tmp_path / "my_fworker.yaml").write_text(json.dumps(worker))
    rlaunch = f"{sys.executable} {HERE / 'rlaunch_here.py'} -l {bench.file}"
    adapter = page("SLURM")
    adapter |= {
        "rocket_launch": adapter["rocket_launch"].replace("rlaunch", rlaunch).replace(
            "my_fworker.yaml", str(tmp_path / "my_fworker.yaml")
        ),
        "ntasks_per_node": 1,
        "walltime": "00:10:00",
        "pre_rocket": f"source {Path(sys.prefix) / 'bin' / 'activate'}",
    }  # fmt: skip
    (tmp_path / "my_qadapter.yaml").write_text(json.dumps(adapter))
    launches = tmp_path / "launches"
    launches.mkdir()
    environment = {
        **os.environ,
        **slurm.environment,
        "ARGYRODITE_STORE": bench.uri,
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
        "OMP_NUM_THREADS": "1",
        "USER": "root",
    }
    options = ["-l", str(bench.file), "-w", "my_fworker.yaml", "-q", "my_qadapter.yaml"]

    def launch():
        done = subprocess.run(
            [sys.executable, str(HERE / "qlaunch_here.py"), "-r", "--launch_dir", str(launches),
             *options, "rapidfire", "--nlaunches", "0", "-m", "20"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    launch.folder = launches
    return launch


def work(bench, launch, until):
    """Launch what is ready until a condition holds."""
    limit = time.monotonic() + _LIMIT_S
    while not until(bench.states):
        assert time.monotonic() < limit, bench.states
        if bench.states["READY"]:
            launch()
        time.sleep(0.5)


def is_done(states):
    return set(states) == {"COMPLETED"}


def test_a_campaign_goes_through_the_queue_as_the_cluster_page_says(bench, slurm, queue, tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY + WORKERS)
    submit = ("submit", "tiny.yaml", "--launchpad", bench.file, "--work-dir", tmp_path / "work")
    done = subprocess.run(
        [sys.executable, "-m", "atomate2_argyrodite.cli", *map(str, submit)], cwd=tmp_path,
        env={**os.environ, "ARGYRODITE_STORE": bench.uri}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert " added" in done.stdout, done.stderr
    work(bench, queue, lambda states: is_done(states) or states["FIZZLED"])
    assert is_done(bench.states)
    found = Counter(stored.document.stage for stored in find_documents(bench.store))
    assert {stage: n for stage, n in found.items() if stage != "run"} == DOCUMENTS

    jobs = slurm.jobs(queue.folder)
    assert {job["JobState"] for job in jobs} <= {"COMPLETED", "COMPLETING"}
    assert len(jobs) == sum(bench.states.values())  # one job of the queue for each of ours
    limits = Counter(job["TimeLimit"] for job in jobs)
    stages = Counter(
        d["spec"]["_argyrodite"]["stage"] for d in bench.launchpad.fireworks.find({}, {"spec": 1})
    )
    assert limits["00:20:00"] == stages["conductivity"] > 0
    assert limits["00:10:00"] == sum(stages.values()) - stages["conductivity"]


def test_a_job_that_slurm_cancels_is_found_lost_and_run_again(bench, slurm, queue):
    traces = str(bench.traces)
    gate = bench.folder / "gate"
    workers = parse_campaign(WORKERS).workers.model_dump()
    bench.submit(cheap_jobs.wait_at(str(gate), traces), workers=workers)
    queue()
    bench.wait_for(lambda: cheap_jobs.executions(traces).get("gate"))
    (job,) = [job for job in slurm.jobs(queue.folder) if job["JobState"] == "RUNNING"]
    slurm.ask("scancel", job["JobId"])
    bench.wait_for(lambda: slurm.state_of(job["JobId"]) == "CANCELLED")
    bench.rerun_lost()
    gate.touch()
    work(bench, queue, is_done)
    assert cheap_jobs.executions(traces) == {"gate": 2}
