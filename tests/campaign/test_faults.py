"""What breaks is really broken: workers are killed, the server stops, the disk is full."""

import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import cheap_jobs
import pytest
from jobflow import Flow

from atomate2_argyrodite.campaign.firetask import build_workflow
from atomate2_argyrodite.campaign.plan import plan_flow


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def executed(bench, name):
    return cheap_jobs.executions(str(bench.traces)).get(name, 0)


KINDS = {
    "add": lambda traces: cheap_jobs.add(1, 2, traces),
    "document1": lambda traces: cheap_jobs.document(1, traces),
    "countdown2": lambda traces: cheap_jobs.countdown(2, 0, traces),
    "detour_and_add": lambda traces: cheap_jobs.detour_and_add(traces),
}


@pytest.mark.parametrize("moment", ["TEST_KILL_IN", "TEST_KILL_AFTER"])
def test_a_killed_worker_loses_at_most_its_job(bench, moment):
    traces = str(bench.traces)
    for name, build in KINDS.items():
        job = build(traces)
        job.update_metadata({"stage": name}, dynamic=False)
        bench.submit(job)
        worker = bench.start("rapidfire", **{moment: name})
        assert worker.wait(300) == -signal.SIGKILL
        bench.rerun_lost()
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    counts = cheap_jobs.executions(traces)
    killed = {name: counts.pop(name) for name in KINDS}
    assert set(counts.values()) == {1}
    if moment == "TEST_KILL_IN":
        assert set(killed.values()) == {2}
    else:  # what was stored is found; a job that created others says again which
        assert killed == {"add": 1, "document1": 1, "countdown2": 2, "detour_and_add": 2}


def test_a_program_that_outlives_its_worker_is_ended_before_the_job_runs_again(bench):
    bench.submit(cheap_jobs.start_program(str(bench.traces)))
    worker = bench.start("rapidfire")
    report = bench.traces / "program"
    bench.wait_for(lambda: report.exists() and " " in report.read_text())
    program = int(report.read_text().split()[0])
    worker.kill()
    worker.wait()
    assert is_alive(program)
    report.unlink()
    bench.rerun_lost()
    again = bench.start("rapidfire")
    bench.wait_for(lambda: report.exists() and " " in report.read_text())
    assert not is_alive(program)
    os.kill(int(report.read_text().split()[0]), signal.SIGKILL)  # the program ends
    assert again.wait(300) == 0
    assert set(bench.states) == {"COMPLETED"}


def test_two_workers_racing_for_one_job_run_it_once(bench):
    job = plan_flow(cheap_jobs.document(1, str(bench.traces), seconds=2.0))
    for _ in range(2):  # as if two people had submitted it at the same moment
        bench.launchpad.add_wf(build_workflow(job, bench.place(), "race"))
    workers = [bench.start("singleshot") for _ in range(2)]
    assert [worker.wait(300) for worker in workers] == [0, 0]
    assert bench.states == {"COMPLETED": 2}
    assert executed(bench, "document1") == 1


def test_the_second_worker_leaves_the_programs_of_the_first_alone(bench):
    job = plan_flow(cheap_jobs.start_program(str(bench.traces)))
    for _ in range(2):
        bench.launchpad.add_wf(build_workflow(job, bench.place(), "race"))
    report = bench.traces / "program"
    first = bench.start("singleshot")
    bench.wait_for(lambda: report.exists() and " " in report.read_text())
    program = int(report.read_text().split()[0])
    second = bench.start("singleshot")
    bench.wait_for(lambda: bench.states["RUNNING"] == 2)
    time.sleep(1)
    assert is_alive(program)
    os.kill(program, signal.SIGKILL)  # it ends, and with it the job
    assert [first.wait(300), second.wait(300)] == [0, 0]
    assert bench.states == {"COMPLETED": 2}
    assert int(report.read_text().split()[0]) == program  # the second did not start one


@contextmanager
def outage(server, seconds):
    """Stop the server; start it again after `seconds`."""
    if server.given:
        pytest.skip("a server that is not ours is not stopped")
    server.stop()
    timer = threading.Timer(seconds, server.start)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.slow)])
def test_a_stopped_server_costs_no_job(bench, seconds):
    job = cheap_jobs.document(1, str(bench.traces), seconds=1.5)
    after = cheap_jobs.read_document(job.output, str(bench.traces))
    bench.submit(Flow([job, after]))
    worker = bench.start("rapidfire")
    bench.wait_for(lambda: executed(bench, "document1"))
    with outage(bench.server, seconds):
        time.sleep(1)
    worker.wait(300)
    bench.rerun_lost()
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert cheap_jobs.executions(str(bench.traces)) == {"document1": 1, "read1": 1}


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.slow)])
def test_a_local_run_waits_for_a_stopped_server(bench, run, seconds):
    job = cheap_jobs.document(1, str(bench.traces), seconds=1.5)
    after = cheap_jobs.read_document(job.output, str(bench.traces))
    done = []
    flow = Flow([job, after])
    runner = threading.Thread(
        target=lambda: done.append(run(flow, store=bench.store, location=bench.uri))
    )
    runner.start()
    bench.wait_for(lambda: executed(bench, "document1"))
    with outage(bench.server, seconds):
        time.sleep(1)
    runner.join(300)
    assert done[0].state == "finished"
    assert cheap_jobs.executions(str(bench.traces)) == {"document1": 1, "read1": 1}


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def enlarge(folder):
    subprocess.run(["mount", "-o", "remount,size=8m", str(folder)], check=True)


def test_a_full_disk_fails_the_job_alone_and_says_what_to_do(run, traces, small_disk):
    large = cheap_jobs.write_file(traces, 500_000)
    after = cheap_jobs.add(large.output, 1, traces, "after")
    flow = Flow([cheap_jobs.add(1, 2, traces), large, after])
    failed = run(flow, work_directory=small_disk / "runs")
    assert failed.state == "failed"
    assert "No space left" in failed.failures[0].error
    assert "free disk space" in failed.failures[0].error
    assert failed.counts == {"finished": 1, "failed": 1, "skipped": 1}
    enlarge(small_disk)
    assert run(flow, work_directory=small_disk / "runs").state == "finished"
    assert cheap_jobs.executions(traces) == {"add": 1, "write_file": 2, "after": 1}


def test_a_full_disk_on_a_worker_of_the_launchpad(bench, small_disk):
    traces = str(bench.traces)
    flow = Flow([cheap_jobs.add(1, 2, traces), cheap_jobs.write_file(traces, 500_000)])
    place = {"work_directory": str(small_disk / "runs")}
    bench.submit(flow, **place)
    bench.work()
    assert bench.states == {"COMPLETED": 1, "FIZZLED": 1}
    launch = bench.launchpad.launches.find_one({"state": "FIZZLED"})
    assert "free disk space" in launch["action"]["stored_data"]["_exception"]["_stacktrace"]
    enlarge(small_disk)
    bench.submit(flow, **place)
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert cheap_jobs.executions(traces) == {"add": 1, "write_file": 2}
