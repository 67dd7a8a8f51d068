"""Tables of the fields of pydantic models."""

import enum
import json
import re
import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

_CODE = re.compile(r"(`+[^`]+`+)")
_SPECIAL = re.compile(r"[\[\]*$<>]")


def table(model: type[BaseModel], names: list[str] | None = None) -> str:
    """Return a Markdown table: every field, its type, default, bounds and meaning."""
    lines = ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if names is None or name in names:
            lines.append(
                f"| `{name}` | {_cell(type_name(field.annotation))} | {_default(field)} | "
                f"{_cell(_meaning(field))} |"
            )
    return "\n".join(lines)


def _cell(text: str) -> str:
    return prose(text).replace("|", "\\|")


def prose(text: str) -> str:
    """Return a plain text as Markdown that shows it: ``[100](021)`` is no link; code is left."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(p if _CODE.fullmatch(p) else _SPECIAL.sub(r"\\\g<0>", p) for p in parts)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    if field.default_factory is not None:
        made = field.default_factory()  # type: ignore[call-arg]
        return "its section" if isinstance(made, BaseModel) else f"`{_as_yaml(made)}`"
    if field.default is PydanticUndefined:
        return ""
    return f"`{_as_yaml(field.default)}`"


def _as_yaml(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return str(value.value)
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _meaning(field: FieldInfo) -> str:
    return f"{field.description or ''} {_bounds(field)}".strip()


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    found = [
        f"{words[name]} {getattr(part, name)!r}"
        for part in field.metadata
        for name in words
        if getattr(part, name, None) is not None
    ]
    return f"({', '.join(found)})" if found else ""


def type_name(annotation: Any) -> str:
    """Return a type as a reader writes it: ``number or null``, ``list of text``."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(type_name(part) for part in arguments)
    if origin in (list, tuple, set):
        inner = [part for part in arguments if part is not Ellipsis]
        return f"list of {type_name(inner[0])}" if inner else "list"
    if origin is dict:
        return f"map of {type_name(arguments[1])} by {type_name(arguments[0])}"
    if hasattr(annotation, "__metadata__"):
        return type_name(annotation.__origin__)
    plain = {str: "text", int: "whole number", float: "number", bool: "yes or no", dict: "map"}
    if annotation in plain:
        return plain[annotation]
    if annotation is type(None):
        return "null"
    return getattr(annotation, "__name__", str(annotation))


def bases_of(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a type mentions, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in bases_of(part)]
