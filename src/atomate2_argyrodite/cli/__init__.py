"""The command line, ``argyrodite``: one file per command."""

from atomate2_argyrodite.cli.main import main

__all__ = ["main"]
