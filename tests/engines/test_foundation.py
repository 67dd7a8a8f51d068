import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import LabelFailure, split_results
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def strained(configuration: LabelledConfiguration, strain: np.ndarray) -> LabelledConfiguration:
    deformation = np.eye(3) + strain
    return replace(
        configuration,
        positions=configuration.positions @ deformation,
        cell=configuration.cell @ deformation,
    )


def energy(engine: FoundationEngine, frame: LabelledConfiguration, functional: str) -> float:
    (label,) = engine.static([frame], functional)
    assert isinstance(label, LabelledConfiguration)
    assert label.energy is not None
    return label.energy


@pytest.mark.parametrize("functional", ["pbe", "pbe-d3bj"])
def test_forces_and_stress_are_derivatives_of_the_energy(
    sheared: LabelledConfiguration, functional: str
) -> None:
    engine = FoundationEngine()
    (label,) = engine.static([sheared], functional)
    assert label.forces is not None
    assert label.stress is not None
    for atom, axis in ((0, 0), (10, 1), (40, 2)):
        shift = np.zeros_like(sheared.positions)
        shift[atom, axis] = 0.01
        up, down = (
            energy(engine, replace(sheared, positions=sheared.positions + s), functional)
            for s in (shift, -shift)
        )
        assert label.forces[atom, axis] == pytest.approx(-(up - down) / 0.02, abs=0.02)
    for i, j in ((0, 0), (1, 1), (0, 2)):
        strain = np.zeros((3, 3))
        strain[i, j] += 0.002
        strain[j, i] += 0.002
        up, down = (energy(engine, strained(sheared, s), functional) for s in (strain, -strain))
        weight = 2 if i == j else 1  # a diagonal element was strained twice
        expected = (up - down) / (2 * 0.002 * weight * sheared.volume) / (1 if i == j else 2)
        assert label.stress[i, j] == pytest.approx(expected, abs=1e-4)


def test_stress_is_negative_under_compression(argyrodite: LabelledConfiguration) -> None:
    squeezed = strained(argyrodite, -0.08 * np.eye(3))
    (label,) = FoundationEngine().static([squeezed], "pbe")
    assert label.stress is not None
    assert np.trace(label.stress) / 3 < -0.01


def test_d3_adds_two_body_attraction_only(argyrodite: LabelledConfiguration) -> None:
    """Dispersion pulls inwards, with about 20 kbar at this lattice constant."""
    from dftd3.interface import DispersionModel, RationalDampingParam

    bohr, hartree = 0.529177210903, 27.211386245988
    engine = FoundationEngine()
    plain, corrected = engine.static([argyrodite], "pbe"), engine.static([argyrodite], "pbe-d3bj")
    model = DispersionModel(
        argyrodite.numbers, argyrodite.positions / bohr, argyrodite.cell / bohr, np.ones(3, bool)
    )
    # Parameters of PBE-D3(BJ), Grimme 2011, and no three-body term.
    parameters = RationalDampingParam(s6=1.0, s8=0.7875, a1=0.4289, a2=4.4407, s9=0.0)
    expected = model.get_dispersion(parameters, grad=False)["energy"] * hartree
    assert corrected[0].energy - plain[0].energy == pytest.approx(expected, rel=1e-4)
    added = corrected[0].stress - plain[0].stress
    assert np.trace(added) / 3 * 1602.18 == pytest.approx(20.0, abs=3.0)  # tension, in kbar


def test_one_bad_frame_leaves_the_others_alone(sheared: LabelledConfiguration) -> None:
    positions = sheared.positions.copy()
    positions[1] = positions[0] + 0.1
    overlapping = replace(sheared, positions=positions)
    isolated = LabelledConfiguration([3], [[0.0, 0, 0]], 20.0 * np.eye(3))
    good = sheared.with_metadata(configuration="good")
    results = FoundationEngine().static([good, overlapping, isolated, good], "pbe")
    labels, failures = split_results(results)
    assert [failure.index for failure in failures] == [1, 2]
    assert "0.17 Å" in failures[0].reason
    assert "no neighbour" in failures[1].reason
    assert isinstance(results[3], LabelledConfiguration)
    assert labels[0].metadata["configuration"] == "good"
    assert labels[0].energy == labels[1].energy


def not_a_number(numbers: np.ndarray, positions: np.ndarray, cell: np.ndarray) -> object:
    from atomate2_argyrodite.engines.evaluators import Labels

    return Labels(float("nan"), np.zeros((len(numbers), 3)), np.zeros((3, 3)))


def test_a_result_that_is_not_finite_is_a_failure(
    argon: LabelledConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "atomate2_argyrodite.engines.foundation._load_evaluator", lambda *_: not_a_number
    )
    (result,) = FoundationEngine().static([argon], "pbe")
    assert result == LabelFailure(0, "energy, forces or stress are not finite")


def test_engine_refuses_what_it_cannot_do(argon: LabelledConfiguration) -> None:
    engine = FoundationEngine()
    with pytest.raises(InputError, match="optb88-vdw"):
        engine.static([argon], Functional.OPTB88_VDW)
    with pytest.raises(InputError, match="unknown functional 'b3lyp'"):
        engine.settings_hash("b3lyp")
    with pytest.raises(InputError, match="no options"):
        FoundationEngine(options={"a": 1}).check()
    with pytest.raises(InputError, match="not a module"):
        FoundationEngine(model="not a module").check()
    with pytest.raises(InputError, match="refuses options"):
        FoundationEngine(model="ase.atoms:Atoms", options={"nonsense": 1}).evaluator("pbe")


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingEngineError, match="pip install chgnet"):
        FoundationEngine().check()
    with pytest.raises(MissingEngineError, match="pip install sevenn"):
        FoundationEngine(model="sevenn").check()


@pytest.mark.slow
def test_sevennet_is_another_model_with_forces_of_its_own(sheared: LabelledConfiguration) -> None:
    pytest.importorskip("sevenn", reason="an extra: pip install 'atomate2-argyrodite[sevenn]'")
    engine = FoundationEngine(model="sevenn")
    (label,) = engine.static([sheared], "pbe")
    shift = np.zeros_like(sheared.positions)
    shift[10, 1] = 0.01
    up, down = (
        energy(engine, replace(sheared, positions=sheared.positions + s), "pbe")
        for s in (shift, -shift)
    )
    assert label.forces[10, 1] == pytest.approx(-(up - down) / 0.02, abs=0.02)
    assert abs(label.energy - energy(FoundationEngine(), sheared, "pbe")) > 1.0
    assert engine.record("pbe").name == "sevenn"
    assert engine.settings_hash("pbe") != FoundationEngine().settings_hash("pbe")


def test_record_says_surrogate() -> None:
    record = FoundationEngine().record("pbe-d3bj")
    assert record.is_surrogate
    assert record.name == "chgnet+dftd3"
    assert "0.3.0" in record.version


@pytest.mark.parametrize("model", ["ase.atoms:Atom", "ase.calculators.lj:Lenard"])
def test_a_model_that_is_no_calculator_is_refused_before_any_run(model: str) -> None:
    with pytest.raises(InputError, match=model):
        FoundationEngine(model=model).check()
