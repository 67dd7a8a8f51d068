"""The local runner for real: parallel, resumable, killed in the middle, with failing jobs."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import cheap_jobs
import pytest
from jobflow import Flow, JobConfig, OnMissing

from atomate2_argyrodite.campaign import runner
from atomate2_argyrodite.campaign.run_record import RunState, get_run
from atomate2_argyrodite.campaign.runner import LocalRun, is_shared
from atomate2_argyrodite.campaign.schedule import JobState
from atomate2_argyrodite.store import open_store

HERE = Path(__file__).parent


def everything(traces):
    """Documents with attachments, a loop, a replacement by one job, a detour and an addition."""
    documents = [cheap_jobs.document(k, traces) for k in range(3)]
    reads = [cheap_jobs.read_document(d.output, traces) for d in documents]
    loop = cheap_jobs.countdown(3, 0, traces)
    replaced = cheap_jobs.replace_by_job(traces)
    detour = cheap_jobs.detour_and_add(traces)
    last = cheap_jobs.total([loop.output, replaced.output, detour.output], traces)
    return Flow([*documents, *reads, loop, replaced, detour, last], output=last.output)


CONTROLLERS = {"countdown3", "countdown2", "countdown1", "replace_by_job", "detour_and_add"}


@pytest.fixture
def run_here(run):
    """Run flows in this process, all on the same in-memory store: quick, the same schedule."""
    store = open_store("memory")

    def run_here(flow, **kwargs):
        return run(flow, location="memory", store=store, **kwargs)

    run_here.store = store
    return run_here


@pytest.mark.parametrize("location", ["memory", None])
def test_every_kind_of_response_gives_the_result_of_jobflow(run, traces, tmp_path, location):
    store = open_store(location or tmp_path / "store")
    result = run(everything(traces), location=location, store=store)
    assert result.state == RunState.FINISHED
    outputs = {d["name"]: d["output"] for d in store.query({"name": {"$in": ["total"]}})}
    assert outputs == {"total": 6 + 21 + 5}
    executions = cheap_jobs.executions(traces)
    assert set(executions.values()) == {1}
    assert {"addition", "detour", "replacement", "step1", "read2"} <= set(executions)


def test_a_second_run_repeats_only_controllers(run_here, traces):
    run_here(everything(traces))
    result = run_here(everything(traces))
    assert result.state == RunState.FINISHED
    again = {name for name, n in cheap_jobs.executions(traces).items() if n > 1}
    assert again == CONTROLLERS


def test_a_changed_late_stage_leaves_the_early_ones(run_here, traces):
    def flow(extra):
        document = cheap_jobs.document(1, traces)
        return Flow([document, cheap_jobs.add(document.output.value, extra, traces, name="late")])

    run_here(flow(1))
    run_here(flow(2))
    assert cheap_jobs.executions(traces) == {"document1": 1, "late": 2}


def test_independent_jobs_run_at_the_same_time_in_two_processes(run, traces):
    # each of a pair waits until the other one runs
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]
    result = run(Flow([cheap_jobs.meet(traces, name, [other]) for name, other in pairs]))
    assert result.counts == {"finished": 4}
    pids = {name: (Path(traces) / name).read_text().split()[0] for name, _ in pairs}
    assert len(set(pids.values())) == 2
    assert pids["a"] != pids["b"]
    assert pids["c"] != pids["d"]


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cheap_jobs
from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.store import open_store
folder = Path(sys.argv[2])
store = open_store(folder / "store")
traces = str(folder / "traces")
before = cheap_jobs.chain(5, traces)
gate = cheap_jobs.wait_at(str(folder / "gate"), traces, before.output)
after = cheap_jobs.add(gate.output, 1, traces, name="after")
parallel = cheap_jobs.countdown(3, 0, traces)
run = LocalRun(store, str(folder / "store"), folder / "runs", 2)
try:
    print(run.run(cheap_jobs.Flow([before, gate, after, parallel])).state)
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(130)
"""


def heed_interrupts():
    """In a child: undo that shells let background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_script(tmp_path):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(HERE), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )


def wait_for(condition, seconds=300.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)


def worker_pids(traces):
    texts = [path.read_text() for path in Path(traces).iterdir()]
    return {int(line.split()[0]) for text in texts for line in text.splitlines()}


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_leaves_no_process_and_resumes_without_repeating(tmp_path, traces, how):
    process = start_script(tmp_path)
    wait_for(lambda: (Path(traces) / "gate").exists())  # it waits there until it is opened
    os.kill(process.pid, how)
    output, _ = process.communicate(timeout=300)
    if how == signal.SIGINT:
        assert output.strip() == "interrupted"
        assert process.returncode == 130
    wait_for(lambda: not any(is_alive(pid) for pid in worker_pids(traces)))

    store = open_store(tmp_path / "store")
    links = {f"link{k}": 1 for k in range(5)}
    before = cheap_jobs.executions(traces)
    assert links.items() <= before.items()
    (tmp_path / "gate").touch()
    again = start_script(tmp_path)
    output, errors = again.communicate(timeout=300)
    assert output.strip() == "finished", errors
    after = cheap_jobs.executions(traces)
    assert links.items() <= after.items()  # none was repeated
    assert (after["gate"], after["after"]) == (2, 1)
    repeated = {n for n, count in after.items() if count > 1 and not n.startswith("countdown")}
    assert len(repeated) <= 2  # what was running, one job per worker
    assert set(before) <= set(after)
    assert max(d["output"] for d in store.query({"name": "add"}, ["output"])) == 7


def test_an_interrupted_run_is_recorded(tmp_path, traces):
    process = start_script(tmp_path)
    wait_for(lambda: (Path(traces) / "gate").exists())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert get_run(open_store(tmp_path / "store"), {}).state == RunState.INTERRUPTED


def test_a_failing_job_skips_its_dependents_and_leaves_the_rest(run, traces, tmp_path):
    bad = cheap_jobs.fail(traces)
    after = cheap_jobs.add(bad.output, 1, traces, name="after")
    last = cheap_jobs.add(after.output, 1, traces, name="last")
    good = cheap_jobs.chain(3, traces)
    states = {}
    result = run(
        Flow([bad, after, last, good]), observe=lambda e: states.update({e.job.name: e.state})
    )
    assert result.state == RunState.FAILED
    assert states["fail"] == JobState.FAILED
    assert {"after", "last"} & set(cheap_jobs.executions(traces)) == set()
    assert result.counts == {"failed": 1, "skipped": 2, "finished": 3}
    failure = result.failures[0]
    assert failure.error == "ValueError: planted failure"
    assert "cheap_jobs.py" in failure.traceback
    assert "planted" in (Path(failure.folder) / "job.log").read_text()
    record = get_run(open_store(tmp_path / "store"), {})
    assert record.failures == result.failures
    assert record.counts == {"other": {"failed": 1, "skipped": 2, "finished": 3}}


def test_a_failed_job_is_tried_again_by_the_next_run(run_here, traces, tmp_path):
    remedy = tmp_path / "remedy"

    def flow():
        bad = cheap_jobs.fail(traces, str(remedy))
        return Flow([bad, cheap_jobs.add(bad.output, 1, traces, name="after")])

    assert run_here(flow()).state == RunState.FAILED
    remedy.touch()
    assert run_here(flow()).state == RunState.FINISHED
    assert cheap_jobs.executions(traces) == {"fail": 2, "after": 1}


def test_a_failure_inside_a_replacement_is_repaired_by_the_next_run(run_here, traces, tmp_path):
    remedy = tmp_path / "remedy"

    def flow():
        controller = cheap_jobs.failing_replacement(traces, str(remedy))
        return Flow([controller, cheap_jobs.total(controller.output, traces)])

    assert run_here(flow()).counts["failed"] == 1
    assert "total" not in cheap_jobs.executions(traces)
    remedy.touch()
    assert run_here(flow()).state == RunState.FINISHED
    assert cheap_jobs.executions(traces)["sibling"] == 1
    assert run_here.store.query_one({"name": "total"})["output"] == 4


def test_a_job_that_tolerates_missing_inputs_runs_and_runs_again_once_they_exist(
    run_here, traces, tmp_path
):
    remedy = tmp_path / "remedy"

    def flow():
        bad = cheap_jobs.fail(traces, str(remedy))
        gather = cheap_jobs.total_of_known([bad.output, 5], traces)
        gather.config = JobConfig(on_missing_references=OnMissing.NONE)
        return Flow([bad, gather])

    store = run_here.store
    assert run_here(flow()).counts == {"failed": 1, "finished": 1}
    assert store.query_one({"name": "total_of_known"})["output"] == 5
    remedy.touch()
    run_here(flow())
    assert store.query_one({"name": "total_of_known"})["output"] == 6


def test_a_killed_worker_fails_its_job_alone(run, traces):
    result = run(Flow([cheap_jobs.kill_worker(traces), cheap_jobs.chain(3, traces)]))
    assert result.counts == {"failed": 1, "finished": 3}
    assert "SIGKILL" in result.failures[0].error


def test_a_job_alone_may_use_every_thread_and_others_one(run, traces, tmp_path):
    store = open_store(tmp_path / "store")
    run(cheap_jobs.chatter(), workers=3)
    assert store.query_one({"name": "chatter"})["output"] == ["1", "3"]


def test_jobs_run_in_folders_of_their_own_which_keep_their_output(run, traces, tmp_path):
    run(Flow([cheap_jobs.chatter(), cheap_jobs.add(1, 2, traces)]))
    folders = [path for path in (tmp_path / "runs").iterdir() if path.is_dir()]
    assert len(folders) == 1  # a job that wrote nothing leaves no folder
    folder = folders[0]
    assert folder.name.startswith("chatter-")
    assert (folder / "made.txt").read_text() == str(folder)
    log = (folder / "job.log").read_text()
    assert {"hello from python", "hello from a program", "to stderr"} <= set(log.splitlines())


def test_stopping_children_is_respected(run_here, traces):
    first = cheap_jobs.stop_children(traces)
    result = run_here(Flow([first, cheap_jobs.add(first.output, 1, traces)]))
    assert result.counts == {"finished": 1, "skipped": 1}


def test_in_memory_stores_are_not_shared(tmp_path):
    assert not is_shared(open_store("memory"))
    assert is_shared(open_store(tmp_path))


def test_a_job_costs_as_many_accesses_to_the_store_among_many_as_among_few(
    run_here, traces, monkeypatch
):
    """Time per job is measured by tests/benchmarks/campaign.py; this is why it stays the same."""
    monkeypatch.setattr(runner, "_RECORD_INTERVAL_S", float("inf"))
    documents, calls = run_here.store.docs_store, Counter()

    def counted(name):
        real = getattr(documents, name)

        def call(*arguments, **options):
            calls[name] += 1
            return real(*arguments, **options)

        return call

    for name in ("query", "update"):
        monkeypatch.setattr(documents, name, counted(name))
    per_job = []
    for first, n in ((0, 20), (100, 100)):
        calls.clear()
        flow = Flow([cheap_jobs.add(k, 0, traces) for k in range(first, first + n)])
        assert run_here(flow).counts == {"finished": n}
        per_job.append({name: count / n for name, count in calls.items()})
    few, many = per_job
    assert many["update"] <= few["update"] < 2
    assert many["query"] <= few["query"] < 4


def test_the_local_run_is_usable_as_a_library(tmp_path, traces):
    store = open_store("memory")
    run = LocalRun(store, "memory", tmp_path / "runs", campaign="c", settings={"a": 1})
    run.run(cheap_jobs.chain(2, traces))
    record = get_run(store, {"a": 1})
    assert record.campaign == "c"
    assert len(record.job_uuids) == 2
    assert record.stage_seconds["other"] > 0
    assert record.stage_memory_mb["other"] > 20


def test_costs_are_summed_over_the_runs_of_a_campaign(run_here, traces):
    seconds = []

    def note(event):
        if event.seconds is not None:
            seconds.append(event.seconds)

    run_here(cheap_jobs.add(1, 2, traces, seconds=0.1), observe=note)
    first = cheap_jobs.add(1, 2, traces, seconds=0.1)
    run_here(Flow([first, cheap_jobs.add(2, 2, traces)]), observe=note)
    record = get_run(run_here.store, {})
    assert len(seconds) == 2  # the first job was not repeated
    assert 0.1 < record.stage_seconds["other"] == pytest.approx(sum(seconds), abs=2e-3)
    assert record.wall_time_s > record.stage_seconds["other"]


def test_threads_are_given_back(run_here, traces, monkeypatch):
    monkeypatch.setenv("ARGYRODITE_THREADS", "5")
    run_here(cheap_jobs.add(1, 2, traces))
    assert os.environ["ARGYRODITE_THREADS"] == "5"
