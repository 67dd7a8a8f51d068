"""Jobs on a FireWorks launchpad, on a server that speaks MongoDB's protocol, in real workers."""

import cheap_jobs
import pytest
from jobflow import Flow

from atomate2_argyrodite.campaign.launchpad import known_fireworks, open_launchpad
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.errors import StoreError


def mixed_flow(traces, offset=100):
    """A loop, what follows it, a document with an attachment, and who reads it."""
    loop = cheap_jobs.countdown(3, 0, traces)
    after = cheap_jobs.add(loop.output, offset, traces, name=f"after{offset}")
    document = cheap_jobs.document(7, traces)
    read = cheap_jobs.read_document(document.output, traces)
    return Flow([loop, after, document, read])


def output_of(bench, job_name):
    found = [d for d in bench.store.docs_store.query({"name": job_name}) if d["output"] is not None]
    return found[-1]["output"]


def test_several_workers_run_every_job_once(bench):
    traces = str(bench.traces)
    done = bench.submit(mixed_flow(traces))
    assert (done.n_jobs, done.n_added) == (4, 4)
    bench.work_in_processes("multi", "2", "--nlaunches", "0", "--sleep", "1")
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert set(cheap_jobs.executions(traces).values()) == {1}
    assert output_of(bench, "add") in (6, 106)
    assert output_of(bench, "read_document") == "payload 7"
    assert "blob_uuid" in output_of(bench, "document")["payload"]  # in GridFS


def test_submitting_again_adds_only_what_is_new(bench):
    traces = str(bench.traces)
    bench.submit(mixed_flow(traces))
    again = bench.submit(mixed_flow(traces))
    assert (again.n_added, again.n_known) == (0, 4)
    changed = bench.submit(mixed_flow(traces, offset=200))
    assert changed.n_added == 1
    bench.work()
    assert bench.launchpad.workflows.count_documents({}) == 1
    executed = cheap_jobs.executions(traces)
    assert set(executed.values()) == {1}
    assert {"after100", "after200"} <= set(executed)
    finished = bench.submit(mixed_flow(traces))
    assert (finished.n_added, finished.n_finished) == (0, 3)  # the loop itself re-creates its jobs


def test_what_a_local_run_finished_is_not_submitted(bench, run):
    traces = str(bench.traces)
    run(mixed_flow(traces), store=bench.store, location=bench.uri)
    before = cheap_jobs.executions(traces)
    done = bench.submit(mixed_flow(traces, offset=200))
    assert done.n_finished == 2
    bench.work()
    after = cheap_jobs.executions(traces)
    loops = {name for name in after if name.startswith("countdown")}
    assert {n: c for n, c in after.items() if n not in loops} == {
        **{n: c for n, c in before.items() if n not in loops},
        "after200": 1,
    }
    assert set(bench.states) == {"COMPLETED"}


def test_a_failed_job_is_run_again_three_times_and_nothing_else_is(bench, tmp_path):
    traces, remedy = str(bench.traces), tmp_path / "remedy"
    bad = cheap_jobs.fail(traces, str(remedy))
    good = cheap_jobs.add(1, 2, traces, name="good")
    after = cheap_jobs.add(bad.output, good.output, traces, name="after")
    flow = Flow([bad, good, after])
    bench.submit(flow)
    for attempt in (1, 2, 3):
        bench.work()
        assert bench.states["FIZZLED"] == 1
        assert cheap_jobs.executions(traces) == {"fail": attempt, "good": 1}
        if attempt < 3:
            assert bench.submit(flow).n_rerun == 1
    remedy.touch()
    known = known_fireworks(bench.launchpad, [job.uuid for job in plan_flow(flow)])
    (failed,) = [firework.fw_id for firework in known if firework.state == "FIZZLED"]
    bench.launchpad.rerun_fw(failed)  # as lpad rerun_fws does
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert cheap_jobs.executions(traces) == {"fail": 4, "good": 1, "after": 1}


def test_what_failed_is_told_in_one_line(bench):
    bench.submit(cheap_jobs.fail(str(bench.traces)))
    bench.work()
    launch = bench.launchpad.launches.find_one({"state": "FIZZLED"})
    text = launch["action"]["stored_data"]["_exception"]["_stacktrace"]
    assert text.splitlines()[-1].endswith("JobFailedError: ValueError: planted failure")


def test_a_rerun_of_a_finished_job_finds_its_output(bench):
    traces = str(bench.traces)
    bench.submit(mixed_flow(traces))
    bench.work()
    before = cheap_jobs.executions(traces)
    for firework in bench.launchpad.fireworks.find({"name": {"$in": ["add", "document"]}}):
        bench.launchpad.rerun_fw(firework["fw_id"])
    n_jobs = bench.launchpad.fireworks.count_documents({})
    bench.work()
    assert set(bench.states) == {"COMPLETED"}
    assert cheap_jobs.executions(traces) == before
    assert bench.launchpad.fireworks.count_documents({}) == n_jobs


def test_a_job_that_tolerates_missing_inputs_runs_after_a_failure_and_again_once_they_exist(
    bench, tmp_path
):
    traces, remedy = str(bench.traces), tmp_path / "remedy"
    bad = cheap_jobs.fail(traces, str(remedy))
    good = cheap_jobs.add(1, 2, traces)
    total = cheap_jobs.total_of_known([bad.output, good.output], traces)
    total.config.on_missing_references = "none"
    flow = Flow([bad, good, total])
    bench.submit(flow)
    bench.work()
    assert output_of(bench, "total_of_known") == 3
    remedy.touch()
    bench.submit(flow)
    bench.work()
    assert output_of(bench, "total_of_known") == 4
    assert cheap_jobs.executions(traces)["add"] == 1


def test_jobs_go_to_the_worker_of_their_stage(bench, tmp_path):
    worker = {"category": "big", "queue": {"nodes": 2}, "mpi_command": "srun -n 4", "threads": 3}
    job = cheap_jobs.settings_of_job()
    job.update_metadata({"stage": "training"})
    bench.submit(job, workers={"default": {"category": "small"}, "training": worker})
    spec = bench.launchpad.fireworks.find_one({})["spec"]
    assert spec["_category"] == "big"
    assert spec["_queueadapter"] == {"nodes": 2}
    fworker = tmp_path / "my_fworker.yaml"
    text = "name: {0}\ncategory: {0}\nquery: '{{}}'\nenv: {{ARGYRODITE_LAMMPS_COMMAND: lmp_here}}\n"
    fworker.write_text(text.format("small"))
    bench.work(fworker)
    assert bench.states == {"READY": 1}
    fworker.write_text(text.format("big"))
    bench.work(fworker)
    told = output_of(bench, "settings_of_job")
    assert told == {"mpi_command": "srun -n 4", "lammps_command": "lmp_here", "threads": 3}


def test_what_jobs_create_goes_to_the_same_workers(bench):
    job = cheap_jobs.countdown(1, 0, str(bench.traces))
    bench.submit(job, workers={"default": {"category": "here"}})
    text = "name: here\ncategory: here\nquery: '{}'\n"
    (bench.folder / "fworker.yaml").write_text(text)
    bench.work(bench.folder / "fworker.yaml")
    found = list(bench.launchpad.fireworks.find({}))
    assert len(found) > 1
    assert {f["spec"]["_category"] for f in found} == {"here"}
    assert {f["spec"]["_argyrodite"]["origin"] for f in found} == {plan_flow(job)[0].uuid}


def test_an_unreachable_or_empty_launchpad_is_named(tmp_path, bench):
    file = tmp_path / "lp.yaml"
    file.write_text("host: 127.0.0.1\nport: 1\nname: x\nusername: u\npassword: hunter22\n")
    with pytest.raises(StoreError, match=r"lp\.yaml.*cannot be reached.*check host") as caught:
        open_launchpad(file)
    assert "hunter22" not in str(caught.value)
    uri = bench.server.database("nothing_here")
    file.write_text(f"host: {uri}\nuri_mode: true\nname: nothing_here\n")
    with pytest.raises(StoreError, match="lpad reset"):
        open_launchpad(file)
    file.write_text("host: [\n")
    with pytest.raises(StoreError, match=r"lp\.yaml.*cannot be used.*lpad init"):
        open_launchpad(file)
