from dataclasses import replace

import numpy as np
import pytest
from jobflow import Flow, JobStore, run_locally
from jobflow.core.reference import ResolvedReference
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.segments import SegmentLimit
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.sampling import SamplingDocument, SamplingFlowMaker
from atomate2_argyrodite.sampling.crystals import strained_crystal
from atomate2_argyrodite.stability import CrystalRelaxationMaker, RelaxationSettings
from atomate2_argyrodite.store import find_documents
from atomate2_argyrodite.structures import site_disorder_configurations

# So weak that atoms fly freely: a few steps leave the crystal whole, many do not.
WEAK = FoundationEngine(
    model="ase.calculators.lj:LennardJones", options={"sigma": 1.0, "epsilon": 1e-4, "rc": 3.0}
)


@pytest.fixture(scope="module")
def crystal() -> Structure:
    return site_disorder_configurations("Cl")[3].structure


def store() -> JobStore:
    return JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})


def maker(**changes: object) -> SamplingFlowMaker:
    values = {
        "engine": WEAK,
        "strains": (-0.02, 0.02),
        "temperatures": (100.0, 200.0),
        "time_step_fs": 1.0,
        "steps": 12,
        "equilibration_steps": 4,
        "snapshots_per_run": 2,
    }
    return SamplingFlowMaker(**{**values, **changes})


def test_every_crystal_is_sampled_at_every_strain_and_temperature(crystal: Structure) -> None:
    flow = maker().make({"50-Pmm2": crystal})
    assert [job.name for job in flow.jobs] == [
        "sample 50-Pmm2 100 K -2 %",
        "sample 50-Pmm2 200 K -2 %",
        "sample 50-Pmm2 100 K +2 %",
        "sample 50-Pmm2 200 K +2 %",
    ]
    assert all(job.metadata["stage"] == "sampling" for job in flow.jobs)
    responses = run_locally(flow, store=store(), log=False, ensure_success=True)
    documents = [responses[job.uuid][1].output for job in flow.jobs]
    assert all(isinstance(document, SamplingDocument) for document in documents)
    assert {(d.strain, d.temperature_kelvin) for d in documents} == {
        (strain, t) for strain in (-0.02, 0.02) for t in (100.0, 200.0)
    }
    assert len({d.seeds["velocities"] for d in documents}) == 4
    first = documents[0]
    assert (first.composition, first.halide, first.configuration) == ("Li6PS5Cl", "Cl", "50-Pmm2")
    assert first.engine.is_surrogate
    frames = configurations_from_arrays(first.frames.to_arrays())
    assert [frame.metadata["step"] for frame in frames] == [8, 12]
    assert frames[0].volume == pytest.approx(crystal.volume * 0.98**3)
    assert len({frame.metadata["trajectory"] for frame in frames}) == 1
    assert first.is_physical
    assert first.n_frames == 2


def test_a_crystal_that_falls_apart_gives_a_document_that_says_so(crystal: Structure) -> None:
    broken = maker(temperatures=(1500.0,), strains=(0.0,), time_step_fs=2.0, steps=150)
    flow = broken.make({"50-Pmm2": crystal})
    responses = run_locally(flow, store=store(), log=False, ensure_success=True)
    document = responses[flow.jobs[0].uuid][1].output
    assert not document.is_physical
    assert document.n_unphysical > 0
    assert document.n_frames + document.n_unphysical == 2
    assert document.crystal_fault.startswith("PS4 units broke at ")
    assert 0.0 < document.lost_at_ps <= 0.3
    assert document.crystal_fault in document.warnings


def test_seeds_do_not_change_when_a_temperature_is_added(crystal: Structure) -> None:
    few = maker().make({"a": crystal})
    many = maker(temperatures=(50.0, 100.0, 200.0)).make({"a": crystal})
    seeds = {job.name: job.function_args[0].settings.seed for job in many.jobs}
    assert all(seeds[job.name] == job.function_args[0].settings.seed for job in few.jobs)


def documents_of(flow: Flow, place: JobStore) -> list[SamplingDocument]:
    run_locally(flow, store=place, log=False, ensure_success=True)
    found = [stored.document for stored in find_documents(place, stage="sampling")]
    return sorted(found, key=lambda document: (document.strain, document.temperature_kelvin))


def test_a_run_in_segments_is_the_run_in_one_piece(crystal: Structure) -> None:
    """Frames, series and statistics agree to the last bit, whatever the segments are."""
    runs = {"temperatures": (200.0,), "steps": 40, "equilibration_steps": 8, "snapshots_per_run": 8}
    (whole, _), (joined, _) = (
        documents_of(maker(**runs, segment_limit=limit).make({"50-Pmm2": crystal}), store())
        for limit in (None, SegmentLimit(steps=13))
    )
    assert (whole.n_segments, joined.n_segments) == (1, 4)
    assert joined.outcome == "completed"
    for name in ("frames", "series"):
        one, other = getattr(whole, name).to_arrays(), getattr(joined, name).to_arrays()
        assert set(one) == set(other)
        for key, values in one.items():
            if key == "temperature_sum_kelvin":
                assert other[key] == pytest.approx(float(values), rel=1e-12)
            else:
                np.testing.assert_array_equal(other[key], values)
    assert joined.mean_temperature_kelvin == pytest.approx(whole.mean_temperature_kelvin)
    different = {"wall_time_s", "created_at", "n_segments", "frames", "series"}
    different |= {"mean_temperature_kelvin"}
    assert joined.model_dump(exclude=different) == whole.model_dump(exclude=different)


def test_segments_hand_over_references_and_are_documents_too(crystal: Structure) -> None:
    place = store()
    runs = {"temperatures": (200.0,), "strains": (0.0,)}
    flow = maker(**runs, segment_limit=SegmentLimit(steps=5)).make({"50-Pmm2": crystal})
    assert len(flow.jobs) == 1, "the chain begins when it runs"
    documents_of(flow, place)
    segments = [s.document for s in find_documents(place, stage="sampling_segment")]
    segments.sort(key=lambda segment: segment.segment)
    assert [(s.segment, s.first_step, s.last_step) for s in segments] == [
        (1, 1, 5),
        (2, 6, 10),
        (3, 11, 12),
    ]
    assert [s.state is None for s in segments] == [False, False, True]
    assert [s.n_frames for s in segments] == [0, 1, 1]


# Holds an argyrodite together for some steps, and pulls its cell in.
PULLING = FoundationEngine(
    model="ase.calculators.lj:LennardJones",
    options={"sigma": 2.0, "epsilon": 0.02, "rc": 5.0, "smooth": True},
)
RELAXED = {
    "engine": PULLING,
    "temperatures": (100.0,),
    "relaxation_maker": CrystalRelaxationMaker(settings=RelaxationSettings(maximum_steps=3)),
}


@pytest.mark.parametrize("limit", [None, SegmentLimit(steps=5)])
def test_crystals_are_relaxed_before_they_are_strained(
    crystal: Structure, limit: SegmentLimit | None
) -> None:
    """Both runs begin with the same relaxed crystal; their documents tell its cells."""
    place = store()
    flow = maker(**RELAXED, segment_limit=limit).make({"50-Pmm2": crystal})
    assert flow.jobs[0].name == "relax 50-Pmm2 cubic"
    documents = documents_of(flow, place)
    (relaxation,) = find_documents(place, stage="stability")
    (relaxed,) = configurations_from_arrays(relaxation.document.frames.to_arrays())
    assert abs(relaxed.volume / crystal.volume - 1) > 1e-5, "the engine must move the cell"
    assert [document.strain for document in documents] == [-0.02, 0.02]
    for document in documents:
        told = document.crystal
        np.testing.assert_allclose(told.built_cell_angstrom, crystal.lattice.matrix)
        np.testing.assert_allclose(told.relaxed_cell_angstrom, relaxed.cell)
        np.testing.assert_allclose(told.cell_angstrom, relaxed.cell * (1 + document.strain))
        assert told.relaxation_uuid == relaxation.uuid
        assert told.relaxation == relaxation.document.crystal.relaxation
        assert not told.relaxation.is_converged
        assert any("is not relaxed" in warning for warning in document.warnings)
        frame = configurations_from_arrays(document.frames.to_arrays())[0]
        np.testing.assert_allclose(frame.cell, told.cell_angstrom)


def test_a_crystal_strained_as_built_says_so(crystal: Structure) -> None:
    document = documents_of(maker(temperatures=(100.0,)).make({"50-Pmm2": crystal}), store())[0]
    told = document.crystal
    np.testing.assert_allclose(told.built_cell_angstrom, crystal.lattice.matrix, atol=1e-12)
    np.testing.assert_allclose(told.cell_angstrom, 0.98 * crystal.lattice.matrix, atol=1e-12)
    assert (told.relaxed_cell_angstrom, told.relaxation, told.relaxation_uuid) == (None,) * 3


def test_no_relaxed_crystal_stands_in_the_input_of_a_job(crystal: Structure) -> None:
    flow = maker(**RELAXED, segment_limit=SegmentLimit(steps=5)).make({"50-Pmm2": crystal})
    created = []
    relaxation = flow.jobs[0].output.uuid

    class Recording(JobStore):
        """Keeps what jobs were given."""

        def get_output(self, uuid, **options):
            created.append(uuid)
            return super().get_output(uuid, **options)

    documents_of(flow, Recording(MemoryStore(), additional_stores={"data": MemoryStore()}))
    # Each of three segments, and what follows it, of two runs asks for the relaxed crystal itself.
    assert created.count(relaxation) >= 2 * 3


def test_a_relaxation_that_broke_the_crystal_is_not_sampled(crystal: Structure) -> None:
    run = maker(**RELAXED).make({"50-Pmm2": crystal}).jobs[1]
    relaxation = replace(RELAXED["relaxation_maker"], engine=PULLING).make(crystal, "50-Pmm2")
    responses = run_locally(relaxation, store=store(), log=False)
    document = responses[relaxation.uuid][1].output
    document.crystal.tetrahedra = replace(document.crystal.tetrahedra, are_intact=False)
    broken = ResolvedReference(relaxation.uuid, (), document)
    with pytest.raises(RunError, match="50-Pmm2 by protocol 'cubic' broke PS4 units"):
        strained_crystal(run.function_args[0], broken)


def test_runs_are_the_same_jobs_whatever_their_segments(crystal: Structure) -> None:
    """What fits runs to a queue must not make finished ones be computed again."""
    plans = [
        [job.uuid for job in plan_flow(maker(**given, segment_limit=limit).make({"a": crystal}))]
        for given in ({}, RELAXED)
        for limit in (None, SegmentLimit(wall_time_s=60.0), SegmentLimit(wall_time_s=3600.0))
    ]
    assert plans[0] == plans[1] == plans[2]
    assert plans[3] == plans[4] == plans[5]
    assert not set(plans[0]) & set(plans[3])


class WholeRunEngine(FoundationEngine):
    """An engine without a way to stop and go on."""

    continues_dynamics = False


def test_an_engine_that_cannot_continue_is_refused_with_segments(crystal: Structure) -> None:
    engine = WholeRunEngine(model=WEAK.model, options=WEAK.options)
    with pytest.raises(InputError, match="'LennardJones' cannot continue a run"):
        maker(engine=engine, segment_limit=SegmentLimit(steps=5)).make({"a": crystal})


def test_decorrelated_snapshots_are_fewer_and_the_measure_is_stated(crystal: Structure) -> None:
    """Free flight: the weak energy of one step is nearly that of the last."""
    runs = {
        "temperatures": (100.0,),
        "strains": (0.0,),
        "steps": 160,
        "equilibration_steps": 0,
        "snapshots_per_run": 40,
    }
    (every,) = documents_of(maker(**runs).make({"50-Pmm2": crystal}), store())
    (some,) = documents_of(maker(**runs, decorrelate=True).make({"50-Pmm2": crystal}), store())
    assert every.n_correlated == 0
    assert some.correlation_steps == every.correlation_steps
    assert some.correlation_steps is not None
    assert some.correlation_steps > 8
    assert some.n_frames + some.n_correlated == every.n_frames
    steps = [
        frame.metadata["step"] for frame in configurations_from_arrays(some.frames.to_arrays())
    ]
    assert len(steps) > 1
    assert min(np.diff(steps)) >= some.correlation_steps


def test_the_paper_s_runs_make_7200_snapshots() -> None:
    """Six configurations, three strains, four temperatures, 10 ps, 100 snapshots each."""
    family = {c.label: c.structure for c in site_disorder_configurations("Cl")}
    flow = SamplingFlowMaker(engine=WEAK).make(family)
    settings = [job.function_args[0].settings for job in flow.jobs]
    assert len(settings) == 6 * 3 * 4
    assert {s.steps * s.time_step_fs for s in settings} == {10_000.0}
    taken = [sum(s.is_snapshot(step) for step in range(1, s.steps + 1)) for s in settings]
    assert sum(taken) == 7_200
    assert {s.temperature_kelvin for s in settings} == {300.0, 600.0, 900.0, 1200.0}
    assert {job.function_args[0].strain for job in flow.jobs} == {-0.05, 0.0, 0.05}


def test_bad_input_is_refused_before_any_compute(crystal: Structure) -> None:
    with pytest.raises(InputError, match="at least one crystal"):
        maker().make({})
    with pytest.raises(InputError, match="optb88-vdw"):
        maker(functional="optb88-vdw").make({"a": crystal})
    with pytest.raises(InputError, match="-300"):
        maker(temperatures=(-300.0,)).make({"a": crystal})
