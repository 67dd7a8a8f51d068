"""Running flows of the stage in memory."""

from typing import Any

from jobflow import Flow, Job, JobStore, run_locally
from maggma.stores import MemoryStore


def outputs_of(flow: Flow | Job) -> dict[str, Any]:
    """Run a flow and return the document of each job by its name."""
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    jobs = [flow] if isinstance(flow, Job) else [job for job, _ in flow.iterflow()]
    names = {job.uuid: job.name for job in jobs}
    responses = run_locally(flow, store=store, create_folders=False, ensure_success=True, log=False)
    return {names[uuid]: response[1].output for uuid, response in responses.items()}
