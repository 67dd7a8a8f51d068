"""Relaxation of a built crystal before it is explored.

Atoms of a built bicrystal meet at its planes at distances that no dynamics would reach: its first
femtoseconds are a fall, and what a potential learns of them says little of the boundary.
"""

from dataclasses import dataclass

from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.schemas import RelaxedStartDocument
from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import Engine, check_relaxation_limits
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.stability.crystal_geometry import mean_displacement
from atomate2_argyrodite.structures import CrystalRecipe, InterfaceRecipe
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS
from atomate2_argyrodite.structures.geometry import ps4_units_intact

CrystalSource = Structure | CrystalRecipe | InterfaceRecipe | RelaxedStartDocument
"""A crystal to explore: by value, as what builds it, or relaxed."""


@dataclass(frozen=True)
class StartRelaxation(MSONable):
    """How far a crystal is relaxed by the engine before it is explored; its cell stays.

    Dynamics follow, so the threshold is looser than that of energies.

    Parameters
    ----------
    maximum_force
        Threshold in eV/Å of the norm of every force.
    maximum_steps
        Steps after which the relaxation ends, converged or not.

    Raises
    ------
    InputError
        If a value is not positive.
    """

    maximum_force: float = 0.1
    maximum_steps: int = 100

    def __post_init__(self) -> None:
        check_relaxation_limits(self.maximum_force, self.maximum_steps)


@document_job(RelaxedStartDocument)
def relax_start(
    engine: Engine,
    functional: str,
    source: Structure | CrystalRecipe | InterfaceRecipe,
    configuration: str,
    relaxation: StartRelaxation,
    loop: str,
) -> RelaxedStartDocument:
    """Relax the atoms of a crystal in its cell with the engine that labels."""
    wanted = Functional.parse(functional)
    built = LabelledConfiguration.from_structure(_built(source))
    result = engine.relax(
        built,
        wanted,
        relax_cell=False,
        maximum_force=relaxation.maximum_force,
        maximum_steps=relaxation.maximum_steps,
    )
    relaxed = result.configuration
    is_intact = _are_units_intact(relaxed)
    torn = f"{configuration}: PS4 units broke when it was relaxed, look at it before you go on"
    frame = relaxed.with_metadata(configuration=configuration)
    return RelaxedStartDocument(
        **crystal_header(relaxed.symbols),
        configuration=configuration,
        functional=wanted,
        engine=engine.record(wanted),
        loop=loop,
        n_atoms=len(relaxed),
        steps=result.steps,
        maximum_force_ev_per_angstrom=result.maximum_force_ev_per_angstrom,
        is_converged=result.is_converged,
        mean_displacement_angstrom=mean_displacement(
            built.positions, relaxed.positions, built.cell, relaxed.cell
        ),
        tetrahedra_are_intact=is_intact,
        frames=Attachment.from_arrays("relaxed.npz", configurations_to_arrays([frame])),
        warnings=[torn] if is_intact is False else [],
    )


def start_of(source: CrystalSource) -> Structure:
    """Return the crystal with which explorations start."""
    if isinstance(source, RelaxedStartDocument):
        (frame,) = configurations_from_arrays(source.frames.to_arrays())
        return frame.structure
    return _built(source)


def _built(source: Structure | CrystalRecipe | InterfaceRecipe) -> Structure:
    return source if isinstance(source, Structure) else source.build()


def _are_units_intact(frame: LabelledConfiguration) -> bool | None:
    """Return whether every PS4 unit is whole; None for a crystal that has none."""
    if not set(frame.symbols) & set(TETRAHEDRAL_BOND_LENGTHS):
        return None
    return ps4_units_intact(frame.numbers, frame.positions, frame.cell)
