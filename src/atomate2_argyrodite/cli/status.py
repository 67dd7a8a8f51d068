"""``argyrodite status``: where the campaigns of a store stand, in one screen."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from jobflow import JobStore
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from atomate2_argyrodite.campaign.run_record import RUN_STAGE, RunDocument, RunState
from atomate2_argyrodite.campaign.status import (
    COLUMNS,
    FAILED,
    PAUSED,
    CampaignStatus,
    launchpad_status,
    local_status,
)
from atomate2_argyrodite.cli.options import json_option, output_console, store_option
from atomate2_argyrodite.documents import to_the_second
from atomate2_argyrodite.errors import InputError, MissingEngineError, StoreError
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.user_files import import_fireworks

_MAXIMUM_CAMPAIGNS = 3
_MAXIMUM_FAILURES = 6
_LONGEST_ERROR = 220


@click.command("status", epilog="Example: argyrodite status --store argyrodite_store")
@store_option
@click.option("--campaign", metavar="NAME", help="Only this campaign. [default: the last three]")
@click.option(
    "--launchpad",
    type=click.Path(dir_okay=False, path_type=Path),
    help="my_launchpad.yaml of submitted campaigns. [default: the one that FireWorks finds]",
)
@json_option
def command(store: str | None, campaign: str | None, launchpad: Path | None, as_json: bool) -> None:
    """Show jobs per stage, labels, core-hours, and what failed and why."""
    opened = open_store(load_settings(store=store).store, must_exist=True)
    console = output_console()
    runs = _runs(opened, campaign)
    if as_json:
        click.echo(json.dumps([asdict(_status(opened, run, launchpad)) for run in runs]))
        return
    for run in runs[:_MAXIMUM_CAMPAIGNS]:
        _print(console, _status(opened, run, launchpad))
    older = [run.campaign or "campaign" for run in runs[_MAXIMUM_CAMPAIGNS:]]
    if older:
        console.print(f"Older: {', '.join(older)} (see --campaign)", highlight=False)
    if not runs:
        console.print("No campaign was run with this store.")


def _runs(store: JobStore, campaign: str | None) -> list[RunDocument]:
    """Return the records of runs, the last one first."""
    found = [stored.document for stored in find_documents(store, stage=RUN_STAGE)]
    runs = [run for run in found if isinstance(run, RunDocument)]
    named = [run for run in runs if campaign is None or run.campaign == campaign]
    if campaign is not None and not named:
        known = ", ".join(sorted({run.campaign or "campaign" for run in runs})) or "none"
        raise InputError(f"campaign {campaign!r} was not run with this store: it knows {known}")
    return sorted(named, key=lambda run: run.updated_at, reverse=True)


def _status(store: JobStore, run: RunDocument, launchpad_file: Path | None) -> CampaignStatus:
    if run.state != RunState.SUBMITTED:
        return local_status(store, run)
    try:
        if run.manager is not None:
            from atomate2_argyrodite.campaign.remote_status import remote_status

            return remote_status(store, run)
        import_fireworks()
        from atomate2_argyrodite.campaign.launchpad import open_launchpad

        return launchpad_status(store, run, open_launchpad(launchpad_file))
    except (InputError, MissingEngineError, StoreError) as error:
        status = local_status(store, run)
        status.note = str(error)
        return status


def _print(console: Console, status: CampaignStatus) -> None:
    console.print(
        f"[bold]{escape(status.name)}[/]: {status.state}, {status.n_done} of {status.n_jobs} jobs "
        f"done, {status.n_labels} labels, {_hours(status.core_hours)} core-hours "
        f"({to_the_second(status.updated_at)})",
        highlight=False,
        soft_wrap=True,
    )
    if status.note is not None:
        console.print(f"  {escape(status.note)}", highlight=False, soft_wrap=True)
    console.print(_table(status))
    for failure in status.failures[:_MAXIMUM_FAILURES]:
        error = failure.error[:_LONGEST_ERROR]
        text = f"[red]failed[/] {escape(failure.job)}: {escape(error)} (see {failure.folder})"
        console.print(f"  {text}", highlight=False, soft_wrap=True)
    more = len(status.failures) - _MAXIMUM_FAILURES
    if more > 0:
        console.print(f"  ... and {more} more failed jobs")


def _table(status: CampaignStatus) -> Table:
    table = Table(box=None, pad_edge=True)
    table.add_column("stage")
    has_paused = any(stage.counts[PAUSED] for stage in status.stages.values())
    columns = [name for name in COLUMNS if name != PAUSED or has_paused]
    for name in [*columns, "core-hours"]:
        table.add_column(name, justify="right")
    for name, stage in status.stages.items():
        cells = [_cell(column, stage.counts[column]) for column in columns]
        table.add_row(escape(name.replace("_", " ")), *cells, _hours(stage.core_hours))
    return table


def _cell(column: str, count: int) -> str:
    if not count:
        return "[dim]·[/]"
    return f"[red]{count}[/]" if column == FAILED else str(count)


def _hours(hours: float) -> str:
    return f"{hours:.0f}" if hours >= 100 else f"{hours:.3g}"
