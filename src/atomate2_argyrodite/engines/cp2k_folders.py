"""Folders of CP2K runs, named by what is computed: a run that is asked for again resumes."""

import hashlib
from pathlib import Path

from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_process import cp2k_version
from atomate2_argyrodite.settings import load_settings


def run_folder(kind: str, task: Cp2kTask, *more: object) -> Path:
    """Return the folder of a run, the same whenever the same run is asked for.

    Parameters
    ----------
    kind
        First word of its name.
    task
        What CP2K does first.
    more
        Whatever else the run depends on.

    Raises
    ------
    MissingEngineError
        If CP2K, whose version is part of the name, is not installed.
    """
    content = "\n".join([cp2k_version(), input_text(task), *map(repr, more)])
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return load_settings().work_directory.absolute() / "cp2k" / f"{kind}_{digest}"
