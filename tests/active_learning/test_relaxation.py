"""What is relaxed before it is explored."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jobflow import Flow
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning import (
    ExplorationDocument,
    RelaxedStartDocument,
    StartRelaxation,
)
from atomate2_argyrodite.active_learning.relaxation import relax_start, start_of
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_from_arrays
from atomate2_argyrodite.structures import ConfigurationRecipe

from .argon import CRYSTAL, ENGINE, loop, result_of, run

pytestmark = pytest.mark.filterwarnings("ignore:No Pauling electronegativity")


def displaced(amplitude: float, crystal: Structure = CRYSTAL) -> Structure:
    rng = np.random.default_rng(1)
    moves = amplitude * rng.standard_normal((len(crystal), 3))
    places = crystal.cart_coords + moves - moves.mean(axis=0)
    return Structure(crystal.lattice, crystal.species, places, coords_are_cartesian=True)


def relaxed(
    folder: Path, source: Any, settings: StartRelaxation, engine: FoundationEngine = ENGINE
) -> RelaxedStartDocument:
    job = relax_start(engine, "pbe", source, "a crystal", settings, "a loop")
    result, found = run(Flow([job]), folder)
    assert result.failures == []
    (document,) = [d for d in found if isinstance(d, RelaxedStartDocument)]
    return document


def test_atoms_go_where_the_engine_has_no_force_and_the_cell_stays(tmp_path: Path):
    built = displaced(0.1)
    document = relaxed(tmp_path, built, StartRelaxation(maximum_force=2e-4, maximum_steps=300))
    assert document.is_converged
    assert document.maximum_force_ev_per_angstrom <= 2e-4
    assert 0.1 < document.mean_displacement_angstrom < 0.2
    assert document.tetrahedra_are_intact is None
    assert document.warnings == []
    start = start_of(document)
    np.testing.assert_allclose(start.lattice.matrix, built.lattice.matrix)
    (frame,) = configurations_from_arrays(document.frames.to_arrays())
    (again,) = ENGINE.static([LabelledConfiguration.from_structure(start)], "pbe")
    assert isinstance(again, LabelledConfiguration)
    assert again.energy == pytest.approx(frame.energy)
    assert np.linalg.norm(again.forces, axis=1).max() <= 2e-4


def test_a_relaxation_ends_at_its_steps_and_says_so(tmp_path: Path):
    limit = StartRelaxation(maximum_force=1e-6, maximum_steps=3)
    document = relaxed(tmp_path, displaced(0.1), limit)
    assert document.steps == 3
    assert not document.is_converged


def test_a_relaxation_that_tears_ps4_units_warns(tmp_path: Path):
    engine = FoundationEngine(
        model="ase.calculators.lj:LennardJones",
        options={"sigma": 3.2, "epsilon": 0.2, "rc": 6.0},
    )
    crystal = displaced(0.05, ConfigurationRecipe("0-F-43m").build())
    document = relaxed(tmp_path, crystal, StartRelaxation(0.05, 60), engine)
    assert document.tetrahedra_are_intact is False
    assert "a crystal: PS4 units broke" in document.warnings[0]


@pytest.mark.parametrize(("force", "steps"), [(0.0, 10), (np.nan, 10), (0.1, 0)])
def test_limits_that_cannot_be_met_are_refused(force: float, steps: int):
    with pytest.raises(InputError, match="positive force threshold and at least one step"):
        StartRelaxation(force, steps)


def test_the_loop_relaxes_once_and_explores_what_it_relaxed(tmp_path: Path):
    relaxation = StartRelaxation(maximum_force=1e-3, maximum_steps=200)
    result, documents = run(loop(relaxation=relaxation, maximum_iterations=2), tmp_path)
    assert result.failures == []
    (start,) = [d for d in documents if isinstance(d, RelaxedStartDocument)]
    assert start.is_converged
    assert len(result_of(documents).iterations) == 2
    (first, *_) = [d for d in documents if isinstance(d, ExplorationDocument)]
    assert first.configuration == start.configuration
    (run_folder, *_) = sorted((tmp_path / "runs").glob("explore_1*"))
    written = (run_folder / "run_0.data").read_text(encoding="ascii")
    (frame,) = configurations_from_arrays(start.frames.to_arrays())
    assert f"{frame.positions[1, 0]:.10g}"[:8] in written
