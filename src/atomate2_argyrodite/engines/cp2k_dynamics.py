"""Canonical dynamics with CP2K in a folder, which resume from its restart file."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from ase import Atoms, units

from atomate2_argyrodite.engines.base import NVTRun, NVTSettings, explosion_temperature
from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_motion import dynamics_motion, restart_section
from atomate2_argyrodite.engines.cp2k_output import (
    BOHR_ANGSTROM,
    HARTREE_EV,
    SCF_FAILED,
    Cp2kOutput,
)
from atomate2_argyrodite.engines.cp2k_process import read_output, run_cp2k
from atomate2_argyrodite.engines.cp2k_records import energy_rows, last_step, read_snapshots
from atomate2_argyrodite.engines.cp2k_restart import Cp2kRestart
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.settings import ArgyroditeSettings

NAME = "md"
_RESTART = f"{NAME}-1.restart"
_ENERGIES = f"{NAME}-1.ener"
_STATE = "cp2k_restart"
_STEP = re.compile(r"MD\| Step number\s+(\d+)")
_LOOK_BACK_BYTES = 65_536
_ATOMIC_TIME_FS = 0.02418884326509
_BOHR_PER_TIME = BOHR_ANGSTROM / (_ATOMIC_TIME_FS * units.fs)  # in ASE's unit of velocity


@dataclass(frozen=True)
class Cp2kDynamics:
    """One canonical run in one folder.

    Parameters
    ----------
    folder
        Belongs to this run alone.
    task
        The first evaluation: configuration, functional, settings.
    settings
        Temperature, steps, snapshots.
    installation
        Where CP2K is; by default the settings of this installation.
    """

    folder: Path
    task: Cp2kTask
    settings: NVTSettings
    installation: ArgyroditeSettings | None = None

    def segment(self, limit: SegmentLimit, start: DynamicsState | None = None) -> DynamicsSegment:
        """Run up to a limit, from the beginning, from a state or from what the folder holds.

        An SCF that does not converge sends the run back to the step before it, once, with safer
        settings; a second failure ends the run, like a temperature beyond `explosion_temperature`.

        Raises
        ------
        MissingEngineError
            If CP2K is not installed.
        OutOfSpaceError
            If the disk is full; what was done stays in the folder.
        RunError
            If another process uses the folder, or CP2K refuses its input.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        begin = 0 if start is None else start.step
        with sole_use(self.folder, "CP2K") as lock:
            self._take_over(start)
            end = self.settings.steps
            if limit.steps is not None:
                end = min(end, begin + limit.steps)
            fault = self._run(end, limit.wall_time_s, lock)
            return self._result(begin, end, fault)

    def _take_over(self, start: DynamicsState | None) -> None:
        """Make the folder hold the state to go on from."""
        known = Cp2kRestart.newest(self.folder, NAME)
        if start is None or (known is not None and known.step >= start.step):
            return
        if _STATE not in start.thermostat:
            raise InputError("this state of dynamics was not written by CP2K: start the run again")
        for path in self.folder.glob(f"{NAME}*"):
            path.unlink()
        text = bytes(np.asarray(start.thermostat[_STATE], dtype=np.uint8)).decode()
        (self.folder / _RESTART).write_text(text, encoding="utf-8")

    @property
    def _outputs(self) -> list[Path]:
        return sorted(self.folder.glob(f"{NAME}_????.out"))

    def _run(self, end: int, wall_time_s: float | None, lock: int) -> str | None:
        """Run to step `end`; return why the dynamics failed, None if they did not."""
        for is_safer in (False, True):
            done = self._restart()
            if done >= end:
                return None
            output = self._start(end - done, is_safer, wall_time_s, lock)
            if not output.scf_failed:
                return self._fault(output)
            self._restart(before=_converged_steps(output, done) + 1)
            for path in self.folder.glob("*.wfn*"):
                path.unlink()
        return "the SCF did not converge, nor with safer mixing"

    def _fault(self, output: Cp2kOutput) -> str | None:
        """Return what is wrong with the dynamics; anything else is an error of the program."""
        hot = self._explosion()
        if hot is None and output.fault is not None:
            raise RunError(
                f"{output.fault} in {self.folder} after {self._steps_done} steps: remove the cause "
                "and run again, it goes on from there"
            )
        return hot

    @property
    def _steps_done(self) -> int:
        restart = Cp2kRestart.newest(self.folder, NAME)
        return 0 if restart is None else restart.step

    def _restart(self, before: int | None = None) -> int:
        """Put the newest restart file in its place and return its step; 0 if there is none."""
        restart = Cp2kRestart.newest(self.folder, NAME, before)
        place = self.folder / _RESTART
        if restart is not None:  # a full disk must not take it
            new = self.folder / f"new-{_RESTART}"
            new.write_text(restart.text, encoding="utf-8")
            new.replace(place)
        for path in self.folder.glob(f"{_RESTART}*"):
            if restart is None or path != place:
                path.unlink()
        return 0 if restart is None else restart.step

    def _start(
        self, steps: int, is_safer: bool, wall_time_s: float | None, lock: int
    ) -> Cp2kOutput:
        number = len(self._outputs)
        name = f"{NAME}_{number:04d}"
        motion = dynamics_motion(self.settings, steps)
        if (self.folder / _RESTART).is_file():
            motion += restart_section(_RESTART)
        task = replace(
            self.task,
            name=NAME,
            run_type="MD",
            motion=motion,
            velocities=initial_velocities(self.task.configuration, self.settings) / _BOHR_PER_TIME,
            is_safer=is_safer,
            wall_time_s=wall_time_s,
            has_wavefunction=self._has_wavefunction,
        )
        printed = self.folder / f"{name}.out"
        return run_cp2k(
            input_text(task),
            self.folder,
            name,
            settings=self.installation,
            watch=lambda: _failed_scf(printed) or self._explosion(),
            lock=lock,
        )

    @property
    def _has_wavefunction(self) -> bool:
        """Whether the last run left its wavefunction; one that was killed may have cut it off."""
        ended = [read_output(path).has_ended for path in self._outputs[-1:]]
        return all(ended) and any(self.folder.glob("*.wfn"))

    def _explosion(self) -> str | None:
        last = last_step(self.folder / _ENERGIES)
        target = self.settings.temperature_kelvin
        if last is None or last[1] < explosion_temperature(target):
            return None
        return (
            f"temperature reached {last[1]:.0f} K after {last[0]} steps, the target is {target:g} K"
        )

    def _result(self, begin: int, end: int, fault: str | None) -> DynamicsSegment:
        rows = energy_rows(self.folder / _ENERGIES)
        restart = Cp2kRestart.newest(self.folder, NAME)
        done = min(end, self._steps_done)
        steps = [step for step in sorted(rows) if begin < step <= done]
        values = np.array([rows[step] for step in steps]).reshape(-1, 3)
        temperatures = dict(zip(steps, values[:, 0].tolist(), strict=True))
        snapshots = read_snapshots(
            self.folder, self._outputs, self.task.configuration, self.settings, temperatures
        )
        outcome, state = "completed", None
        if fault is not None:
            outcome = f"failed at step {done + 1}: {fault}"
        elif done < self.settings.steps and restart is not None:
            outcome, state = f"interrupted after step {done}", self._state(restart)
        energies = values[:, 1:] * HARTREE_EV
        run = NVTRun(snapshots, values[:, 0], energies[:, 0], energies[:, 1], outcome)
        return DynamicsSegment(run, state)

    def _state(self, restart: Cp2kRestart) -> DynamicsState:
        configuration = self.task.configuration
        masses = Atoms(numbers=configuration.numbers).get_masses()[:, None]
        velocities = np.zeros_like(restart.positions)
        if restart.velocities is not None:
            velocities = restart.velocities * _BOHR_PER_TIME
        return DynamicsState(
            step=restart.step,
            positions=restart.positions,
            momenta=velocities * masses,
            thermostat={_STATE: np.frombuffer(restart.text.encode(), dtype=np.uint8)},
        )


def _converged_steps(output: Cp2kOutput, done: int) -> int:
    """Return the steps that were done before the first SCF that failed, `done` at its start."""
    before = output.text.partition(SCF_FAILED)[0]
    steps = _STEP.findall(before)
    return int(steps[-1]) if steps else done


def _failed_scf(printed: Path) -> str | None:
    with printed.open("rb") as file:
        file.seek(max(0, printed.stat().st_size - _LOOK_BACK_BYTES))
        return "the SCF did not converge" if SCF_FAILED.encode() in file.read() else None
