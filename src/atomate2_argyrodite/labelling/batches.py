"""Dividing frames of many documents into batches of one job each."""

from collections.abc import Sequence
from dataclasses import dataclass

from atomate2_argyrodite.errors import InputError


@dataclass(frozen=True)
class Slice:
    """Frames `start` to `stop` - 1 of document number `document`."""

    document: int
    start: int
    stop: int


def divide_into_batches(counts: Sequence[int], batch_size: int) -> list[list[Slice]]:
    """Divide frames into batches of `batch_size`; only the last may be smaller.

    Parameters
    ----------
    counts
        Number of frames of each document.
    batch_size
        Frames per batch.

    Returns
    -------
    list of list of Slice
        The batches; every frame is in exactly one, in order.

    Raises
    ------
    InputError
        If `batch_size` is not positive.
    """
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1, got {batch_size}")
    batches: list[list[Slice]] = []
    free = 0
    for document, count in enumerate(counts):
        start = 0
        while start < count:
            if free == 0:
                batches.append([])
                free = batch_size
            stop = min(count, start + free)
            batches[-1].append(Slice(document, start, stop))
            free -= stop - start
            start = stop
    return batches
