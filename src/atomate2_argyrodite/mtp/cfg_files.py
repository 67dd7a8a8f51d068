"""MLIP's ``.cfg`` files (MLIP-2 and MLIP-3), read at full precision.

The stress of such a file is ``PlusStress = -V sigma`` in eV, with the volume V and our Cauchy
stress sigma (tension positive): positive entries mean that the crystal is compressed.
"""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

FloatArray = NDArray[np.float64]

CARTESIAN = ("cartes_x", "cartes_y", "cartes_z")
_DIRECT = ("direct_x", "direct_y", "direct_z")
FORCES = ("fx", "fy", "fz")
_KEPT_COLUMNS = ("nbh_grades", "site_en", "charge")
_COLUMNS = ("id", "type", *CARTESIAN, *_DIRECT, *FORCES, *_KEPT_COLUMNS)
_MAGNETIC = ("magmom_x", "magmom_y", "magmom_z")  # of magnetic MTPs; not kept
TENSOR = {"xx": (0, 0), "yy": (1, 1), "zz": (2, 2), "yz": (1, 2), "xz": (0, 2), "xy": (0, 1)}
SPECIES_FEATURE = "species"


class _Lines:
    """The lines of a file, counted for messages."""

    def __init__(self, path: Path, stream: TextIO) -> None:
        self.path = path
        self.number = 0
        self._stream = stream

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self.number += 1
        return line

    def error(self, message: str, number: int | None = None) -> InputError:
        return InputError(f"{self.path}, line {number or self.number}: {message}")

    def numbers(self, count: int, tokens: list[str], what: str) -> list[float]:
        """Return `count` finite numbers from `tokens` and the lines that follow."""
        tokens = list(tokens)
        while len(tokens) < count:
            line = next(self, None)
            if line is None or line.strip() == "END_CFG":
                raise self.error(f"{what} is truncated: {len(tokens)} of {count} values")
            tokens += line.split()
        if len(tokens) > count:
            raise self.error(f"{what} has {len(tokens)} values where {count} are expected")
        return self.floats(tokens, what)

    def floats(self, tokens: list[str], what: str) -> list[float]:
        """Return finite numbers."""
        try:
            values = list(map(float, tokens))
        except ValueError as error:
            raise self.error(f"{what}: {error}") from None
        if not all(map(math.isfinite, values)):
            raise self.error(f"{what} contains NaN or infinity: drop that configuration")
        return values


@dataclass
class _Block:
    """What has been read between BEGIN_CFG and END_CFG."""

    line: int
    size: int | None = None
    cell: FloatArray | None = None
    columns: dict[str, FloatArray] = field(default_factory=dict)
    energy: float | None = None
    virial: FloatArray | None = None
    features: dict[str, str] = field(default_factory=dict)


def read_cfg(path: str | Path, species: Sequence[str] | None = None) -> list[LabelledConfiguration]:
    """Read all configurations of a ``.cfg`` file.

    Feature lines become metadata, such as ``MV_grade`` of graded files; of the columns of atoms,
    ``nbh_grades``, ``site_en`` and ``charge`` become lists in the metadata.

    Parameters
    ----------
    path
        The file.
    species
        Element symbols in the order of the file's type indices. Where the file names them, as
        files written by this package do, its own order counts and these may be left out.

    Raises
    ------
    InputError
        If the file is truncated or corrupted, contains NaN or an unknown type, or does not name its
        species; the message names file and line.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            return _read_stream(_Lines(file, stream), species)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None


def _read_stream(lines: _Lines, species: Sequence[str] | None) -> list[LabelledConfiguration]:
    configurations = []
    for line in lines:
        text = line.strip()
        if text == "BEGIN_CFG":
            block = _read_block(lines)
            configurations.append(_configuration(block, lines, species))
        elif text and not text.startswith("#"):
            raise lines.error(f"{text[:40]!r} where BEGIN_CFG is expected")
    if not configurations:
        raise InputError(f"{lines.path} contains no configuration: no line says BEGIN_CFG")
    return configurations


def _read_block(lines: _Lines) -> _Block:
    block = _Block(lines.number)
    for line in lines:
        tokens = line.split()
        if not tokens:
            continue
        if tokens[0] == "END_CFG":
            return block
        section = _SECTIONS.get(tokens[0])
        if section is None:
            raise lines.error(f"unknown section {tokens[0][:40]!r} of a configuration")
        section(block, lines, tokens[1:])
    raise lines.error(f"the configuration that begins in line {block.line} has no END_CFG")


def _read_size(block: _Block, lines: _Lines, rest: list[str]) -> None:
    (value,) = lines.numbers(1, rest, "Size")
    if value < 1 or value != int(value):
        raise lines.error(f"Size {value:g} is not a number of atoms")
    block.size = int(value)


def _read_cell(block: _Block, lines: _Lines, rest: list[str]) -> None:
    block.cell = np.reshape(lines.numbers(9, rest, "Supercell"), (3, 3))


def _read_energy(block: _Block, lines: _Lines, rest: list[str]) -> None:
    (block.energy,) = lines.numbers(1, rest, "Energy")


def _read_virial(block: _Block, lines: _Lines, rest: list[str]) -> None:
    if sorted(rest) != sorted(TENSOR):
        raise lines.error(f"PlusStress names {rest}: {' '.join(TENSOR)} are expected")
    block.virial = np.zeros((3, 3))
    for name, value in zip(rest, lines.numbers(6, [], "PlusStress"), strict=True):
        i, j = TENSOR[name]
        block.virial[i, j] = block.virial[j, i] = value


def _refuse_stress(_block: _Block, lines: _Lines, _rest: list[str]) -> None:
    raise lines.error(
        "a section Stress has the opposite sign in some versions of MLIP: write PlusStress, the "
        "virial in eV"
    )


def _read_feature(block: _Block, _lines: _Lines, rest: list[str]) -> None:
    name, value = (rest[0], " ".join(rest[1:])) if rest else ("", "")
    known = block.features.get(name)
    block.features[name] = value if known is None else f"{known}\n{value}"  # as MLIP does


def _read_atoms(block: _Block, lines: _Lines, names: list[str]) -> None:
    """Read the rows of atoms, however large Size claims to be, as far as there are any."""
    if block.size is None:
        raise lines.error("AtomData comes before Size")
    _check_columns(names, lines)
    values: list[float] = []
    for _ in range(block.size):
        line = next(lines, None)
        row = line.split() if line is not None else []
        if len(row) != len(names):
            raise lines.error(
                f"an atom has {len(row)} values where {len(names)} are expected "
                f"({block.size} atoms from line {block.line + 1} on)"
            )
        values += lines.floats(row, "AtomData")
    table = np.reshape(values, (block.size, len(names)))
    block.columns = {name: table[:, k] for k, name in enumerate(names)}


def _check_columns(names: list[str], lines: _Lines) -> None:
    unknown = [name for name in names if name not in (*_COLUMNS, *_MAGNETIC)]
    if unknown or len(set(names)) != len(names):
        raise lines.error(f"AtomData has unknown or repeated columns: {' '.join(names)[:200]}")
    if not any(set(columns) <= set(names) for columns in (CARTESIAN, _DIRECT)):
        raise lines.error(f"AtomData has no positions: it needs {' '.join(CARTESIAN)}")
    if "type" not in names:
        raise lines.error("AtomData has no column type")
    forces = sum(name in names for name in FORCES)
    if forces not in (0, 3):
        raise lines.error(f"AtomData has {forces} of the columns {' '.join(FORCES)}")


_SECTIONS: dict[str, Callable[[_Block, _Lines, list[str]], None]] = {
    "Size": _read_size,
    "Supercell": _read_cell,
    "SuperCell": _read_cell,
    "AtomData:": _read_atoms,
    "Atomic_data:": _read_atoms,
    "Energy": _read_energy,
    "PlusStress:": _read_virial,
    "Stress:": _refuse_stress,
    "Feature": _read_feature,
}


def _configuration(
    block: _Block, lines: _Lines, species: Sequence[str] | None
) -> LabelledConfiguration:
    if block.cell is None:
        raise lines.error("the configuration has no Supercell: it is not periodic", block.line)
    if not block.columns:
        raise lines.error("the configuration has no AtomData", block.line)
    try:
        cartesian = CARTESIAN[0] in block.columns
        positions = _stacked(block, CARTESIAN) if cartesian else _stacked(block, _DIRECT)
        volume = abs(float(np.linalg.det(block.cell)))
        return LabelledConfiguration(
            numbers=_numbers(block, species),
            positions=positions if cartesian else positions @ block.cell,
            cell=block.cell,
            energy=block.energy,
            forces=_stacked(block, FORCES) if FORCES[0] in block.columns else None,
            stress=None if block.virial is None else -block.virial / max(volume, 1e-300),
            metadata=_metadata(block),
        )
    except InputError as error:
        raise lines.error(str(error), block.line) from None


def _stacked(block: _Block, names: Iterable[str]) -> FloatArray:
    return np.stack([block.columns[name] for name in names], axis=1)


def _numbers(block: _Block, species: Sequence[str] | None) -> NDArray[np.int64]:
    named = (
        block.features[SPECIES_FEATURE].split(",") if SPECIES_FEATURE in block.features else None
    )
    if species is not None and named is not None and not set(named) <= set(species):
        raise InputError(f"the file is for species {' '.join(named)}, not {' '.join(species)}")
    symbols = named or species
    if symbols is None:
        raise InputError(
            "the file does not name its species: pass them in the order of its type indices"
        )
    types = block.columns["type"]
    bad = types[(types < 0) | (types >= len(symbols)) | (types != np.floor(types))]
    if len(bad):
        raise InputError(f"type {bad[0]:g} is none of the {len(symbols)} species, counted from 0")
    return atomic_numbers(symbols)[types.astype(np.int64)]


def atomic_numbers(symbols: Sequence[str]) -> NDArray[np.int64]:
    """Return the atomic numbers of different element symbols."""
    unknown = [symbol for symbol in symbols if not Element.is_valid_symbol(symbol)]
    if unknown or len(set(symbols)) != len(symbols):
        raise InputError(f"species {' '.join(symbols)} must be different element symbols")
    return np.array([Element(symbol).Z for symbol in symbols], dtype=np.int64)


def _metadata(block: _Block) -> dict[str, Any]:
    metadata = {
        name: parsed_feature(value)
        for name, value in block.features.items()
        if name not in (SPECIES_FEATURE, "")
    }
    for name in _KEPT_COLUMNS:
        if name in block.columns:
            metadata[name] = block.columns[name].tolist()
    return metadata


def parsed_feature(text: str) -> Any:
    """Return a number, list or the like if the text of a feature is JSON, else the text."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return text


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
