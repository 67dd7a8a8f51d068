"""Which jobs, and so which documents, belong to a campaign."""

from collections.abc import Iterable

from jobflow import JobStore

from atomate2_argyrodite.campaign.execution import CREATES_JOBS
from atomate2_argyrodite.campaign.run_record import RUN_STAGE, RunDocument, RunState, run_uuid
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.store import find_documents


def with_created_jobs(store: JobStore, uuids: Iterable[str]) -> list[str]:
    """Return `uuids` and those of every job that these jobs created, in the order of creation."""
    known = dict.fromkeys(uuids)
    frontier = list(known)
    while frontier:
        criteria = {"uuid": {"$in": frontier}, f"metadata.{CREATES_JOBS}": {"$exists": True}}
        found = list(store.docs_store.query(criteria, [f"metadata.{CREATES_JOBS}"]))
        lists = [document["metadata"][CREATES_JOBS] for document in found]
        created = [u for some in lists if isinstance(some, list) for u in some]
        frontier = [u for u in dict.fromkeys(created) if u not in known]
        known |= dict.fromkeys(frontier)
    return list(known)


def uuids_of_run(store: JobStore, run: RunDocument) -> list[str]:
    """Return every job of a run; one that was submitted knows only those that it began with."""
    if run.state != RunState.SUBMITTED:
        return run.job_uuids
    uuids = with_created_jobs(store, run.job_uuids)
    if not run.flow_uuids:
        return uuids
    found = store.docs_store.query({"hosts": {"$in": run.flow_uuids}}, ["uuid"])
    return list(dict.fromkeys([*uuids, *(document["uuid"] for document in found)]))


def uuids_of_campaign(store: JobStore, name: str) -> list[str]:
    """Return every job of every run of a campaign, and the records of these runs.

    Results that a campaign found finished, because another one had computed them, belong to both.

    Raises
    ------
    InputError
        If no campaign of that name was run with the store; the message names those that were.
    """
    runs = _runs(store, name)
    if not runs:
        known = ", ".join(sorted({run.campaign or "campaign" for run in _runs(store)})) or "none"
        raise InputError(f"campaign {name!r} was not run with this store: it knows {known}")
    uuids = [uuid for run in runs for uuid in uuids_of_run(store, run)]
    return list(dict.fromkeys([*uuids, *(run_uuid(run.settings) for run in runs)]))


def _runs(store: JobStore, name: str | None = None) -> list[RunDocument]:
    found = find_documents(store, stage=RUN_STAGE, campaign=name)
    return [stored.document for stored in found if isinstance(stored.document, RunDocument)]
