"""Settings files of the user that other packages read when they are imported.

jobflow reads its jobflow.yaml, FireWorks its FW_config.yaml, at import: a mistake there would end
every command in a traceback, which may quote the file's credentials.
"""

import importlib
import os
import re
from pathlib import Path

from atomate2_argyrodite.errors import InputError


def import_jobflow() -> None:
    """Import jobflow, and with it the user's jobflow.yaml.

    Raises
    ------
    InputError
        If the file cannot be used; the message quotes nothing of it.
    """
    file = os.environ.get("JOBFLOW_CONFIG_FILE") or str(Path("~/.jobflow.yaml").expanduser())
    _import(
        "jobflow", f"jobflow's settings file {file!r}", "or point JOBFLOW_CONFIG_FILE at another"
    )


def import_fireworks() -> None:
    """Import FireWorks, and with it the user's FW_config.yaml.

    Raises
    ------
    InputError
        If the file cannot be used; the message quotes nothing of it.
    """
    file = os.environ.get("FW_CONFIG_FILE") or "FW_config.yaml"
    _import("fireworks", f"FireWorks' settings file {file!r}", "or point FW_CONFIG_FILE at another")


def _import(module: str, what: str, alternative: str) -> None:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - a YAML file can be wrong in any way
        reason = _reason(error)
    else:
        return
    raise InputError(f"{what} cannot be used ({reason}): correct it, {alternative}")


def _reason(error: BaseException) -> str:
    """Say what is wrong with a file without quoting it."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"it is not valid YAML, line {mark.line + 1}"
    unknown = re.fullmatch(r"'(\w+)'", str(error)) if isinstance(error, KeyError) else None
    if unknown:
        return f"{unknown.group(1)!r} is unknown"
    return f"it does not hold what it should, {type(error).__name__}"
