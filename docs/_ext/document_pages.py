"""One page for every document that a store holds, from its model."""

import inspect
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from model_tables import bases_of, prose, table
from pydantic import BaseModel

from atomate2_argyrodite.documents import ArgyroditeDocument

_DOCUMENT = re.compile(r"^class \w+\(\w*Document\)", re.MULTILINE)
_HEADER = """# Header

Every document begins with these fields; queries filter by them.
"""
_INTRODUCTION = """What jobs leave in the store: small typed records, one per job. `argyrodite query
--stage STAGE` finds them; arrays lie beside them in the data store. Every one begins with the
[header](header.md)."""


def document_classes() -> list[type[ArgyroditeDocument]]:
    """Return the documents of the package, by name."""
    for name in _defining_modules():
        import_module(name)
    found: set[type[ArgyroditeDocument]] = set()
    waiting = [ArgyroditeDocument]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    own = [d for d in found if d.__module__.startswith("atomate2_argyrodite.")]
    return sorted(own, key=lambda document: document.__name__)


def _defining_modules() -> list[str]:
    """Return the modules that define documents, without loading the others."""
    spec = find_spec("atomate2_argyrodite")
    root = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    return [
        ".".join(("atomate2_argyrodite", *path.relative_to(root).with_suffix("").parts))
        for path in sorted(root.rglob("*.py"))
        if _DOCUMENT.search(path.read_text(encoding="utf-8"))
    ]


def document_pages() -> dict[str, str]:
    """Return the pages by path, an overview among them."""
    documents = document_classes()
    overview = ["# Documents", "", *_contents(documents), "", *_list(documents)]
    pages = {"documents/index.md": "\n".join(overview) + "\n"}
    pages["documents/header.md"] = f"{_HEADER}\n{table(ArgyroditeDocument)}\n"
    for document in documents:
        pages[f"documents/{document.__name__}.md"] = _page(document)
    return pages


def _contents(documents: list[type[ArgyroditeDocument]]) -> list[str]:
    names = "\n".join(document.__name__ for document in documents)
    return [f"```{{toctree}}\n:hidden:\nheader\n{names}\n```"]


def _list(documents: list[type[ArgyroditeDocument]]) -> list[str]:
    lines = [
        _INTRODUCTION,
        "",
        "| document | stage | what it is |",
        "|---|---|---|",
    ]
    lines += [
        f"| [{document.__name__}]({document.__name__}.md) | `{_stage(document)}` | "
        f"{_summary(document)} |"
        for document in documents
    ]
    return lines


def _stage(document: type[ArgyroditeDocument]) -> str:
    default = document.model_fields["stage"].default
    return default if isinstance(default, str) else ""


def _summary(document: type[BaseModel]) -> str:
    summary = inspect.cleandoc(document.__doc__ or "").split("\n\n")[0]
    return prose(summary).replace("|", "\\|")


def _page(document: type[ArgyroditeDocument]) -> str:
    own = [n for n in document.model_fields if n not in ArgyroditeDocument.model_fields]
    parts = [
        f"# {document.__name__}",
        prose(document.__doc__ or ""),
        f"Stage `{_stage(document)}`; `from {document.__module__} import {document.__name__}`.",
        "The [header](header.md) comes first, then:",
        table(document, own),
    ]
    seen: set[type[BaseModel]] = set()
    waiting = [m for n in own for m in bases_of(document.model_fields[n].annotation)]
    while waiting:
        part = waiting.pop(0)
        if part in seen or issubclass(part, ArgyroditeDocument):
            continue
        seen.add(part)
        parts += [f"## {part.__name__}", prose(part.__doc__ or ""), table(part)]
        waiting += [m for f in part.model_fields.values() for m in bases_of(f.annotation)]
    return "\n\n".join(parts) + "\n"
