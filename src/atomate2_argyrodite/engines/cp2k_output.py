"""What CP2K printed: whether it may be trusted, energies, forces, stresses."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.evaluators import Labels
from atomate2_argyrodite.errors import RunError

HARTREE_EV = 27.211386245988  # CODATA 2018
BOHR_ANGSTROM = 0.529177210903
GPA_PER_EV_PER_ANGSTROM3 = 160.21766208
SCF_FAILED = "SCF run NOT converged"
_ENDED = "PROGRAM ENDED AT"
_VERSION = re.compile(r"^\s*(?:CP2K\|)?\s*(?:version string:)?\s*CP2K version (\S+)", re.M)
_ENERGY = re.compile(r"ENERGY\| Total FORCE_EVAL .*?:\s+(\S+)\s*$", re.M)
_FORCES = re.compile(r"^ ATOMIC FORCES in \[a\.u\.\](.*?)^ SUM OF ATOMIC FORCES", re.M | re.S)
_STRESS = re.compile(
    r"STRESS\| Analytical stress tensor \[GPa\]\s*\n.*?\n"
    r"((?:\s*STRESS\|\s+[xyz](?:\s+\S+){3}\s*\n){3})",
    re.M,
)
_ABORT = re.compile(r"\[ABORT\]|\[EXIT\]|^\s*\*\s+\\___/", re.M)
_NO_SPACE = re.compile(r"no space left on device|disk quota exceeded|file too large", re.I)
_FORTRAN = re.compile(r"^(?:Fortran runtime error|Error): (.+)$", re.M)
_SIGNAL = re.compile(r"Program received signal (\w+)")


@dataclass(frozen=True)
class Cp2kOutput:
    """The output of one run.

    Parameters
    ----------
    text
        What CP2K printed.
    cause
        Why it was ended from outside, None if it ended by itself.
    """

    text: str
    cause: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether CP2K came to its regular end."""
        return _ENDED in self.text

    @property
    def scf_failed(self) -> bool:
        """Whether an SCF did not converge: newer versions stop there, 2023.1 goes on."""
        return SCF_FAILED in self.text

    @property
    def version(self) -> str:
        """Version of CP2K, ``'unknown'`` if it did not say."""
        found = _VERSION.search(self.text)
        return found.group(1) if found else "unknown"

    @property
    def is_out_of_space(self) -> bool:
        """Whether the disk was full."""
        return not self.has_ended and _NO_SPACE.search(self.text) is not None

    @property
    def fault(self) -> str | None:
        """Why the output must not be used, in one phrase; None if it may."""
        if self.scf_failed:
            return "the SCF did not converge"
        if self.has_ended:
            return None
        return self.cause or self._message() or "CP2K ended before it was done (output truncated)"

    def _message(self) -> str | None:
        abort = _ABORT.search(self.text)
        if abort is not None:
            words = _boxed_words(self.text[abort.start() :])
            return f"CP2K stopped: {words}"
        for pattern, what in ((_FORTRAN, "CP2K stopped: "), (_SIGNAL, "CP2K was ended by ")):
            found = pattern.search(self.text)
            if found is not None:
                return what + found.group(1).strip()
        return None

    def labels(self, n_atoms: int) -> Labels:
        """Return energy, forces and stress of a single point.

        Raises
        ------
        RunError
            If the run failed, or the output lacks or garbles a number.
        """
        if self.fault is not None:
            raise RunError(self.fault)
        energy = _ENERGY.search(self.text)
        forces, stress = _FORCES.search(self.text), _STRESS.search(self.text)
        if energy is None or forces is None or stress is None:
            raise RunError("CP2K's output lacks its energy, forces or stress")
        try:
            labels = Labels(
                float(energy.group(1)) * HARTREE_EV,
                _columns(forces.group(1), 3, n_atoms) * HARTREE_EV / BOHR_ANGSTROM,
                # CP2K counts pressure positive, this package tension.
                -_columns(stress.group(1), 2, 3) / GPA_PER_EV_PER_ANGSTROM3,
            )
        except ValueError as error:
            raise RunError(f"CP2K's output holds a number that cannot be read: {error}") from None
        if not labels.is_finite:
            raise RunError("CP2K gave an energy, forces or a stress that are not finite")
        return labels


def _columns(block: str, first: int, rows: int) -> NDArray[np.float64]:
    """Return the three columns after `first` words of those lines that have them."""
    lines = [line.split() for line in block.splitlines()]
    values = [
        words[first : first + 3] for words in lines if len(words) == first + 3 and words[0] != "#"
    ]
    array = np.array(values, dtype=np.float64)
    if array.shape != (rows, 3):
        raise ValueError(f"{len(values)} rows instead of {rows}")
    return array


def _boxed_words(text: str) -> str:
    """Return the words in the box of stars that CP2K draws around an error."""
    words: list[str] = []
    for line in text.splitlines()[:12]:
        inside = line.strip().strip("*").strip()
        inside = re.sub(r"^[\[/\\_|O-]+[\w \]]*?\s{2,}|^[\\_/|]+\s*|\[ABORT\]", "", inside).strip()
        if inside and any(c.isalpha() for c in inside):
            words.append(inside)
    return " ".join(" ".join(words).split())[:300]
