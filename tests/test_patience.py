"""Waiting for a database, and giving up."""

from itertools import pairwise

import pytest
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError

from atomate2_argyrodite import patience


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def failing(times, error, clock):
    calls = []

    def action():
        calls.append(clock.now)
        if len(calls) <= times:
            raise error
        return len(calls)

    return action, calls


@pytest.mark.parametrize("error", [AutoReconnect("gone"), ServerSelectionTimeoutError("gone")])
def test_a_server_that_comes_back_is_waited_for(error, clock):
    action, calls = failing(8, error, clock)
    assert patience.patiently(action) == 9
    pauses = [b - a for a, b in pairwise(calls)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]  # ever longer, to a limit


def test_what_stays_away_is_an_error(clock):
    action, calls = failing(1_000, AutoReconnect("gone"), clock)
    with pytest.raises(AutoReconnect):
        patience.patiently(action, patience_s=60.0)
    assert 45.0 < calls[-1] <= 60.0  # not before, and never beyond what was asked


def test_a_refusal_is_not_repeated(clock):
    action, calls = failing(5, OperationFailure("not authorized"), clock)
    with pytest.raises(OperationFailure):
        patience.patiently(action)
    assert len(calls) == 1
