"""``argyrodite submit``: put a campaign on a FireWorks launchpad, or hand it to jobflow-remote."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from jobflow import JobStore
from pymongo.errors import OperationFailure
from rich.console import Console

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.preflight import check_engines
from atomate2_argyrodite.campaign.run_record import (
    RunDocument,
    RunState,
    get_run,
    put_run,
    run_uuid,
)
from atomate2_argyrodite.cli.options import (
    json_option,
    output_console,
    store_option,
    work_directory_option,
)
from atomate2_argyrodite.documents import present
from atomate2_argyrodite.errors import InputError, StoreError
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.store import JOBFLOW, MEMORY, is_shared, open_store, reason_of
from atomate2_argyrodite.user_files import import_fireworks

_FIREWORKS, _REMOTE = "fireworks", "jobflow-remote"


@click.command("submit", epilog="Example: argyrodite submit campaign.yaml --work-dir /scratch/me")
@click.argument("campaign", type=click.Path(path_type=Path))
@store_option
@work_directory_option
@click.option(
    "--launchpad",
    type=click.Path(dir_okay=False, path_type=Path),
    help="my_launchpad.yaml to use. [default: the one that FireWorks finds]",
)
@click.option(
    "--manager",
    type=click.Choice([_FIREWORKS, _REMOTE]),
    default=_FIREWORKS,
    show_default=True,
    help="What starts the jobs.",
)
@click.option("--worker", metavar="NAME", help="Worker of jobflow-remote for all stages.")
@click.option("--project", metavar="NAME", help="Project of jobflow-remote.")
@json_option
def command(
    campaign: Path,
    store: str | None,
    work_dir: Path | None,
    launchpad: Path | None,
    manager: str,
    worker: str | None,
    project: str | None,
    as_json: bool,
) -> None:
    """Put the jobs of a campaign on a launchpad, each once.

    Submit again to go on: what is finished is found by content, failed jobs are set to run again,
    and after a change of a late stage only what is new is added. Workers need the same store and
    work directory.
    """
    from atomate2_argyrodite.campaign.config_file import read_campaign

    config = read_campaign(campaign)
    settings = load_settings(store=store, work_directory=work_dir)
    check_engines(config, settings)
    location = store or (settings.store if "store" in settings.model_fields_set else JOBFLOW)
    if location == MEMORY:
        raise InputError(
            "workers cannot share a memory store: give --store a folder, a mongodb:// URI or "
            "'jobflow'"
        )
    if manager == _FIREWORKS:
        import_fireworks()
    opened = open_store(location)
    if not is_shared(opened):
        raise InputError(
            "the store of jobflow.yaml keeps results in memory, where workers cannot see them: "
            "configure a MongoStore there, or give --store"
        )
    console = output_console(stderr=as_json)
    if manager == _REMOTE:
        done = _submit_remotely(console, config, opened, worker, project)
    else:
        place = _place(config, location, settings.work_directory)
        done = _submit(console, config, opened, place, launchpad)
    if as_json:
        click.echo(json.dumps({"campaign": config.name, **done}))


def _place(config: CampaignConfig, location: str, work_directory: Path) -> dict[str, Any]:
    """Return where jobs run, without credentials: a worker knows the URI of its store itself."""
    is_folder = "://" not in location and location != JOBFLOW
    kept = str(Path(location).expanduser().absolute()) if is_folder else JOBFLOW
    return {
        "campaign": config.name,
        "run": run_uuid(config.settings),
        "store": None if "://" in location else kept,
        "work_directory": str(work_directory.expanduser().absolute()),
        "workers": config.workers.model_dump(mode="json", exclude_defaults=True),
    }


def _submit(
    console: Console,
    config: CampaignConfig,
    store: JobStore,
    place: dict[str, Any],
    launchpad_file: Path | None,
) -> dict[str, Any]:
    from atomate2_argyrodite.campaign.launchpad import open_launchpad
    from atomate2_argyrodite.campaign.plan import plan_flow
    from atomate2_argyrodite.campaign.submission import submit

    launchpad = open_launchpad(launchpad_file)
    flow = CampaignFlowMaker(config).make()
    _record(store, config, [job.uuid for job in plan_flow(flow)])
    try:
        done = submit(flow, store, launchpad, place)
    except OperationFailure as error:
        raise StoreError(
            f"the launchpad cannot be written ({reason_of(error)}): its user needs the role "
            "readWrite on its database"
        ) from None
    console.print(f"Campaign {config.name}: {done}.", highlight=False)
    if place["store"] is None:
        console.print(
            "Workers need the same store: set ARGYRODITE_STORE in their environment.",
            soft_wrap=True,
        )
    where = f" --store {place['store']}" if place["store"] is not None else ""
    console.print(
        "Start workers with: rlaunch rapidfire (or qlaunch rapidfire); see how far they are with: "
        f"argyrodite status{where}",
        soft_wrap=True,
        highlight=False,
    )
    return asdict(done)


def _record(
    store: JobStore,
    config: CampaignConfig,
    uuids: list[str],
    manager: str | None = None,
    project: str | None = None,
    flow_uuid: str | None = None,
) -> None:
    """Keep that the campaign was submitted, for `status` and `report`."""
    before = get_run(store, config.settings)
    now = present()
    put_run(
        store,
        RunDocument(
            campaign=config.name,
            created_at=before.created_at if before else now,
            wall_time_s=before.wall_time_s if before else None,
            state=RunState.SUBMITTED,
            updated_at=now,
            counts={},
            failures=[],
            stage_seconds=before.stage_seconds if before else {},
            stage_memory_mb=before.stage_memory_mb if before else {},
            manager=manager,
            project=project,
            job_uuids=uuids,
            flow_uuids=[
                *(before.flow_uuids if before else []),
                *([flow_uuid] if flow_uuid is not None else []),
            ],
            settings=config.settings,
        ),
    )


def _submit_remotely(
    console: Console,
    config: CampaignConfig,
    store: JobStore,
    worker: str | None,
    project: str | None,
) -> dict[str, Any]:
    from atomate2_argyrodite.campaign.plan import plan_flow
    from atomate2_argyrodite.campaign.remote import submit_remotely

    flow = CampaignFlowMaker(config).make()
    uuids, flow_uuid = [job.uuid for job in plan_flow(flow)], str(uuid4())
    _record(store, config, uuids, _REMOTE, project, flow_uuid)
    done = submit_remotely(
        flow, store, config.workers, worker=worker, project=project, flow_uuid=flow_uuid
    )
    console.print(f"Campaign {config.name}: {done}.", highlight=False)
    console.print("Start its runner with: jf runner start", highlight=False)
    return asdict(done)
