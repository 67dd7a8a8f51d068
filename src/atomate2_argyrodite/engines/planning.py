"""Planning with engines that are not installed where the plan is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_IS_PLANNED: ContextVar[bool] = ContextVar("is_planned", default=False)


@contextmanager
def planned() -> Iterator[None]:
    """Let flows be built and counted: inside, engines do not look whether they are installed."""
    token = _IS_PLANNED.set(True)
    try:
        yield
    finally:
        _IS_PLANNED.reset(token)


def is_planned() -> bool:
    """Whether flows are only counted."""
    return _IS_PLANNED.get()
