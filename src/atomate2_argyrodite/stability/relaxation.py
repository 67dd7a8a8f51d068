"""Relaxation of structures by an engine, and what is recorded of it."""

from dataclasses import dataclass

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.base import Engine, Relaxation
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.stability.crystal_geometry import (
    lithium_contacts,
    mean_displacement,
    tetrahedra_geometry,
)
from atomate2_argyrodite.stability.interface_energies import interface_energy
from atomate2_argyrodite.stability.protocols import RelaxationSettings
from atomate2_argyrodite.stability.schemas import RelaxationRecord, RelaxedCrystal
from atomate2_argyrodite.structures.symmetry import symmetry_dataset

EV_PER_ANGSTROM3_IN_GPA = 160.21766208
_SYMMETRY_TOLERANCE = 0.05  # Å; what is left after a relaxation to 0.04 eV/Å


@dataclass(frozen=True)
class BulkReference:
    """What slabs and boundaries need of the relaxed crystal.

    Parameters
    ----------
    energy_per_atom
        In eV.
    linear_strain
        By which the built crystal is stretched to have the relaxed volume.
    """

    energy_per_atom: float
    linear_strain: float

    @classmethod
    def of(cls, crystal: RelaxedCrystal) -> "BulkReference":
        """Return the reference that a relaxed crystal is."""
        return cls(crystal.energy_per_atom_ev, crystal.linear_strain)

    def stretched(self, structure: Structure) -> Structure:
        """Return the built crystal with the relaxed volume, fractional coordinates kept."""
        crystal = structure.copy()
        crystal.scale_lattice(structure.volume * (1 + self.linear_strain) ** 3)
        return crystal


@dataclass(frozen=True, eq=False)
class RelaxedDefects:
    """A slab or bicrystal that was relaxed in its cell.

    Parameters
    ----------
    relaxation
        What the engine returned.
    record
        What documents keep of it.
    energy_per_area
        Of one surface or boundary in eV/Å^2.
    unrelaxed_energy_per_area
        Before atoms moved; None where the engine could not label that.
    """

    relaxation: Relaxation
    record: RelaxationRecord
    energy_per_area: float
    unrelaxed_energy_per_area: float | None


def relaxed_crystal(
    engine: Engine,
    functional: Functional,
    structure: Structure,
    configuration: str,
    settings: RelaxationSettings,
) -> tuple[RelaxedCrystal, LabelledConfiguration]:
    """Relax positions and cell of a crystal by a protocol, and describe the result.

    Parameters
    ----------
    engine, functional
        What relaxes.
    structure
        The crystal as built.
    configuration
        Its label.
    settings
        Protocol and thresholds.
    """
    start = LabelledConfiguration.from_structure(settings.start(structure))
    result = engine.relax(
        start,
        functional,
        relax_cell=True,
        maximum_force=settings.maximum_force,
        maximum_steps=settings.maximum_steps,
        **settings.options,
    )
    record = relaxation_record(result, settings)
    return _described(result.configuration, structure, configuration, record), result.configuration


def relaxed_defects(
    engine: Engine,
    functional: Functional,
    structure: Structure,
    area: float,
    bulk: BulkReference,
    settings: RelaxationSettings,
) -> RelaxedDefects:
    """Relax the atoms of a slab or bicrystal in its cell.

    Parameters
    ----------
    engine, functional
        What relaxes.
    structure
        A cell with two surfaces or two boundaries.
    area
        Of one of them, in Å^2.
    bulk
        The crystal that it is made of, relaxed by the same engine and settings.
    settings
        Protocol (whether to rattle) and thresholds.
    """
    built = LabelledConfiguration.from_structure(structure)
    (unrelaxed,) = engine.static([built], functional)
    result = engine.relax(
        LabelledConfiguration.from_structure(settings.start(structure)),
        functional,
        relax_cell=False,
        maximum_force=settings.maximum_force,
        maximum_steps=settings.maximum_steps,
    )

    def per_area(labelled: LabelledConfiguration) -> float:
        energy = np.nan if labelled.energy is None else labelled.energy
        return interface_energy(energy, len(structure), bulk.energy_per_atom, area)

    return RelaxedDefects(
        relaxation=result,
        record=relaxation_record(result, settings),
        energy_per_area=per_area(result.configuration),
        unrelaxed_energy_per_area=per_area(unrelaxed)
        if isinstance(unrelaxed, LabelledConfiguration)
        else None,
    )


def relaxation_record(result: Relaxation, settings: RelaxationSettings) -> RelaxationRecord:
    """Return how a relaxation was done and ended."""
    return RelaxationRecord(
        protocol=settings.kind,
        maximum_force_setting_ev_per_angstrom=settings.maximum_force,
        rattle_angstrom=settings.rattle if settings.kind.is_rattled else None,
        steps=result.steps,
        maximum_force_ev_per_angstrom=result.maximum_force_ev_per_angstrom,
        is_converged=result.is_converged,
    )


def packed(relaxed: LabelledConfiguration, /, **metadata: object) -> Attachment:
    """Return a relaxed structure as an attachment, with where it comes from."""
    frames = [relaxed.with_metadata(**metadata)]
    return Attachment.from_arrays("relaxed.npz", configurations_to_arrays(frames))


def relaxation_warnings(name: str, record: RelaxationRecord, are_intact: bool) -> list[str]:
    """Return what a reader must know before using the result."""
    warnings = []
    if not record.is_converged:
        warnings.append(
            f"{name}: not converged after {record.steps} steps, "
            f"{record.maximum_force_ev_per_angstrom:.3f} eV/Å are left"
        )
    if not are_intact:
        warnings.append(f"{name}: PS4 units broke")
    return warnings


def _described(
    relaxed: LabelledConfiguration, built: Structure, label: str, record: RelaxationRecord
) -> RelaxedCrystal:
    if relaxed.energy is None or relaxed.stress is None:
        raise ValueError("a relaxation returned no energy and stress")
    arrays = (relaxed.numbers, relaxed.positions, relaxed.cell)
    structure = relaxed.structure
    cells = (built.lattice.matrix, relaxed.cell)
    return RelaxedCrystal(
        configuration=label,
        n_atoms=len(relaxed),
        energy_ev=relaxed.energy,
        energy_per_atom_ev=relaxed.energy / len(relaxed),
        lattice_lengths_angstrom=structure.lattice.abc,
        lattice_angles_degrees=structure.lattice.angles,
        volume_angstrom3=relaxed.volume,
        linear_strain=float(np.cbrt(relaxed.volume / built.volume)) - 1,
        largest_stress_gpa=float(np.abs(relaxed.stress).max()) * EV_PER_ANGSTROM3_IN_GPA,
        space_group_symbol=_space_group(structure),
        symmetry_tolerance_angstrom=_SYMMETRY_TOLERANCE,
        tetrahedra=tetrahedra_geometry(*arrays),
        lithium_contacts=dict(lithium_contacts(*arrays)),
        mean_displacement_angstrom=mean_displacement(built.cart_coords, relaxed.positions, *cells),
        relaxation=record,
    )


def _space_group(structure: Structure) -> str:
    dataset = symmetry_dataset(structure, _SYMMETRY_TOLERANCE)
    return "P1" if dataset is None else str(dataset.international)
