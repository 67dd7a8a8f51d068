"""No public name without a docstring; none that takes or gives arrays without shapes and units."""

import inspect
import re
import types
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from api_pages import present_modules, public_names
from pydantic import BaseModel

ARRAYS = (np.ndarray,)
UNIT = re.compile(
    r"Å|\beV\b|GPa|\bps\b|\bfs\b|\bK\b|kelvin|cm\^?2|cm²|mS/cm|degrees|\bunit|fraction|dimensionless|"
    r"\bgrade|\bnumber|index|indices|\bcount|\bframes\b|\bions?\b|\bmask\b|parameters|weights?\b",
    re.IGNORECASE,
)
SHAPE = re.compile(r"[Ss]hape|\([A-Za-z0-9_', ]+,[A-Za-z0-9_', ]*\)|\d x \d|3x3|of the same shape")
PUBLIC = [(module, name) for module in present_modules() for name in public_names(module)]


def documented_parts(module: str, name: str) -> Iterator[tuple[str, Any]]:
    """Yield a public name and, of a class, its public methods and properties."""
    value = getattr(import_module(f"atomate2_argyrodite.{module}"), name)
    yield name, value
    if not inspect.isclass(value):
        return
    for attribute, member in vars(value).items():
        if attribute.startswith("_") or not is_own(value, attribute, member):
            continue
        yield f"{name}.{attribute}", member


def is_own(owner: type, attribute: str, member: Any) -> bool:
    """Whether a member is code of its own, and not made by pydantic, dataclasses or enum."""
    function = function_of(member)
    if function is None or attribute == "model_config":
        return False
    return function.__module__ == owner.__module__ and not is_overriding(owner, attribute)


def is_overriding(owner: type, attribute: str) -> bool:
    """Whether a base class documents the member already."""
    return any(getattr(base, attribute, None) is not None for base in owner.__mro__[1:])


def function_of(member: Any) -> types.FunctionType | None:
    """Return the function behind a method, property or classmethod."""
    for name in ("fget", "func", "__func__"):
        member = getattr(member, name, None) or member
    return member if isinstance(member, types.FunctionType) else None


def has_array(annotation: Any) -> bool:
    """Whether a type is or holds an array."""
    text = str(annotation)
    return "ndarray" in text or "NDArray" in text or "ArrayLike" in text or "FloatArray" in text


def hints_of(value: Any) -> dict[str, Any]:
    function = function_of(value) or value
    annotations = inspect.get_annotations(function) if callable(function) else {}
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return annotations


@pytest.mark.parametrize("module", present_modules())
def test_every_public_name_is_documented(module):
    missing = [
        f"{module}.{part}"
        for name in public_names(module)
        for part, value in documented_parts(module, name)
        if (inspect.isclass(value) or function_of(value)) and not inspect.getdoc(value)
    ]
    assert missing == []


@pytest.mark.parametrize("module", present_modules())
def test_arrays_have_shapes_and_units(module):
    poor = []
    for name in public_names(module):
        value = getattr(import_module(f"atomate2_argyrodite.{module}"), name)
        for part, member in documented_parts(module, name):
            if isinstance(member, type) and issubclass(member, BaseModel):
                continue
            hints = hints_of(member)
            if not any(has_array(hint) for hint in hints.values()):
                continue
            text = (inspect.getdoc(member) or "") + (
                inspect.getdoc(value) or "" if inspect.isclass(value) else ""
            )
            if not SHAPE.search(text):
                poor.append(f"{module}.{part}: no shape")
            if not UNIT.search(text):
                poor.append(f"{module}.{part}: no unit")
    assert poor == []


def test_fields_of_documents_with_numbers_say_their_unit():
    """A number in a document is dimensionless, or its name or description has the unit."""
    from document_pages import document_classes

    words = re.compile(
        r"_(angstrom3?|ev|kelvin|ps|ns|fs|s|gb|mb|mev|gpa|cm2|cm|bytes|degrees|per_\w+|hours)(_|$)"
        r"|ratio|factor|fraction|count|^n_|seed|level|step|version|energy_mae|index|slope|probab"
        r"|p_value|multiplicity|weight|charge|sigma|replica|iteration|angle|number|grade|gamma|order"
    )
    poor = []
    for document in document_classes():
        for name, field in document.model_fields.items():
            is_number = field.annotation is float or field.annotation == (float | None)
            if is_number and not (words.search(name) or UNIT.search(field.description or "")):
                poor.append(f"{document.__name__}.{name}")
    assert poor == []
