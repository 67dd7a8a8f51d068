"""Handing a job both the value of an output and the reference to it."""

from typing import Any

from jobflow import OutputReference
from jobflow.core.reference import ResolvedReference


def with_value(reference: OutputReference | Any, value: Any = None) -> ResolvedReference | Any:
    """Return what a job gets as reference and value: the one to pass on, the other to decide by.

    A job that hands an output on to jobs that it creates must not hand on the value: no potential,
    training set or frame may stand in the input of a job. jobflow's own way
    (``resolve_references="both"``) is not known to jobflow-remote 1.0, so the reference is wrapped
    before: whoever resolves what is in it fills in ``value``.

    Parameters
    ----------
    reference
        What the job gets as ``.reference``; anything else than a reference is returned as it is.
    value
        Reference to what it gets as ``.value``: a small part of the same output, so that the whole
        is not loaded. By default `reference` itself.
    """
    if not isinstance(reference, OutputReference):
        return reference
    return ResolvedReference(reference.uuid, reference.attributes, value or reference)


def to_pass_on(document: OutputReference | Any) -> ResolvedReference | Any:
    """Return a document's reference for a job that waits for it and loads its stage alone."""
    if not isinstance(document, OutputReference):
        return document
    return with_value(document, document.stage)


def passed_on(given: ResolvedReference | Any) -> OutputReference | Any:
    """Return the reference of what a job got, or the thing itself."""
    return given.reference if isinstance(given, ResolvedReference) else given
