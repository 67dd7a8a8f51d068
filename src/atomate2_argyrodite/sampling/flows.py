"""Flows of the stage `sampling`: diverse, physical configurations of strained crystals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.engines.base import Engine, NVTSettings, derived_seed
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.segments import SegmentLimit
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.references import with_value
from atomate2_argyrodite.sampling.jobs import run_metadata, run_name, sample_crystal
from atomate2_argyrodite.sampling.runs import SamplingTask
from atomate2_argyrodite.stability.flows import CrystalRelaxationMaker
from atomate2_argyrodite.structures import strained_structures


@dataclass
class SamplingFlowMaker(Maker):
    """NVT dynamics of every crystal at several strains and temperatures (Kim 2024, section 2.2).

    The defaults are those of the paper: on its six configurations they make 72 runs of 10 ps and
    7,200 snapshots. The paper relaxes the crystals first, which `relaxation_maker` does.

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
    decorrelate
        Whether snapshots nearer to each other than the statistical inefficiency of the run's
        potential energy are left out (Chodera et al., J. Chem. Theory Comput. 3, 26, 2007); the
        document states it in any case.
    segment_limit
        Where a job hands the run over to a next one, with positions, momenta and the state of the
        thermostat; by default a run is one job. Keep its wall time well below that of the queue: a
        step and the writing of results follow it. A run is the same job whatever its limit is.
    relaxation_maker
        How crystals are relaxed before they are strained, by the engine and functional of the
        sampling; None strains them as built.
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
    decorrelate: bool = False
    segment_limit: SegmentLimit | None = None
    relaxation_maker: CrystalRelaxationMaker | None = None

    def make(self, structures: Mapping[str, Structure]) -> Flow:
        """Return the flow; its output is the list of the sampling documents.

        Parameters
        ----------
        structures
            Unstrained crystals by label.

        Raises
        ------
        InputError
            If there is no crystal, a setting makes no sense, or the engine cannot go on where a
            segment stopped.
        MissingEngineError
            If the engine is not installed.
        """
        self.engine.check(self.functional)
        if not structures or not self.temperatures or not self.strains:
            raise InputError("sampling needs at least one crystal, one strain and one temperature")
        if self.segment_limit is not None and not self.engine.continues_dynamics:
            raise InputError(
                f"engine {self.engine.label!r} cannot continue a run where it stopped: leave "
                "segment_limit out"
            )
        relaxations = self._relaxations(structures)
        runs = [
            self._run(label, structure, strain, temperature, relaxations.get(label))
            for label, structure in structures.items()
            for strain in self.strains
            for temperature in self.temperatures
        ]
        output = [job.output for job in runs]
        return Flow([*relaxations.values(), *runs], output=output, name=self.name)

    def _relaxations(self, structures: Mapping[str, Structure]) -> dict[str, Job]:
        """Return the relaxation of each crystal: the same job as in other stages that relax it."""
        if self.relaxation_maker is None:
            return {}
        maker = replace(
            self.relaxation_maker, engine=self.engine, functional=Functional(self.functional)
        )
        return {label: maker.make(structure, label) for label, structure in structures.items()}

    def _run(
        self,
        label: str,
        structure: Structure,
        strain: float,
        temperature: float,
        relaxation: Job | None,
    ) -> Job:
        settings = NVTSettings(
            temperature_kelvin=temperature,
            time_step_fs=self.time_step_fs,
            steps=self.steps,
            equilibration_steps=self.equilibration_steps,
            snapshots=self.snapshots_per_run,
            seed=derived_seed(self.seed, "sampling", label, strain, temperature),
        )
        (strained,) = strained_structures(structure, (strain,))
        crystal = strained if relaxation is None else structure  # the relaxed one is strained later
        functional = Functional(self.functional).value
        task = SamplingTask(
            self.engine, functional, crystal, label, strain, settings, self.decorrelate
        )
        beside: dict[str, Any] = {}  # what is not given does not stand in the input of the job
        if relaxation is not None:
            beside["relaxed"] = with_value(relaxation.output)
        if self.segment_limit is not None:
            beside["limit"] = self.segment_limit
        job: Job = sample_crystal(task, **beside)
        job.name = run_name(task)
        job.update_metadata(run_metadata(task))
        return job
