"""Putting a campaign on a launchpad, each job once."""

from collections.abc import Mapping
from typing import Any

from fireworks import LaunchPad, Workflow
from fireworks.core.launchpad import WFLock
from jobflow import Flow, Job, JobStore

from atomate2_argyrodite.campaign.execution import finished_keys
from atomate2_argyrodite.campaign.firetask import build_workflow
from atomate2_argyrodite.campaign.launchpad import KnownFirework, known_fireworks
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.submission_report import Submission

_FAILED = "FIZZLED"
_PAUSED = ("DEFUSED", "PAUSED")


def submit(
    flow: Flow | Job, store: JobStore, launchpad: LaunchPad, place: Mapping[str, Any]
) -> Submission:
    """Put the jobs of a flow on a launchpad that are neither finished nor there already.

    Jobs that failed there are set to run again. The same flow can therefore be submitted any number
    of times, and a flow that shares jobs with an earlier one adds only what is new: its jobs are
    appended to the workflow of those that they require.

    Parameters
    ----------
    flow
        A flow.
    store
        The connected store of the campaign.
    launchpad
        The launchpad.
    place
        See `firetask.build_workflow`.
    """
    jobs = plan_flow(flow)
    finished = finished_keys(store, [job.uuid for job in jobs])
    needed = {job.uuid: job for job in jobs if job.key not in finished}
    result = Submission(len(jobs), n_finished=len(jobs) - len(needed))
    there = known_fireworks(launchpad, needed)
    known = {firework.uuid for firework in there}
    result.n_known = len(known)
    new = [job for job in needed.values() if job.uuid not in known]
    result.n_added = len(new)
    if new:
        result.fw_ids = _add(launchpad, new, needed, there, place)
    created = known_fireworks(launchpad, needed, field="origin")
    states = {firework.fw_id: firework.state for firework in [*there, *created]}
    for fw_id, state in sorted(states.items()):
        if state == _FAILED:
            result.n_rerun += len(launchpad.rerun_fw(fw_id))
    result.n_paused = sum(state in _PAUSED for state in states.values())
    return result


def _add(
    launchpad: LaunchPad,
    new: list[PlannedJob],
    needed: Mapping[str, PlannedJob],
    there: list[KnownFirework],
    place: Mapping[str, Any],
) -> list[int]:
    """Add jobs; those that require jobs on the launchpad go to the workflow of these."""
    required = {uuid for job in new for uuid in job.requires}
    parents = [firework.fw_id for firework in there if firework.uuid in required]
    n_workflows = launchpad.workflows.count_documents({"nodes": {"$in": parents}})
    name = str(place["campaign"] or "campaign")
    if n_workflows == 1:
        return _append(launchpad, build_workflow(new, place, name), parents)
    if n_workflows > 1:
        # FireWorks cannot link workflows: what is required goes in again, and whichever of the two
        # comes second finds the job's folder taken, then its output in the store.
        new = _with_requirements(new, needed)
    return sorted(launchpad.add_wf(build_workflow(new, place, name)).values())


def _append(launchpad: LaunchPad, workflow: Workflow, parents: list[int]) -> list[int]:
    # LaunchPad.append_wf reads the workflow before it takes the lock: what a worker reports in
    # between would be lost.
    with WFLock(launchpad, parents[0]):
        grown = launchpad.get_wf_by_fw_id_lzyfw(parents[0])
        updated = grown.append_wf(workflow, parents)
        launchpad._update_wf(grown, updated)
    return sorted(firework.fw_id for firework in workflow.fws)


def _with_requirements(
    jobs: list[PlannedJob], needed: Mapping[str, PlannedJob]
) -> list[PlannedJob]:
    wanted, open_ = {job.uuid for job in jobs}, list(jobs)
    while open_:
        for uuid in open_.pop().requires:
            if uuid in needed and uuid not in wanted:
                wanted.add(uuid)
                open_.append(needed[uuid])
    return [job for job in needed.values() if job.uuid in wanted]
