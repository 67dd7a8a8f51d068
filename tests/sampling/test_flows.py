import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.sampling import SamplingDocument, SamplingFlowMaker
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


def test_seeds_do_not_change_when_a_temperature_is_added(crystal: Structure) -> None:
    few = maker().make({"a": crystal})
    many = maker(temperatures=(50.0, 100.0, 200.0)).make({"a": crystal})
    seeds = {job.name: job.function_args[5].seed for job in many.jobs}
    assert all(seeds[job.name] == job.function_args[5].seed for job in few.jobs)


def test_bad_input_is_refused_before_any_compute(crystal: Structure) -> None:
    with pytest.raises(InputError, match="at least one crystal"):
        maker().make({})
    with pytest.raises(InputError, match="optb88-vdw"):
        maker(functional="optb88-vdw").make({"a": crystal})
    with pytest.raises(InputError, match="-300"):
        maker(temperatures=(-300.0,)).make({"a": crystal})
