import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.batches import divide_into_batches


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 25))
def test_every_frame_is_in_one_batch_and_batches_are_full(counts: list[int], size: int) -> None:
    batches = divide_into_batches(counts, size)
    frames = [
        (part.document, frame)
        for batch in batches
        for part in batch
        for frame in range(part.start, part.stop)
    ]
    assert frames == [(d, k) for d, count in enumerate(counts) for k in range(count)]
    sizes = [sum(part.stop - part.start for part in batch) for batch in batches]
    assert all(full == size for full in sizes[:-1])
    assert all(0 < last <= size for last in sizes[-1:])


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(InputError, match="batch_size must be at least 1, got 0"):
        divide_into_batches([3], 0)
