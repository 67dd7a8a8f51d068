"""Waiting for a database, and giving up."""

import time
from itertools import pairwise

import pytest
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError

from atomate2_argyrodite import patience


def failing(times, error):
    calls = []

    def action():
        calls.append(time.monotonic())
        if len(calls) <= times:
            raise error
        return len(calls)

    return action, calls


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(patience, "_FIRST_PAUSE_S", 0.01)


@pytest.mark.parametrize("error", [AutoReconnect("gone"), ServerSelectionTimeoutError("gone")])
def test_a_server_that_comes_back_is_waited_for(error):
    action, calls = failing(3, error)
    assert patience.patiently(action) == 4
    pauses = [b - a for a, b in pairwise(calls)]
    assert pauses[2] > pauses[0]  # ever longer


def test_what_stays_away_is_an_error():
    action, calls = failing(1_000, AutoReconnect("gone"))
    with pytest.raises(AutoReconnect):
        patience.patiently(action, patience_s=0.1)
    assert len(calls) > 1


def test_a_refusal_is_not_repeated():
    action, calls = failing(5, OperationFailure("not authorized"))
    with pytest.raises(OperationFailure):
        patience.patiently(action)
    assert len(calls) == 1
