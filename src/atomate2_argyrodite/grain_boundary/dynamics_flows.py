"""Flow of the dynamics of a grain boundary, beside that of the bulk."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jobflow import Flow, Job, Maker

from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.molecular_dynamics import MAXIMUM_ATOMS
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.grain_boundary.jobs import SlabSettings, analyze_boundary
from atomate2_argyrodite.structures import BoundaryRecipe
from atomate2_argyrodite.structures.supercells import check_atom_count
from atomate2_argyrodite.transport.boundary import WINDOW_PS
from atomate2_argyrodite.transport.slabs import (
    SLAB_NAMES,
    SLAB_THICKNESS_ANGSTROM,
    BoundarySlabs,
)


def _paper_protocol() -> ConductivityFlowMaker:
    return ConductivityFlowMaker(
        name="boundary dynamics",
        temperatures=(350.0,),
        replicas=1,
        supercell=(1, 1, 1),
        production_ps=10_000.0,
        frame_interval_ps=2.0,
        minimise=True,
    )


@dataclass
class GrainBoundaryFlowMaker(Maker):
    """What a grain boundary does to lithium (Kim 2024, section 3.4, Fig. 5c and 5d).

    A bicrystal is built from its recipe, relaxed, heated at constant volume and simulated at
    constant pressure; its trajectory is analysed by distance from the nearer of its two periodic
    boundary planes. The bulk crystal runs under the same potential, temperature and settings, and
    the ratio of the diffusivities is given with its error. A run that was killed goes on from its
    last checkpoint.

    Published work disagrees on the sign of the effect: the document says what was found, with its
    uncertainty, and what the simulation cannot resolve.

    Parameters
    ----------
    name
        Name of the flow.
    md_maker
        Protocol of the runs: temperatures, replicas, times. Its supercell is not used.
    bulk_supercell
        Repeats of the bulk crystal that is compared with; None for no comparison.
    slab_thickness
        Thickness in Å of every slab but the last, on each side of a plane.
    slab_names
        Names of the slabs from the plane inwards.
    window_ps
        Length of the first and the last window for g(r) and coordination in ps.
    """

    name: str = "grain boundary"
    md_maker: ConductivityFlowMaker = field(default_factory=_paper_protocol)
    bulk_supercell: tuple[int, int, int] | None = (1, 1, 1)
    slab_thickness: float = SLAB_THICKNESS_ANGSTROM
    slab_names: tuple[str, ...] = SLAB_NAMES
    window_ps: float = WINDOW_PS

    def make(self, boundary: BoundaryRecipe, potential: Any) -> Flow:
        """Return the flow.

        Parameters
        ----------
        boundary
            Recipe of the bicrystal; its crystal, as a whole, is the bulk to compare with.
        potential
            Reference to a `PotentialDocument`, or the document.

        Returns
        -------
        Flow
            Its output is a `GrainBoundaryDocument`; with several temperatures or replicas, their
            list.

        Raises
        ------
        InputError
            If a setting makes no sense, slabs are thicker than the bicrystal allows, or it has too
            many atoms.
        MissingEngineError
            If LAMMPS is not installed.
        """
        self._check(boundary)
        runs = replace(self.md_maker, supercell=(1, 1, 1)).make_runs(
            boundary, potential, boundary.label
        )
        bulk = self._bulk(boundary, potential)
        analyses = [self._analysis(run, bulk, boundary) for run in runs]
        for job in [*runs, *bulk, *analyses]:
            job.update_metadata({"stage": "grain_boundary"})
        outputs: list[Any] = [job.output for job in analyses]
        output = outputs[0] if len(outputs) == 1 else outputs
        return Flow([*runs, *bulk, *analyses], output=output, name=f"{self.name} {boundary.label}")

    def _check(self, boundary: BoundaryRecipe) -> None:
        check_atom_count(boundary.n_atoms, min(boundary.maximum_atoms, MAXIMUM_ATOMS))
        if not 0 < self.window_ps < np.inf:
            raise InputError(f"window_ps = {self.window_ps!r} must be a time above 0 ps")
        repeats = self.bulk_supercell
        if repeats is not None:
            if len(repeats) != 3 or min(repeats) < 1:
                raise InputError(
                    f"bulk_supercell must be three numbers of at least 1, got {list(repeats)}"
                )
            check_atom_count(boundary.n_source_atoms * math.prod(repeats), MAXIMUM_ATOMS)
        first, second = boundary.grain_heights
        slabs = BoundarySlabs(
            (0.0, first / (first + second)), self.slab_thickness, tuple(self.slab_names)
        )
        slabs.check(np.diag([1.0, 1.0, first + second]))

    def _bulk(self, boundary: BoundaryRecipe, potential: Any) -> list[Job]:
        if self.bulk_supercell is None:
            return []
        maker = replace(self.md_maker, supercell=self.bulk_supercell)
        return maker.make_runs(boundary.source, potential, boundary.source_label)

    def _analysis(self, run: Job, bulk: Sequence[Job], boundary: BoundaryRecipe) -> Job:
        temperature = run.metadata["temperature_kelvin"]
        alike = [job for job in bulk if job.metadata["temperature_kelvin"] == temperature]
        analysis: Job = analyze_boundary(
            run.output,
            [job.output for job in alike],
            boundary,
            SlabSettings(self.slab_thickness, tuple(self.slab_names), self.window_ps),
        )
        analysis.name = run.name.replace("md ", "boundary dynamics ", 1)
        return analysis
