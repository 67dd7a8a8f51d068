"""Reading and writing campaign files: safe YAML, errors with line numbers, comments."""

import difflib
import json
import os
import re
import reprlib
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from atomate2_argyrodite.campaign.config import FILE_VERSION, CampaignConfig
from atomate2_argyrodite.campaign.sections import Section
from atomate2_argyrodite.errors import InputError

_MAXIMUM_FILE_BYTES = 1_000_000
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80
_SHORT.maxlevel = 2
_COMMENT_COLUMN = 44
_LINE_LENGTH = 100


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader that also reads 1e-3 as a number."""


_Loader.yaml_implicit_resolvers = {
    first: list(resolvers) for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def read_campaign(path: Path | str) -> CampaignConfig:
    """Return the campaign that a file describes.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, or does not describe a campaign; each problem is a
        line that names file, line, value and remedy.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAXIMUM_FILE_BYTES:
            raise InputError(f"{path} is larger than 1 MB: that is not a campaign file")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise InputError(
            f"campaign file {str(path)!r} cannot be read ({reason}): 'argyrodite init -o {path}' "
            "writes one"
        ) from None
    return parse_campaign(text, str(path))


def parse_campaign(text: str, name: str = "campaign file") -> CampaignConfig:
    """Return the campaign that a YAML text describes (see `read_campaign`)."""
    node, data = _load(text, name)
    try:
        return CampaignConfig.model_validate(data)
    except ValidationError as error:
        lines = [_describe(details, node, name) for details in error.errors()]
        raise InputError("\n".join(dict.fromkeys(lines))) from None


def _load(text: str, name: str) -> tuple[yaml.Node, Any]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        for key in _repeated_keys(node):
            line = key.start_mark.line + 1
            raise InputError(f"{name}, line {line}: {key.value!r} occurs twice: remove one")
        data = loader.construct_document(node) if node is not None else None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply: that is not a campaign file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "unreadable characters"
        raise InputError(f"{name}{where}: not valid YAML ({problem}): correct it") from None
    if node is None or not isinstance(data, dict):
        raise InputError(f"{name} holds no settings: 'argyrodite init' writes a complete file")
    return node, data


def _repeated_keys(
    node: yaml.Node | None, visited: set[int] | None = None
) -> Iterator[yaml.ScalarNode]:
    # Each node once: aliases share nodes, a few lines of them make billions of paths.
    visited = set() if visited is None else visited
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated_keys(value, visited)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item, visited)


def _describe(details: ErrorDetails, node: yaml.Node, name: str) -> str:
    location = details["loc"]
    key = ".".join(str(part) for part in location)
    cause = (details.get("ctx") or {}).get("error")
    if isinstance(cause, InputError):
        # Our own messages begin with the setting that is wrong, below the one that was checked.
        below = re.match(r"[\w.]*", str(cause))
        location = (*location, *(below.group().split(".") if below else ()))
        message = str(cause)
    elif location == ("version",):
        message = (
            f"version = {details['input']!r}: this version of the package reads {FILE_VERSION}; "
            "write a new file with 'argyrodite init' and carry your settings over"
        )
    elif details["type"] == "extra_forbidden":
        message = f"{key!r} is not a setting{_suggestion(location)}"
    else:
        message = f"{key} = {_SHORT.repr(details['input'])}: {_lowered(details['msg'])}"
    return f"{name}, line {_line(node, location)}: {message}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _suggestion(location: Sequence[str | int]) -> str:
    model: Any = CampaignConfig
    for part in location[:-1]:
        model = _section(model, str(part))
    known = list(model.model_fields) if model is not None else []
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    if close:
        return f": did you mean {close[0]!r}?"
    return f": choose from {', '.join(known)}"


def _section(model: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    field = model.model_fields.get(name) if model is not None else None
    if field is None:
        return None
    candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, Section)), None)


def _line(node: yaml.Node, location: Sequence[str | int]) -> int:
    line = node.start_mark.line
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == part]
            if not pairs:
                break
            key, node = pairs[0]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1


def render_campaign(config: CampaignConfig, heading: str = "") -> str:
    """Return a complete campaign file in which every setting is explained."""
    lines = _comment(heading)
    for name, field in CampaignConfig.model_fields.items():
        value = getattr(config, name)
        if isinstance(value, Section):
            lines += ["", *_comment(type(value).__doc__ or ""), f"{name}:", *_entries(value, "  ")]
        elif (section := _section(CampaignConfig, name)) is not None:
            lines += ["", *_absent(name, section)]
        else:
            lines += _entry(name, value, field.description or "", "")
    return "\n".join(lines) + "\n"


def _absent(name: str, section: type[BaseModel]) -> Iterator[str]:
    """Yield a section that is left out, and in comments what it would be."""
    yield from _comment(f"{section.__doc__} Left out by null; it would be:")
    default = section.model_construct()
    if isinstance(default, Section):
        yield from (f"# {line}" for line in (f"{name}:", *_entries(default, "  ")))
    yield f"{name}: null"


def _entries(section: Section, indent: str) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, Section) and value.is_spelled_out:
            yield from (f"{indent}{line}" for line in _comment(type(value).__doc__ or ""))
            yield f"{indent}{name}:"
            yield from _entries(value, f"{indent}  ")
        else:
            yield from _entry(name, value, field.description or "", indent)


def _entry(name: str, value: Any, description: str, indent: str) -> list[str]:
    setting = f"{indent}{name}: {_scalar(value)}"
    width = _LINE_LENGTH - _COMMENT_COLUMN
    comment = textwrap.wrap(description, width - 4)  # left-out sections are indented by "# "
    if len(setting) >= _COMMENT_COLUMN - 1:
        lines = textwrap.wrap(
            setting, _LINE_LENGTH, subsequent_indent=f"{indent}  ", break_long_words=False
        )
        return [*(f"{indent}# {line}" for line in comment), *lines]
    lines = [f"{setting:<{_COMMENT_COLUMN}}# {comment[0]}" if comment else setting]
    return lines + [" " * _COMMENT_COLUMN + f"# {line}" for line in comment[1:]]


def _scalar(value: Any) -> str:
    if isinstance(value, Section):
        value = value.model_dump(exclude_defaults=True)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_scalar(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_scalar(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w.-]*", value):
        plain = _Loader(value).get_single_data()
        return value if plain == value else json.dumps(value)
    return json.dumps(value)


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), _LINE_LENGTH - 2)]


def write_campaign(path: Path, text: str, *, overwrite: bool = False) -> bool:
    """Write a campaign file, whole or not at all; say whether anything had to be written.

    Raises
    ------
    InputError
        If another file exists and may not be overwritten, or its folder cannot be written.
    """
    if _holds(path, text):
        return False
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists: choose another name, or overwrite it with --force")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            f"{path} cannot be written ({error.strerror}): choose another place with -o"
        ) from None
    return True


def _holds(path: Path, text: str) -> bool:
    try:
        return path.is_file() and path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
