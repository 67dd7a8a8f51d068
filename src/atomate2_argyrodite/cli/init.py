"""``argyrodite init``: write a campaign file."""

from pathlib import Path

import click

from atomate2_argyrodite.cli.completion import complete_preset


@click.command("init", epilog="Example: argyrodite init --preset quickstart -o campaign.yaml")
@click.option(
    "--preset",
    default="quickstart",
    show_default=True,
    metavar="NAME",
    shell_complete=complete_preset,
    help="Campaign to start from: quickstart, laptop or paper.",
)
@click.option(
    "-o",
    "--output",
    default="campaign.yaml",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.",
)
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
def command(preset: str, output: Path, force: bool) -> None:
    """Write a complete campaign file in which every setting is explained."""
    from atomate2_argyrodite.campaign.config_file import render_campaign, write_campaign
    from atomate2_argyrodite.campaign.presets import preset as find_preset

    purpose, config = find_preset(preset)
    written = write_campaign(output, render_campaign(config, purpose), overwrite=force)
    state = f"Wrote {output}" if written else f"{output} is there already, unchanged"
    click.echo(f"{state}. Run it with: argyrodite run {output}")
    if config.engine.is_dft:
        click.echo(f"Count what it takes first with: argyrodite run {output} --dry-run")
