"""VASP as an engine, by atomate2's makers.

VASP is not free and was not run with this code: its inputs are checked key by key, and the way from
its files to labels with small made-up files. The first run with a licence should be compared with
a calculation that is known.
"""

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
from atomate2_argyrodite.engines.dft_cost import LABEL_S, STEP_SHARE, dft_size_factor
from atomate2_argyrodite.engines.frame_check import overlap
from atomate2_argyrodite.engines.planning import is_planned
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.engines.vasp_atoms import labelled, sorted_structure
from atomate2_argyrodite.engines.vasp_output import VaspRun, read_vasprun
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.errors import FolderInUseError, OutOfSpaceError, RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


@dataclass
class VaspEngine(Engine):
    """VASP (Kresse, Phys. Rev. B 54, 11169, 1996) with the settings of Kim 2024.

    How it is started is atomate2's business: ``VASP_CMD`` and ``VASP_GAMMA_CMD`` (dynamics) in
    ``~/.atomate2.yaml``, POTCAR files in pymatgen's ``PMG_VASP_PSP_DIR``. Every run has a folder in
    the work directory that is named by its content; one that was finished is read again.

    Parameters
    ----------
    numerics
        Cutoff, k-points, convergence.
    minimum_distance
        Configurations with two atoms closer than this (Å) are not labelled.

    Notes
    -----
    VASP was not run with this code (see the module). Dynamics go on from VASP's CONTCAR, which by
    its documentation holds velocities and thermostat; where the thermostat is not in it, it begins
    anew, and the document of the segment says so.
    """

    supported_functionals: ClassVar[tuple[Functional, ...]] = tuple(Functional)
    continues_dynamics: ClassVar[bool] = True
    numerics: VaspSettings = field(default_factory=VaspSettings)
    minimum_distance: float = 0.8

    @property
    def label(self) -> str:
        """Short name of the engine for job names and messages."""
        return "vasp"

    def check(self, functional: Functional | str = Functional.PBE) -> None:
        """Check VASP's commands and the folder of POTCARs (see `Engine.check`)."""
        self.require(functional)
        if is_planned():
            return  # nor is atomate2's part for VASP imported, which takes seconds
        from atomate2_argyrodite.engines.vasp_process import check_commands, check_potcars

        check_commands()
        check_potcars()

    def record(self, functional: Functional | str) -> EngineRecord:
        """Return the version that the settings name (see `Engine.record`)."""
        self.require(functional)
        return EngineRecord(name="vasp", version=self.numerics.version)

    def settings(self, functional: Functional | str) -> dict[str, Any]:
        """Return cutoff, k-points and convergence (see `Engine.settings`)."""
        wanted = self.require(functional)
        return {**self.numerics.content(), "incar": self.numerics.static_incar(wanted)}

    def cost(self, functional: Functional | str, n_atoms: int) -> EngineCost:
        """Return core-seconds; VASP was not timed, CP2K's at 280 Ry stand in for each k-point."""
        gamma = LABEL_S[self.require(functional)] * dft_size_factor(n_atoms)
        irreducible = math.ceil(math.prod(self.numerics.kpoints) / 2)  # time reversal
        return EngineCost(gamma * irreducible, gamma * STEP_SHARE)

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        """Label configurations one after the other (see `Engine.static`).

        Raises
        ------
        MissingEngineError, OutOfSpaceError, FolderInUseError
            If VASP or a POTCAR is missing, the disk is full, or another process computes a frame:
            no fault of the frame, so nothing is recorded.
        """
        wanted = self.require(functional)
        self.check(wanted)
        return [self._label(k, frame, wanted) for k, frame in enumerate(configurations)]

    def _label(
        self, index: int, configuration: LabelledConfiguration, functional: Functional
    ) -> LabelledConfiguration | LabelFailure:
        from atomate2_argyrodite.engines.vasp_makers import static_maker

        fault = overlap(configuration, self.minimum_distance)
        if fault is not None:
            return LabelFailure(index, fault)
        try:
            run = self._run("static", static_maker(self.numerics, functional), configuration)
            label = labelled(configuration, run, len(run.energies))
        except (OutOfSpaceError, FolderInUseError):
            raise
        except RunError as error:
            return LabelFailure(index, str(error))
        # VASP wraps positions.
        return replace(label, positions=configuration.positions, cell=configuration.cell)

    def _run(self, kind: str, maker: Any, configuration: LabelledConfiguration) -> VaspRun:
        """Run a maker and return what VASP wrote.

        Raises
        ------
        RunError
            If it failed, did not converge electronically or left its file cut off.
        """
        from atomate2_argyrodite.engines.vasp_process import run_folder, run_maker

        structure = sorted_structure(configuration)
        folder = run_folder(kind, maker, structure)
        run_maker(maker, structure, folder)
        run = read_vasprun(folder)
        if not run.is_whole:
            raise RunError(f"vasprun.xml in {folder} is cut off")
        if run.unconverged:
            raise RunError("the SCF did not converge")
        return run

    def molecular_dynamics(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
    ) -> NVTRun:
        """Run NVT dynamics at the Gamma point (see `Engine.molecular_dynamics`).

        Velocities are drawn here, from the seed, and handed over in the POSCAR.
        """
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

        A wall time ends a segment by a STOPCAR; the next one gets the CONTCAR as its POSCAR.
        """
        from atomate2_argyrodite.engines.vasp_dynamics import VaspDynamics

        wanted = self.require(functional)
        self.check(wanted)
        return VaspDynamics(self.numerics, wanted, configuration, settings).segment(limit, start)

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
        """Relax with conjugate gradients (see `Engine.relax`), then label the result.

        Raises
        ------
        RunError
            If VASP failed or an SCF did not converge.
        """
        from atomate2_argyrodite.engines.vasp_makers import relax_maker

        check_relaxation_limits(maximum_force, maximum_steps)
        wanted = self.require(functional)
        self.check(wanted)
        maker = relax_maker(
            self.numerics,
            wanted,
            relax_cell=relax_cell,
            keep_shape=keep_shape,
            keep_symmetry=keep_symmetry,
            maximum_force=maximum_force,
            maximum_steps=maximum_steps,
        )
        run = self._run("relax", maker, configuration)
        steps = len(run.energies)
        relaxed = labelled(configuration, run, steps)
        forces = run.steps[steps].labels.forces
        largest = float(np.linalg.norm(forces, axis=1).max())
        return Relaxation(relaxed, steps, largest, largest < maximum_force)
