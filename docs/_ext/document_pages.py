"""One page for every document that a store holds, from its model."""

from importlib import import_module
from pkgutil import walk_packages

from model_tables import bases_of, table
from pydantic import BaseModel

import atomate2_argyrodite
from atomate2_argyrodite.documents import ArgyroditeDocument

_HEADER = """# Header

Every document begins with these fields; queries filter by them.
"""
_INTRODUCTION = """What jobs leave in the store: small typed records, one per job. `argyrodite query
--stage STAGE` finds them; arrays lie beside them in the data store. Every one begins with the
[header](header.md)."""


def document_classes() -> list[type[ArgyroditeDocument]]:
    """Return the documents of the package, by name."""
    for module in walk_packages(atomate2_argyrodite.__path__, "atomate2_argyrodite."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found: set[type[ArgyroditeDocument]] = set()
    waiting = [ArgyroditeDocument]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.update(below)
        waiting += below
    own = [d for d in found if d.__module__.startswith("atomate2_argyrodite.")]
    return sorted(own, key=lambda document: document.__name__)


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
        f"{_first_sentence(document)} |"
        for document in documents
    ]
    return lines


def _stage(document: type[ArgyroditeDocument]) -> str:
    default = document.model_fields["stage"].default
    return default if isinstance(default, str) else ""


def _first_sentence(document: type[BaseModel]) -> str:
    text = " ".join((document.__doc__ or "").split())
    return text.split(". ")[0].rstrip(".").replace("|", "\\|") + "."


def _page(document: type[ArgyroditeDocument]) -> str:
    own = [n for n in document.model_fields if n not in ArgyroditeDocument.model_fields]
    parts = [
        f"# {document.__name__}",
        " ".join((document.__doc__ or "").split()),
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
        parts += [f"## {part.__name__}", " ".join((part.__doc__ or "").split()), table(part)]
        waiting += [m for f in part.model_fields.values() for m in bases_of(f.annotation)]
    return "\n\n".join(parts) + "\n"
