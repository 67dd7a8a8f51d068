"""Flows as plain jobs whose identities follow from their content.

The uuid of a job becomes a hash of its function, its arguments and the identities of the jobs whose
outputs it takes: the same work has the same uuid in every run, so a store that holds its output
tells that it is done. Names, versions, dates and folders do not enter, nor does after which time a
run goes on in a next job.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from jobflow import Flow, Job, JobOrder, OnMissing
from monty.json import MontyEncoder

from atomate2_argyrodite.campaign.stages import STAGE_METADATA, stage_of
from atomate2_argyrodite.errors import InputError

IDENTITY_VERSION = 1
"""Raised where results of an older version of the package must not count as finished work."""
_NAME_LENGTH = 48
_PACKAGE = "atomate2_argyrodite"
_COLLECTOR = ("jobflow.core.job", "store_inputs")
_NOT_STAGES = ("engines", "structures", "mtp", "transport")
_OF_THE_MACHINE = "SegmentLimit"
"""Class of arguments that fit a run to a queue and change no result."""
_NAMES_OF_REFERENCES = ("OutputReference", "ResolvedReference")

Json = dict[str, Any]


@dataclass(frozen=True)
class PlannedJob:
    """A job as the runner handles it, without decoding its arguments.

    Parameters
    ----------
    uuid, index
        Where its output goes; `index` counts the replacements of one uuid.
    name, stage
        What people see.
    requires
        Uuids that must be settled before it can run.
    tolerates_missing
        Whether it runs although a job that it requires has failed.
    content
        The job in JSON.
    """

    uuid: str
    index: int
    name: str
    stage: str
    requires: tuple[str, ...]
    tolerates_missing: bool
    content: str

    @property
    def key(self) -> tuple[str, int]:
        """Uuid and index."""
        return self.uuid, self.index

    @property
    def label(self) -> str:
        """Name with the first digits of the uuid."""
        replacement = f"-{self.index}" if self.index > 1 else ""
        return f"{self.name}-{self.uuid[:8]}{replacement}"

    @property
    def folder_name(self) -> str:
        """Name of the folder in which it runs."""
        name = re.sub(r"[^\w.+-]+", "_", self.name)[:_NAME_LENGTH]
        return self.label.replace(self.name, name, 1)

    def to_json(self) -> Json:
        """Return a JSON-compatible form."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PlannedJob":
        """Read what `to_json` wrote."""
        return cls(**{**data, "requires": tuple(data["requires"])})


def plan_flow(flow: Flow | Job, *, stage: str = "other", kept_uuid: str = "") -> list[PlannedJob]:
    """Return the jobs of `flow`, requirements first, with identities that follow from content.

    Parameters
    ----------
    flow
        A flow, or a single job.
    stage
        Stage of jobs that do not tell theirs by metadata or module.
    kept_uuid
        Uuid that is left as it is: a job that is being replaced keeps its identity.

    Raises
    ------
    InputError
        If the jobs require each other in a circle.
    """
    entries = list(_flatten(flow, ()))
    drafts = {(job.uuid, job.index): _Draft(job, before) for job, before in entries}
    identities = {kept_uuid: kept_uuid}
    planned: dict[tuple[str, int], PlannedJob] = {}
    for draft in _in_order(drafts):
        job = draft.identify(identities, stage)
        planned.setdefault(job.key, job)
    return list(planned.values())


class _Draft:
    """A job on its way to an identity."""

    def __init__(self, job: Job, before: tuple[str, ...]) -> None:
        self.job = job
        self.content: Json = job.as_dict()
        self.references = list(_references(self.content["function_args"]))
        self.references += _references(self.content["function_kwargs"])
        self.references += _references(self.content["function"])
        self.requires = dict.fromkeys([*(r["uuid"] for r in self.references), *before])

    def identify(self, identities: dict[str, str], stage: str) -> PlannedJob:
        """Give the job its identity, once those of its requirements are known."""
        for reference in self.references:
            reference["uuid"] = identities.get(reference["uuid"], reference["uuid"])
        own = identities.get(self.job.uuid) or content_uuid(self.content)
        identities[self.job.uuid] = own
        self.content["uuid"] = own
        missing = self.job.config.on_missing_references
        return PlannedJob(
            uuid=own,
            index=self.job.index,
            name=self.job.name or "job",
            stage=_stage(self.content, stage),
            requires=tuple(dict.fromkeys(identities.get(u, u) for u in self.requires)),
            tolerates_missing=missing != OnMissing.ERROR and not self._is_collector,
            content=json.dumps(self.content, cls=MontyEncoder),
        )

    @property
    def _is_collector(self) -> bool:
        """Whether this is the job by which jobflow copies the output of a replacing flow."""
        function = self.content["function"]
        return (function.get("@module"), function.get("@callable")) == _COLLECTOR


def content_uuid(job: Mapping[str, Any]) -> str:
    """Return the uuid that follows from the content of a job in JSON form."""
    relevant = {name: job[name] for name in ("function", "function_args", "function_kwargs")}
    function = dict(relevant["function"])
    if isinstance(function.get("@bound"), dict):
        function["@bound"] = {k: v for k, v in function["@bound"].items() if k != "name"}
    relevant["function"] = function
    canonical = json.dumps(
        [IDENTITY_VERSION, _relevant(relevant)], sort_keys=True, cls=MontyEncoder
    )
    return str(uuid.UUID(bytes=hashlib.sha256(canonical.encode()).digest()[:16]))


def _relevant(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_relevant(item) for item in value if not _is_of_the_machine(item)]
    if not isinstance(value, dict):
        return value
    if value.get("@class") == "OutputReference":
        return {"reference": value["uuid"], "attributes": _relevant(value["attributes"])}
    return {
        k: _relevant(v) for k, v in value.items() if k != "@version" and not _is_of_the_machine(v)
    }


def _is_of_the_machine(value: Any) -> bool:
    return isinstance(value, dict) and value.get("@class") == _OF_THE_MACHINE


def _references(value: Any) -> Iterator[Json]:
    """Yield what names a job by its uuid: references, and those that come with their values."""
    if isinstance(value, dict):
        if value.get("@class") in _NAMES_OF_REFERENCES:
            yield value
        if value.get("@class") != "OutputReference":
            for item in value.values():
                yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)


def _flatten(flow: Flow | Job, before: tuple[str, ...]) -> Iterator[tuple[Job, tuple[str, ...]]]:
    """Yield every job with the uuids that a linear order puts before it."""
    if isinstance(flow, Job):
        yield flow, before
        return
    for child in flow.jobs:
        yield from _flatten(child, before)
        if flow.order == JobOrder.LINEAR:
            before = tuple(child.job_uuids) if isinstance(child, Flow) else (child.uuid,)


def _in_order(drafts: Mapping[tuple[str, int], _Draft]) -> Iterator[_Draft]:
    by_uuid: dict[str, list[tuple[str, int]]] = {}
    for key in drafts:
        by_uuid.setdefault(key[0], []).append(key)
    graph = {
        key: [k for required in draft.requires for k in by_uuid.get(required, ()) if k != key]
        for key, draft in drafts.items()
    }
    try:
        for key in TopologicalSorter(graph).static_order():
            yield drafts[key]
    except CycleError as error:
        names = " -> ".join(drafts[key].job.name or key[0] for key in error.args[1])
        raise InputError(f"the jobs {names} require each other: break the circle") from None


def _stage(job: Mapping[str, Any], default: str) -> str:
    return stage_of(job.get("metadata"), _kind(job, default))


def _kind(job: Mapping[str, Any], default: str) -> str:
    told = (job.get("metadata") or {}).get(STAGE_METADATA)
    if told:
        return str(told)
    function = job["function"]
    owner = function.get("@bound") or function
    parts = str(owner.get("@module", "")).split(".")
    if parts[0] == _PACKAGE and len(parts) > 2 and parts[1] not in _NOT_STAGES:
        return parts[1]
    return default
