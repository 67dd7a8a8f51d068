"""What a canonical run of CP2K leaves in its folder, read step by step."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_output import Cp2kOutput
from atomate2_argyrodite.engines.evaluators import Labels
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

FloatArray = NDArray[np.float64]
_STEP = re.compile(r"^ MD\| Step number\s+(\d+)\s*$")
_FRAME = re.compile(r"^\s*i =\s*(\d+),")
_END_OF_ENERGY_COLUMNS = 6
_MAXIMUM_BLOCK_LINES = 1_000_000


def energy_rows(path: Path) -> dict[int, tuple[float, float, float]]:
    """Return temperature (K), potential and conserved energy (hartree) of each step of a run.

    Rows that are cut off or not finite are left out; of rows that repeat a step the last counts.
    """
    rows: dict[int, tuple[float, float, float]] = {}
    if not path.is_file():
        return rows
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            words = line.split()
            if line.startswith("#") or len(words) <= _END_OF_ENERGY_COLUMNS:
                continue
            try:
                step, temperature, potential, conserved = (
                    int(words[0]), float(words[3]), float(words[4]), float(words[5]),
                )  # fmt: skip
            except ValueError:
                continue
            if np.isfinite([temperature, potential, conserved]).all():
                rows[step] = (temperature, potential, conserved)
    return rows


def last_step(path: Path) -> tuple[int, float] | None:
    """Return the last step of an energy file and its temperature in K, None before the first."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1024))
        lines = file.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        words = line.split()
        if len(words) > _END_OF_ENERGY_COLUMNS and words[0].isdigit():
            return int(words[0]), float(words[3])
    return None


def read_positions(
    path: Path, n_atoms: int, is_wanted: Callable[[int], bool]
) -> dict[int, FloatArray]:
    """Return the wanted frames of an XYZ trajectory (Å, not wrapped), one at a time in memory."""
    found: dict[int, FloatArray] = {}
    if not path.is_file():
        return found
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            frame = _FRAME.match(line)
            if frame is None or not is_wanted(int(frame.group(1))):
                continue
            rows = [next(lines, "").split()[1:4] for _ in range(n_atoms)]
            try:
                positions = np.array(rows, dtype=np.float64)
            except ValueError:
                continue  # cut off
            if positions.shape == (n_atoms, 3):
                found[int(frame.group(1))] = positions
    return found


def read_labels(
    path: Path, n_atoms: int, is_wanted: Callable[[int], bool]
) -> Iterator[tuple[int, Labels]]:
    """Yield the wanted steps that CP2K printed, with their labels; memory holds one step."""
    block: list[str] = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            step = _STEP.match(line)
            if step is None:
                if len(block) < _MAXIMUM_BLOCK_LINES:
                    block.append(line)
                continue
            if is_wanted(int(step.group(1))):
                labels = _last_labels("".join(block), n_atoms)
                if labels is not None:
                    yield int(step.group(1)), labels
            block = []


def _last_labels(text: str, n_atoms: int) -> Labels | None:
    """Return the labels of the last evaluation in a text; the first step prints two."""
    start = text.rfind("ENERGY| Total FORCE_EVAL")
    output = Cp2kOutput(text[max(start - 1, 0) :] + "PROGRAM ENDED AT")
    try:
        return output.labels(n_atoms)
    except RunError:
        return None


def read_snapshots(
    folder: Path,
    outputs: list[Path],
    start: LabelledConfiguration,
    settings: NVTSettings,
    temperatures: dict[int, float],
) -> list[LabelledConfiguration]:
    """Return the snapshots among the steps in `temperatures`, labelled, in order of time."""

    def is_wanted(step: int) -> bool:
        return settings.is_snapshot(step) and step in temperatures

    positions = read_positions(folder / "md-pos-1.xyz", len(start), is_wanted)
    labels = {
        step: found
        for path in outputs
        for step, found in read_labels(path, len(start), lambda step: step in positions)
    }
    return [
        LabelledConfiguration(
            numbers=start.numbers,
            positions=positions[step],
            cell=start.cell,
            energy=labels[step].energy,
            forces=labels[step].forces,
            stress=labels[step].stress,
            metadata={"step": step, "temperature_kelvin": temperatures[step]},
        )
        for step in sorted(positions)
        if step in labels
    ]
