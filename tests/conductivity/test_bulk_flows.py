import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.conductivity import (
    BulkConductivityDocument,
    BulkConductivityFlowMaker,
    ConductivityFlowMaker,
    RandomStructureDocument,
    RandomStructureFlowMaker,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.training.schemas import PotentialDocument

COLD = ConductivityFlowMaker(
    temperatures=(0.1, 0.2),
    replicas=1,
    supercell=(1, 1, 1),
    ramp_ps=0.0,
    production_ps=0.4,
    frame_interval_ps=0.01,
)


def run(flow: object) -> tuple[object, JobStore]:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    responses = run_locally(flow, store=store, log=False, ensure_success=True)
    return responses[flow.output.uuid][1].output, store


def test_all_configurations_go_into_the_bulk(forceless: PotentialDocument) -> None:
    family = site_disorder_configurations("Cl")[2:4]
    maker = BulkConductivityFlowMaker(conductivity_maker=COLD, crystallinity_factor=0.5)
    document, _ = run(maker.make(family, forceless, {"50-P222_1": 0.0, "50-Pmm2": 11.0}))
    assert isinstance(document, BulkConductivityDocument)
    assert [c.multiplicity for c in document.configurations] == [24, 12]
    assert {rule.reason for rule in document.rules} == {"no configuration has a conductivity"}


def test_a_random_structure_runs_beside_its_references(forceless: PotentialDocument) -> None:
    """It travels as its recipe: no job's input holds the atoms."""
    maker = RandomStructureFlowMaker(
        conductivity_maker=COLD, repeats=2, references=("0-F-43m",), seed=3
    )
    flow = maker.make(forceless, {"50-P222_1": 1.0, "0-F-43m": 1.0})
    document, store = run(flow)
    assert isinstance(document, RandomStructureDocument)
    assert document.counts == {"50-P222_1": 4, "0-F-43m": 4}
    runs = list(store.query({"output.stage": "molecular_dynamics"}))
    by_crystal = {r["output"]["configuration"]: r["output"] for r in runs}
    assert set(by_crystal) == {"random-2x2x2-seed3", "0-F-43m"}
    assert {r["n_atoms"] for r in by_crystal.values()} == {416}
    assert by_crystal["random-2x2x2-seed3"]["supercell"] == [1, 1, 1]
    assert by_crystal["0-F-43m"]["supercell"] == [2, 2, 2]


def test_senseless_input_is_refused_before_any_compute(forceless: PotentialDocument) -> None:
    family = site_disorder_configurations("Cl")[2:4]
    bulk = BulkConductivityFlowMaker(conductivity_maker=COLD)
    with pytest.raises(InputError, match="50-Pmm2 are missing"):
        bulk.make(family, forceless, {"50-P222_1": 0.0})
    cold = BulkConductivityFlowMaker(conductivity_maker=COLD, weight_temperature_kelvin=0.0)
    with pytest.raises(InputError, match="weight_temperature_kelvin"):
        cold.make(family, forceless, {"50-P222_1": 0.0, "50-Pmm2": 1.0})
    random = RandomStructureFlowMaker(conductivity_maker=COLD, repeats=1)
    for weights, words in (
        ({"nope": 1.0}, "'nope' is unknown"),
        ({"0-F-43m": 0.0}, "sum to zero"),
        ({"0-F-43m": -1.0}, "not negative"),
    ):
        with pytest.raises(InputError, match=words):
            random.make(forceless, weights)
    with pytest.raises(InputError, match="crystallinity_factor 2"):
        RandomStructureFlowMaker(conductivity_maker=COLD, crystallinity_factor=2.0).make(
            forceless, {"0-F-43m": 1.0}
        )
    with pytest.raises(InputError, match="'x' is unknown"):
        RandomStructureFlowMaker(conductivity_maker=COLD, repeats=1, references=("x",)).make(
            forceless, {"0-F-43m": 1.0}
        )
