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
from ase import units
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

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
from atomate2_argyrodite.engines.vasp_output import VaspRun, VaspStep, read_vasprun
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import FolderInUseError, RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

IntArray = NDArray[np.int64]


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
    VASP was not run with this code (see the module). Dynamics run in one piece: VASP's CONTCAR
    does not hold the thermostat, so a run cannot go on as if it had not stopped.
    """

    supported_functionals: ClassVar[tuple[Functional, ...]] = tuple(Functional)
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
        """Label configurations one after the other (see `Engine.static`)."""
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
            labelled = _labelled(configuration, run, len(run.energies))
            labelled = replace(  # VASP wraps positions
                labelled, positions=configuration.positions, cell=configuration.cell
            )
        except FolderInUseError:
            raise
        except RunError as error:
            return LabelFailure(index, str(error))
        return labelled

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
        from atomate2_argyrodite.engines.vasp_makers import dynamics_maker
        from atomate2_argyrodite.engines.vasp_process import run_folder, run_maker

        wanted = self.require(functional)
        self.check(wanted)
        maker = dynamics_maker(self.numerics, wanted, settings)
        order = sorting(configuration)
        structure = sorted_structure(configuration)
        velocities = initial_velocities(configuration, settings) * units.fs  # Å/fs, as POSCAR
        structure.add_site_property("velocities", velocities[order].tolist())
        folder = run_folder("md", maker, structure)
        fault = None
        try:
            run_maker(maker, structure, folder)
        except RunError as error:
            fault = str(error)
        run = read_vasprun(folder, settings.is_snapshot, keep_last=False)
        return _canonical_run(run, configuration, settings, fault)

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
            If VASP failed or did not converge.
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
        relaxed = _labelled(configuration, run, steps)
        forces = run.steps[steps].labels.forces
        largest = float(np.linalg.norm(forces, axis=1).max())
        return Relaxation(relaxed, steps, largest, largest < maximum_force)


def sorting(configuration: LabelledConfiguration) -> IntArray:
    """Return the order in which VASP gets the atoms: by electronegativity, elements together."""
    keys = [(Element(symbol).X, symbol) for symbol in configuration.symbols]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def sorted_structure(configuration: LabelledConfiguration) -> Structure:
    """Return the configuration as VASP gets it."""
    return Structure.from_sites([configuration.structure[k] for k in sorting(configuration)])


def _labelled(
    configuration: LabelledConfiguration, run: VaspRun, number: int, **metadata: Any
) -> LabelledConfiguration:
    """Return a step of VASP with its atoms in the order of `configuration`."""
    order = sorting(configuration)
    if run.symbols != tuple(configuration.symbols[k] for k in order):
        raise RunError("VASP's atoms are not those that it was given")
    step: VaspStep | None = run.steps.get(number)
    if step is None or not step.labels.is_finite:
        raise RunError("VASP gave an energy, forces or a stress that are not finite")
    back = np.argsort(order)
    return replace(
        configuration,
        positions=step.positions[back],
        cell=step.cell,
        energy=step.labels.energy,
        forces=step.labels.forces[back],
        stress=step.labels.stress,
        metadata={**configuration.metadata, **metadata, "vasp_version": run.version},
    )


def _canonical_run(
    run: VaspRun, configuration: LabelledConfiguration, settings: NVTSettings, fault: str | None
) -> NVTRun:
    done = len(run.energies)
    energies = np.array(run.energies).reshape(-1, 3)
    freedom = 3 * len(configuration) - 3
    temperatures = 2 * energies[:, 1] / (freedom * units.kB)
    if run.unconverged:
        done = run.unconverged[0] - 1
        fault = fault or "the SCF did not converge"
    elif fault is None and done < settings.steps:
        fault = "VASP ended before all steps were done"
    snapshots = [
        _labelled(
            configuration.with_metadata(),
            run,
            step,
            step=step,
            temperature_kelvin=float(temperatures[step - 1]),
        )
        for step in sorted(run.steps)
        if step <= done
    ]
    outcome = "completed" if fault is None else f"failed at step {done + 1}: {fault}"
    return NVTRun(snapshots, temperatures[:done], energies[:done, 0], energies[:done, 2], outcome)
