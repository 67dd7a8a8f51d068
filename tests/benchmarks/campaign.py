"""What this package adds to a campaign: overhead per job, the paper's graph, queries.

Run it with ``python tests/benchmarks/campaign.py``; the parts on a server need secantusdb in
``.venv-mongo`` or ARGYRODITE_TEST_MONGO_URI (see tests/mongo_server.py).
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import bson
import pytest

sys.path[:0] = [
    str(Path(__file__).parents[1]),
    str(Path(__file__).parents[1] / "campaign"),
    str(Path(__file__).parents[1] / "report"),
]

import cheap_jobs
import synthetic
from fireworks import FWAction
from jobflow import Flow, OutputReference

from atomate2_argyrodite.campaign.firetask import build_workflow
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.presets import preset
from atomate2_argyrodite.campaign.run_record import put_run
from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.engines.vasp import VaspEngine
from atomate2_argyrodite.labelling.batches import divide_into_batches
from atomate2_argyrodite.labelling.jobs import label_frames
from atomate2_argyrodite.queries import conductivities
from atomate2_argyrodite.store import open_store
from mongo_server import running_server


@contextmanager
def timed(what):
    start, cpu = time.perf_counter(), time.process_time()
    result = {}
    yield result
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    print(f"{what}: {wall:.2f} s (CPU {used:.2f} s) {result.get('note', '')}", flush=True)


def overhead(count, kind):
    """Jobs that do nothing, independent of each other or one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        traces = Path(folder) / "traces"
        traces.mkdir()
        if kind == "chain":
            flow = cheap_jobs.chain(count, str(traces))
        else:
            flow = Flow([cheap_jobs.add(k, 1, str(traces), name="x") for k in range(count)])
        location = str(Path(folder) / "store")
        with timed(f"{count} jobs, {kind}, embedded store, 2 workers") as result:
            run = LocalRun(open_store(location), location, Path(folder) / "runs", 2)
            start = time.perf_counter()
            assert run.run(flow).state == "finished"
            result["note"] = f"= {1000 * (time.perf_counter() - start) / count:.1f} ms per job"


def paper_graph():
    config = preset("paper")[1]
    with timed("paper preset: graph and identities") as result:
        jobs = plan_flow(CampaignFlowMaker(config, is_plan=True).make())
        largest = max(len(job.content) for job in jobs)
        result["note"] = f"{len(jobs)} jobs, the largest {largest / 1e3:.0f} kB"
    place = {"campaign": "paper", "run": "r", "store": None, "work_directory": "/w", "workers": {}}
    with timed("paper preset: as a FireWorks workflow") as result:
        workflow = build_workflow(jobs, place, "paper")
        firework = max(len(bson.encode(fw.to_db_dict())) for fw in workflow.fws)
        links = len(bson.encode(workflow.to_db_dict()))
        result["note"] = f"largest Firework {firework / 1e3:.0f} kB, workflow {links / 1e3:.0f} kB"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory so far: {peak:.2f} GB")


def label_plan():
    """The jobs by which the paper's labelling of one halide and functional replaces itself."""
    config = preset("paper")[1]
    frames = [OutputReference(f"{k:032x}", (("a", "frames"),)) for k in range(72)]
    batches = divide_into_batches([100] * 72, config.labelling.batch_size)
    jobs = [
        label_frames(VaspEngine(), "pbe", [(frames[p.document], p.start, p.stop) for p in b], 0.5)
        for b in batches
    ]
    flow = Flow(jobs, output=[job.output for job in jobs])
    place = {"campaign": "paper", "run": "r", "store": None, "work_directory": "/w", "workers": {}}
    workflow = build_workflow(plan_flow(flow), place, "labels")
    largest = max(len(bson.encode(fw.to_db_dict())) for fw in workflow.fws)
    action = len(bson.encode(FWAction(detours=[workflow]).to_dict()))
    print(
        f"paper preset: labels of one halide and functional: {len(jobs)} jobs, largest Firework "
        f"{largest / 1e3:.0f} kB, the action that adds them {action / 1e6:.1f} MB"
    )


def fill(store, count):
    rng = random.Random(1)
    documents = []
    for k in range(count):
        document = synthetic.conductivity("0-F-43m")
        halide = rng.choice(["Cl", "Br", "I"])
        raw = {
            **json.loads(document.model_dump_json(exclude={"curves"})),
            "@module": type(document).__module__,
            "@class": type(document).__name__,
            "halide": halide,
            "functional": rng.choice(["pbe", "pbe-d3bj", "optb88-vdw"]),
            "configuration": rng.choice(["0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m"]),
            "potential_id": f"{k % 200:016x}",
            "curves": {"@class": "Attachment", "blob_uuid": f"b{k}", "store": "data"},
        }
        documents.append({"uuid": f"u{k}", "index": 1, "name": "conductivity", "output": raw})
    store.docs_store.update(documents, key=["uuid", "index"])
    put_run(store, synthetic.run_record([f"u{k}" for k in range(0, count, 10)]))


FIRST = """
import sys, time
def clock():
    return time.perf_counter(), time.process_time()
times = [clock()]
from atomate2_argyrodite.queries import conductivities
from atomate2_argyrodite.store import open_store
times.append(clock())
store = open_store(sys.argv[1])
times.append(clock())
for _ in range(2):
    conductivities(store, halide="Cl", functional="pbe", configuration="0-F-43m")
    times.append(clock())
names = ("imports", "store", "first query", "second query")
for name, (a, b), (c, d) in zip(names, times, times[1:]):
    print(f"{name} {1000 * (c - a):.0f} ms (CPU {1000 * (d - b):.0f})", end="; ")
"""


def first_query(location):
    """What somebody waits for who asks once: imports, the connection, the first answer."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST, location], capture_output=True, text=True, check=True
    )
    print(f"in a new process: {done.stdout}", flush=True)
    for arguments in (["--help"], ["query", "--help"], ["query", "--stage", "no-such"]):
        command = [sys.executable, "-m", "atomate2_argyrodite.cli", *arguments]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        start = time.perf_counter()
        environment = {**os.environ, "ARGYRODITE_STORE": location}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        print(f"argyrodite {' '.join(arguments)}: {wall:.2f} s (CPU {used:.2f} s)", flush=True)


def queries(count=10_000):
    folder = Path(tempfile.mkdtemp())
    server = next(generator := running_server(folder))
    try:
        store = open_store(server.database("argyrodite_benchmark"))
        store.remove_docs({})
        fill(store, count)
        filters = {
            "halide, functional, configuration": {
                "halide": "Cl", "functional": "optb88-vdw", "configuration": "50-P222_1",
            },
            "potential": {"potential_id": f"{7:016x}"},
            "halide, functional, configuration, T > 450 K": {
                "halide": "Cl", "functional": "pbe", "configuration": "0-F-43m",
                "min_temperature": 450.0,
            },
            "campaign of 1,000 documents, halide, functional": {
                "campaign": "synthetic", "halide": "Cl", "functional": "pbe",
            },
        }  # fmt: skip
        for name, header in filters.items():
            times = []
            for _ in range(5):
                start = time.perf_counter()
                found = conductivities(store, **header)
                times.append(time.perf_counter() - start)
            print(
                f"{count} documents, by {name}: {len(found)} typed documents in "
                f"{1000 * min(times[1:]):.0f} to {1000 * max(times[1:]):.0f} ms, the first time "
                f"{1000 * times[0]:.0f} ms",
                flush=True,
            )
        first_query(server.database("argyrodite_benchmark"))
    finally:
        generator.close()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if "--queries" not in sys.argv:
        paper_graph()
        label_plan()
    for jobs_kind in ("independent", "chain") if "--queries" not in sys.argv else ():
        for n in (100, 1_000, 3_000):
            overhead(n, jobs_kind)
    try:
        queries()
    except pytest.skip.Exception as reason:
        print(f"queries were not measured: {reason}")
