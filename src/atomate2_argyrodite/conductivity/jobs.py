"""Jobs of the stage `conductivity`."""

from collections.abc import Sequence

from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.analysis import conductivity_document
from atomate2_argyrodite.conductivity.molecular_dynamics import run_production
from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.training.schemas import PotentialDocument


@document_job(MolecularDynamicsDocument)
def simulate(
    structure: Structure,
    potential: PotentialDocument,
    configuration: str,
    replica: int,
    supercell: Sequence[int],
    settings: MolecularDynamicsSettings,
) -> MolecularDynamicsDocument:
    """Run one replica at one temperature (see `run_production`)."""
    a, b, c = supercell
    return run_production(structure, potential, configuration, replica, (a, b, c), settings)


@document_job(ConductivityDocument)
def analyze_conductivity(runs: list[MolecularDynamicsDocument]) -> ConductivityDocument:
    """Diffusivities, Arrhenius fit and conductivity of a crystal (see `conductivity_document`)."""
    return conductivity_document(runs)
