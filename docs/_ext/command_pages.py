"""The page of the command line, from click."""

from collections.abc import Iterator

import click

from atomate2_argyrodite.cli.main import cli

_TITLE = """# Commands

Every command and option, as `--help` prints them. An option means the same in every command: `-o`
is where to write, `-T` a temperature in K, `--json` output for programs, `--force` permission to
overwrite, `--store` and `--work-dir` the places of documents and files. Errors are one sentence on
standard error. Exit codes: 0 done; 1 a run failed; 2 an input, store or engine cannot be used; 130
interrupted.
"""


def commands(
    command: click.Command = cli, path: str = "argyrodite"
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its words, groups before what they hold."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from commands(found, f"{path} {name}")


def command_page() -> str:
    """Return the page."""
    parts = [_TITLE]
    for path, command in commands():
        context = click.Context(command, info_name=path, max_content_width=88)
        context.terminal_width = 88
        heading = "##" if path.count(" ") < 2 else "###"
        parts.append(f"{heading} `{path}`\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts) + "\n"
