"""Jobs of the stage `grain_boundary`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.schemas import MolecularDynamicsDocument
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.grain_boundary.candidates import BoundaryCandidate, BoundaryKind
from atomate2_argyrodite.grain_boundary.dynamics_runs import SlabSettings, boundary_document
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.grain_boundary.schemas import (
    BoundaryDocument,
    BoundaryEnergy,
    BoundaryScreeningDocument,
)
from atomate2_argyrodite.stability.crystal_geometry import tetrahedra_geometry
from atomate2_argyrodite.stability.interface_energies import JOULE_PER_M2
from atomate2_argyrodite.stability.protocols import RelaxationSettings
from atomate2_argyrodite.stability.relative_energies import MEV_PER_EV
from atomate2_argyrodite.stability.relaxation import (
    BulkReference,
    RelaxedDefects,
    packed,
    relaxation_warnings,
    relaxed_defects,
)
from atomate2_argyrodite.stability.schemas import RelaxedCrystalDocument
from atomate2_argyrodite.structures import (
    BoundaryRecipe,
    CrystalRecipe,
    built_crystal,
    screened_boundaries,
)


@dataclass(frozen=True)
class BicrystalSettings(MSONable):
    """Which bicrystal to build (see `screened_boundaries`); `rank` counts its shifts from 0."""

    candidate: BoundaryCandidate
    rank: int
    grain_thickness: float
    maximum_atoms: int

    def build(self, crystal: Structure) -> Structure:
        """Return the bicrystal.

        Raises
        ------
        InputError
            If the candidate has no shift of this rank.
        """
        candidate = self.candidate
        (structure,) = screened_boundaries(
            crystal,
            candidate.sigma,
            candidate.axis,
            candidate.plane,
            angle=candidate.angle,
            grain_thickness=self.grain_thickness,
            maximum_atoms=self.maximum_atoms,
            count=1,
            first=self.rank,
        )
        return structure


@document_job(BoundaryDocument)
def relax_boundary(
    engine: Engine,
    functional: str,
    source: Structure | CrystalRecipe,
    configuration: str,
    bulk: RelaxedCrystalDocument,
    bicrystal: BicrystalSettings,
    settings: RelaxationSettings,
) -> BoundaryDocument:
    """Build a bicrystal at the lattice constant of the relaxed bulk, and relax its atoms."""
    wanted = Functional.parse(functional)
    reference = BulkReference.of(bulk.crystal)
    structure = bicrystal.build(reference.stretched(built_crystal(source)))
    area = float(np.linalg.norm(np.cross(*structure.lattice.matrix[:2])))
    result = relaxed_defects(engine, wanted, structure, area, reference, settings)
    boundary = _boundary_energy(structure, area, bicrystal, result)
    name = f"{configuration} {boundary.name} shift {boundary.rank}"
    return BoundaryDocument(
        **crystal_header(site.specie.symbol for site in structure),
        configuration=configuration,
        functional=wanted,
        engine=engine.record(wanted),
        seeds=settings.seeds,
        boundary=boundary,
        frames=packed(
            result.relaxation.configuration,
            configuration=configuration,
            boundary=boundary.name,
            rank=boundary.rank,
            boundary_planes=list(boundary.boundary_planes),
            grain=[int(grain) for grain in structure.site_properties["grain"]],
        ),
        warnings=relaxation_warnings(name, boundary.relaxation, boundary.tetrahedra.are_intact),
    )


def _boundary_energy(
    structure: Structure, area: float, bicrystal: BicrystalSettings, result: RelaxedDefects
) -> BoundaryEnergy:
    relaxed, properties = result.relaxation.configuration, structure.properties
    if relaxed.energy is None:
        raise RunError("the relaxed bicrystal has no energy")
    before = result.unrelaxed_energy_per_area
    return BoundaryEnergy(
        name=bicrystal.candidate.name,
        kind=properties["kind"],
        sigma=properties["sigma"],
        axis=properties["axis"],
        plane=properties["plane"],
        turned_plane=properties["turned_plane"],
        angle_degrees=properties["angle"],
        rank=bicrystal.rank,
        shift_angstrom=properties["shift"],
        overlap_before_angstrom2=properties["overlap_before"],
        residual_charges_e=properties["residual_charge"],
        n_atoms=len(structure),
        area_angstrom2=area,
        cell_lengths_angstrom=structure.lattice.abc,
        boundary_planes=properties["boundary_planes"],
        energy_ev=relaxed.energy,
        boundary_energy_j_per_m2=JOULE_PER_M2 * result.energy_per_area,
        boundary_energy_mev_per_angstrom2=MEV_PER_EV * result.energy_per_area,
        unrelaxed_boundary_energy_j_per_m2=None if before is None else JOULE_PER_M2 * before,
        tetrahedra=tetrahedra_geometry(relaxed.numbers, relaxed.positions, relaxed.cell),
        relaxation=result.record,
    )


@document_job(BoundaryScreeningDocument)
def rank_boundaries(
    bulk: RelaxedCrystalDocument, boundaries: Sequence[BoundaryEnergy], warnings: list[list[str]]
) -> BoundaryScreeningDocument:
    """Rank boundaries by energy, tilt against twist.

    Parameters
    ----------
    bulk
        The relaxed crystal.
    boundaries
        What was found for each bicrystal; the bicrystals themselves stay in the store.
    warnings
        Of each bicrystal.
    """
    found = sorted(map(_as_energy, boundaries), key=lambda b: b.boundary_energy_j_per_m2)
    best = {
        kind: next((b for b in found if b.kind == kind), None)
        for kind in (BoundaryKind.TILT, BoundaryKind.TWIST)
    }
    tilt, twist = best[BoundaryKind.TILT], best[BoundaryKind.TWIST]
    difference = (
        tilt.boundary_energy_mev_per_angstrom2 - twist.boundary_energy_mev_per_angstrom2
        if tilt and twist
        else None
    )
    return BoundaryScreeningDocument(
        composition=bulk.composition,
        halide=bulk.halide,
        configuration=bulk.configuration,
        functional=bulk.functional,
        engine=bulk.engine,
        seeds=bulk.seeds,
        bulk=bulk.crystal,
        boundaries=found,
        ranking=list(dict.fromkeys(boundary.name for boundary in found)),
        best_by_kind={kind.value: b.name for kind, b in best.items() if b is not None},
        tilt_minus_twist_mev_per_angstrom2=difference,
        warnings=[*bulk.warnings, *(text for texts in warnings for text in texts)]
        + [
            f"{b.name} shift {b.rank}: its energy is negative, the bicrystal found a lower state "
            "than the bulk: relax the bulk better"
            for b in found
            if b.boundary_energy_j_per_m2 < 0
        ],
    )


def _as_energy(boundary: object) -> BoundaryEnergy:
    """Return the model of a part of a document, which a store hands back as a mapping."""
    return BoundaryEnergy.model_validate(boundary)


@document_job(GrainBoundaryDocument)
def analyze_boundary(
    run: MolecularDynamicsDocument,
    bulk_runs: list[MolecularDynamicsDocument],
    boundary: BoundaryRecipe,
    settings: SlabSettings,
) -> GrainBoundaryDocument:
    """Transport by distance from the boundary in one run (see `boundary_document`)."""
    return boundary_document(run, bulk_runs, boundary, settings)
