"""Foundation models as engines: pretrained potentials that stand in for DFT, and say so."""

import functools
import importlib.util
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any, ClassVar

from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.engines.base import (
    Engine,
    EngineCost,
    LabelFailure,
    NVTRun,
    NVTSettings,
    Relaxation,
)
from atomate2_argyrodite.engines.evaluators import (
    AseEvaluator,
    Evaluator,
    SumEvaluator,
    calculator_factory,
    load_calculator,
    split_import_path,
)
from atomate2_argyrodite.engines.frame_check import overlap
from atomate2_argyrodite.engines.planning import is_planned
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_PACKAGES = {"chgnet": "chgnet", "sevenn": "sevenn"}
MODEL_S_PER_ATOM = 1.2e-3
"""CHGNet on one thread: 55 ms per label of 52 atoms (tests/benchmarks/foundation_labels.py)."""
D3_S_PER_ATOM = 1.0e-3
"""DFT-D3(BJ) with three-body term off: 50 ms per step of 52 atoms."""
_WEIGHTS = {"chgnet": "0.3.0", "sevenn": "7net-0"}


@dataclass
class FoundationEngine(Engine):
    """CHGNet, SevenNet or any ASE calculator, moved and labelled through one interface.

    Parameters
    ----------
    model
        ``'chgnet'`` (weights in its wheel), ``'sevenn'`` (7net-0) or the import path of an ASE
        calculator, ``'package.module:Callable'``, for a model that was trained on PBE.
    options
        Keyword arguments of that calculator; the named models take none.
    minimum_distance
        Configurations with two atoms closer than this (Å) are not labelled: models answer there,
        but with nonsense.

    Notes
    -----
    ``pbe`` is what the model itself gives, recorded as a surrogate of PBE; ``pbe-d3bj`` adds the
    two-body D3(BJ) dispersion of PBE (Grimme, J. Comput. Chem. 32, 1456, 2011).
    """

    model: str = "chgnet"
    options: dict[str, Any] = field(default_factory=dict)
    minimum_distance: float = 0.8

    supported_functionals: ClassVar[tuple[Functional, ...]] = (Functional.PBE, Functional.PBE_D3BJ)
    continues_dynamics: ClassVar[bool] = True

    @property
    def label(self) -> str:
        """Short name of the engine for job names and messages."""
        return self.model.rpartition(":")[2]

    @property
    def _package(self) -> str:
        return _PACKAGES.get(self.model) or split_import_path(self.model)[0].partition(".")[0]

    def check(self, functional: Functional | str = Functional.PBE) -> None:
        """Check packages and options without loading the model (see `Engine.check`)."""
        wanted = self.require(functional)
        if self.model in _PACKAGES and self.options:
            raise InputError(f"model {self.model!r} takes no options, got {self.options}")
        if is_planned():
            return
        packages = [self._package, *(["dftd3"] if wanted is Functional.PBE_D3BJ else [])]
        for package in packages:
            if importlib.util.find_spec(package) is None:
                raise MissingEngineError(
                    f"engine {self.label!r} with functional {wanted.value} needs the package "
                    f"{package!r}, which is not installed: run 'pip install {package}'"
                )
        if self.model not in _PACKAGES:
            calculator_factory(self.model)

    def record(self, functional: Functional | str) -> EngineRecord:
        """Return model, versions, and that it is a surrogate (see `Engine.record`)."""
        weights = f" (weights {_WEIGHTS[self.model]})" if self.model in _WEIGHTS else ""
        name, number = self.label.lower(), _version(self._package) + weights
        if self.require(functional) is Functional.PBE_D3BJ:
            name, number = f"{name}+dftd3", f"{number} + dftd3 {_version('dftd3')}"
        return EngineRecord(name=name, version=number, is_surrogate=True)

    def settings(self, functional: Functional | str) -> dict[str, Any]:
        """Return what fixes the numbers (see `Engine.settings`)."""
        dispersion = self.require(functional) is Functional.PBE_D3BJ
        return {
            "model": self.model,
            "options": dict(self.options),
            "dispersion": {"method": "PBE", "damping": "d3bj", "s9": 0.0} if dispersion else None,
        }

    def cost(self, functional: Functional | str, n_atoms: int) -> EngineCost:
        """Return core-seconds of CHGNet, which stand in for those of other models."""
        dispersion = self.require(functional) is Functional.PBE_D3BJ
        seconds = n_atoms * (MODEL_S_PER_ATOM + (D3_S_PER_ATOM if dispersion else 0.0))
        return EngineCost(seconds, seconds)

    def evaluator(self, functional: Functional | str) -> Evaluator:
        """Load the model (once per process) and return it as a function.

        Raises
        ------
        InputError, MissingEngineError
            See `check`; also if a calculator cannot be imported or refuses its options.
        """
        self.check(functional)
        options = json.dumps(self.options, sort_keys=True)
        return _load_evaluator(self.model, options, self.require(functional))

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        """Label configurations one by one (see `Engine.static`)."""
        evaluator = self.evaluator(functional)
        return [
            self._label(evaluator, index, configuration)
            for index, configuration in enumerate(configurations)
        ]

    def _label(
        self, evaluator: Evaluator, index: int, configuration: LabelledConfiguration
    ) -> LabelledConfiguration | LabelFailure:
        fault = overlap(configuration, self.minimum_distance)
        if fault is not None:
            return LabelFailure(index, fault)
        try:
            labels = evaluator(configuration.numbers, configuration.positions, configuration.cell)
        except Exception as error:  # noqa: BLE001 - one bad frame never takes down the others
            return LabelFailure(index, f"{type(error).__name__}: {error}")
        if not labels.is_finite:
            return LabelFailure(index, "energy, forces or stress are not finite")
        return replace(
            configuration, energy=labels.energy, forces=labels.forces, stress=labels.stress
        )

    def molecular_dynamics(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
    ) -> NVTRun:
        """Run NVT dynamics with a Nose-Hoover chain (see `Engine.molecular_dynamics`)."""
        from atomate2_argyrodite.engines.ase_dynamics import canonical_dynamics

        return canonical_dynamics(configuration, self.evaluator(functional), settings)

    def dynamics_segment(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
        limit: SegmentLimit,
        start: DynamicsState | None = None,
    ) -> DynamicsSegment:
        """Run NVT dynamics up to a limit (see `Engine.dynamics_segment`)."""
        from atomate2_argyrodite.engines.ase_dynamics import canonical_segment

        return canonical_segment(configuration, self.evaluator(functional), settings, limit, start)

    def relax(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        *,
        relax_cell: bool = True,
        keep_shape: bool = False,
        keep_symmetry: bool = False,
        maximum_force: float = 0.04,
        maximum_steps: int = 500,
    ) -> Relaxation:
        """Relax with FIRE (see `Engine.relax`); the default threshold is Kim 2024's."""
        from atomate2_argyrodite.engines.ase_dynamics import relax_with_ase

        return relax_with_ase(
            configuration,
            self.evaluator(functional),
            relax_cell=relax_cell,
            keep_shape=keep_shape,
            keep_symmetry=keep_symmetry,
            maximum_force=maximum_force,
            maximum_steps=maximum_steps,
        )


@functools.cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        distributions = packages_distributions().get(package, [])
        return version(distributions[0]) if distributions else "unknown"


@functools.lru_cache(maxsize=4)
def _load_evaluator(model: str, options: str, functional: Functional) -> Evaluator:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # dftd3 reads it when it is loaded
    evaluators = [_load_model(model, options)]
    if functional is Functional.PBE_D3BJ:
        evaluators.append(_load_dispersion())
    return evaluators[0] if len(evaluators) == 1 else SumEvaluator(evaluators)


def _load_model(model: str, options: str) -> Evaluator:
    if model == "chgnet":
        from atomate2_argyrodite.engines.chgnet_evaluator import evaluate_chgnet

        return evaluate_chgnet
    if model == "sevenn":
        import torch

        torch.set_num_threads(1)
        path, keywords = "sevenn.calculator:SevenNetCalculator", {"model": "7net-0"}
        return AseEvaluator(load_calculator(path, {**keywords, "device": "cpu"}))
    return AseEvaluator(load_calculator(model, json.loads(options)))


def _load_dispersion() -> Evaluator:
    # No params_tweaks: without s9 = 0 among them they turn the three-body term on.
    return AseEvaluator(load_calculator("dftd3.ase:DFTD3", {"method": "PBE", "damping": "d3bj"}))
