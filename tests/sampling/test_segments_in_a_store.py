"""Runs that were divided in one way, found in a store that is asked with another."""

from pathlib import Path

import pytest
from jobflow import JobStore
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.campaign.runner import LocalRun
from atomate2_argyrodite.campaign.schedule import JobState
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.segments import SegmentLimit
from atomate2_argyrodite.sampling import SamplingFlowMaker
from atomate2_argyrodite.store import find_documents
from atomate2_argyrodite.structures import site_disorder_configurations

STEPS = 12
MAKER = SamplingFlowMaker(
    engine=FoundationEngine(
        model="ase.calculators.lj:LennardJones",
        options={"sigma": 1.0, "epsilon": 1e-4, "rc": 3.0},
    ),
    strains=(0.0,),
    temperatures=(200.0,),
    time_step_fs=1.0,
    steps=STEPS,
    equilibration_steps=0,
    snapshots_per_run=2,
)


@pytest.fixture
def store() -> JobStore:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    store.connect()
    return store


@pytest.fixture
def crystals() -> dict[str, Structure]:
    return {"50-Pmm2": site_disorder_configurations("Cl")[3].structure}


def ran(
    store: JobStore, folder: Path, crystals: dict[str, Structure], limit: SegmentLimit | None
) -> list[str]:
    """Run with a limit, and return the names of the jobs that moved atoms."""
    events = []
    maker = SamplingFlowMaker(**{**vars(MAKER), "segment_limit": limit})
    result = LocalRun(store, "memory", folder, observe=events.append).run(maker.make(crystals))
    assert result.state == RunState.FINISHED
    names = [e.job.name for e in events if e.state == JobState.RUNNING]
    starts_chain = "sample 50-Pmm2 200 K +0 %"
    return [
        name
        for name in names
        if " after " not in name and "store_inputs" not in name
        if name != starts_chain or limit is None
    ]


def test_another_limit_finds_what_is_finished(
    store: JobStore, tmp_path: Path, crystals: dict[str, Structure]
) -> None:
    """Divided in one way and in others: atoms are moved the first time only."""
    first = ran(store, tmp_path, crystals, SegmentLimit(steps=5))
    assert [name.split(" % ")[1] for name in first] == ["segment 1", "segment 2", "segment 3"]
    for limit in (SegmentLimit(steps=7), SegmentLimit(wall_time_s=3600.0)):
        assert ran(store, tmp_path, crystals, limit) == []
    assert {s.document.n_segments for s in find_documents(store, stage="sampling")} == {3}


@pytest.mark.parametrize("limit", [None, SegmentLimit(steps=5), SegmentLimit(wall_time_s=3600.0)])
def test_a_machine_can_ask_for_shorter_segments(
    store: JobStore,
    tmp_path: Path,
    crystals: dict[str, Structure],
    limit: SegmentLimit | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So short that every segment is one step."""
    monkeypatch.setenv("ARGYRODITE_SEGMENT_HOURS", "1e-12")
    ran(store, tmp_path, crystals, limit)
    (document,) = [s.document for s in find_documents(store, stage="sampling")]
    assert (document.n_segments, document.steps) == (STEPS, STEPS)


def test_a_run_in_one_piece_is_found_when_segments_are_asked_for(
    store: JobStore, tmp_path: Path, crystals: dict[str, Structure]
) -> None:
    assert ran(store, tmp_path, crystals, None) == ["sample 50-Pmm2 200 K +0 %"]
    assert ran(store, tmp_path, crystals, SegmentLimit(steps=5)) == []
