import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity import ConductivityDocument, ConductivityFlowMaker
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.training.schemas import PotentialDocument


def maker(**changes: object) -> ConductivityFlowMaker:
    values = {
        "temperatures": (0.1, 2.0),
        "replicas": 2,
        "supercell": (1, 1, 1),
        "ramp_ps": 0.02,
        "production_ps": 0.4,
        "frame_interval_ps": 0.01,
    }
    return ConductivityFlowMaker(**{**values, **changes})


def conduct(maker: ConductivityFlowMaker, *arguments: object) -> tuple[object, JobStore]:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    flow = maker.make(*arguments)
    responses = run_locally(flow, store=store, log=False, ensure_success=True)
    return responses[flow.output.uuid][1].output, store


def test_runs_are_named_seeded_and_pooled(crystal: Structure, forceless: PotentialDocument) -> None:
    """Cold atoms without forces move by less than a hop: upper limits, and no Arrhenius fit."""
    document, store = conduct(maker(), crystal, forceless, "50-Pmm2")
    assert isinstance(document, ConductivityDocument)
    runs = list(store.query({"output.stage": "molecular_dynamics"}))
    assert sorted(r["name"] for r in runs) == [
        "md 50-Pmm2 0.1 K #1",
        "md 50-Pmm2 0.1 K #2",
        "md 50-Pmm2 2 K #1",
        "md 50-Pmm2 2 K #2",
    ]
    assert len({r["output"]["seeds"]["velocities"] for r in runs}) == 4
    assert all(r["metadata"]["stage"] == "conductivity" for r in runs)
    assert document.failed_runs == []
    assert [(r.temperature_kelvin, r.n_replicas) for r in document.results] == [(0.1, 2), (2.0, 2)]
    assert not any(r.is_diffusive for r in document.results)
    assert all(r.diffusivity_upper_limit_cm2_per_s > 0 for r in document.results)
    assert document.arrhenius is None
    assert document.arrhenius_reason


def test_failed_dynamics_do_not_fail_the_flow(
    crystal: Structure, forceless: PotentialDocument
) -> None:
    hot = maker(temperatures=(1500.0,), replicas=1, production_ps=1.0)
    document, _ = conduct(hot, crystal, forceless, "50-Pmm2")
    assert document.results == []
    assert len(document.failed_runs) == 1
    assert document.arrhenius_reason == "no run could be analysed"


def test_senseless_settings_are_refused_before_any_compute(
    crystal: Structure, forceless: PotentialDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    for changes, named in (
        ({"temperatures": ()}, "at least one"),
        ({"temperatures": (300.0, 300.0)}, "different"),
        ({"temperatures": (-1.0,)}, "-1.0"),
        ({"replicas": 0}, "replicas"),
        ({"supercell": (0, 1, 1)}, "supercell"),
        ({"coupling": "cubic"}, "cubic"),
    ):
        with pytest.raises(InputError, match=named):
            maker(**changes).make(crystal, forceless, "x")
    monkeypatch.setenv("ARGYRODITE_LAMMPS_COMMAND", "no_such_lmp")
    with pytest.raises(MissingEngineError, match="no_such_lmp"):
        maker().make(crystal, forceless, "x")
