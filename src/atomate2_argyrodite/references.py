"""Handing a job both the value of an output and the reference to it."""

from typing import Any

from jobflow import OutputReference
from jobflow.core.reference import ResolvedReference


def with_value(reference: OutputReference | Any) -> ResolvedReference | Any:
    """Return what a job gets as value and reference: the one to decide by, the other to pass on.

    A job that hands an output on to jobs that it creates must not hand on the value: no potential,
    training set or frame may stand in the input of a job. jobflow's own way
    (``resolve_references="both"``) is not known to jobflow-remote 1.0, so the reference is wrapped
    before: whoever resolves it fills in ``value``.

    Parameters
    ----------
    reference
        A reference; anything else is returned as it is.
    """
    if not isinstance(reference, OutputReference):
        return reference
    return ResolvedReference(reference.uuid, reference.attributes, reference)
