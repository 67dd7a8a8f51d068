"""The FireWorks launchpad: opening it, and what it says of jobs by their identity."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fireworks import LaunchPad

from atomate2_argyrodite.campaign.firetask import HEADER
from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.redaction import redact, remember_secret, remember_secrets_of

_PATIENCE_S = 5.0
_PER_QUERY = 1000
_INDEXES = (f"spec.{HEADER}.uuid", f"spec.{HEADER}.run")
_FIELDS = {"fw_id": 1, "state": 1, "name": 1, "launches": 1, f"spec.{HEADER}": 1, "_id": 0}
_GONE = ("ARCHIVED",)


def open_launchpad(path: Path | None = None) -> LaunchPad:
    """Return the launchpad of a file, by default of the my_launchpad.yaml that FireWorks finds.

    Raises
    ------
    StoreError
        If the file cannot be read, the server cannot be reached, or the launchpad was never made.
    """
    import pymongo
    from pymongo.errors import OperationFailure, PyMongoError

    launchpad, where = _configured(path)
    remember_secret(launchpad.password)
    remember_secrets_of(str(launchpad.host))
    try:
        with pymongo.timeout(_PATIENCE_S):
            made = launchpad.fw_id_assigner.find_one({"next_fw_id": {"$exists": True}})
            with suppress(OperationFailure):  # a user who may only read
                for field in _INDEXES if made is not None else ():
                    launchpad.fireworks.create_index(field, background=True)
    except (PyMongoError, OSError) as error:
        raise StoreError(
            f"the launchpad of {where} cannot be reached ({_reason(error)}): check host, port and "
            "credentials there"
        ) from None
    if made is None:
        raise StoreError(f"the launchpad of {where} is empty: make it with 'lpad reset' first")
    return launchpad


def _configured(path: Path | None) -> tuple[LaunchPad, str]:
    from fireworks.fw_config import LAUNCHPAD_LOC

    found = str(path or LAUNCHPAD_LOC or "")
    try:
        launchpad = LaunchPad.from_file(found) if found else LaunchPad()
    except Exception as error:  # noqa: BLE001 - a YAML file can be wrong in any way
        raise StoreError(
            f"launchpad file {found!r} cannot be used ({_reason(error)}): 'lpad init' writes one"
        ) from None
    return launchpad, repr(found) if found else "localhost:27017 (no my_launchpad.yaml was found)"


def _reason(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    first = (strerror or str(error) or type(error).__name__).splitlines()[0]
    return redact(first.split(", Timeout:")[0].split(" (configured")[0].strip().rstrip("."))


@dataclass(frozen=True)
class KnownFirework:
    """A job on the launchpad.

    Parameters
    ----------
    fw_id
        Its number there.
    state
        Its state there, such as READY or FIZZLED.
    name
        Name of the job.
    launches
        Numbers of its launches, oldest first.
    header
        What the project wrote in its spec: campaign, run, stage, uuid, index, origin, cores.
    """

    fw_id: int
    state: str
    name: str
    launches: tuple[int, ...]
    header: Mapping[str, Any]

    @property
    def uuid(self) -> str:
        """Identity of the job."""
        return str(self.header["uuid"])


def known_fireworks(
    launchpad: LaunchPad, uuids: Iterable[str], field: str = "uuid"
) -> list[KnownFirework]:
    """Return the jobs on the launchpad whose uuid (or ``origin``) is among `uuids`.

    Archived ones are left out. A job may be there several times: once per replacement.
    """
    wanted = list(dict.fromkeys(uuids))
    found = []
    for start in range(0, len(wanted), _PER_QUERY):
        criteria = {
            f"spec.{HEADER}.{field}": {"$in": wanted[start : start + _PER_QUERY]},
            "state": {"$nin": list(_GONE)},
        }
        found += list(launchpad.fireworks.find(criteria, _FIELDS))
    return [
        KnownFirework(d["fw_id"], d["state"], d["name"], tuple(d["launches"]), d["spec"][HEADER])
        for d in found
    ]
