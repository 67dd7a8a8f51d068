"""The whole comparison with an engine that costs nothing: its numbers mean nothing."""

import json

import pytest
from jobflow import run_locally

from atomate2_argyrodite.active_learning import ActiveLearningFlowMaker
from atomate2_argyrodite.conductivity import ConductivityFlowMaker
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functional_comparison import (
    FunctionalComparisonDocument,
    FunctionalComparisonFlowMaker,
)
from atomate2_argyrodite.functional_comparison.flows import offered_functionals
from atomate2_argyrodite.labelling import LabelledSetDocument
from atomate2_argyrodite.sampling import SamplingFlowMaker
from atomate2_argyrodite.stability import RelativeStabilityFlowMaker
from atomate2_argyrodite.stability.flows import CrystalRelaxationMaker
from atomate2_argyrodite.stability.protocols import RelaxationSettings
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.structures import find_configuration, site_disorder_configurations
from atomate2_argyrodite.training import TrainingMaker

LJ = FoundationEngine(
    model="ase.calculators.lj:LennardJones", options={"sigma": 2.2, "epsilon": 0.01, "rc": 5.0}
)
LABELS = ("0-F-43m", "50-P222_1")


def maker(**changes: object) -> FunctionalComparisonFlowMaker:
    values = {
        "engine": LJ,
        "sampling_maker": SamplingFlowMaker(
            strains=(-0.01, 0.01),
            temperatures=(300.0,),
            steps=7,
            equilibration_steps=2,
            snapshots_per_run=4,
        ),
        "training_maker": TrainingMaker(level=2, cutoff_angstrom=4.0, maximum_iterations=5),
        "conductivity_maker": ConductivityFlowMaker(
            temperatures=(300.0,),
            replicas=1,
            supercell=(1, 1, 1),
            ramp_ps=0.05,
            production_ps=0.5,
            frame_interval_ps=0.01,
        ),
        "stability_maker": RelativeStabilityFlowMaker(
            relaxation_maker=CrystalRelaxationMaker(settings=RelaxationSettings(maximum_steps=2))
        ),
        "lattice_halides": ("Cl", "Br"),
        "lattice_configurations": ("0-F-43m",),
    }
    return FunctionalComparisonFlowMaker(**{**values, **changes})


def crystals() -> list:
    family = site_disorder_configurations("Cl")
    return [find_configuration(family, label) for label in LABELS]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("comparison")
        patch.chdir(folder)
        patch.setenv("ARGYRODITE_WORK_DIRECTORY", str(folder / "runs"))
        store = open_store("memory")
        flow = maker().make(crystals())
        run_locally(flow, store=store, create_folders=True, log=False, ensure_success=True)
        return [stored.document for stored in find_documents(store)]


def test_the_comparison_gathers_every_functional_and_names_the_missing(documents: list) -> None:
    (found,) = (d for d in documents if isinstance(d, FunctionalComparisonDocument))
    assert [result.functional for result in found.functionals] == ["pbe", "pbe-d3bj"]
    (missing,) = found.missing
    assert missing.functional == "optb88-vdw"
    assert "cannot do functional 'optb88-vdw'" in missing.reason
    assert "optb88-vdw" in found.verdict
    assert (found.composition, found.halide) == ("Li6PS5Cl", "Cl")
    for result in found.functionals:
        assert [c.label for c in result.configurations] == list(LABELS)
        assert {c.relative_energy_mev_per_atom == 0.0 for c in result.configurations} == {
            True,
            False,
        }
        lattices = {(row.halide, row.configuration) for row in result.lattices}
        assert lattices == {("Cl", "0-F-43m"), ("Cl", "50-P222_1"), ("Br", "0-F-43m")}
        assert result.n_labels == 16
        assert result.engine is not None
        assert result.engine.is_surrogate
    first, second = found.functionals
    assert first.potential_id != second.potential_id
    assert any("stands in for DFT" in warning for warning in found.warnings)
    assert len(json.dumps(found.model_dump(mode="json"))) < 100_000


def test_all_functionals_label_the_same_snapshots(documents: list) -> None:
    sets = [d for d in documents if isinstance(d, LabelledSetDocument) and d.is_collected]
    assert {d.functional for d in sets} == {"pbe", "pbe-d3bj"}
    one, other = (d.frames.to_arrays() for d in sets)
    assert (one["positions"] == other["positions"]).all()
    assert (one["energies"] != other["energies"]).all()


def test_given_snapshots_are_not_sampled_again() -> None:
    flow = maker().make(crystals(), snapshots=[])
    names = [job.name for job, _ in flow.iterflow()]
    assert not any(name.startswith("sample ") for name in names)
    assert sum(name.startswith("md ") for name in names) == 2 * 2


def test_dynamics_take_the_potential_of_active_learning_where_there_is_a_loop() -> None:
    loop = ActiveLearningFlowMaker(temperatures_kelvin=(300.0,), replicas=1)
    jobs = {
        job.uuid: job
        for job, _ in maker(active_learning_maker=loop).make(crystals(), snapshots=[]).iterflow()
    }
    loops = [uuid for uuid, job in jobs.items() if "active learning" in job.name]
    fits = [uuid for uuid, job in jobs.items() if job.name.startswith("training")]
    assert len(loops) == len(fits) == 2
    for job in jobs.values():
        required = set(job.input_uuids)
        if job.name.startswith("md "):
            assert len(required & set(loops)) == 1
            assert not required & set(fits)
        if job.name.startswith("compare functionals"):
            assert set(loops) <= required
    engines = {jobs[uuid].function_args[0].labelling_maker.functional for uuid in loops}
    assert engines == {"pbe", "pbe-d3bj"}


def test_a_functional_whose_package_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "dftd3" else found(name)
    )
    offered, missing = offered_functionals(LJ, ["pbe", "pbe-d3bj", "pbe"])
    assert offered == ["pbe"]
    assert "pip install dftd3" in missing["pbe-d3bj"]


def test_bad_requests_are_refused_before_any_compute() -> None:
    with pytest.raises(InputError, match="optb88-vdw"):
        maker(functionals=("optb88-vdw",)).make(crystals())
    with pytest.raises(InputError, match=r"slow_factor 1\.0"):
        maker(slow_factor=1.0).make(crystals())
    with pytest.raises(InputError, match="crystallinity_factor 2"):
        maker(crystallinity_factor=2).make(crystals())
    with pytest.raises(InputError, match="one Li6PS5X, got none"):
        maker().make([])
    mixed = [*crystals(), site_disorder_configurations("Br")[0]]
    with pytest.raises(InputError, match="Li6PS5Br, Li6PS5Cl"):
        maker().make(mixed)
