"""Flows of the stage `sampling`: diverse, physical configurations of strained crystals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.engines.base import Engine, NVTSettings, derived_seed
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.sampling.jobs import sample_crystal
from atomate2_argyrodite.structures import strained_structures


@dataclass
class SamplingFlowMaker(Maker):
    """NVT dynamics of every crystal at several strains and temperatures (Kim 2024, section 2.2).

    Parameters
    ----------
    name
        Name of the flow.
    engine
        What moves the atoms.
    functional
        The functional that moves them; labels may use others.
    strains
        Isotropic strains of the cell.
    temperatures
        Temperatures in K.
    time_step_fs
        Time step in fs.
    steps
        Steps per run, the equilibration included.
    equilibration_steps
        Leading steps from which no snapshot is taken.
    snapshots_per_run
        Snapshots per run, evenly spaced.
    seed
        From it the seed of every run is derived.
    """

    name: str = "sampling"
    engine: Engine = field(default_factory=FoundationEngine)
    functional: Functional = Functional.PBE
    strains: tuple[float, ...] = (-0.05, 0.0, 0.05)
    temperatures: tuple[float, ...] = (300.0, 600.0, 900.0, 1200.0)
    time_step_fs: float = 2.0
    steps: int = 5000
    equilibration_steps: int = 500
    snapshots_per_run: int = 100
    seed: int = 1

    def make(self, structures: Mapping[str, Structure]) -> Flow:
        """Return the flow; its output is the list of the sampling documents.

        Parameters
        ----------
        structures
            Unstrained crystals by label.

        Raises
        ------
        InputError
            If there is no crystal or a setting makes no sense.
        MissingEngineError
            If the engine is not installed.
        """
        self.engine.check(self.functional)
        if not structures or not self.temperatures or not self.strains:
            raise InputError("sampling needs at least one crystal, one strain and one temperature")
        jobs = [
            self._job(crystal, label, strain, temperature)
            for label, structure in structures.items()
            for strain, crystal in zip(
                self.strains, strained_structures(structure, self.strains), strict=True
            )
            for temperature in self.temperatures
        ]
        return Flow([*jobs], output=[job.output for job in jobs], name=self.name)

    def _job(self, crystal: Structure, label: str, strain: float, temperature: float) -> Job:
        settings = NVTSettings(
            temperature_kelvin=temperature,
            time_step_fs=self.time_step_fs,
            steps=self.steps,
            equilibration_steps=self.equilibration_steps,
            snapshots=self.snapshots_per_run,
            seed=derived_seed(self.seed, "sampling", label, strain, temperature),
        )
        job: Job = sample_crystal(
            self.engine, Functional(self.functional).value, crystal, label, strain, settings
        )
        job.name = f"sample {label} {temperature:g} K {100 * strain:+g} %"
        job.update_metadata(
            {"stage": "sampling", "configuration": label, "temperature_kelvin": temperature}
        )
        return job
