"""Where a job looks for earlier results."""

import sys
from types import ModuleType

import pytest

from atomate2_argyrodite.store import open_store
from atomate2_argyrodite.worker_store import store_of_results


@pytest.fixture
def given():
    return open_store("memory")


def test_a_job_looks_into_its_own_store(given, tmp_path, monkeypatch):
    open_store(tmp_path / "other").close()
    monkeypatch.setenv("ARGYRODITE_STORE", str(tmp_path / "other"))
    assert store_of_results(given) is given


@pytest.fixture
def remote_worker(monkeypatch):
    """As in a worker of jobflow-remote; the real one is in tests/campaign/test_remote.py."""
    name = "jobflow_remote.jobs.run"
    monkeypatch.setitem(sys.modules, name, sys.modules.get(name) or ModuleType(name))


def test_a_remote_worker_looks_where_its_environment_says(
    given, remote_worker, tmp_path, monkeypatch
):
    monkeypatch.delenv("ARGYRODITE_STORE", raising=False)
    assert store_of_results(given) is given
    there = open_store(tmp_path / "there")
    there.docs_store.update({"uuid": "u", "index": 1, "output": 1}, key=["uuid", "index"])
    monkeypatch.setenv("ARGYRODITE_STORE", str(tmp_path / "there"))
    assert store_of_results(given).query_one({"uuid": "u"})["output"] == 1


def test_a_store_out_of_reach_costs_the_look_not_the_job(
    given, remote_worker, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("ARGYRODITE_STORE", str(tmp_path / "nowhere"))
    assert store_of_results(given) is given
    assert "there is no store in" in capfd.readouterr().err
    assert not (tmp_path / "nowhere").exists()
