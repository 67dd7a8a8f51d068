"""Pair styles: what LAMMPS must be told of a potential, and the files it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pymatgen.core import Element

from atomate2_argyrodite.errors import InputError

PAIR_STYLES = ("mtp", "mlip-2", "mlip-3", "ml-mtp")
"""Ours; MLIP's two interfaces; the draft for LAMMPS itself. All but ours need another LAMMPS, named
by ``ARGYRODITE_LAMMPS_COMMAND``."""


@dataclass(frozen=True)
class PairStyle:
    """A potential as LAMMPS knows it.

    Parameters
    ----------
    style
        What follows ``pair_style``.
    coefficients
        What follows ``pair_coeff``, one text per line.
    species
        Chemical symbols in the order of the atom types.
    files
        Name -> content of the files that the commands above refer to: text, or bytes.
    grades
        Name by which ``fix pair`` asks the style for extrapolation grades of the atoms, if it has
        any.

    Raises
    ------
    InputError
        If a species is unknown or named twice, or a text spans more than one line.
    """

    style: str
    coefficients: tuple[str, ...]
    species: tuple[str, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    grades: str | None = None

    def __post_init__(self) -> None:
        unknown = [symbol for symbol in self.species if not Element.is_valid_symbol(symbol)]
        if unknown or not self.species or len(set(self.species)) != len(self.species):
            raise InputError(
                f"species of a pair style must be different elements, got {list(self.species)}"
            )
        for line in (self.style, *self.coefficients):
            if not line.strip() or any(mark in line for mark in "\n\r&$"):
                raise InputError(f"{line!r} is not one plain line of LAMMPS input")
        for name in self.files:
            if Path(name).name != name:
                raise InputError(f"{name!r} is not a file name: leave the folder out")

    @classmethod
    def mtp(cls, text: str, species: Sequence[str]) -> Self:
        """Return the pair style of this package for a moment tensor potential.

        Parameters
        ----------
        text
            Content of the ``.mtp`` file.
        species
            Chemical symbols in the order of the potential's indices.
        """
        name = "potential.mtp"
        return cls(f"mtp {name}", (f"* * {' '.join(species)}",), tuple(species), {name: text})

    @classmethod
    def mtp_extrapolation(cls, text: str, species: Sequence[str], active_set: bytes) -> Self:
        """Return the pair style of this package that also grades how far atoms extrapolate.

        Parameters
        ----------
        text, species
            See `mtp`.
        active_set
            Content of the file of the potential's active set (`mtp.ActiveSet.to_bytes`).
        """
        names = "potential.mtp", "active_set.mtpas"
        return cls(
            f"mtp/extrapolation {' '.join(names)}",
            (f"* * {' '.join(species)}",),
            tuple(species),
            {names[0]: text, names[1]: active_set},
            grades="mtp/extrapolation gamma",
        )

    @classmethod
    def mlip2(cls, text: str, species: Sequence[str]) -> Self:
        """Return the pair style ``mlip`` of MLIP-2's LAMMPS interface (needs such a LAMMPS).

        Written by the interface's published input; it was never run with this package.
        """
        files = {
            "potential.mtp": text,
            "mlip.ini": "mtp-filename potential.mtp\nselect FALSE\n",
        }
        return cls("mlip mlip.ini", ("* *",), tuple(species), files)

    @classmethod
    def mlip3(cls, text: str, species: Sequence[str]) -> Self:
        """Return the pair style ``mlip`` of MLIP-3's LAMMPS interface (needs such a LAMMPS).

        Written by the interface's published input; it was never run with this package.
        """
        name = "potential.almtp"
        return cls(f"mlip load_from={name}", ("* *",), tuple(species), {name: text})

    @classmethod
    def ml_mtp(cls, text: str, species: Sequence[str]) -> Self:
        """Return the pair style ``mtp`` of the package ML-MTP drafted for LAMMPS (PR 5023).

        It bears the name of this package's own style and maps atom types to the potential's species
        one to one; a LAMMPS holds one of the two.
        """
        name = "potential.mtp"
        return cls(f"mtp {name}", ("* *",), tuple(species), {name: text})

    @classmethod
    def named(cls, kind: str, text: str, species: Sequence[str]) -> Self:
        """Return the pair style `kind`, one of `PAIR_STYLES`, for the text of a potential.

        Raises
        ------
        InputError
            If there is no such kind.
        """
        makers = {"mtp": cls.mtp, "mlip-2": cls.mlip2, "mlip-3": cls.mlip3, "ml-mtp": cls.ml_mtp}
        if kind not in makers:
            raise InputError(f"pair style {kind!r} is not one of {', '.join(makers)}")
        return makers[kind](text, species)

    def write_files(self, directory: Path) -> None:
        """Write the potential's files into `directory`."""
        for name, content in self.files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (directory / name).write_bytes(data)

    def commands(self) -> list[str]:
        """Return the lines of LAMMPS input that select the potential."""
        return [
            f"pair_style {self.style}",
            *(f"pair_coeff {coefficient}" for coefficient in self.coefficients),
        ]
