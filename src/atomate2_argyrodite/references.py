"""Handing a job both the value of an output and the reference to it."""

import functools
import sys
from typing import Any

from jobflow import OutputReference
from jobflow.core.flow import get_flow
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


def with_values(given: Any) -> Any:
    """Return `given` with every reference in it, in lists and dictionaries too, as `with_value`."""
    if isinstance(given, list | tuple):
        return [with_values(item) for item in given]
    if isinstance(given, dict):
        return {key: with_values(item) for key, item in given.items()}
    return with_value(given)


def to_pass_on(document: OutputReference | Any) -> ResolvedReference | Any:
    """Return a document's reference for a job that waits for it and loads its stage alone."""
    if not isinstance(document, OutputReference):
        return document
    return with_value(document, document.stage)


def passed_on(given: Any) -> Any:
    """Return the references of what a job got with values, in lists and dictionaries too."""
    if isinstance(given, ResolvedReference):
        return given.reference
    if isinstance(given, list):
        return [passed_on(item) for item in given]
    if isinstance(given, dict):
        return {key: passed_on(item) for key, item in given.items()}
    return given


def value_of(given: Any) -> Any:
    """Return the values of what a job got with references, in lists too."""
    if isinstance(given, list):
        return [value_of(item) for item in given]
    return given.value if isinstance(given, ResolvedReference) else given


def let_created_jobs_use_earlier_outputs() -> None:
    """Let a worker of jobflow-remote pass on jobs that refer to outputs of finished jobs.

    Version 1.0.1 refuses them (``jobs/run.py`` checks what a job creates as if nothing else had
    been run), although its runner resolves such references, as jobflow itself does. Elsewhere than
    in such a worker this does nothing.
    """
    worker = sys.modules.get("jobflow_remote.jobs.run")
    if worker is not None and getattr(worker, "get_flow", None) is get_flow:
        vars(worker)["get_flow"] = functools.partial(get_flow, allow_external_references=True)
