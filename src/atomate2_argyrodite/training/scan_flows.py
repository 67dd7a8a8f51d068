"""The Maker of the scan over level and cutoff: accuracy against measured cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.lammps_process import lammps_command
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.training.documents import potential_of
from atomate2_argyrodite.training.flows import TrainingMaker
from atomate2_argyrodite.training.scan import measured_cost, scan_figure, scan_grid
from atomate2_argyrodite.training.scan_schemas import ScanDocument, ScanPoint
from atomate2_argyrodite.training.schemas import PotentialDocument


@dataclass
class HyperparameterScanMaker(Maker):
    """Fit potentials of several levels and cutoffs, and measure what each costs (Kim 2024, S2).

    Parameters
    ----------
    name
        Name of the flow.
    training_maker
        How each potential is fitted, but for level and cutoff.
    levels
        Levels, even, 2 to 28.
    cutoffs_angstrom
        Cutoff radii in Å.
    """

    name: str = "hyperparameter scan"
    training_maker: TrainingMaker = field(default_factory=TrainingMaker)
    levels: tuple[int, ...] = (8, 12, 16)
    cutoffs_angstrom: tuple[float, ...] = (5.0, 6.0)

    def make(self, labelled_sets: Any, structure: Structure) -> Flow:
        """Return the flow; its output is a `ScanDocument`.

        Parameters
        ----------
        labelled_sets
            See `TrainingMaker.make`; all potentials see the same split of it.
        structure
            Crystal on which the cost is measured, repeated to a thousand atoms or more.

        Raises
        ------
        InputError
            If a level or a cutoff cannot be used.
        MissingEngineError
            If LAMMPS is not installed.
        """
        grid = scan_grid(self.levels, self.cutoffs_angstrom)
        lammps_command()
        fits: list[Job] = []
        for level, cutoff in grid:
            maker = replace(
                self.training_maker,
                name=f"{self.training_maker.name} level {level}, {cutoff:g} Å",
                level=level,
                cutoff_angstrom=cutoff,
            )
            fits.append(maker.make(labelled_sets))
        collection: Job = collect_scan([fit.output for fit in fits], structure)
        collection.name = f"{self.name}: cost"
        collection.update_metadata({"stage": "hyperparameter_scan"})
        return Flow([*fits, collection], output=collection.output, name=self.name)


@document_job(ScanDocument)
def collect_scan(potentials: Sequence[PotentialDocument], structure: Structure) -> ScanDocument:
    """Measure the cost of each potential, one after the other, and gather the scan."""
    crystal = LabelledConfiguration.from_structure(structure)
    points = [_point(document, crystal) for document in potentials]
    first = potentials[0]
    return ScanDocument(
        composition=first.composition,
        halide=first.halide,
        functional=first.functional,
        engine=first.engine,
        seeds=first.seeds,
        training_set_hash=first.training_set_hash,
        points=points,
        figure=Attachment.from_bytes("scan.png", scan_figure(points)),
        warnings=[
            f"level {p.level}, {p.cutoff_angstrom:g} Å: {p.cost_outcome}"
            for p in points
            if p.microseconds_per_atom_step is None
        ],
    )


def _point(document: PotentialDocument, crystal: LabelledConfiguration) -> ScanPoint:
    potential = potential_of(document)
    cost = measured_cost(potential, crystal)
    return ScanPoint(
        level=document.level,
        cutoff_angstrom=document.cutoff_angstrom,
        n_parameters=len(potential.parameters),
        potential_id=potential.potential_id,
        training_errors=document.training_errors,
        validation_errors=document.validation_errors,
        converged=document.converged,
        fit_wall_time_s=document.wall_time_s,
        microseconds_per_atom_step=cost.microseconds_per_atom_step,
        cost_n_atoms=cost.n_atoms,
        cost_outcome=cost.outcome,
    )
