"""LAMMPS that dies at a place which no clock and no busy machine moves."""

import shlex
from pathlib import Path

from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.settings import ArgyroditeSettings

_BLOCK = 512  # bytes of a block of ulimit, by POSIX


def lammps_killed_beyond(n_bytes: int, folder: Path) -> ArgyroditeSettings:
    """Return settings by which the kernel kills LAMMPS (SIGXFSZ) as one of its files grows longer.

    Parameters
    ----------
    n_bytes
        Length of the longest file it may write.
    folder
        Folder for the program that starts it.
    """
    program = folder / f"lammps_up_to_{n_bytes}"
    command = shlex.join(lammps_command(ArgyroditeSettings()))
    program.write_text(
        f'#!/bin/sh\nulimit -c 0\nulimit -f {n_bytes // _BLOCK}\nexec {command} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return ArgyroditeSettings(lammps_command=str(program))
