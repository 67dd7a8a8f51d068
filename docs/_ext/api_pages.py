"""Pages of the Python interface: the public names of every module, documented by docstrings."""

import inspect
from importlib import import_module
from importlib.util import find_spec

from pydantic import BaseModel

MODULES = {
    "structures": "Crystals, slabs, grain boundaries",
    "mtp": "The moment tensor potential",
    "transport": "From trajectories to physics",
    "sampling": "Sampling",
    "labelling": "Labelling",
    "training": "Training",
    "active_learning": "Active learning",
    "conductivity": "Conductivity and mechanism",
    "stability": "Relative and surface energies",
    "grain_boundary": "Grain boundaries",
    "functional_comparison": "Functional comparison",
    "campaign": "Campaigns",
    "queries": "Queries",
    "store": "Stores",
    "report": "Report",
    "errors": "Errors",
}


def public_names(module: str) -> list[str]:
    """Return the public names of a module: its ``__all__``, or else what it defines."""
    loaded = import_module(f"atomate2_argyrodite.{module}")
    if hasattr(loaded, "__all__"):
        return sorted(loaded.__all__)
    return [
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == loaded.__name__
    ]


def present_modules() -> dict[str, str]:
    """Return the modules that this version has."""
    return {
        name: title
        for name, title in MODULES.items()
        if find_spec(f"atomate2_argyrodite.{name}") is not None
    }


def api_pages() -> dict[str, str]:
    """Return a page per module, and their overview."""
    present = present_modules()
    names = "\n".join(f"   {name}" for name in present)
    overview = _heading("Python interface", "=") + f"\n.. toctree::\n\n{names}\n"
    return {
        "api/index.rst": overview,
        **{f"api/{name}.rst": _page(name, title) for name, title in present.items()},
    }


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"


def _page(module: str, title: str) -> str:
    qualified = f"atomate2_argyrodite.{module}"
    parts = [_heading(title, "="), f"``from {qualified} import ...``\n"]
    parts += [f".. automodule:: {qualified}\n   :no-members:\n"]
    parts += [_entry(qualified, name) for name in public_names(module)]
    return "\n".join(parts)


def _entry(qualified: str, name: str) -> str:
    value = getattr(import_module(qualified), name)
    if isinstance(value, type) and issubclass(value, BaseModel):
        return f".. autoclass:: {qualified}.{name}()\n   :no-members:\n"
    if inspect.isclass(value):
        return f".. autoclass:: {qualified}.{name}\n   :members:\n"
    if inspect.isroutine(value):
        return f".. autofunction:: {qualified}.{name}\n"
    return f".. autodata:: {qualified}.{name}\n   :no-value:\n"
