"""MLIP's ``.cfg`` files (MLIP-2 and MLIP-3), written at full precision."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.core import Element

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.cfg_files import (
    CARTESIAN,
    FORCES,
    SPECIES_FEATURE,
    TENSOR,
    atomic_numbers,
    parsed_feature,
)
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures.prototype import ELEMENT_ORDER


def species_of(configurations: Iterable[LabelledConfiguration]) -> list[str]:
    """Return the elements that occur: Li, P, S, halides and the like first, then by number."""
    numbers = {int(z) for c in configurations for z in np.unique(c.numbers)}
    symbols = [Element.from_Z(z).symbol for z in sorted(numbers)]
    first = [symbol for symbol in ELEMENT_ORDER if symbol in symbols]
    return first + [symbol for symbol in symbols if symbol not in first]


def write_cfg(
    path: str | Path,
    configurations: Sequence[LabelledConfiguration],
    species: Sequence[str] | None = None,
) -> None:
    """Write a ``.cfg`` file that reads back without loss.

    Metadata become Feature lines; ``nbh_grades``, a list with one value for each atom, becomes a
    column, as in the graded files of MLIP-3. A Feature names the species, so that the file is
    complete by itself.

    Parameters
    ----------
    path
        Where to; an existing file is replaced.
    configurations
        Labelled, partly labelled or unlabelled configurations.
    species
        Elements in the order of type indices; by default those that occur, see `species_of`.

    Raises
    ------
    InputError
        If an element is not among the species.
    """
    symbols = list(species) if species is not None else species_of(configurations)
    types = {int(z): index for index, z in enumerate(atomic_numbers(symbols))}
    with Path(path).open("w", encoding="utf-8") as stream:
        for configuration in configurations:
            stream.write("\n".join(_written(configuration, symbols, types)))


def _written(c: LabelledConfiguration, symbols: list[str], types: Mapping[int, int]) -> list[str]:
    lines = ["BEGIN_CFG", " Size", f"    {len(c)}", " Supercell"]
    lines += ["    " + _row(vector) for vector in c.cell.tolist()]
    lines += _written_atoms(c, types)
    if c.energy is not None:
        lines += [" Energy", f"    {c.energy!r}"]
    if c.stress is not None:
        virial = -0.5 * (c.stress + c.stress.T) * c.volume
        lines += [" PlusStress:  " + "  ".join(TENSOR)]
        lines += ["    " + _row(float(virial[index]) for index in TENSOR.values())]
    lines += [f" Feature   {SPECIES_FEATURE}\t{','.join(symbols)}"]
    for name, value in c.metadata.items():
        if not _is_grade_column(name, value, c):
            lines += [f" Feature   {_feature_name(name)}\t{_feature(value)}"]
    return [*lines, "END_CFG", "", ""]


def _written_atoms(c: LabelledConfiguration, types: Mapping[int, int]) -> list[str]:
    unknown = sorted(set(c.numbers.tolist()) - set(types))
    if unknown:
        raise InputError(f"species lack {', '.join(Element.from_Z(z).symbol for z in unknown)}")
    names = ["id", "type", *CARTESIAN]
    columns = [c.positions]
    if c.forces is not None:
        names += FORCES
        columns.append(c.forces)
    grades = c.metadata.get("nbh_grades")
    if _is_grade_column("nbh_grades", grades, c):
        names.append("nbh_grades")
        columns.append(np.asarray(grades, dtype=np.float64)[:, None])
    rows = np.hstack(columns).tolist()
    return [" AtomData:  " + "  ".join(names)] + [
        f"    {k} {types[z]} {_row(row)}"
        for k, (z, row) in enumerate(zip(c.numbers.tolist(), rows, strict=True), 1)
    ]


def _is_grade_column(name: str, value: Any, c: LabelledConfiguration) -> bool:
    return name == "nbh_grades" and isinstance(value, Sequence) and len(value) == len(c)


def _row(values: Iterable[float]) -> str:
    return " ".join(map(repr, values))


def _feature_name(name: str) -> str:
    """Return a name without spaces that is not the one of the species."""
    joined = "_".join(name.split())
    return f"{joined}_" if joined in (SPECIES_FEATURE, "") else joined


def _feature(value: Any) -> str:
    """Return one line, without repeated spaces, that `parsed_feature` turns into `value` again."""
    if isinstance(value, str) and value and _is_plain(value):
        return value
    return json.dumps(value, separators=(",", ":")).replace(" ", "\\u0020")


def _is_plain(text: str) -> bool:
    return text == " ".join(text.split()) and parsed_feature(text) == text
