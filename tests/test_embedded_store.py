"""The SQLite store answers as MongoDB would: checked against maggma's in-memory store."""

import sqlite3
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maggma.stores import MemoryStore

from atomate2_argyrodite import embedded_store
from atomate2_argyrodite.embedded_store import EmbeddedStore
from atomate2_argyrodite.errors import StoreError

DOCUMENTS = [
    {"uuid": f"u{k % 4}", "index": k // 4 + 1, "n": {"t": 100.0 * (k % 3)}, "s": "ab"[k % 2]}
    for k in range(12)
] + [{"uuid": "bare", "index": 1}]
CRITERIA = [
    {},
    {"uuid": "u1"},
    {"uuid": {"$in": ["u1", "u2", "none"]}},
    {"uuid": {"$in": []}},
    {"uuid": {"$ne": "u1"}},
    {"uuid": "u1", "index": 2},
    {"n.t": {"$gte": 100.0}},
    {"n.t": {"$exists": True}, "s": "a"},
    {"$or": [{"s": "b"}, {"uuid": "bare"}]},
    {"n": {"$ne": None}},
]


def stores(tmp_path_factory):
    embedded = EmbeddedStore(tmp_path_factory.mktemp("s") / "documents.sqlite")
    memory = MemoryStore(key="uuid")
    for store in (embedded, memory):
        store.connect()
        store.update(DOCUMENTS, key=["uuid", "index"])
    return embedded, memory


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return stores(tmp_path_factory)


def plain(documents):
    return [{k: v for k, v in document.items() if k != "_id"} for document in documents]


@pytest.mark.parametrize("criteria", CRITERIA)
def test_criteria_agree_with_mongodb(both, criteria):
    order = {"uuid": 1, "index": -1}
    embedded, memory = (plain(s.query(criteria, sort=order)) for s in both)
    assert embedded == memory
    assert both[0].count(criteria) == len(memory)


@pytest.mark.parametrize("properties", [["n.t"], ["index", "s"], {"uuid": 1}, {"n": 0}])
def test_projections_agree_with_mongodb(both, properties):
    order = {"index": 1, "uuid": 1}
    embedded, memory = (plain(s.query({}, properties, sort=order)) for s in both)
    assert embedded == memory


@given(skip=st.integers(0, 15), limit=st.integers(0, 15), direction=st.sampled_from([1, -1]))
@settings(max_examples=30, deadline=None)
def test_pages_agree_with_mongodb(both, skip, limit, direction):
    order = {"n.t": direction, "uuid": 1, "index": 1}
    embedded, memory = (plain(s.query({}, sort=order, skip=skip, limit=limit)) for s in both)
    assert embedded == memory


def test_groups_and_distinct_values(both):
    embedded, memory = (
        {g["s"]: len(members) for g, members in s.groupby("s", {"s": {"$exists": True}})}
        for s in both
    )
    assert embedded == memory
    assert set(both[0].distinct("s")) == {"a", "b"}


def test_update_replaces_by_the_given_fields_and_remove_removes(tmp_path_factory):
    embedded, memory = stores(tmp_path_factory)
    for store in (embedded, memory):
        store.update({"uuid": "u1", "index": 2, "s": "new"}, key=["uuid", "index"])
        store.update({"uuid": "bare", "index": 9})
        store.remove_docs({"uuid": "u0"})
    order = {"uuid": 1, "index": 1}
    assert plain(embedded.query(sort=order)) == plain(memory.query(sort=order))


def test_a_failed_update_changes_nothing(both):
    with pytest.raises(KeyError):
        both[0].update([{"uuid": "half", "index": 1}, {"index": 1}])
    assert both[0].count({"uuid": "half"}) == 0


def test_an_unconnected_store_says_so(tmp_path):
    with pytest.raises(StoreError, match="connect"):
        list(EmbeddedStore(tmp_path / "x.sqlite").query())


def test_look_ups_by_key_read_what_they_return_however_large_the_store(tmp_path, monkeypatch):
    store = EmbeddedStore(tmp_path / "x.sqlite")
    store.connect()
    store.update([{"uuid": f"more{k}", "index": 1} for k in range(3000)])
    read, bson = [], embedded_store.bson

    def decode(body):
        read.append(body)
        return bson.decode(body)

    monkeypatch.setattr(embedded_store, "bson", SimpleNamespace(encode=bson.encode, decode=decode))
    for k in range(20):
        store.update({"uuid": f"u{k}", "index": 1}, key=["uuid", "index"])  # looks for an older one
        assert next(store.query({"uuid": f"u{k}"}))["uuid"] == f"u{k}"
    store.update({"uuid": "u0", "index": 1}, key=["uuid", "index"])
    assert len(list(store.query({"uuid": {"$in": ["u3", "more7"]}}))) == 2
    assert len(read) == 20 + 1 + 2
    plan = " ".join(
        str(row[-1])
        for row in store._collection.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE key = 'u1'"
        )
    )
    assert "documents_key" in plan  # and SQLite finds them by its index


def test_a_store_travels_as_its_description(both):
    import json

    from monty.json import MontyDecoder, MontyEncoder

    text = json.dumps(both[0].as_dict(), cls=MontyEncoder)
    again = MontyDecoder().process_decoded(json.loads(text))
    again.connect()
    assert again.count() == both[0].count()
    assert again.key == "uuid"


def test_a_file_that_another_process_sets_up_at_this_moment_is_waited_for(tmp_path, monkeypatch):
    """SQLite refuses at once to switch to write-ahead logging while another one writes."""
    path = tmp_path / "documents.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE something (a)")
    other.execute("BEGIN IMMEDIATE")
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        other.rollback()  # the other one has done its work

    clock = SimpleNamespace(monotonic=lambda: float(len(pauses)), sleep=pause)
    monkeypatch.setattr(embedded_store, "time", clock)
    store = EmbeddedStore(path)
    store.connect()
    assert len(pauses) == 1
    store.update({"uuid": "u", "index": 1}, key=["uuid", "index"])
    assert store.count() == 1


def test_a_file_that_stays_locked_is_told_in_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "documents.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE something (a)")
    other.execute("BEGIN IMMEDIATE")
    passed = iter(range(0, 10_000, 50))
    clock = SimpleNamespace(monotonic=lambda: float(next(passed)), sleep=lambda _: None)
    monkeypatch.setattr(embedded_store, "time", clock)
    with pytest.raises(StoreError, match=r"cannot be opened for writing \(database is locked\)"):
        EmbeddedStore(path).connect()
