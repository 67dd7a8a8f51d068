"""``argyrodite query``: documents as a table, JSON or CSV."""

import csv
import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from atomate2_argyrodite.campaign.belonging import uuids_of_campaign
from atomate2_argyrodite.cli.options import json_option, output_console, store_option
from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.queries import as_table, conductivity_table
from atomate2_argyrodite.report.numbers import engine_name, headline
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.store import StoredDocument, find_documents, open_store

_SHOWN = ("stage", "configuration", "T / K", "engine", "result", "created", "uuid")


@click.command(
    "query",
    epilog="Example: argyrodite query --stage conductivity --format csv > conductivities.csv",
)
@store_option
@click.option("--stage", help="For example sampling, labelling, training, conductivity, campaign.")
@click.option("--campaign", metavar="NAME", help="Only the documents of this campaign.")
@click.option("--configuration", metavar="LABEL", help="Label of the crystal, e.g. 50-P222_1.")
@click.option("--halide", type=click.Choice(["Cl", "Br", "I"]), help="Only this halide.")
@click.option("--functional", metavar="NAME", help="pbe, pbe-d3bj or optb88-vdw.")
@click.option("--min-temperature", type=float, metavar="K", help="Lowest temperature.")
@click.option("--max-temperature", type=float, metavar="K", help="Highest temperature.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="json holds whole documents without arrays, csv every number of one document a line.",
)
@json_option
@click.option(
    "--per-temperature",
    is_flag=True,
    help="With csv: one line per conductivity and temperature instead.",
)
def command(
    store: str | None,
    stage: str | None,
    campaign: str | None,
    configuration: str | None,
    halide: str | None,
    functional: str | None,
    min_temperature: float | None,
    max_temperature: float | None,
    output_format: str,
    as_json: bool,
    per_temperature: bool,
) -> None:
    """List the documents of a store whose headers match."""
    opened = open_store(load_settings(store=store).store, must_exist=True)
    found = find_documents(
        opened,
        uuids=uuids_of_campaign(opened, campaign) if campaign is not None else None,
        stage=stage,
        configuration=configuration,
        halide=halide,
        functional=functional,
        min_temperature_kelvin=min_temperature,
        max_temperature_kelvin=max_temperature,
    )
    if per_temperature:
        conductivities = [s.document for s in found if isinstance(s.document, ConductivityDocument)]
        _write_csv(conductivity_table(conductivities))
        return
    {"table": _print_table, "json": _print_json, "csv": _print_csv}[
        "json" if as_json else output_format
    ](found)


def _print_table(found: Sequence[StoredDocument]) -> None:
    console = output_console()
    table = Table()
    for name in _SHOWN:
        table.add_column(name, no_wrap=name != "result", overflow="fold")
    for stored in found:
        row = _row(stored)
        temperature = row["temperature_kelvin"]
        table.add_row(
            row["stage"],
            escape(row["configuration"] or ""),
            "" if temperature is None else f"{temperature:g}",
            escape(engine_name(stored.document)),
            escape(row["result"]),
            (row["created_at"] or "")[:16],
            stored.uuid[:8],
        )
    console.print(table)
    console.print(f"{len(found)} documents")


def _print_json(found: Sequence[StoredDocument]) -> None:
    documents = [
        {"uuid": s.uuid, "index": s.index, "job": s.job_name, **_plain(s.document.model_dump())}
        for s in found
    ]
    click.echo(json.dumps(documents, indent=1, default=str, ensure_ascii=False))


def _plain(value: Any) -> Any:
    """Leave attachments out: their content stays in the data store."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if not isinstance(v, Attachment)}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _print_csv(found: Sequence[StoredDocument]) -> None:
    numbers = as_table(stored.document for stored in found)
    _write_csv([{**_row(s), **row} for s, row in zip(found, numbers, strict=True)])


def _write_csv(rows: Sequence[dict[str, Any]]) -> None:
    names = dict.fromkeys(name for row in rows for name in row) or ["uuid"]
    writer = csv.DictWriter(sys.stdout, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _row(stored: StoredDocument) -> dict[str, Any]:
    document = stored.document
    return {
        "uuid": stored.uuid,
        "stage": document.stage,
        "composition": document.composition,
        "halide": document.halide,
        "configuration": document.configuration,
        "functional": document.functional,
        "engine": document.engine.name if document.engine else None,
        "is_surrogate": document.engine.is_surrogate if document.engine else None,
        "potential_id": document.potential_id,
        "temperature_kelvin": document.temperature_kelvin,
        "result": headline(document),
        "created_at": document.created_at,
        "wall_time_s": document.wall_time_s,
    }
