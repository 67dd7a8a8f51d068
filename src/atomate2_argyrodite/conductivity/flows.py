"""Flows of the stage `conductivity`: the ionic conductivity of one crystal."""

from dataclasses import dataclass
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.jobs import analyze_conductivity, simulate
from atomate2_argyrodite.conductivity.molecular_dynamics import check_supercell
from atomate2_argyrodite.engines.base import derived_seed
from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.engines.lammps_settings import (
    MolecularDynamicsSettings,
    PressureCoupling,
)
from atomate2_argyrodite.errors import InputError

_THERMO_ROWS = 10_000  # of one run at most: more say nothing about a mean


@dataclass
class ConductivityFlowMaker(Maker):
    """Ionic conductivity of one crystal from NPT dynamics with an MTP (Kim 2024, section 2.6).

    Parameters
    ----------
    name
        Name of the flow.
    temperatures
        Production temperatures in K.
    replicas
        Independent runs per temperature; they differ by the seed of the velocities.
    supercell
        Repeats of the unit cell.
    ramp_ps
        Time of the NVT ramp from 10 K in ps.
    production_ps
        Time of the NPT production in ps.
    time_step_fs
        Time step in fs.
    frame_interval_ps
        Time between two frames of the trajectory in ps.
    pressure_gpa
        Pressure in GPa.
    coupling
        Which cell parameters follow the barostat: ``'iso'``, ``'aniso'`` or ``'tri'``.
    seed
        From it the seed of every run is derived.
    """

    name: str = "conductivity"
    temperatures: tuple[float, ...] = (350.0, 375.0, 400.0, 425.0, 450.0, 475.0, 500.0)
    replicas: int = 2
    supercell: tuple[int, int, int] = (3, 3, 3)
    ramp_ps: float = 100.0
    production_ps: float = 10_000.0
    time_step_fs: float = 2.0
    frame_interval_ps: float = 0.2
    pressure_gpa: float = 0.0
    coupling: PressureCoupling = "aniso"
    seed: int = 1

    def make(self, structure: Structure, potential: Any, configuration: str) -> Flow:
        """Return the flow; its output is the `ConductivityDocument`.

        Parameters
        ----------
        structure
            Unit cell of the crystal.
        potential
            Reference to a `PotentialDocument`, or the document.
        configuration
            Label of the crystal.

        Raises
        ------
        InputError
            If a setting makes no sense.
        MissingEngineError
            If LAMMPS is not installed.
        """
        self._check(structure)
        runs = [
            self._run(structure, potential, configuration, temperature, replica)
            for temperature in self.temperatures
            for replica in range(1, self.replicas + 1)
        ]
        outputs: list[Any] = [run.output for run in runs]
        analysis: Job = analyze_conductivity(outputs)
        analysis.name = f"conductivity {configuration}"
        analysis.update_metadata({"stage": "conductivity", "configuration": configuration})
        return Flow([*runs, analysis], output=analysis.output, name=f"{self.name} {configuration}")

    def _check(self, structure: Structure) -> None:
        if not self.temperatures or len(set(self.temperatures)) != len(self.temperatures):
            raise InputError(
                f"temperatures must be different ones, at least one, got {list(self.temperatures)}"
            )
        if self.replicas < 1:
            raise InputError(f"replicas must be at least 1, got {self.replicas}")
        lammps_command()
        check_supercell(structure, self.supercell)

    def _run(
        self,
        structure: Structure,
        potential: Any,
        configuration: str,
        temperature: float,
        replica: int,
    ) -> Job:
        settings = MolecularDynamicsSettings(
            temperature_kelvin=temperature,
            production_ps=self.production_ps,
            seed=derived_seed(self.seed, "conductivity", configuration, temperature, replica),
            time_step_fs=self.time_step_fs,
            ramp_ps=self.ramp_ps,
            pressure_gpa=self.pressure_gpa,
            coupling=self.coupling,
            frame_interval_ps=self.frame_interval_ps,
            thermo_interval_ps=max(0.1, self.production_ps / _THERMO_ROWS),
        )
        run: Job = simulate(
            structure, potential, configuration, replica, list(self.supercell), settings
        )
        run.name = f"md {configuration} {temperature:g} K #{replica}"
        run.update_metadata(
            {
                "stage": "conductivity",
                "configuration": configuration,
                "temperature_kelvin": temperature,
            }
        )
        return run
