import json
from dataclasses import replace

import numpy as np
import pytest
from monty.json import MontyDecoder, MontyEncoder
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity import ConductivityFlowMaker
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.grain_boundary import GrainBoundaryDocument, GrainBoundaryFlowMaker
from atomate2_argyrodite.mtp import MomentTensorPotential
from atomate2_argyrodite.structures import (
    AtomCountError,
    BoundaryRecipe,
    ConfigurationRecipe,
    RandomStructureRecipe,
)
from atomate2_argyrodite.training.schemas import PotentialDocument

SMALL = BoundaryRecipe(ConfigurationRecipe("50-P222_1"))
COLD = GrainBoundaryFlowMaker(
    md_maker=ConductivityFlowMaker(
        temperatures=(0.1,),
        replicas=1,
        ramp_ps=0.0,
        production_ps=0.2,
        frame_interval_ps=0.004,
        minimise=True,
    ),
    slab_thickness=3.5,
)


@pytest.fixture(scope="module")
def forceless() -> PotentialDocument:
    """A real, untrained MTP: no forces; at 0.1 K nothing moves far."""
    potential = MomentTensorPotential.untrained(2, 5.0, ["Li", "P", "S", "Cl"], 1.5)
    return PotentialDocument.model_construct(
        functional=Functional.PBE,
        potential_id=potential.potential_id,
        species=list(potential.species),
        potential=Attachment.from_text("potential.mtp", potential.to_text()),
    )


@pytest.fixture(autouse=True)
def work_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "work"))
    return tmp_path / "work"


def test_boundary_and_bulk_run_and_make_one_small_document(run, forceless, work_directory) -> None:
    document, store = run(COLD.make(SMALL, forceless))
    found = GrainBoundaryDocument.model_validate(document)
    assert (found.n_atoms, found.n_ions, found.is_complete) == (520, 240, True)
    assert found.boundary == "Sigma5[100](021) tilt"
    assert found.composition == "Li6PS5Cl"
    np.testing.assert_allclose(found.boundary_planes, [0, 0.5], atol=1e-3)
    assert [slab.name for slab in found.slabs] == ["GB", "Near_GB", "Far_GB", "Bulk"]
    assert sum(slab.accumulation.early for slab in found.slabs) == pytest.approx(240)
    assert found.slabs[0].structure_early.ps4_intact_fraction == 1
    assert found.bulk_configuration == "50-P222_1"
    assert found.bulk_cell is not None
    assert {ratio.second for ratio in found.ratios} == {"Bulk", "bulk cell"}
    assert all(ratio.reason for ratio in found.ratios)  # nothing has moved
    assert any("never becomes linear" in text for text in found.unresolved)
    (stored,) = store.query({"output.stage": "grain_boundary_dynamics"})
    assert len(json.dumps(stored["output"], default=str)) < 100_000
    stages = {row["metadata"]["stage"] for row in store.query({"metadata.stage": {"$exists": 1}})}
    assert stages == {"grain_boundary"}
    (script,) = work_directory.glob("molecular_dynamics/*Sigma5*/segment_0000.in")
    assert "minimize" in script.read_text()


def test_a_boundary_that_falls_apart_is_a_document_with_its_cause(run, forceless) -> None:
    hot = replace(COLD.md_maker, temperatures=(1500.0,), production_ps=1.0)
    maker = replace(COLD, md_maker=hot, bulk_supercell=None)
    document, _ = run(maker.make(SMALL, forceless))
    found = GrainBoundaryDocument.model_validate(document)
    assert not found.is_complete
    assert found.outcome in found.unresolved[0]
    assert found.ratios == []


def test_a_boundary_that_is_lost_late_is_shown_as_far_as_it_came(run, forceless) -> None:
    """Without forces atoms fly apart within a few tenths of a ps."""
    hot = replace(COLD.md_maker, temperatures=(900.0,), production_ps=5.0)
    document, _ = run(replace(COLD, md_maker=hot, bulk_supercell=None).make(SMALL, forceless))
    found = GrainBoundaryDocument.model_validate(document)
    assert not found.is_complete
    assert "no result" in found.unresolved[0]
    assert found.ratios == []
    assert [slab.name for slab in found.slabs] == ["GB", "Near_GB", "Far_GB", "Bulk"]
    assert found.slabs[0].structure_late.ps4_intact_fraction < 1


def test_the_paper_s_boundary_is_planned_without_building_it(forceless, monkeypatch) -> None:
    def never(self: object) -> Structure:
        raise AssertionError("a plan builds no crystal")

    monkeypatch.setattr(RandomStructureRecipe, "build", never)
    recipe = BoundaryRecipe(RandomStructureRecipe({"50-P222_1": 1.0}))
    assert recipe.n_atoms == 14_040
    assert sum(recipe.grain_heights) == pytest.approx(137.92, abs=0.01)
    flow = GrainBoundaryFlowMaker().make(recipe, forceless)
    assert [job.name for job in flow.jobs] == [
        "md random-3x3x3-seed0 Sigma5[100](021) 350 K #1",
        "md random-3x3x3-seed0 350 K #1",
        "boundary dynamics random-3x3x3-seed0 Sigma5[100](021) 350 K #1",
    ]
    assert len(json.dumps(flow.jobs[0].as_dict(), cls=MontyEncoder)) < 30_000


def test_recipes_travel_and_count_what_they_build() -> None:
    recipe = BoundaryRecipe(ConfigurationRecipe("0-F-43m"), grain_thickness=40.0)
    assert json.loads(json.dumps(recipe, cls=MontyEncoder), cls=MontyDecoder) == recipe
    structure = recipe.build()
    assert len(structure) == recipe.n_atoms
    assert structure.lattice.c == pytest.approx(sum(recipe.grain_heights))
    first = recipe.grain_heights[0] / sum(recipe.grain_heights)
    assert structure.properties["boundary_planes"] == pytest.approx([0, first])


def test_senseless_settings_are_refused_before_any_compute(forceless, monkeypatch) -> None:
    for changes, named in (
        ({"slab_thickness": 10.0}, "leave no Bulk"),
        ({"slab_names": ("GB",)}, "two different names"),
        ({"window_ps": 0.0}, "window_ps"),
        ({"bulk_supercell": (0, 1, 1)}, "supercell"),
        ({"md_maker": replace(COLD.md_maker, replicas=0)}, "replicas"),
    ):
        with pytest.raises(InputError, match=named):
            replace(COLD, **changes).make(SMALL, forceless)
    huge = BoundaryRecipe(ConfigurationRecipe("0-F-43m"), maximum_atoms=100)
    with pytest.raises(AtomCountError, match="520"):
        COLD.make(huge, forceless)
    monkeypatch.setenv("ARGYRODITE_LAMMPS_COMMAND", "no_such_lmp")
    with pytest.raises(MissingEngineError, match="no_such_lmp"):
        COLD.make(SMALL, forceless)
