"""``argyrodite report``: figures and one self-contained HTML page."""

import json
from pathlib import Path

import click

from atomate2_argyrodite.cli.options import json_option, store_option, working
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.store import open_store


@click.command("report", epilog="Example: argyrodite report -o my-report")
@store_option
@click.option("--campaign", metavar="NAME", help="A campaign of the store. [default: the last run]")
@click.option(
    "-o",
    "--output",
    default="report",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html and the figures.",
)
@click.option("--halide", type=click.Choice(["Cl", "Br", "I"]), help="Only this halide.")
@click.option("--functional", metavar="NAME", help="Only this functional.")
@json_option
def command(
    store: str | None,
    campaign: str | None,
    output: Path,
    halide: str | None,
    functional: str | None,
    as_json: bool,
) -> None:
    """Write the report of a campaign from its documents, however far it has come."""
    from atomate2_argyrodite.report import write_report

    opened = open_store(load_settings(store=store).store, must_exist=True)
    chosen = str(Functional.parse(functional)) if functional else None
    with working("Drawing the report"):
        page = write_report(opened, output, campaign=campaign, halide=halide, functional=chosen)
    click.echo(json.dumps({"report": str(page)}) if as_json else f"Report: {page}")
