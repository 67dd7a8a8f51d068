"""The order of execution, checked without executing anything."""

import random

from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.campaign.execution import JobOutcome
from atomate2_argyrodite.campaign.plan import PlannedJob
from atomate2_argyrodite.campaign.schedule import JobState, Schedule


def planned(uuid, *requires, index=1, tolerates=False):
    return PlannedJob(uuid, index, uuid, "s", requires, tolerates, "{}")


def drive(schedule, outcomes=None, rng=None):
    """Run everything; returns uuids (with index above 1) in the order in which jobs started."""
    order, running = [], []
    while not schedule.is_finished:
        while started := schedule.start_next():
            running.append(started[0])
            job = started[0]
            order.append(job.uuid if job.index == 1 else f"{job.uuid}{job.index}")
        position = rng.randrange(len(running)) if rng else 0
        job = running.pop(position)
        schedule.end(job, (outcomes or {}).get(job.key, JobOutcome(0.0)))
    return order


def state(schedule, uuid, index=1):
    return schedule.states[uuid, index]


@given(st.integers(0, 2**32), st.integers(1, 25))
def test_requirements_always_end_first(seed, n):
    rng = random.Random(seed)  # noqa: S311
    jobs = [
        planned(str(k), *{str(rng.randrange(k)) for _ in range(rng.randrange(3)) if k})
        for k in range(n)
    ]
    schedule = Schedule(lambda _: set())
    schedule.add(jobs)
    order = drive(schedule, rng=rng)
    assert sorted(order, key=int) == [str(k) for k in range(n)]
    for job in jobs:
        assert all(order.index(r) < order.index(job.uuid) for r in job.requires)


def test_found_jobs_do_not_start_and_do_not_wait():
    schedule = Schedule(lambda _: {("b", 1)})
    schedule.add([planned("a"), planned("b", "a"), planned("c", "b")])
    assert state(schedule, "b") == JobState.FOUND
    assert drive(schedule) == ["a", "c"]


def test_a_failure_skips_what_depends_on_it_and_nothing_else():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("a"), planned("b", "a"), planned("c", "b"), planned("d")])
    order = drive(schedule, {("a", 1): JobOutcome(0.0, error="boom")})
    assert order == ["a", "d"]
    assert state(schedule, "c") == JobState.SKIPPED


def test_long_chains_are_skipped_without_recursion():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("0"), *(planned(str(k), str(k - 1)) for k in range(1, 5000))])
    assert drive(schedule, {("0", 1): JobOutcome(0.0, error="boom")}) == ["0"]


def test_a_tolerant_job_learns_what_is_missing():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("a"), planned("b"), planned("c", "a", "b", tolerates=True)])
    for _ in range(2):
        job, missing = schedule.start_next()
        assert missing == ()
        schedule.end(job, JobOutcome(0.0, error="boom" if job.uuid == "a" else None))
    assert schedule.start_next()[1] == ("a",)


def test_a_replacement_ends_before_what_requires_the_replaced_job():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("after", "c")])
    replacement = [planned("x"), planned("y", "x"), planned("c", "y", index=2)]
    order = drive(schedule, {("c", 1): JobOutcome(0.0, blocking=replacement)})
    assert order == ["c", "x", "y", "c2", "after"]


def test_a_detour_without_an_output_blocks_too():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("after", "c")])
    outcome = JobOutcome(0.0, blocking=[planned("x"), planned("y", "x")])
    assert drive(schedule, {("c", 1): outcome})[-1] == "after"


def test_an_addition_does_not_block():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("after", "c")])
    job, _ = schedule.start_next()
    schedule.end(job, JobOutcome(0.0, additional=[planned("x")]))
    started = {schedule.start_next()[0].uuid for _ in range(2)}
    assert started == {"x", "after"}


def test_nested_replacements_block_to_the_end():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("after", "c")])
    outcomes = {
        ("c", 1): JobOutcome(0.0, blocking=[planned("d"), planned("c", "d", index=2)]),
        ("d", 1): JobOutcome(0.0, blocking=[planned("x"), planned("d", "x", index=2)]),
    }
    assert drive(schedule, outcomes) == ["c", "d", "x", "d2", "c2", "after"]


def test_a_failure_inside_a_replacement_fails_the_replaced_job():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("after", "c")])
    outcomes = {
        ("c", 1): JobOutcome(0.0, blocking=[planned("x"), planned("c", "x", index=2)]),
        ("x", 1): JobOutcome(0.0, error="boom"),
    }
    drive(schedule, outcomes)
    assert state(schedule, "after") == JobState.SKIPPED
    assert state(schedule, "c", 2) == JobState.SKIPPED


def test_two_controllers_that_create_the_same_job_share_it():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("c"), planned("d"), planned("after", "c", "d")])
    outcomes = {
        (u, 1): JobOutcome(0.0, blocking=[planned("x"), planned(u, "x", index=2)]) for u in "cd"
    }
    order = drive(schedule, outcomes)
    assert order.count("x") == 1
    assert order[-1] == "after"


def test_a_replacement_that_is_found_does_not_hang():
    schedule = Schedule(
        lambda uuids: {("x", 1), ("c", 2)} & {(u, i) for u in uuids for i in (1, 2)}
    )
    schedule.add([planned("c"), planned("after", "c")])
    outcome = JobOutcome(0.0, blocking=[planned("x"), planned("c", "x", index=2)])
    assert drive(schedule, {("c", 1): outcome}) == ["c", "after"]


def test_stopping_children_skips_them():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("a"), planned("b", "a"), planned("other")])
    drive(schedule, {("a", 1): JobOutcome(0.0, stops_children=True)})
    assert state(schedule, "b") == JobState.SKIPPED
    assert state(schedule, "other") == JobState.FINISHED


def test_stopping_the_run_skips_everything_that_has_not_started():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("a"), planned("b"), planned("c", "b")])
    job, _ = schedule.start_next()
    schedule.end(job, JobOutcome(0.0, stops_run=True))
    assert schedule.is_finished
    assert schedule.start_next() is None


def test_outputs_of_other_runs_are_not_waited_for():
    schedule = Schedule(lambda _: set())
    schedule.add([planned("a", "elsewhere")])
    assert drive(schedule) == ["a"]


def test_every_change_is_told():
    told = []
    schedule = Schedule(lambda _: set(), lambda job, state: told.append((job.uuid, str(state))))
    schedule.add([planned("a")])
    drive(schedule)
    assert told == [("a", "waiting"), ("a", "running"), ("a", "finished")]
