"""What is kept about a run: its state, its jobs, what failed and why."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from jobflow import JobStore
from jobflow.core.schemas import JobStoreDocument
from monty.json import jsanitize
from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, present, software_versions
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.store import find_one, put_document

RUN_STAGE = "run"
_MAXIMUM_FAILURES = 50


class RunState(StrEnum):
    """Where a run stands."""

    SUBMITTED = "submitted"  # to FireWorks or jobflow-remote, where its jobs have their states
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class JobFailure(BaseModel):
    """A job that failed."""

    job: str = Field(description="Name and the first digits of the uuid.")
    stage: str
    error: str = Field(description="Type and message of the exception.")
    traceback: str = Field(description="The innermost frames.")
    folder: str = Field(description="Where the job's files and its log are.")


class RunDocument(ArgyroditeDocument):
    """A run of a campaign as the local runner saw it; the last run of a campaign replaces it."""

    stage: str = RUN_STAGE
    state: RunState
    updated_at: str = Field(description="ISO 8601, UTC; an old date and 'running': it was killed.")
    counts: dict[str, dict[str, int]] = Field(description="Jobs per stage and state.")
    failures: list[JobFailure] = Field(description=f"At most {_MAXIMUM_FAILURES}.")
    stage_seconds: dict[str, float] = Field(
        description="Wall time of jobs per stage, summed over all runs of the campaign."
    )
    stage_memory_mb: dict[str, float] = Field(
        default_factory=dict, description="Largest memory of a process per stage, of all runs."
    )
    manager: str | None = Field(
        None, description="What starts the jobs of a submitted campaign; null: FireWorks."
    )
    project: str | None = Field(None, description="Project of jobflow-remote.")
    job_uuids: list[str] = Field(description="Every job that belongs to the campaign so far.")
    flow_uuids: list[str] = Field(
        default_factory=list,
        description="Flows of jobflow-remote: the jobs that its jobs create are known by them.",
    )
    settings: dict[str, Any] = Field(description="The campaign file as it was run.")


def run_uuid(settings: Mapping[str, Any]) -> str:
    """Return where the record of the campaign with these settings is kept."""
    text = json.dumps(settings, sort_keys=True, default=str)
    return f"run-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def put_run(store: JobStore, document: RunDocument) -> None:
    """Store the record, replacing the one that the campaign had."""
    document.software_versions = dict(software_versions())
    document.updated_at = present()
    del document.failures[_MAXIMUM_FAILURES:]
    record = JobStoreDocument(
        uuid=run_uuid(document.settings),
        index=1,
        output=jsanitize(document, strict=True, enum_values=True),
        completed_at=document.updated_at,
        metadata={},
        hosts=[],
        name=RUN_STAGE,
    )
    patiently(lambda: put_document(store, record, None))


def get_run(store: JobStore, settings: Mapping[str, Any]) -> RunDocument | None:
    """Return the record of the campaign with these settings, or None."""
    found = find_one(store, run_uuid(settings))
    return found.document if found and isinstance(found.document, RunDocument) else None
