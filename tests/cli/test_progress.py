"""Progress: lines without a terminal, a table with one."""

import io

from rich.console import Console

from atomate2_argyrodite.campaign.plan import PlannedJob
from atomate2_argyrodite.campaign.runner import JobEvent
from atomate2_argyrodite.campaign.schedule import JobState
from atomate2_argyrodite.cli.progress import Progress


def job(number, stage="sampling", name="sample [0]"):
    return PlannedJob(f"u{number}", 1, name, stage, (), False, "{}")


def shown(events, terminal):
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=120, color_system=None)
    with Progress(console, ("sampling", "training")) as progress:
        for event in events:
            progress.observe(event)
    return out.getvalue()


EVENTS = [
    JobEvent(job(1), JobState.WAITING),
    JobEvent(job(2), JobState.WAITING),
    JobEvent(job(3), JobState.FOUND),
    JobEvent(job(1), JobState.RUNNING),
    JobEvent(job(1), JobState.FINISHED, 61.0),
    JobEvent(job(2), JobState.RUNNING),
    JobEvent(job(2), JobState.FAILED, 1.0, "ValueError: [bold]bad"),
]


def test_lines_without_a_terminal():
    lines = shown(EVENTS, terminal=False).splitlines()
    assert lines[0].endswith("sampling 2/3 sample [0] (61.0 s)")
    assert lines[1] == "failed sample [0]: ValueError: [bold]bad"
    assert lines[2] == "1 jobs were finished before and not repeated."


def test_a_row_per_stage_in_a_terminal():
    text = shown(EVENTS, terminal=True)
    assert "3/3 (1 failed or skipped)" in text
    assert "1:02" in text
    assert "training" in text
    assert "0/0" in text


def test_collecting_jobs_are_not_news():
    event = JobEvent(job(1, name="store_inputs"), JobState.FINISHED, 0.1)
    assert shown([event], terminal=False) == ""
