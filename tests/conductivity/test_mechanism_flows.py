import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity import (
    ConductivityFlowMaker,
    MechanismFlowMaker,
    Ps4MotionDocument,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.training.schemas import PotentialDocument

COLD = ConductivityFlowMaker(
    temperatures=(0.1,),
    replicas=1,
    supercell=(1, 1, 1),
    ramp_ps=0.0,
    production_ps=0.14,
    frame_interval_ps=0.004,
)


def test_free_rigid_and_fixed_runs_are_made_and_compared(
    crystal: Structure, forceless: PotentialDocument
) -> None:
    flow = MechanismFlowMaker(conductivity_maker=COLD).make(crystal, forceless, "50-Pmm2")
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    responses = run_locally(flow, store=store, log=False, ensure_success=True)
    document = responses[flow.output.uuid][1].output
    assert isinstance(document, Ps4MotionDocument)
    runs = {r["output"]["ps4"]: r for r in store.query({"output.stage": "molecular_dynamics"})}
    assert set(runs) == {"free", "rigid", "fixed"}
    assert {r["output"]["outcome"] for r in runs.values()} == {"completed"}
    assert runs["rigid"]["name"] == "md 50-Pmm2 0.1 K #1 PS4 rigid"
    (mechanism,) = store.query({"output.stage": "mechanism"})
    assert mechanism["output"]["n_cages"] == 4
    assert mechanism["name"] == "mechanism 50-Pmm2 0.1 K #1"
    assert {r.ps4 for r in document.results} == {"rigid", "fixed"}
    for result in document.results:
        assert result.loss is None
        assert "no diffusivity to lose" in result.reason


def test_senseless_settings_are_refused(crystal: Structure, forceless: PotentialDocument) -> None:
    for hindrances in (("stiff",), ("rigid", "rigid"), ("free",)):
        with pytest.raises(InputError, match="'rigid', 'fixed' or both"):
            MechanismFlowMaker(conductivity_maker=COLD, hindrances=hindrances).make(
                crystal, forceless, "x"
            )
