"""CP2K as an engine: DFT with free software, all three functionals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.engines.base import (
    Engine,
    EngineCost,
    LabelFailure,
    NVTRun,
    NVTSettings,
    Relaxation,
    check_relaxation_limits,
)
from atomate2_argyrodite.engines.cp2k_dynamics import Cp2kDynamics
from atomate2_argyrodite.engines.cp2k_folders import run_folder
from atomate2_argyrodite.engines.cp2k_input import Cp2kTask
from atomate2_argyrodite.engines.cp2k_motion import relaxation_motion
from atomate2_argyrodite.engines.cp2k_process import cp2k_command, cp2k_version
from atomate2_argyrodite.engines.cp2k_relaxation import relax_in_folder
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.engines.cp2k_static import single_point
from atomate2_argyrodite.engines.dft_cost import LABEL_S, STEP_SHARE, dft_size_factor
from atomate2_argyrodite.engines.frame_check import overlap
from atomate2_argyrodite.engines.planning import is_planned
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import FolderInUseError, InputError, OutOfSpaceError, RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_CUBIC_TOLERANCE = 1e-6
_MEASURED_CUTOFF_RY, _CUTOFF_EXPONENT = 280.0, 1.5


@dataclass
class Cp2kEngine(Engine):
    """CP2K's Quickstep (Kühne, J. Chem. Phys. 152, 194103, 2020), run as a program.

    Every run has a folder in the work directory that is named by its content: asked for again, it
    is read or resumed. Command, MPI ranks, OpenMP threads and a time limit are settings of the
    installation (``ARGYRODITE_CP2K_COMMAND``, ``_MPI_RANKS``, ``_OMP_THREADS``, ``_TIMEOUT_S``).

    Parameters
    ----------
    numerics
        Grid, basis, convergence.
    minimum_distance
        Configurations with two atoms closer than this (Å) are not labelled.

    Notes
    -----
    GTH pseudopotentials and DZVP-MOLOPT-SR basis sets made for PBE serve all functionals. Energies
    are free energies of a 300 K smearing, those that forces and stress belong to.

    Its stress was compared with finite differences of the energy for a rattled 52-atom cube of
    Li6PS5Cl, strained by +-0.4 % (1, 0.6, -0.4) on a fixed grid (280 Ry; contractions with that
    direction, ``tests/benchmarks/cp2k_stress.py``): pbe -3.0963 GPa against -3.0976, pbe-d3bj
    -0.6079 against -0.6090, optb88-vdw -2.7653 against -2.7667.

    Cost on one core of 2024, 52 atoms, Gamma, 280 Ry: 61 s (pbe), 64 s (pbe-d3bj) and 86 s
    (optb88-vdw) per single point, 0.8 to 1.5 GB; a step of dynamics takes half of that. The cost
    grows with the grid as cutoff^1.5: 350 Ry takes 1.4 times as long.
    """

    supported_functionals: ClassVar[tuple[Functional, ...]] = tuple(Functional)
    continues_dynamics: ClassVar[bool] = True
    numerics: Cp2kSettings = field(default_factory=Cp2kSettings)
    minimum_distance: float = 0.8

    @property
    def label(self) -> str:
        """Short name of the engine for job names and messages."""
        return "cp2k"

    def check(self, functional: Functional | str = Functional.PBE) -> None:
        """Check that CP2K is there (see `Engine.check`)."""
        self.require(functional)
        if not is_planned():
            cp2k_command()

    def record(self, functional: Functional | str) -> EngineRecord:
        """Return the version of the installed CP2K (see `Engine.record`)."""
        self.require(functional)
        return EngineRecord(name="cp2k", version=cp2k_version())

    def settings(self, functional: Functional | str) -> dict[str, Any]:
        """Return grid, basis and convergence (see `Engine.settings`)."""
        self.require(functional)
        return {**self.numerics.content(), "pseudopotentials": "GTH-PBE"}

    def cost(self, functional: Functional | str, n_atoms: int) -> EngineCost:
        """Return core-seconds, scaled from 52 atoms, 280 Ry and the Gamma point."""
        grid = (self.numerics.cutoff_ry / _MEASURED_CUTOFF_RY) ** _CUTOFF_EXPONENT
        label = LABEL_S[self.require(functional)] * grid * dft_size_factor(n_atoms)
        return EngineCost(label * math.prod(self.numerics.kpoints), label * STEP_SHARE)

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        """Label configurations one after the other (see `Engine.static`).

        Raises
        ------
        MissingEngineError, OutOfSpaceError, FolderInUseError
            If CP2K is missing, the disk is full, or an earlier process still computes a frame:
            no fault of the frame, so nothing is recorded.
        """
        wanted = self.require(functional)
        self.check(wanted)
        return [self._label(k, frame, wanted) for k, frame in enumerate(configurations)]

    def _label(
        self, index: int, configuration: LabelledConfiguration, functional: Functional
    ) -> LabelledConfiguration | LabelFailure:
        fault = overlap(configuration, self.minimum_distance)
        if fault is not None:
            return LabelFailure(index, fault)
        task = self._task(configuration, functional, "point")
        try:
            labels = single_point(run_folder("static", task), task)
        except (OutOfSpaceError, FolderInUseError):
            raise
        except (RunError, InputError) as error:
            return LabelFailure(index, str(error))
        return replace(
            configuration, energy=labels.energy, forces=labels.forces, stress=labels.stress
        )

    def _task(
        self, configuration: LabelledConfiguration, functional: Functional, name: str
    ) -> Cp2kTask:
        return Cp2kTask(configuration, functional, self.numerics, name)

    def molecular_dynamics(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
    ) -> NVTRun:
        """Run NVT dynamics with a Nose-Hoover chain (see `Engine.molecular_dynamics`)."""
        return self.dynamics_segment(configuration, functional, settings, SegmentLimit()).run

    def dynamics_segment(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
        limit: SegmentLimit,
        start: DynamicsState | None = None,
    ) -> DynamicsSegment:
        """Run NVT dynamics up to a limit (see `Engine.dynamics_segment`).

        Thermostat, velocities and positions go on exactly; the wavefunction is converged anew, so
        that segments follow one trajectory within the threshold of the SCF.
        """
        task = self._task(configuration, self.require(functional), "md")
        folder = run_folder("md", task, settings)
        return Cp2kDynamics(folder, task, settings).segment(limit, start)

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
        """Relax by conjugate gradients (see `Engine.relax`); the shape can be kept of cubic cells.

        Raises
        ------
        InputError
            Also if the shape of a cell that is not cubic is to be kept.
        RunError
            If CP2K fails.
        """
        check_relaxation_limits(maximum_force, maximum_steps)
        if keep_shape and not _is_cubic(configuration):
            raise InputError("cp2k keeps the shape of cubic cells only: relax without keep_shape")
        motion = relaxation_motion(
            relax_cell=relax_cell,
            keep_shape=keep_shape,
            keep_symmetry=keep_symmetry,
            maximum_force=maximum_force,
            maximum_steps=maximum_steps,
            volume_per_atom=configuration.volume / len(configuration),
        )
        task = replace(
            self._task(configuration, self.require(functional), "relax"),
            run_type="CELL_OPT" if relax_cell else "GEO_OPT",
            motion=motion,
            symmetry="CUBIC" if keep_shape else "NONE",
            has_fixed_grid=relax_cell,
        )
        return relax_in_folder(run_folder("relax", task), task, maximum_steps)


def _is_cubic(configuration: LabelledConfiguration) -> bool:
    cell = configuration.cell
    edge = cell[0, 0]
    return bool(np.abs(cell - edge * np.eye(3)).max() < _CUBIC_TOLERANCE * edge)
