"""Waiting for a database that is away for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 900.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 15.0


def patiently(action: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Return what `action` returns, trying again while the database cannot be reached.

    A server that is restarted, or a network that is down, must not cost the hours that a job has
    computed. `action` must be safe to repeat.

    Parameters
    ----------
    action
        Reads from, or writes to, a store.
    patience_s
        Time in s after which the error is raised.
    """
    from pymongo.errors import AutoReconnect

    give_up, pause = time.monotonic() + patience_s, _FIRST_PAUSE_S
    while True:
        try:
            return action()
        except AutoReconnect:
            if time.monotonic() + pause > give_up:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
