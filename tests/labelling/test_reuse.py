"""A label is computed once: for the same frame and settings, in the same store."""

import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobflow import Flow, JobStore, run_locally

from atomate2_argyrodite.errors import OutOfSpaceError
from atomate2_argyrodite.labelling import LabelledSetDocument, LabellingFlowMaker
from atomate2_argyrodite.labelling.labels import labelled_set
from atomate2_argyrodite.labelling.reuse import PartialLabels, frame_hash, labels_by_hash
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_from_arrays
from atomate2_argyrodite.store import find_documents, open_store
from labelling.counting import (
    COUNTING,
    CountingLennardJones,
    FragileEngine,
    fragile,
    frame,
    snapshots,
)

DISTANCES = [3.5, 3.6, 3.7, 3.8, 3.9]


def run(store: JobStore, distances: list[float], batch_size: int = 2) -> list[LabelledSetDocument]:
    """Label the frames of a new flow and return its batches."""
    source = snapshots(distances)
    flow = LabellingFlowMaker(engine=COUNTING, batch_size=batch_size).make([source.output])
    before = {stored.uuid for stored in find_documents(store, stage="labelling")}
    CountingLennardJones.calls = 0
    run_locally(Flow([source, flow]), store=store, log=False, ensure_success=True)
    found = find_documents(store, stage="labelling")
    return [stored.document for stored in found if stored.uuid not in before]


def energies(documents: list[LabelledSetDocument]) -> dict[float, float]:
    return {
        label.metadata["d"]: label.energy
        for document in documents
        for label in configurations_from_arrays(document.frames.to_arrays())
    }


@pytest.fixture(params=["memory", "folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the store is: in this process, in a file, on a server."""
    if request.param == "server":
        server = request.getfixturevalue("mongo_server")
        return str(server.database("argyrodite_test_reuse"))
    return "memory" if request.param == "memory" else str(tmp_path / "store")


def test_a_second_flow_computes_only_what_the_store_lacks(place: str) -> None:
    store = open_store(place)
    first = run(store, DISTANCES)
    assert CountingLennardJones.calls == 5
    assert sum(document.n_reused for document in first) == 0
    # Another division into batches, two new frames among the old ones.
    second = run(store, [4.4, *DISTANCES, 4.5], batch_size=3)
    assert CountingLennardJones.calls == 2
    assert sum(document.n_reused for document in second) == 5
    assert sum(document.n_frames for document in second) == 7
    old, new = energies(first), energies(second)
    assert {d: new[d] for d in old} == old
    other = open_store("memory")
    run(other, DISTANCES)
    assert CountingLennardJones.calls == 5, "another store knows nothing"


def test_other_settings_or_another_frame_are_not_the_same_label() -> None:
    store = open_store("memory")
    run(store, DISTANCES)
    softer = {**COUNTING.options, "epsilon": 0.02}
    CountingLennardJones.calls = 0
    changed = type(COUNTING)(model=COUNTING.model, options=softer)
    assert labelled_set(changed, "pbe", [frame(3.5)], store=store).n_reused == 0
    assert labelled_set(COUNTING, "pbe", [frame(3.5)], store=store).n_reused == 1
    assert labelled_set(COUNTING, "pbe", [frame(3.5 + 1e-12)], store=store).n_reused == 0
    assert CountingLennardJones.calls == 2


def test_a_reused_label_keeps_the_origin_of_the_frame_that_asks() -> None:
    store = open_store("memory")
    run(store, DISTANCES)
    asked = frame(3.6).with_metadata(trajectory="another run")
    (label,) = configurations_from_arrays(
        labelled_set(COUNTING, "pbe", [asked], store=store).frames.to_arrays()
    )
    assert label.metadata["trajectory"] == "another run"
    assert label.forces is not None
    np.testing.assert_allclose(label.forces.sum(axis=0), 0, atol=1e-12)


def test_equal_frames_of_a_batch_are_computed_once() -> None:
    CountingLennardJones.calls = 0
    document = labelled_set(COUNTING, "pbe", [frame(3.5), frame(3.6), frame(3.5)])
    assert CountingLennardJones.calls == 2
    assert document.n_frames == 3


@given(st.integers(0, 5), st.sampled_from([1e-13, -1e-9, 1.0]))
def test_the_hash_of_a_frame_sees_every_coordinate(entry: int, change: float) -> None:
    moved = frame(3.5).positions.copy()
    moved.flat[entry] += change
    other = LabelledConfiguration([18, 18], moved, frame(3.5).cell)
    assert frame_hash(other) != frame_hash(frame(3.5))
    assert frame_hash(frame(3.5).with_metadata(step=3)) == frame_hash(frame(3.5))


@pytest.mark.parametrize("named", [False, True])
def test_a_full_disk_ends_the_batch_by_name_and_keeps_what_was_labelled(named: bool) -> None:
    frames = [frame(d) for d in DISTANCES]
    with pytest.raises((OSError, OutOfSpaceError), match="No space left on device"):
        labelled_set(fragile(lasts=3, named=named), "pbe", frames)
    FragileEngine.done = -100  # the disk has been emptied
    document = labelled_set(FragileEngine(options=COUNTING.options, lasts=3), "pbe", frames)
    assert document.n_frames == 5
    assert FragileEngine.done == -100 + 4, "the group that broke is computed again, no other"


def test_a_killed_batch_goes_on_where_it_was(
    work_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL in the middle; what was written before is not computed again."""
    frames = [frame(d + 0.033) for d in DISTANCES]

    def work() -> None:
        from atomate2_argyrodite.labelling import labels, reuse

        original = labels.PartialLabels.add

        def add(self: PartialLabels, found: object) -> None:
            self._interval_s = 0.0
            original(self, found)
            if len(self.labels) >= 1:
                os.kill(os.getpid(), signal.SIGKILL)

        reuse.PartialLabels.add = add
        labelled_set(COUNTING, "pbe", frames)

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert len(list((work_directory / "labelling").glob("*.npz"))) == 1
    CountingLennardJones.calls = 0
    assert labelled_set(COUNTING, "pbe", frames).n_frames == 5
    assert CountingLennardJones.calls == 4
    assert not list((work_directory / "labelling").iterdir()), "finished batches leave no file"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x93NUMPY"])
def test_a_torn_file_of_a_killed_batch_is_ignored(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labelling" / "x.npz"
    path.parent.mkdir()
    path.write_bytes(content)
    assert PartialLabels(path).labels == {}


def test_only_labelled_frames_are_known() -> None:
    assert labels_by_hash([frame(3.5)]) == {}
