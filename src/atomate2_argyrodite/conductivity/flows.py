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
    Ps4Motion,
)
from atomate2_argyrodite.engines.pair_styles import PAIR_STYLES
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import CrystalRecipe, InterfaceRecipe

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
    checkpoint_interval_ps
        Time between two checkpoints in ps: what a kill or a wall-time limit can cost; the job, run
        again, goes on from the last one.
    pressure_gpa
        Pressure in GPa.
    coupling
        Which cell parameters follow the barostat: ``'iso'``, ``'aniso'`` or ``'tri'``.
    seed
        From it the seed of every run is derived.
    ps4
        Whether PS4 units are ``'free'``, ``'rigid'`` or ``'fixed'``.
    pair_style
        Which interface of LAMMPS runs the potential: ours (``'mtp'``), or with another LAMMPS
        ``'mlip-2'``, ``'mlip-3'`` or ``'ml-mtp'``.
    minimise
        Whether the atoms are relaxed before the ramp.
    """

    name: str = "conductivity"
    temperatures: tuple[float, ...] = (350.0, 375.0, 400.0, 425.0, 450.0, 475.0, 500.0)
    replicas: int = 2
    supercell: tuple[int, int, int] = (3, 3, 3)
    ramp_ps: float = 100.0
    production_ps: float = 10_000.0
    time_step_fs: float = 2.0
    frame_interval_ps: float = 0.2
    checkpoint_interval_ps: float = 50.0
    pressure_gpa: float = 0.0
    coupling: PressureCoupling = "aniso"
    seed: int = 1
    ps4: Ps4Motion = "free"
    pair_style: str = "mtp"
    minimise: bool = False

    def make(
        self,
        structure: Structure | CrystalRecipe | InterfaceRecipe,
        potential: Any,
        configuration: str,
    ) -> Flow:
        """Return the flow; its output is the `ConductivityDocument`.

        Parameters
        ----------
        structure
            Unit cell of the crystal, or its recipe (or a reference to one).
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
        runs = self.make_runs(structure, potential, configuration)
        outputs: list[Any] = [run.output for run in runs]
        analysis: Job = analyze_conductivity(outputs)
        analysis.name = f"conductivity {configuration}"
        analysis.update_metadata({"stage": "conductivity", "configuration": configuration})
        return Flow([*runs, analysis], output=analysis.output, name=f"{self.name} {configuration}")

    def make_runs(
        self,
        structure: Structure | CrystalRecipe | InterfaceRecipe,
        potential: Any,
        configuration: str,
    ) -> list[Job]:
        """Return the jobs of all runs; arguments and errors as `make`."""
        self._check(structure)
        return [
            self._run(structure, potential, configuration, temperature, replica)
            for temperature in self.temperatures
            for replica in range(1, self.replicas + 1)
        ]

    def _check(self, structure: Structure | CrystalRecipe | InterfaceRecipe) -> None:
        if not self.temperatures or len(set(self.temperatures)) != len(self.temperatures):
            raise InputError(
                f"temperatures must be different ones, at least one, got {list(self.temperatures)}"
            )
        if self.replicas < 1:
            raise InputError(f"replicas must be at least 1, got {self.replicas}")
        if self.pair_style not in PAIR_STYLES:
            raise InputError(
                f"pair_style {self.pair_style!r} is not one of {', '.join(PAIR_STYLES)}"
            )
        lammps_command()
        if isinstance(structure, Structure):
            check_supercell(structure, self.supercell)

    def _run(
        self,
        structure: Structure | CrystalRecipe | InterfaceRecipe,
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
            checkpoint_interval_ps=self.checkpoint_interval_ps,
            thermo_interval_ps=max(0.1, self.production_ps / _THERMO_ROWS),
            ps4=self.ps4,
            minimise=self.minimise,
        )
        run: Job = simulate(
            structure,
            potential,
            configuration,
            replica,
            list(self.supercell),
            settings,
            self.pair_style,
        )
        held = "" if self.ps4 == "free" else f" PS4 {self.ps4}"
        run.name = f"md {configuration} {temperature:g} K #{replica}{held}"
        run.update_metadata(
            {
                "stage": "conductivity",
                "configuration": configuration,
                "temperature_kelvin": temperature,
            }
        )
        return run
