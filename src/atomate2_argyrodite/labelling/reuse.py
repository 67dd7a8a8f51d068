"""Labels that are known already: in the store, or of a batch that was killed half-way."""

import hashlib
import os
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from jobflow import JobStore

from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.store import StoredAttachment

SHORT_HASH = 16
"""Hexadecimal digits by which documents name their frames; a match is checked in full."""
_MAXIMUM_FILE_BYTES = 2**32
_SAVE_INTERVAL_S = 30.0

Labels = dict[str, LabelledConfiguration]


def frame_hash(frame: LabelledConfiguration) -> str:
    """Return the hash of elements, positions and cell of a frame; labels do not enter.

    Atoms in another order, or moved by a lattice vector, are another frame.
    """
    digest = hashlib.sha256(np.asarray(frame.numbers, dtype="<i8").tobytes())
    digest.update(np.asarray(frame.cell, dtype="<f8").tobytes())
    digest.update(np.asarray(frame.positions, dtype="<f8").tobytes())
    return digest.hexdigest()


def stored_labels(store: JobStore, settings_hash: str, hashes: Iterable[str]) -> Labels:
    """Return the labels of frames that a store holds, computed with the same settings.

    Parameters
    ----------
    store
        A connected store.
    settings_hash
        Of engine, functional and settings (`Engine.settings_hash`).
    hashes
        Hashes of the frames (`frame_hash`).

    Returns
    -------
    dict
        Frames with energy, forces and stress by their hash; those that are not known are missing.
    """
    wanted = set(hashes)
    if not wanted:
        return {}
    found: Labels = {}
    for document in patiently(lambda: _documents(store, settings_hash, wanted)):
        if not wanted - set(found):
            break
        frames = StoredAttachment(store, document["output"]["frames"])
        arrays = patiently(frames.to_arrays)
        known = labels_by_hash(configurations_from_arrays(arrays))
        found |= {name: label for name, label in known.items() if name in wanted}
    return found


def _documents(store: JobStore, settings_hash: str, hashes: Iterable[str]) -> list[dict[str, Any]]:
    # Servers that look at the first condition alone to choose an index need the rarest one first.
    criteria = {
        "output.frame_hashes": {"$in": sorted(name[:SHORT_HASH] for name in hashes)},
        "output.settings_hash": settings_hash,
    }
    return list(store.docs_store.query(criteria, ["output.frames"]))


def labels_by_hash(frames: Iterable[LabelledConfiguration]) -> Labels:
    """Return labelled frames by their hash."""
    return {frame_hash(frame): frame for frame in frames if frame.is_labelled}


class PartialLabels:
    """Labels of a batch as they come in, and the file that keeps them until it is finished.

    A batch that is killed, or stopped by a full disk, goes on from it when it is run again.

    Parameters
    ----------
    path
        The ``.npz`` file; its folder is made when it is written.
    interval_s
        Time in s between two writings.
    """

    def __init__(self, path: Path, interval_s: float = _SAVE_INTERVAL_S) -> None:
        self.path = path
        self.labels = self._read()
        self._interval_s = interval_s
        self._saved_at = time.monotonic()

    @classmethod
    def of_batch(cls, folder: Path, settings_hash: str, hashes: Sequence[str]) -> "PartialLabels":
        """Return those of a batch, in a file that is named by its content."""
        digest = hashlib.sha256("\n".join([settings_hash, *hashes]).encode()).hexdigest()
        return cls(folder / "labelling" / f"{digest[:SHORT_HASH]}.npz")

    def add(self, labels: Mapping[str, LabelledConfiguration]) -> None:
        """Add labels by the hash of their frame; write the file if it is time to."""
        self.labels |= labels
        if time.monotonic() - self._saved_at >= self._interval_s:
            self.save()

    def save(self) -> None:
        """Write the file; a disk that is full costs the file, not the labels in memory."""
        self._saved_at = time.monotonic()
        if not self.labels:
            return
        scratch = self.path.with_suffix(f".{os.getpid()}.partial")
        arrays: dict[str, Any] = dict(configurations_to_arrays([*self.labels.values()]))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with scratch.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            scratch.replace(self.path)
        except OSError:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the file once its labels are part of a document."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _read(self) -> Labels:
        """Return what was labelled before; nothing if there is no file or it is not whole."""
        try:
            if self.path.stat().st_size > _MAXIMUM_FILE_BYTES:
                return {}
            with np.load(self.path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            return labels_by_hash(configurations_from_arrays(arrays))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}
