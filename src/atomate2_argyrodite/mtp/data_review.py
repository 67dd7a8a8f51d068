"""Duplicates and outliers of a training set: reported, never dropped."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

FloatArray = NDArray[np.float64]
_SAME_POSITION = 1e-6  # Å
_SAME_ENERGY = 1e-3  # eV per atom
_OUTLIER_DEVIATIONS = 10.0  # robust standard deviations
_SMALLEST_ENERGY_SPREAD = 1e-3  # eV per atom
_SMALLEST_FORCE_SPREAD = 0.1  # of the natural logarithm of the largest force
_SMALLEST_FORCE = 1e-3  # eV/Å
_FEWEST_TO_JUDGE = 8
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution


@dataclass(frozen=True)
class DataReview:
    """What is odd about a set of labelled configurations.

    Parameters
    ----------
    duplicates
        Groups of indices of configurations with the same atoms at the same places.
    contradictions
        Those groups whose energies differ by more than 1 meV/atom.
    energy_outliers
        Indices whose energy, less that of its elements, is far from the others'.
    force_outliers
        Indices whose largest force is far above the others'.
    """

    duplicates: tuple[tuple[int, ...], ...]
    contradictions: tuple[tuple[int, ...], ...]
    energy_outliers: tuple[int, ...]
    force_outliers: tuple[int, ...]

    @property
    def warnings(self) -> list[str]:
        """One sentence on each kind of oddity; empty if there is none."""
        found = []
        if self.duplicates:
            groups = "; ".join(_listed(group) for group in self.duplicates[:3])
            found.append(f"{len(self.duplicates)} groups of equal configurations: {groups}")
        if self.contradictions:
            groups = "; ".join(_listed(group) for group in self.contradictions[:3])
            found.append(f"equal configurations have different energies: {groups}")
        if self.energy_outliers:
            found.append(f"energies far from all others: {_listed(self.energy_outliers)}")
        if self.force_outliers:
            found.append(f"forces far above all others: {_listed(self.force_outliers)}")
        return found


def review_data(configurations: Sequence[LabelledConfiguration]) -> DataReview:
    """Look for duplicates and outliers.

    Energies are judged by their deviation per atom from a least-squares sum over elements, largest
    forces by their logarithm. An outlier lies more than ten robust standard deviations (1.4826
    times the median absolute deviation) from the median; fewer than eight labelled configurations
    are not judged.
    """
    groups = _duplicates(configurations)
    return DataReview(
        duplicates=groups,
        contradictions=tuple(g for g in groups if _contradict([configurations[k] for k in g])),
        energy_outliers=_energy_outliers(configurations),
        force_outliers=_force_outliers(configurations),
    )


def _duplicates(configurations: Sequence[LabelledConfiguration]) -> tuple[tuple[int, ...], ...]:
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index, c in enumerate(configurations):
        digest = hashlib.sha256(c.numbers.tobytes())
        for array in (c.cell, c.positions):
            digest.update(np.round(array / _SAME_POSITION).astype(np.int64).tobytes())
        groups[digest.digest()].append(index)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _contradict(group: Sequence[LabelledConfiguration]) -> bool:
    energies = [c.energy / len(c) for c in group if c.energy is not None]
    return len(energies) > 1 and max(energies) - min(energies) > _SAME_ENERGY


def _energy_outliers(configurations: Sequence[LabelledConfiguration]) -> tuple[int, ...]:
    """Two passes: what the first finds does not bend the energies of elements of the second."""
    labelled = [k for k, c in enumerate(configurations) if c.energy is not None]
    if len(labelled) < _FEWEST_TO_JUDGE:
        return ()
    sizes = np.array([len(configurations[k]) for k in labelled])
    energies = np.array([configurations[k].energy for k in labelled], dtype=np.float64) / sizes
    elements = np.unique(np.concatenate([configurations[k].numbers for k in labelled]))
    fractions = np.array(
        [(configurations[k].numbers[:, None] == elements).mean(0) for k in labelled]
    )
    odd = np.zeros(len(labelled), dtype=np.bool_)
    for _ in range(2):
        solution = np.linalg.lstsq(fractions[~odd], energies[~odd], rcond=1e-9)[0]
        odd = np.abs(_deviations(energies - fractions @ solution, _SMALLEST_ENERGY_SPREAD)) > (
            _OUTLIER_DEVIATIONS
        )
    return tuple(labelled[k] for k in np.flatnonzero(odd))


def _force_outliers(configurations: Sequence[LabelledConfiguration]) -> tuple[int, ...]:
    largest = {
        k: float(np.abs(c.forces).max())
        for k, c in enumerate(configurations)
        if c.forces is not None
    }
    if len(largest) < _FEWEST_TO_JUDGE:
        return ()
    logarithms = np.log(np.maximum(list(largest.values()), _SMALLEST_FORCE))
    odd = _deviations(logarithms, _SMALLEST_FORCE_SPREAD) > _OUTLIER_DEVIATIONS
    return tuple(k for k, is_odd in zip(largest, odd, strict=True) if is_odd)


def _deviations(values: FloatArray, smallest_spread: float) -> FloatArray:
    centred = values - np.median(values)
    spread = max(_MAD_TO_DEVIATION * float(np.median(np.abs(centred))), smallest_spread)
    deviations: FloatArray = centred / spread
    return deviations


def _listed(indices: Sequence[int]) -> str:
    shown = ", ".join(map(str, indices[:5]))
    return shown + (f" and {len(indices) - 5} more" if len(indices) > 5 else "")
