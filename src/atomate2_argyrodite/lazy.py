"""Public names of a package that are imported when they are used.

Who reads documents needs the schemas of a stage, not its Makers, engines and their libraries.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package whose public names lie in these modules of it.

    Parameters
    ----------
    package
        Name of the package.
    modules
        Module by public name.
    """

    def find(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return find
