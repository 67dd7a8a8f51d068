"""Flows of the stage `grain_boundary`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.grain_boundary.candidates import BoundaryCandidate, boundary_candidates
from atomate2_argyrodite.grain_boundary.jobs import (
    BicrystalSettings,
    rank_boundaries,
    relax_boundary,
)
from atomate2_argyrodite.stability import (
    CrystalRelaxationMaker,
    RelaxationProtocol,
    RelaxationSettings,
)
from atomate2_argyrodite.structures import CrystalRecipe
from atomate2_argyrodite.structures.supercells import check_atom_count


def _rattled_cubic() -> CrystalRelaxationMaker:
    # A boundary breaks the symmetry of 24g; only a rattled bulk is a fair reference for it.
    return CrystalRelaxationMaker(
        settings=RelaxationSettings(protocol=RelaxationProtocol.RATTLED_CUBIC.value)
    )


@dataclass
class BoundaryScreeningFlowMaker(Maker):
    """Energies of candidate grain boundaries, tilt against twist (Kim 2024, section 3.3).

    Bicrystals are built of the crystal at the lattice constant of its relaxed bulk; their atoms
    are relaxed by the same engine and protocol, with the cell kept.

    Parameters
    ----------
    name
        Name of the flow.
    relaxation_maker
        Engine, functional and protocol, which must keep a cubic cell.
    candidates
        By default a tilt and a twist on each of the four facets.
    shifts
        How many rigid-body shifts and terminations of each candidate are relaxed, those with the
        least overlap first (see `screened_boundaries`).
    grain_thickness
        Least thickness of each grain in Å; 20 Å gives the paper's 520 atoms.
    maximum_atoms
        Refuse to build more atoms.
    """

    name: str = "boundary screening"
    relaxation_maker: CrystalRelaxationMaker = field(default_factory=_rattled_cubic)
    candidates: tuple[BoundaryCandidate, ...] = field(
        default_factory=lambda: tuple(boundary_candidates())
    )
    shifts: int = 3
    grain_thickness: float = 20.0
    maximum_atoms: int = 20_000

    def make(self, source: Structure | CrystalRecipe, configuration: str) -> Flow:
        """Return the flow; its output is a `BoundaryScreeningDocument`.

        Parameters
        ----------
        source
            A cubic crystal of up to 500 atoms, or the recipe of one, such as a random structure.
        configuration
            Its label.

        Raises
        ------
        InputError
            If the protocol does not keep a cubic cell, a candidate does not exist, a setting makes
            no sense, or a bicrystal would have too many atoms.
        StructureError
            If the crystal is no cubic argyrodite.
        MissingEngineError
            If the engine is not installed.
        """
        crystal = self.relaxation_maker.require_cubic(source, "grain boundaries")
        self._check(crystal)
        bulk = self.relaxation_maker.make(source, configuration)
        jobs = [
            self._job(source, configuration, bulk, candidate, rank)
            for candidate in self.candidates
            for rank in range(self.shifts)
        ]
        ranking: Job = rank_boundaries(
            bulk.output,
            [job.output.boundary for job in jobs],
            [job.output.warnings for job in jobs],
        )
        ranking.name = f"rank boundaries {configuration}"
        ranking.update_metadata({"stage": "grain_boundary", "configuration": configuration})
        return Flow([bulk, *jobs, ranking], output=ranking.output, name=self.name)

    def _check(self, crystal: Structure) -> None:
        names: Sequence[str] = [candidate.name for candidate in self.candidates]
        if not names or len(set(names)) != len(names) or self.shifts < 1:
            raise InputError(
                "boundary screening needs different candidates and at least one shift, got "
                f"{list(names)} and {self.shifts}"
            )
        if not 0 < self.grain_thickness < float("inf"):
            raise InputError(f"grain thickness {self.grain_thickness!r} Å must be positive")
        for candidate in self.candidates:
            check_atom_count(
                candidate.atom_count(crystal, self.grain_thickness), self.maximum_atoms
            )

    def _job(
        self,
        source: Structure | CrystalRecipe,
        configuration: str,
        bulk: Job,
        candidate: BoundaryCandidate,
        rank: int,
    ) -> Job:
        maker = self.relaxation_maker
        job: Job = relax_boundary(
            maker.engine,
            Functional(maker.functional).value,
            source,
            configuration,
            bulk.output,
            BicrystalSettings(candidate, rank, self.grain_thickness, self.maximum_atoms),
            maker.settings,
        )
        job.name = f"boundary {configuration} {candidate.name} {rank}"
        job.update_metadata({"stage": "grain_boundary", "configuration": configuration})
        return job
