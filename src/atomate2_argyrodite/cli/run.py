"""``argyrodite run``: run a campaign on this machine, or resume it."""

import json
import signal
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import click
from jobflow import JobStore
from rich.console import Console

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.preflight import check_engines
from atomate2_argyrodite.campaign.run_record import RunState, get_run
from atomate2_argyrodite.campaign.runner import LocalRun, RunResult
from atomate2_argyrodite.campaign.stages import STAGES
from atomate2_argyrodite.cli.options import (
    json_option,
    make_folder,
    output_console,
    store_option,
    work_directory_option,
)
from atomate2_argyrodite.cli.plan import plan_record, show_plan
from atomate2_argyrodite.cli.progress import Progress
from atomate2_argyrodite.cli.tables import print_results
from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.redaction import redact
from atomate2_argyrodite.report.collect import CampaignRecords, collect
from atomate2_argyrodite.settings import ArgyroditeSettings, load_settings
from atomate2_argyrodite.store import MEMORY, open_store


@click.command("run", epilog="Example: argyrodite run campaign.yaml --workers 4")
@click.argument("campaign", type=click.Path(path_type=Path))
@store_option
@work_directory_option
@click.option("--workers", type=int, help="Jobs at the same time. [default: the cores]")
@click.option(
    "-o",
    "--output",
    "--report",
    "report_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report. [default: report-NAME]",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done, and stop.")
@json_option
def command(
    campaign: Path,
    store: str | None,
    work_dir: Path | None,
    workers: int | None,
    report_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run the campaign of a file and write its report.

    What is finished stays in the store: after Ctrl-C, a crash or a change of a late stage, the same
    command goes on where it stopped.
    """
    from atomate2_argyrodite.campaign.config_file import read_campaign

    console = output_console(stderr=as_json)
    config = read_campaign(campaign)
    settings = load_settings(store=store, work_directory=work_dir, workers=workers)
    if dry_run:
        if as_json:
            click.echo(json.dumps(plan_record(config)))
        else:
            show_plan(console, config, settings)
        return
    check_engines(config, settings)
    folder = report_folder or Path(f"report-{config.name}")
    make_folder(folder)
    opened = open_store(settings.store)
    result = _run(console, config, settings, opened, campaign)
    is_known = _report(console, opened, config, folder)
    if as_json:
        click.echo(json.dumps({"campaign": config.name, **asdict(result), "report": str(folder)}))
    if result.state == RunState.FAILED:
        raise RunError(_failure_message(result, campaign))
    if config.conductivity is not None and not is_known:
        raise RunError(
            "every molecular-dynamics run of the campaign broke, so there is no conductivity: the "
            "report says how; explore longer or hotter (section active_learning of the campaign "
            "file), or sample more"
        )


def has_result(records: CampaignRecords) -> bool:
    """Whether any crystal of a campaign has a diffusivity or an upper limit for one."""
    return any(document.results for document in records.of(ConductivityDocument))


def _run(
    console: Console,
    config: CampaignConfig,
    settings: ArgyroditeSettings,
    store: JobStore,
    campaign: Path,
) -> RunResult:
    flow = CampaignFlowMaker(config).make()
    document = config.settings
    previous = signal.signal(signal.SIGTERM, _interrupt)
    if get_run(store, document) is not None:
        console.print(f"Resuming campaign {config.name}.")
    try:
        with Progress(console, STAGES) as progress:
            return LocalRun(
                store,
                settings.store,
                settings.work_directory,
                settings.workers,
                progress.observe,
                config.name,
                document,
            ).run(flow)
    except KeyboardInterrupt:
        kept = (
            "nothing is kept in a memory store"
            if settings.store == MEMORY
            else f"finished jobs are kept in {redact(settings.store)}; to go on: argyrodite run "
            f"{campaign}"
        )
        click.echo(f"Interrupted: {kept}", err=True)
        raise click.Abort from None
    finally:
        signal.signal(signal.SIGTERM, previous)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _report(console: Console, store: JobStore, config: CampaignConfig, folder: Path) -> bool:
    """Print results and write the report of each halide and functional; say if there is any."""
    from atomate2_argyrodite.report import write_report

    variants, is_known = config.variants, False
    for variant in variants:
        part, target = {}, folder
        if len(variants) > 1:
            part = {"halide": variant.crystal.halide, "functional": variant.functional}
            target = folder / "-".join(part.values())
            console.print(", ".join(part.values()), style="bold")
        records = collect(store, settings=config.settings, **part)
        report = write_report(store, target, settings=config.settings, **part)
        print_results(console, records)
        console.print(f"Report: {report}", soft_wrap=True, highlight=False)
        is_known |= has_result(records)
    return is_known


def _failure_message(result: RunResult, campaign: Path) -> str:
    skipped = result.counts.get("skipped", 0)
    summary = (
        f"{len(result.failures)} jobs failed and {skipped} that depend on them were skipped; to "
        f"try them again: argyrodite run {campaign}"
    )
    failures = [f"{f.job} failed: {f.error} (see {f.folder})" for f in result.failures]
    return "\n".join([summary, *failures])
