"""LAMMPS that dies at a place which no clock and no busy machine moves."""

import sys
from pathlib import Path

from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.settings import ArgyroditeSettings

# LAMMPS itself is told first to let its files be bounded: MPI's shared memory is longer than they.
_STARTER = """#!{python}
import os, sys
from pathlib import Path
arguments = sys.argv[1:]
place = arguments.index("-in") + 1
Path("deadly.in").write_text("shell {bound}\\n" + Path(arguments[place]).read_text())
arguments[place] = "deadly.in"
os.execv({lammps!r}, [{lammps!r}, *arguments])
"""
_BOUND = """#!/bin/sh
for pid in $PPID $(ps -o ppid= -p $PPID); do
  case $(cat /proc/$pid/comm) in lmp*) prlimit --pid $pid --core=0 --fsize={n_bytes} ;; esac
done
"""


def lammps_killed_beyond(n_bytes: int, folder: Path) -> ArgyroditeSettings:
    """Return settings by which the kernel kills LAMMPS (SIGXFSZ) as one of its files grows longer.

    Parameters
    ----------
    n_bytes
        Length of the longest file that it may write.
    folder
        Folder for the programs that do it.
    """
    bound, starter = folder / f"bound_{n_bytes}", folder / f"lammps_{n_bytes}"
    (lammps,) = lammps_command(ArgyroditeSettings())
    bound.write_text(_BOUND.format(n_bytes=n_bytes), encoding="utf-8")
    starter.write_text(
        _STARTER.format(python=sys.executable, bound=bound, lammps=lammps), encoding="utf-8"
    )
    for program in (bound, starter):
        program.chmod(0o755)
    return ArgyroditeSettings(lammps_command=str(starter))
