"""Labelled configurations: checks, packing, conversion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)


def frame(seed: int, labelled: bool) -> LabelledConfiguration:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    return LabelledConfiguration(
        numbers=rng.integers(1, 90, count),
        positions=rng.standard_normal((count, 3)),
        cell=np.diag(rng.uniform(3, 9, 3)) + 0.1 * rng.standard_normal((3, 3)),
        energy=float(rng.standard_normal()) if labelled else None,
        forces=rng.standard_normal((count, 3)) if labelled else None,
        stress=rng.standard_normal((3, 3)) if labelled and seed % 2 else None,
        metadata={"trajectory": f"run {seed}", "step": seed},
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 999), st.booleans()), max_size=6))
def test_packing_loses_nothing(kinds: list[tuple[int, bool]]) -> None:
    frames = [frame(*kind) for kind in kinds]
    again = configurations_from_arrays(configurations_to_arrays(frames))
    assert len(again) == len(frames)
    for before, after in zip(frames, again, strict=True):
        assert (after.numbers == before.numbers).all()
        assert (after.positions == before.positions).all()
        assert (after.cell == before.cell).all()
        assert after.energy == before.energy
        assert (after.forces is None) == (before.forces is None)
        assert (after.stress is None) == (before.stress is None)
        assert dict(after.metadata) == dict(before.metadata)


def test_truncated_packs_are_refused() -> None:
    arrays = configurations_to_arrays([frame(1, True), frame(2, True)])
    for name, array in arrays.items():
        with pytest.raises(InputError, match="truncated"):
            configurations_from_arrays({**arrays, name: array[:-1]})
    with pytest.raises(InputError, match="lack"):
        configurations_from_arrays({"counts": arrays["counts"]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.zeros((2, 3))}, "positions"),
        ({"cell": np.zeros((3, 3))}, "no volume"),
        ({"energy": float("inf")}, "NaN or infinity"),
        ({"forces": np.full((1, 3), np.nan)}, "NaN or infinity"),
        ({"stress": np.zeros(6)}, "stress"),
        ({"numbers": np.array([0])}, "between 1 and 118"),
    ],
)
def test_malformed_configurations_are_refused(change: dict[str, object], message: str) -> None:
    good = LabelledConfiguration(np.array([3]), np.zeros((1, 3)), np.eye(3) * 4)
    with pytest.raises(InputError, match=message):
        replace(good, **change)  # type: ignore[arg-type]


def test_structures_convert_both_ways(triclinic: Structure) -> None:
    configuration = LabelledConfiguration.from_structure(triclinic)
    assert configuration.volume == pytest.approx(triclinic.volume)
    again = configuration.structure
    assert again.composition == triclinic.composition
    assert np.allclose(again.distance_matrix, triclinic.distance_matrix)


def test_disordered_structures_are_refused(cubic: Structure) -> None:
    disordered = cubic.copy()
    disordered[0] = {"Li": 0.5}
    with pytest.raises(InputError, match="partially occupied"):
        LabelledConfiguration.from_structure(disordered)
