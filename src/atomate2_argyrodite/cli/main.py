"""Entry point of the command line: commands by name, loaded when they are used."""

import importlib
import sys

import click
from click.shell_completion import CompletionItem

from atomate2_argyrodite.cli.versions import print_versions, print_versions_as_json
from atomate2_argyrodite.errors import ArgyroditeError, InputError, RunError
from atomate2_argyrodite.redaction import redact
from atomate2_argyrodite.user_files import import_jobflow

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
_COMMANDS = {
    "init": "Write a complete, commented campaign file.",
    "run": "Run a campaign here, or resume it.",
    "submit": "Put a campaign on a FireWorks launchpad.",
    "status": "Show where the campaigns of a store stand.",
    "query": "List the documents of a store.",
    "report": "Write figures and one self-contained HTML page.",
    "structures": "Write crystals, slabs and grain boundaries to files.",
    "select": "Choose from a pool what to label.",
    "fit": "Fit a potential to files of labelled configurations.",
    "scan": "Weigh accuracy against cost over level and cutoff.",
    "evaluate": "Predict with a potential, and compare with labels.",
    "grade": "Grade extrapolation, and select what to label.",
    "md": "Simulate a crystal with a potential in LAMMPS.",
    "diffusion": "Diffusivity and conductivity from anybody's trajectories.",
    "mechanism": "Jumps, density and PS4 motion in a trajectory.",
    "boundary": "Diffusion by distance from a grain boundary in a trajectory.",
    "completion": "Print the script by which a shell completes commands.",
}


class _LazyGroup(click.Group):
    """A group whose commands are modules of their own, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, in the order of their use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command that the module of its name defines."""
        if cmd_name not in _COMMANDS:
            return None
        import_jobflow()
        command: click.Command = importlib.import_module(f"{__package__}.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin with a text, without importing them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=text)
            for name, text in _COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: argyrodite init --preset quickstart && argyrodite run campaign.yaml",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_versions,
    help="Show the versions that results depend on.",
)
@click.option(
    "--version-json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_versions_as_json,
    help="The same as JSON.",
)
def cli() -> None:
    """Ionic conductivities of lithium argyrodites, from a composition to a publishable number."""


def main() -> None:
    """Run the command line; errors are one sentence and an exit code.

    0: done. 1: a run failed. 2: an input, store or engine cannot be used. 130: interrupted.
    """
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = EXIT_INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = EXIT_BAD_INPUT
    except click.ClickException as error:
        code = _complain(InputError(_in_a_sentence(error)), EXIT_BAD_INPUT)
    except RunError as error:
        code = _complain(error, EXIT_FAILED)
    except ArgyroditeError as error:
        code = _complain(error, EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        code = _complain(RunError("interrupted"), EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stderr.close()
        code = EXIT_FAILED
    except OSError as error:  # a full disk, a folder without permission
        code = _complain(RunError(_of_the_system(error)), EXIT_FAILED)
    sys.exit(code)


def _of_the_system(error: OSError) -> str:
    """Return what the system refused, and where."""
    where = "" if error.filename is None else f" {str(error.filename)!r}"
    return f"cannot read or write{where}: {error.strerror or type(error).__name__}"


def _in_a_sentence(error: click.ClickException) -> str:
    """Return what click found wrong with the words of a command, and where its help is."""
    found = " ".join(error.format_message().split()).rstrip(".")
    found = found[:1].lower() + found[1:]
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{found} (see {context.command_path} --help)" if context is not None else found


def _complain(error: ArgyroditeError, code: int) -> int:
    click.echo(f"Error: {redact(str(error))}", err=True)
    return code
