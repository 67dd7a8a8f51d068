"""Files of labelled configurations: MLIP ``.cfg``, extxyz and whatever ASE reads, our ``.npz``."""

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.ase_conversion import configuration_from_atoms, configuration_to_atoms
from atomate2_argyrodite.mtp.cfg_files import read_cfg
from atomate2_argyrodite.mtp.cfg_writer import write_cfg
from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)

_XYZ = (".xyz", ".extxyz")
WRITTEN_SUFFIXES = (".cfg", *_XYZ, ".npz")
"""Suffixes of the files that `write_configurations` writes."""
_LARGEST_EXPANSION = 100  # of a compressed archive; text of numbers expands three- to tenfold


def read_configurations(
    path: str | os.PathLike[str], species: Sequence[str] | None = None
) -> list[LabelledConfiguration]:
    """Read all configurations of a file, with the labels it has.

    Parameters
    ----------
    path
        MLIP ``.cfg`` (recognised by its first line, whatever its name), ``.npz`` as written by
        `write_configurations`, or any file that ASE reads (extxyz, vasprun.xml, OUTCAR, CIF ...).
    species
        For ``.cfg`` files that do not name them: elements in the order of the type indices.

    Returns
    -------
    list of LabelledConfiguration
        Energies in eV, forces in eV/Å, stresses in eV/Å^3 (tension positive).

    Raises
    ------
    InputError
        If the file is missing, truncated, corrupted, empty, or contains NaN; the message names file
        and line (or configuration, where ASE reads it).
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{file} is a folder: name a file of configurations")
    if not file.is_file():
        raise InputError(f"{file} does not exist: name a file of configurations")
    if _begins_like_cfg(file):
        return read_cfg(file, species)
    configurations = _read_npz(file) if file.suffix == ".npz" else _read_with_ase(file)
    if not configurations:
        raise InputError(f"{file} contains no configurations")
    return configurations


def _begins_like_cfg(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            start = stream.read(4096).lstrip()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None
    return start.startswith(b"BEGIN_CFG") or file.suffix == ".cfg"


def _read_npz(file: Path) -> list[LabelledConfiguration]:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > _LARGEST_EXPANSION * file.stat().st_size:
            raise InputError(f"it claims to hold {size:,} bytes")
        with np.load(file, allow_pickle=False) as arrays:
            return configurations_from_arrays({name: arrays[name] for name in arrays.files})
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        MemoryError,
        EOFError,
        zipfile.BadZipFile,
    ) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{file} is not a readable archive of configurations: {reason}") from None


def _read_with_ase(file: Path) -> list[LabelledConfiguration]:
    """Read with ASE, which lets exceptions of any kind through."""
    from ase.io import iread

    starts = _xyz_starts(file) if file.suffix in _XYZ else []
    configurations: list[LabelledConfiguration] = []
    file_format = "extxyz" if starts else None
    try:
        for atoms in iread(str(file), index=":", format=file_format, do_not_split_by_at_sign=True):
            configurations.append(configuration_from_atoms(atoms))  # noqa: PERF401 - counted below
    except Exception as error:  # noqa: BLE001 - ASE's parsers raise whatever they meet
        index = len(configurations)
        place = f"line {starts[index]}" if index < len(starts) else f"configuration {index}"
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{file}, {place}: cannot be read ({reason})") from None
    return configurations


def _xyz_starts(file: Path) -> list[int]:
    """Return the first line of each frame of an xyz file, after checking that none is cut short.

    ASE would believe a count of atoms however absurd it is.
    """
    starts: list[int] = []
    with file.open(encoding="utf-8", errors="replace") as stream:
        lines = enumerate(stream, 1)
        for number, line in lines:
            if not line.strip():
                _refuse_more(lines, file)
                break
            starts.append(number)
            _skip_frame(lines, file, number, _atom_count(line, file, number))
    if not starts:
        raise InputError(f"{file} contains no configurations")
    return starts


def _atom_count(line: str, file: Path, number: int) -> int:
    text = line.strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 10**12):
        raise InputError(f"{file}, line {number}: {text[:40]!r} is not a number of atoms")
    return int(text)


def _skip_frame(lines: Iterator[tuple[int, str]], file: Path, first: int, count: int) -> None:
    """Pass over the comment and the atoms of a frame that begins in line `first`."""
    rows = [text.strip() for _, text in islice(lines, count + 1)]
    complete = len(rows) == count + 1 and all(rows[1:])
    if not complete:
        raise InputError(
            f"{file}, line {first}: the frame of {count} atoms that begins here is truncated"
        )


def _refuse_more(lines: Iterator[tuple[int, str]], file: Path) -> None:
    for number, line in lines:
        if line.strip():
            raise InputError(f"{file}, line {number}: text after an empty line")


def write_configurations(
    path: str | os.PathLike[str],
    configurations: Sequence[LabelledConfiguration],
    species: Sequence[str] | None = None,
) -> None:
    """Write configurations; an existing file is replaced at once, never half-written.

    Parameters
    ----------
    path
        ``*.cfg`` (MLIP) and ``*.npz`` keep full precision; ``*.xyz`` and ``*.extxyz``, written by
        ASE, keep eight decimals of positions and forces.
    configurations
        Labelled, partly labelled or unlabelled configurations, at least one.
    species
        For ``.cfg``: elements in the order of the type indices; by default those that occur.

    Raises
    ------
    InputError
        If there are none, the suffix is unknown, or the file cannot be written.
    """
    target = Path(path)
    check_written_suffix(target)
    if not configurations:
        raise InputError(f"no configurations to write to {target}")
    partial = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        _writer(configurations, species)[target.suffix](partial)
        partial.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def check_written_suffix(path: Path) -> None:
    """Refuse a name whose suffix `write_configurations` does not know."""
    if path.suffix not in WRITTEN_SUFFIXES:
        raise InputError(f"{path} must end in one of {', '.join(WRITTEN_SUFFIXES)}")


def _writer(
    configurations: Sequence[LabelledConfiguration], species: Sequence[str] | None
) -> dict[str, Callable[[Path], None]]:
    def extxyz(path: Path) -> None:
        from ase.io import write

        write(str(path), [configuration_to_atoms(c) for c in configurations], format="extxyz")

    def npz(path: Path) -> None:
        np.savez(path, allow_pickle=False, **configurations_to_arrays(configurations))

    def cfg(path: Path) -> None:
        write_cfg(path, configurations, species)

    return {".cfg": cfg, ".npz": npz, **dict.fromkeys(_XYZ, extxyz)}
