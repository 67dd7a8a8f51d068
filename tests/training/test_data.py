"""Gathering and splitting of labelled sets."""

import numpy as np
import pytest

from atomate2_argyrodite.documents import Attachment, EngineRecord
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.training.data import data_hash, flatten_sets, frames_of, split_frames


def frame(trajectory: str | None, seed: int) -> LabelledConfiguration:
    rng = np.random.default_rng(seed)
    return LabelledConfiguration(
        np.array([3, 17]),
        rng.random((2, 3)) * 4,
        np.eye(3) * 5,
        energy=float(seed),
        forces=rng.standard_normal((2, 3)),
        metadata={} if trajectory is None else {"trajectory": trajectory},
    )


def document(frames: list[LabelledConfiguration], settings_hash: str = "a") -> LabelledSetDocument:
    return LabelledSetDocument(
        settings_hash=settings_hash,
        functional=Functional.PBE,
        engine=EngineRecord(name="chgnet", version="1"),
        n_frames=len(frames),
        frames=Attachment.from_arrays("frames.npz", configurations_to_arrays(frames)),
    )


def test_nested_sets_are_gathered_in_order() -> None:
    first, second, third = (document([frame("t", k)]) for k in range(3))
    documents = flatten_sets([[first, [second]], third])
    assert [f.energy for f in frames_of(documents)] == [0.0, 1.0, 2.0]


def test_labels_of_two_kinds_are_never_mixed() -> None:
    with pytest.raises(InputError, match="cannot be mixed"):
        flatten_sets([document([frame("t", 1)]), document([frame("t", 2)], "b")])
    with pytest.raises(InputError, match="no labelled sets"):
        flatten_sets([[]])


def test_no_trajectory_is_on_both_sides() -> None:
    frames = [frame(f"run {k % 30}", k) for k in range(300)]
    training, validation = split_frames(frames, 0.2, "trajectory", seed=0)
    sides = [{f.metadata["trajectory"] for f in side} for side in (training, validation)]
    assert not sides[0] & sides[1]
    assert len(training) + len(validation) == 300
    assert 10 <= len(validation) <= 120


def test_new_data_move_no_old_frame_to_the_other_side() -> None:
    old = [frame(f"run {k % 20}", k) for k in range(100)]
    new = [frame(f"exploration {k % 9}", 1000 + k) for k in range(90)]
    _, before = split_frames(old, 0.2, "trajectory", seed=3)
    _, after = split_frames(old + new, 0.2, "trajectory", seed=3)
    assert {f.energy for f in before} == {f.energy for f in after if (f.energy or 0) < 1000}


def test_what_active_learning_chose_trains() -> None:
    frames = [frame(f"run {k // 2}", k) for k in range(40)]
    _, before = split_frames(frames, 0.3, "trajectory", 0)
    chosen = [frame(f"run {k // 2}", k).with_metadata(selected=True) for k in range(100, 140)]
    training, validation = split_frames([*chosen, *frames], 0.3, "trajectory", 0)
    assert len(training) + len(validation) == 80
    assert sum(bool(f.metadata.get("selected")) for f in training) == 40
    assert data_hash(validation) == data_hash(before)


def test_the_fraction_is_met_on_average() -> None:
    frames = [frame(f"run {k}", k) for k in range(200)]
    sizes = [len(split_frames(frames, 0.1, "trajectory", seed=s)[1]) for s in range(40)]
    assert 17 < np.mean(sizes) < 23


def test_splitting_by_frame_needs_no_trajectories() -> None:
    frames = [frame(None, k) for k in range(50)]
    training, validation = split_frames(frames, 0.1, "frame", seed=0)
    assert validation
    assert len(training) + len(validation) == 50


@pytest.mark.parametrize(
    ("fraction", "by", "message"),
    [(1.0, "frame", "fraction 1.0"), (-0.1, "frame", "fraction"), (0.1, "atom", "'atom'")],
)
def test_senseless_splits_are_refused(fraction: float, by: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        split_frames([frame("a", 0), frame("b", 1)], fraction, by, seed=0)


def test_one_trajectory_cannot_be_split() -> None:
    frames = [frame("only", k) for k in range(5)]
    with pytest.raises(InputError, match="one trajectory"):
        split_frames(frames, 0.1, "trajectory", seed=0)
    assert split_frames(frames, 0.0, "trajectory", seed=0) == (frames, [])


def test_the_data_hash_sees_every_label() -> None:
    frames = [frame("t", 1), frame("t", 2)]
    assert data_hash(frames) == data_hash(list(frames))
    assert data_hash(frames) != data_hash(frames[::-1])
    assert data_hash(frames) != data_hash([frames[0], frames[1].without_labels()])
