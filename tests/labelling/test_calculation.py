"""Frames that fail are told one by one, whatever the engine does with them."""

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import LabelFailure
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.calculation import Result, label_in_groups
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from labelling.counting import ARGON, fragile, frame

LJ = FoundationEngine(model="ase.calculators.lj:LennardJones", options=ARGON)


def results_of(engine: FoundationEngine, frames: list[LabelledConfiguration]) -> list[Result]:
    found: list[Result] = []
    label_in_groups(engine, Functional.PBE, frames, found.extend)
    return found


def test_every_frame_gets_its_result_in_order() -> None:
    frames = [frame(3.5 + 0.01 * k) for k in range(30)]
    found = results_of(LJ, frames)
    assert [label.metadata["d"] for label in found] == [f.metadata["d"] for f in frames]
    alone = [LJ.static([f], "pbe")[0].energy for f in frames]
    np.testing.assert_array_equal([label.energy for label in found], alone)


def test_an_engine_that_raises_costs_only_the_frames_it_raises_for() -> None:
    """A program that dies of an SCF that does not converge, four frames to a group."""
    distances = [3.5, 4.5, 3.6, 3.7, 4.6, 3.8, 3.9]
    found = results_of(fragile(full=False), [frame(d) for d in distances])
    failures = [result for result in found if isinstance(result, LabelFailure)]
    assert [failure.index for failure in failures] == [1, 4]
    assert all(f.reason == "RuntimeError: SCF did not converge in 60 steps" for f in failures)
    assert [r.metadata["d"] for r in found if not isinstance(r, LabelFailure)] == [
        d for d in distances if d < 4
    ]


def test_overlapping_atoms_are_told_with_their_distance_and_never_calculated() -> None:
    engine = fragile(lasts=2)  # a third frame would find the disk full
    found = results_of(engine, [frame(3.5), frame(0.3), frame(3.6)])
    assert isinstance(found[1], LabelFailure)
    assert found[1].index == 1
    assert found[1].reason == "two atoms are 0.30 Å apart, closer than 0.8 Å"
    assert found[2].energy is not None


def test_a_missing_engine_is_no_failure_of_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object) -> list[Result]:
        raise MissingEngineError("cp2k.psmp is not installed: run 'apt-get install cp2k'")

    monkeypatch.setattr(FoundationEngine, "static", missing)
    with pytest.raises(MissingEngineError, match="apt-get install cp2k"):
        results_of(LJ, [frame(3.5)])


def test_a_result_without_labels_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FoundationEngine, "static", lambda _self, frames, _functional: frames)
    (found,) = results_of(LJ, [frame(3.5)])
    assert isinstance(found, LabelFailure)
    assert "no energy" in found.reason


def test_an_engine_that_loses_a_frame_is_asked_again_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Results that cannot be told apart would label one frame with the energy of another."""
    original = FoundationEngine.static

    def lossy(self, frames, functional):
        return original(self, frames, functional)[: max(1, len(frames) - 1)]

    monkeypatch.setattr(FoundationEngine, "static", lossy)
    frames = [frame(3.5 + 0.1 * k) for k in range(5)]
    found = results_of(LJ, frames)
    monkeypatch.undo()
    assert [label.energy for label in found] == [LJ.static([f], "pbe")[0].energy for f in frames]
