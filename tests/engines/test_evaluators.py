import numpy as np
import pytest
from ase.calculators.lj import LennardJones

from atomate2_argyrodite.engines.evaluators import (
    AseEvaluator,
    EvaluatorCalculator,
    Labels,
    SumEvaluator,
    load_calculator,
    split_import_path,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


@pytest.fixture
def evaluate() -> AseEvaluator:
    return AseEvaluator(LennardJones(sigma=3.4, epsilon=0.0103, rc=7.0))


def test_there_and_back_through_ase_nothing_changes(
    argon: LabelledConfiguration, evaluate: AseEvaluator
) -> None:
    random = np.random.default_rng(1)
    cell = argon.cell @ (np.eye(3) + random.normal(0, 0.02, (3, 3)))
    positions = argon.positions + random.normal(0, 0.1, argon.positions.shape)
    direct = evaluate(argon.numbers, positions, cell)
    twice = AseEvaluator(EvaluatorCalculator(evaluate))(argon.numbers, positions, cell)
    assert twice.energy == direct.energy
    np.testing.assert_array_equal(twice.forces, direct.forces)
    np.testing.assert_allclose(twice.stress, direct.stress, atol=1e-15)
    assert len(set(np.abs(direct.stress).round(12).ravel())) == 6  # all components were tested


def test_a_sum_adds_energy_forces_and_stress(
    argon: LabelledConfiguration, evaluate: AseEvaluator
) -> None:
    positions = argon.positions + np.random.default_rng(0).normal(0, 0.1, argon.positions.shape)
    one = evaluate(argon.numbers, positions, argon.cell)
    two = SumEvaluator([evaluate, evaluate])(argon.numbers, positions, argon.cell)
    assert two.energy == pytest.approx(2 * one.energy)
    np.testing.assert_allclose(two.forces, 2 * one.forces)
    np.testing.assert_allclose(two.stress, 2 * one.stress)


@pytest.mark.parametrize("bad", ["energy", "forces", "stress"])
def test_one_nan_anywhere_is_seen(bad: str) -> None:
    parts = {"energy": 0.0, "forces": np.zeros((2, 3)), "stress": np.zeros((3, 3))}
    assert Labels(**parts).is_finite
    assert not Labels(**{**parts, bad: parts[bad] + np.nan}).is_finite


@pytest.mark.parametrize("path", ["chgnett", "a.b", "a:b:c", "os:system('x')", ":x", "a:"])
def test_what_is_no_import_path_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="is not known"):
        split_import_path(path)


def test_a_calculator_that_cannot_be_made_is_named() -> None:
    with pytest.raises(InputError, match="no_such_module"):
        load_calculator("no_such_module:Calculator", {})
    with pytest.raises(InputError, match="NoSuch"):
        load_calculator("ase.calculators.lj:NoSuch", {})


@pytest.mark.parametrize("path", ["os:getcwd", "ase.atoms:Atom", "os:sep"])
def test_what_makes_no_calculator_is_refused(path: str) -> None:
    with pytest.raises(InputError, match=f"{path}' is no calculator of ASE"):
        load_calculator(path, {})
