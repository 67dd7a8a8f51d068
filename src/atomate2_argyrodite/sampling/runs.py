"""From the dynamics of one crystal to its sampling document."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.base import Engine, NVTSettings
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.engines.segments import DynamicsSegment
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.sampling.schemas import (
    SamplingDocument,
    SamplingSegmentDocument,
    StrainedCrystal,
)
from atomate2_argyrodite.sampling.series import (
    RunSeries,
    equilibrated_from,
    series_stride,
    statistical_inefficiency,
)
from atomate2_argyrodite.sampling.snapshots import decorrelated, physical_snapshots

_MEV_PER_EV = 1000.0


@dataclass(frozen=True)
class SamplingTask(MSONable):
    """One run of one strained crystal.

    Parameters
    ----------
    engine
        What moves the atoms.
    functional
        The functional that moves them.
    structure
        The strained crystal; as built where one that was relaxed comes beside the task (see
        `crystals.strained_crystal`).
    configuration
        Its label.
    strain
        Isotropic strain that was applied.
    settings
        Temperature, steps, snapshots, seed.
    decorrelate
        Whether snapshots nearer to each other than the correlation time of the potential energy
        are left out.
    """

    engine: Engine
    functional: str
    structure: Structure
    configuration: str
    strain: float
    settings: NVTSettings
    decorrelate: bool = False

    @property
    def start(self) -> LabelledConfiguration:
        """The crystal with which the run begins."""
        return LabelledConfiguration.from_structure(self.structure)

    @property
    def trajectory(self) -> str:
        """An id that is common to the snapshots of the run."""
        settings = self.settings
        return (
            f"{self.configuration}/{self.strain:+g}/{settings.temperature_kelvin:g}K"
            f"/seed{settings.seed}"
        )


@dataclass(frozen=True, eq=False)
class SampledRun:
    """What the dynamics gave, in one piece or joined from segments."""

    snapshots: Sequence[LabelledConfiguration]
    series: RunSeries
    outcome: str
    n_segments: int = 1

    @classmethod
    def of(cls, task: SamplingTask, segment: DynamicsSegment, done: int = 0) -> "SampledRun":
        """Return a run, or a segment of it that began after `done` steps."""
        run = segment.run
        return cls(run.snapshots, RunSeries.of(run, task.settings, done), run.outcome)

    @classmethod
    def joined(cls, parts: Sequence["SampledRun"]) -> "SampledRun":
        """Return the run of which `parts` are the segments, in order."""
        return cls(
            [frame for part in parts for frame in part.snapshots],
            RunSeries.joined([part.series for part in parts]),
            parts[-1].outcome,
            len(parts),
        )


def segment_document(
    task: SamplingTask, part: SampledRun, segment: int, done: int, state: Attachment | None
) -> SamplingSegmentDocument:
    """Return the document of a segment that began after `done` steps."""
    frames = [frame.without_labels() for frame in part.snapshots]
    functional = Functional.parse(task.functional)
    return SamplingSegmentDocument(
        **crystal_header(site.specie.symbol for site in task.structure),
        configuration=task.configuration,
        functional=functional,
        engine=task.engine.record(functional),
        temperature_kelvin=task.settings.temperature_kelvin,
        seeds={"velocities": task.settings.seed},
        strain=task.strain,
        segment=segment,
        first_step=done + 1,
        last_step=done + part.series.n_steps,
        outcome=part.outcome,
        n_frames=len(frames),
        frames=Attachment.from_arrays("snapshots.npz", configurations_to_arrays(frames)),
        series=Attachment.from_arrays("series.npz", part.series.to_arrays()),
        state=state,
    )


def sampling_document(
    task: SamplingTask, run: SampledRun, crystal: StrainedCrystal
) -> SamplingDocument:
    """Judge the snapshots of a run of `crystal` and describe it."""
    settings, functional = task.settings, Functional.parse(task.functional)
    origin = {
        "configuration": task.configuration,
        "strain": task.strain,
        "temperature_kelvin": settings.temperature_kelvin,
        "trajectory": task.trajectory,
    }
    review = physical_snapshots(
        run.snapshots, origin, start=task.start, time_step_fs=settings.time_step_fs
    )
    correlation = _correlation_steps(run.series, settings)
    frames = decorrelated(review.frames, correlation) if task.decorrelate else review.frames
    equilibrated = _equilibrated_step(run.series)
    is_complete = run.outcome == "completed"
    return SamplingDocument(
        **crystal_header(site.specie.symbol for site in task.structure),
        configuration=task.configuration,
        functional=functional,
        engine=task.engine.record(functional),
        temperature_kelvin=settings.temperature_kelvin,
        seeds={"velocities": settings.seed},
        strain=task.strain,
        crystal=crystal,
        time_step_fs=settings.time_step_fs,
        steps=run.series.n_steps,
        snapshot_interval_steps=settings.snapshot_interval_steps,
        equilibration_steps=settings.equilibration_steps,
        n_segments=run.n_segments,
        n_frames=len(frames),
        n_unphysical=review.n_unphysical,
        n_correlated=len(review.frames) - len(frames),
        outcome=run.outcome,
        mean_temperature_kelvin=run.series.mean_temperature_kelvin,
        is_physical=is_complete and review.n_unphysical == 0 and review.fault is None,
        crystal_fault=review.fault,
        lost_at_ps=review.lost_at_ps,
        correlation_steps=correlation,
        equilibrated_from_step=equilibrated,
        conserved_drift_mev_per_atom=_drift(run.series, len(task.structure)),
        frames=Attachment.from_arrays("snapshots.npz", configurations_to_arrays(frames)),
        series=Attachment.from_arrays("series.npz", run.series.to_arrays()),
        warnings=[
            *_relaxation_warnings(crystal),
            *_warnings(run.outcome, review.fault, equilibrated, settings),
        ],
    )


def _correlation_steps(series: RunSeries, settings: NVTSettings) -> float | None:
    production = series.production(settings.equilibration_steps)
    inefficiency = statistical_inefficiency(production)
    return None if inefficiency is None else inefficiency * series_stride(settings.steps)


def _equilibrated_step(series: RunSeries) -> int | None:
    row = equilibrated_from(series.potential_energies_ev)
    return None if row is None else int(series.steps[row])


def _drift(series: RunSeries, n_atoms: int) -> float | None:
    energies = series.conserved_energies_ev
    if len(energies) < 2:
        return None
    steps = series.steps - series.steps.mean()
    slope = float(steps @ energies / (steps @ steps))  # of a line through all of them
    return _MEV_PER_EV * slope * float(np.ptp(steps)) / n_atoms


def _relaxation_warnings(crystal: StrainedCrystal) -> list[str]:
    record = crystal.relaxation
    if record is None or record.is_converged:
        return []
    left = f"{record.maximum_force_ev_per_angstrom:.3f} eV/Å were left after {record.steps} steps"
    return [f"the crystal that was strained is not relaxed: {left}"]


def _warnings(
    outcome: str, fault: str | None, equilibrated: int | None, settings: NVTSettings
) -> list[str]:
    found = [] if outcome == "completed" else [f"the run {outcome}"]
    found += [] if fault is None else [fault]
    first = settings.equilibration_steps + settings.snapshot_interval_steps
    if equilibrated is not None and equilibrated > first:
        found.append(
            f"the potential energy equilibrates until step {equilibrated}, the first snapshot is "
            f"of step {first}: lengthen the equilibration"
        )
    return found
