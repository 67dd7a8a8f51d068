"""``argyrodite status``: where the campaigns of a store stand."""

import click
from rich.console import Console
from rich.markup import escape

from atomate2_argyrodite.campaign.run_record import RUN_STAGE, RunDocument
from atomate2_argyrodite.cli.options import output_console, store_option
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.store import find_documents, open_store


@click.command("status", epilog="Example: argyrodite status --store argyrodite_store")
@store_option
def command(store: str | None) -> None:
    """Show state, jobs per stage and failures of the last run of every campaign."""
    opened = open_store(load_settings(store=store).store, must_exist=True)
    console = output_console()
    runs = [stored.document for stored in find_documents(opened, stage=RUN_STAGE)]
    for run in runs:
        if isinstance(run, RunDocument):
            _print_run(console, run)
    if not runs:
        console.print("No campaign was run with this store.")


def _print_run(console: Console, run: RunDocument) -> None:
    name = escape(run.campaign or "campaign")
    when = f"last written {run.updated_at}, {run.wall_time_s or 0.0:.0f} s of runs"
    console.print(f"[bold]{name}[/]: {run.state}, {when}", highlight=False)
    for stage, counts in run.counts.items():
        jobs = ", ".join(f"{count} {state}" for state, count in counts.items())
        seconds = run.stage_seconds.get(stage, 0.0)
        memory = run.stage_memory_mb.get(stage, 0.0)
        costs = f"{seconds:.0f} s of jobs, up to {memory:.0f} MB each"
        console.print(f"  {stage:16} {jobs}  ({costs})", highlight=False)
    for failure in run.failures:
        console.print(
            f"  [red]failed[/] {escape(failure.job)}: {escape(failure.error)}", highlight=False
        )
