"""``argyrodite completion``: what a shell needs to complete commands, options and labels."""

import click
from click.shell_completion import CompletionItem, get_completion_class

LABELS = ("0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m", "100-F-43m")
"""Labels of the crystals of Li6PS5X; a test holds them against the crystals."""
PRESETS = ("quickstart", "laptop", "laptop-boundary", "paper")
_SHELLS = ("bash", "zsh", "fish")


def complete_crystal(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the labels of crystals that begin with a text, and let the shell add its files."""
    labels = [CompletionItem(label) for label in LABELS if label.startswith(incomplete)]
    return labels or [CompletionItem(incomplete, type="file")]


def complete_preset(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the presets that begin with a text."""
    return [CompletionItem(name) for name in PRESETS if name.startswith(incomplete)]


@click.command(
    "completion", epilog='Example: eval "$(argyrodite completion bash)", in ~/.bashrc to keep it'
)
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> None:
    """Print the script that makes SHELL complete argyrodite's commands, options and labels."""
    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:  # pragma: no cover - click knows the three of the choice
        raise click.UsageError(f"click cannot complete in {shell}")
    click.echo(kind(root, {}, "argyrodite", "_ARGYRODITE_COMPLETE").source())
