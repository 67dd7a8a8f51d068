"""The engine without its program: what it refuses, what its numbers depend on, what it costs."""

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import LabelFailure
from atomate2_argyrodite.engines.cp2k import Cp2kEngine
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional

from .cp2k_crystals import lithium_chloride


def test_numbers_depend_on_version_functional_and_settings(cp2k_program):
    engines = (Cp2kEngine(), Cp2kEngine(Cp2kSettings(cutoff_ry=400.0)))
    assert len({e.settings_hash(f) for e in engines for f in Functional}) == 6
    assert engines[0].record("pbe").version == "2099.1"
    assert not engines[0].record("pbe").is_surrogate
    again = Cp2kEngine.from_dict(engines[1].as_dict())
    assert again == engines[1]


def test_overlapping_atoms_and_unknown_elements_are_failures_that_cost_nothing(
    cp2k_program, tmp_path, monkeypatch
):
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "work"))
    close = lithium_chloride(1.3, rattle=0.0)
    exotic = lithium_chloride().without_labels()
    exotic.numbers[0] = 92
    failures = Cp2kEngine().static([close, exotic], "pbe")
    assert all(isinstance(failure, LabelFailure) for failure in failures)
    assert "0.65 Å apart" in failures[0].reason
    assert "for U" in failures[1].reason
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"maximum_force": 0.0}, "positive"), ({"maximum_steps": 0}, "at least one step")],
)
def test_senseless_relaxations_are_refused(options, words):
    with pytest.raises(InputError, match=words):
        Cp2kEngine().relax(lithium_chloride(), "pbe", **options)


def test_the_shape_can_be_kept_of_cubic_cells_only():
    crystal = lithium_chloride()
    crystal.cell[0, 1] = 0.1
    with pytest.raises(InputError, match="cubic"):
        Cp2kEngine().relax(crystal, "pbe", keep_shape=True)


def test_costs_follow_size_grid_and_k_points():
    costs = Cp2kEngine(Cp2kSettings(cutoff_ry=280.0))
    assert costs.cost("pbe", 52).label_s == pytest.approx(61.0)
    assert costs.cost("optb88-vdw", 52).label_s == pytest.approx(86.0)
    finer = Cp2kEngine(Cp2kSettings(cutoff_ry=350.0, kpoints=(2, 1, 1)))
    ratio = finer.cost("pbe", 52).label_s / costs.cost("pbe", 52).label_s
    assert ratio == pytest.approx(2 * (350 / 280) ** 1.5)
    assert costs.cost("pbe", 52).step_s == pytest.approx(30.5)
    assert np.isfinite(costs.cost("pbe", 520).label_s)
