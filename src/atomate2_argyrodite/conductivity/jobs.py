"""Jobs of the stage `conductivity`."""

from collections.abc import Mapping, Sequence

from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.analysis import conductivity_document
from atomate2_argyrodite.conductivity.bulk import bulk_document, random_structure_document
from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.mechanism import mechanism_document, ps4_motion_document
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.conductivity.molecular_dynamics import run_production
from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.structures import (
    CrystalRecipe,
    InterfaceRecipe,
    RandomStructureRecipe,
)
from atomate2_argyrodite.training.schemas import PotentialDocument


@document_job(MolecularDynamicsDocument)
def simulate(
    structure: Structure | CrystalRecipe | InterfaceRecipe,
    potential: PotentialDocument,
    configuration: str,
    replica: int,
    supercell: Sequence[int],
    settings: MolecularDynamicsSettings,
    pair_style: str = "mtp",
) -> MolecularDynamicsDocument:
    """Run one replica at one temperature (see `run_production`)."""
    a, b, c = supercell
    crystal = structure if isinstance(structure, Structure) else structure.build()
    return run_production(
        crystal, potential, configuration, replica, (a, b, c), settings, pair_style
    )


@document_job(ConductivityDocument)
def analyze_conductivity(runs: list[MolecularDynamicsDocument]) -> ConductivityDocument:
    """Diffusivities, Arrhenius fit and conductivity of a crystal (see `conductivity_document`)."""
    return conductivity_document(runs)


@document_job(BulkConductivityDocument)
def mix_to_bulk(
    conductivities: list[ConductivityDocument],
    relative_energies_mev_per_atom: Mapping[str, float],
    multiplicities: Mapping[str, int],
    weight_temperature_kelvin: float,
    crystallinity_factor: float,
) -> BulkConductivityDocument:
    """Bulk conductivity of configurations by every rule (see `bulk_document`)."""
    return bulk_document(
        conductivities,
        relative_energies_mev_per_atom,
        multiplicities,
        weight_temperature=weight_temperature_kelvin,
        crystallinity_factor=crystallinity_factor,
    )


@document_job(RandomStructureDocument)
def compare_random_structure(
    random_structure: ConductivityDocument,
    references: list[ConductivityDocument],
    recipe: RandomStructureRecipe,
    crystallinity_factor: float,
) -> RandomStructureDocument:
    """Random structure beside single configurations (see `random_structure_document`)."""
    return random_structure_document(random_structure, references, recipe, crystallinity_factor)


@document_job(MechanismDocument)
def analyze_mechanism(run: MolecularDynamicsDocument) -> MechanismDocument:
    """Jumps, density and PS4 motion of one run (see `mechanism_document`)."""
    return mechanism_document(run)


@document_job(Ps4MotionDocument)
def compare_ps4_motion(runs: list[MolecularDynamicsDocument]) -> Ps4MotionDocument:
    """Diffusion with held PS4 units against free ones (see `ps4_motion_document`)."""
    return ps4_motion_document(runs)
