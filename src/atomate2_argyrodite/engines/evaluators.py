"""Evaluators: functions from a configuration to its labels, and the way to and from ASE."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Labels:
    """Energy (eV), forces (eV/Å, (N, 3)) and stress (eV/Å^3, (3, 3), tension positive)."""

    energy: float
    forces: FloatArray
    stress: FloatArray

    @property
    def is_finite(self) -> bool:
        """Whether no value is NaN or infinite."""
        parts = (self.energy, self.forces, self.stress)
        return all(bool(np.isfinite(part).all()) for part in parts)

    def __add__(self, other: "Labels") -> "Labels":
        return Labels(
            self.energy + other.energy, self.forces + other.forces, self.stress + other.stress
        )


class Evaluator(Protocol):
    """A potential: from atomic numbers, positions (Å) and cell (rows, Å) to labels."""

    def __call__(
        self, numbers: NDArray[np.int64], positions: FloatArray, cell: FloatArray
    ) -> Labels:
        """Return the labels of one configuration."""


class AseEvaluator:
    """Any ASE calculator as an evaluator."""

    def __init__(self, calculator: Any) -> None:
        self._calculator = calculator

    def __call__(
        self, numbers: NDArray[np.int64], positions: FloatArray, cell: FloatArray
    ) -> Labels:
        """Return the labels of one configuration."""
        atoms: Any = Atoms(numbers=numbers, positions=positions, cell=cell, pbc=True)
        atoms.calc = self._calculator
        energy = float(atoms.get_potential_energy(force_consistent=_has_free_energy(atoms)))
        return Labels(energy, atoms.get_forces(), atoms.get_stress(voigt=False))


def _has_free_energy(atoms: Any) -> bool:
    return "free_energy" in getattr(atoms.calc, "implemented_properties", ())


class SumEvaluator:
    """Sum of evaluators, for example a model without dispersion and a dispersion correction."""

    def __init__(self, evaluators: Sequence[Evaluator]) -> None:
        self._evaluators = tuple(evaluators)

    def __call__(
        self, numbers: NDArray[np.int64], positions: FloatArray, cell: FloatArray
    ) -> Labels:
        """Return the sum of the labels."""
        first, *others = (evaluate(numbers, positions, cell) for evaluate in self._evaluators)
        return sum(others, start=first)


class EvaluatorCalculator(Calculator):
    """An evaluator as an ASE calculator, for ASE's dynamics and optimisers."""

    implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012

    def __init__(self, evaluator: Evaluator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._evaluator = evaluator

    def calculate(
        self,
        atoms: Atoms | None = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Evaluate `atoms` and keep energy, forces and stress (ASE's sign is tension positive)."""
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        moved: Any = self.atoms
        labels = self._evaluator(moved.numbers, moved.positions, moved.cell.array)
        self.results = {
            "energy": labels.energy,
            "free_energy": labels.energy,
            "forces": labels.forces,
            "stress": labels.stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]],  # Voigt
        }


def split_import_path(path: str) -> tuple[str, str]:
    """Split ``'package.module:callable'`` and check that the package is installed.

    Raises
    ------
    InputError
        If the text does not have that form.
    """
    module, separator, name = path.partition(":")
    parts = [*module.split("."), name]
    if not separator or not all(part.isidentifier() for part in parts):
        raise InputError(
            f"model {path!r} is not known: write 'chgnet', 'sevenn' or the import path of an ASE "
            "calculator, 'package.module:Callable'"
        )
    return module, name


def calculator_factory(path: str) -> Callable[..., Any]:
    """Import ``'package.module:callable'``.

    Raises
    ------
    InputError
        If there is no such callable, or it is a class of something else than calculators.
    """
    module, name = split_import_path(path)
    try:
        factory = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InputError(f"cannot import calculator {path!r}: {error}") from error
    if not callable(factory) or (isinstance(factory, type) and not _calculates(factory)):
        raise _no_calculator(path)
    made: Callable[..., Any] = factory
    return made


def load_calculator(path: str, options: Mapping[str, Any]) -> Any:
    """Import ``'package.module:callable'`` and call it with `options`.

    Raises
    ------
    InputError
        If there is no such callable, it does not take these options, or makes no calculator.
    """
    factory = calculator_factory(path)
    try:
        calculator = factory(**options)
    except TypeError as error:
        raise InputError(f"calculator {path!r} refuses options {dict(options)}: {error}") from error
    if not _calculates(calculator):
        raise _no_calculator(path)
    return calculator


def _calculates(candidate: Any) -> bool:
    return callable(getattr(candidate, "get_potential_energy", None))


def _no_calculator(path: str) -> InputError:
    return InputError(
        f"model {path!r} is no calculator of ASE: name a class of calculators, or a function that "
        "returns one"
    )
