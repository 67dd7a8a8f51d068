"""The stages of a campaign by name, and to which of them a job belongs."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from jobflow import Flow, Job

STAGE_METADATA = "stage"
SECTION_METADATA = "section"
STAGES = (
    "stability",
    "sampling",
    "labelling",
    "training",
    "active_learning",
    "conductivity",
    "bulk",
    "mechanism",
    "functional_comparison",
    "grain_boundary",
    "slab_sampling",
    "boundary_learning",
    "large_boundary",
    "campaign",
)
"""Stages in the order of a campaign."""

PARENTS = {
    "bulk": "conductivity",
    "mechanism": "conductivity",
    "slab_sampling": "sampling",
    "boundary_learning": "active_learning",
    "large_boundary": "grain_boundary",
}
"""Stages that do the work of another one: what is not said of them is taken from that one."""

_OF_EVERY_SECTION = ("labelling", "training", "stability")
"""Labels, fits and relaxations are the same work for whichever section they are made."""

Step = TypeVar("Step", Flow, Job, Flow | Job)


def in_section(section: str, steps: Sequence[Step]) -> list[Step]:
    """Mark jobs, and those that they will create, as those of a section of the campaign file."""
    for step in steps:
        step.update_metadata({SECTION_METADATA: section})
    return list(steps)


def stage_of(metadata: Mapping[str, Any] | None, kind: str) -> str:
    """Return the stage of a job whose own kind of work is `kind`: its section, if it has one."""
    section = (metadata or {}).get(SECTION_METADATA)
    return str(section) if section and kind not in _OF_EVERY_SECTION else kind
