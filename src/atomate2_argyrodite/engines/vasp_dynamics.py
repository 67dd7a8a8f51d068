"""Canonical dynamics with VASP in segments, each in a folder of its own.

A segment ends after a number of steps (NSW) or a wall time (STOPCAR), and the next one gets its
CONTCAR as POSCAR, byte for byte. VASP was never run with this code.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms, units
from monty.io import zopen
from monty.os.path import zpath
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.engines.base import NVTRun, NVTSettings
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.engines.vasp_atoms import labelled, sorted_structure, sorting
from atomate2_argyrodite.engines.vasp_contcar import Contcar
from atomate2_argyrodite.engines.vasp_makers import dynamics_maker
from atomate2_argyrodite.engines.vasp_output import VaspRun, read_vasprun
from atomate2_argyrodite.engines.vasp_process import run_folder, run_maker
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import (
    FolderInUseError,
    InputError,
    OutOfSpaceError,
    RunError,
)
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_STATE = "vasp_contcar"
_SAME_POSITION = 1e-7  # fractional; vasprun.xml holds eight decimals


@dataclass(frozen=True)
class VaspDynamics:
    """One canonical run.

    Parameters
    ----------
    numerics, functional
        Of the run.
    configuration
        With which it begins.
    settings
        Temperature, steps, snapshots.
    """

    numerics: VaspSettings
    functional: Functional
    configuration: LabelledConfiguration
    settings: NVTSettings

    def segment(self, limit: SegmentLimit, start: DynamicsState | None = None) -> DynamicsSegment:
        """Run up to a limit, from the beginning or from a state; a finished segment is read again.

        Raises
        ------
        MissingEngineError
            If a POTCAR is missing.
        InputError
            If the state was not written by VASP.
        FolderInUseError, OutOfSpaceError
            If another process uses the folder, or the disk is full.
        RunError
            If VASP left nothing that can be read.
        """
        runs: list[NVTRun] = []
        while True:
            part = self._part(limit, start)
            runs.append(part.run)
            start = part.state
            if start is None or limit != SegmentLimit():  # one that had a limit is gone on from
                return DynamicsSegment(_joined(runs), start)

    def _part(self, limit: SegmentLimit, start: DynamicsState | None) -> DynamicsSegment:
        begin = 0 if start is None else start.step
        steps = min(self.settings.steps - begin, limit.steps or self.settings.steps)
        contcar = None if start is None else self._contcar(start)
        maker = dynamics_maker(
            self.numerics,
            self.functional,
            self.settings,
            steps=steps,
            contcar=contcar,
            wall_time_s=limit.wall_time_s,
        )
        folder = self._folder(begin, contcar)
        (folder / "STOPCAR").unlink(missing_ok=True)  # of an attempt that was killed
        fault = None
        try:
            run_maker(maker, self._structure(start), folder)
        except (OutOfSpaceError, FolderInUseError):
            raise
        except RunError as error:
            fault = str(error)
        run = read_vasprun(
            folder,
            lambda step: self.settings.is_snapshot(begin + step),
            keep_last=False,
            before=self._fractional(self.configuration if start is None else start),
        )
        if fault is None and not run.is_whole:
            fault = f"vasprun.xml in {folder} is cut off"
        return self._result(run, begin, folder, fault)

    def _contcar(self, start: DynamicsState) -> str:
        if _STATE not in start.thermostat:
            raise InputError("this state of dynamics was not written by VASP: start the run again")
        text = np.asarray(start.thermostat[_STATE], dtype=np.uint8).tobytes().decode()
        return Contcar.from_text(text, len(self.configuration)).text

    def _folder(self, begin: int, contcar: str | None) -> Path:
        """Return the folder of the segment that begins after `begin` steps.

        Limits do not enter: with another one, segments that were finished are found.
        """
        maker = dynamics_maker(self.numerics, self.functional, self.settings)
        name = f"from_{begin:06d}"
        if contcar is not None:
            name += f"_{hashlib.sha256(contcar.encode()).hexdigest()[:8]}"
        return run_folder("md", maker, self._structure(None)) / name

    def _structure(self, start: DynamicsState | None) -> Structure:
        """Return the crystal with velocities in Å/fs, as POSCAR has them."""
        structure = sorted_structure(self.configuration)
        order = sorting(self.configuration)
        if start is None:
            velocities = initial_velocities(self.configuration, self.settings)
        else:
            lattice, symbols = structure.lattice, structure.species
            positions = start.positions[order]
            structure = Structure(lattice, symbols, positions, coords_are_cartesian=True)
            velocities = start.momenta / self._masses
        structure.add_site_property("velocities", (velocities * units.fs)[order].tolist())
        return structure

    @property
    def _masses(self) -> NDArray[np.float64]:
        masses: NDArray[np.float64] = Atoms(numbers=self.configuration.numbers).get_masses()
        return masses[:, None]

    def _fractional(self, place: LabelledConfiguration | DynamicsState) -> NDArray[np.float64]:
        """Return positions as fractions, in VASP's order."""
        ordered = place.positions[sorting(self.configuration)]
        fractional: NDArray[np.float64] = ordered @ np.linalg.inv(self.configuration.cell)
        return fractional

    def _result(self, run: VaspRun, begin: int, folder: Path, fault: str | None) -> DynamicsSegment:
        done = len(run.energies)
        if run.unconverged:
            done = run.unconverged[0] - 1
            fault = fault or "the SCF did not converge"
        if begin and run.is_repetition(_SAME_POSITION):
            done = 0
            fault = "VASP began again with the step before: sample without segments"
        if fault is None and done == 0:
            fault = "VASP ended before the first step was done"
        outcome, state = "completed", None
        if fault is None and begin + done < self.settings.steps:
            try:
                contcar = Contcar.from_text(_read_contcar(folder), len(self.configuration))
            except RunError as error:  # what was computed until here is kept
                fault = str(error)
            else:
                state = self._state(run, begin + done, contcar)
                outcome = f"interrupted after step {begin + done}"
                outcome += "" if contcar.has_thermostat else ", the thermostat begins anew"
        if fault is not None:
            outcome = f"failed at step {begin + done + 1}: {fault}"
        return DynamicsSegment(self._canonical_run(run, begin, done, outcome), state)

    def _state(self, run: VaspRun, step: int, contcar: Contcar) -> DynamicsState:
        if run.last is None:
            raise RunError("VASP's vasprun.xml holds no step to go on from")
        back = np.argsort(sorting(self.configuration))
        return DynamicsState(
            step=step,
            positions=(run.last @ self.configuration.cell)[back],
            momenta=contcar.velocities[back] / units.fs * self._masses,
            thermostat={_STATE: np.frombuffer(contcar.text.encode(), dtype=np.uint8)},
        )

    def _canonical_run(self, run: VaspRun, begin: int, done: int, outcome: str) -> NVTRun:
        energies = np.array(run.energies).reshape(-1, 3)
        freedom = 3 * len(self.configuration) - 3
        temperatures = 2 * energies[:, 1] / (freedom * units.kB)
        snapshots = [
            labelled(
                self.configuration.with_metadata(),
                run,
                step,
                step=begin + step,
                temperature_kelvin=float(temperatures[step - 1]),
            )
            for step in sorted(run.steps)
            if step <= done
        ]
        return NVTRun(
            snapshots, temperatures[:done], energies[:done, 0], energies[:done, 2], outcome
        )


def _read_contcar(folder: Path) -> str:
    path = Path(zpath(str(folder / "CONTCAR")))
    if not path.is_file():
        raise RunError(f"VASP left no CONTCAR in {folder}: the run cannot go on")
    with zopen(path, "rb") as file:
        content = file.read()
    return content.decode(errors="replace") if isinstance(content, bytes) else content


def _joined(runs: list[NVTRun]) -> NVTRun:
    if len(runs) == 1:
        return runs[0]
    return NVTRun(
        [frame for run in runs for frame in run.snapshots],
        np.concatenate([run.temperatures_kelvin for run in runs]),
        np.concatenate([run.potential_energies_ev for run in runs]),
        np.concatenate([run.conserved_energies_ev for run in runs]),
        runs[-1].outcome,
    )
