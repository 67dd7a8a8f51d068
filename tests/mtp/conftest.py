"""Crystals and potentials that the tests of the potential share."""

from pathlib import Path

import numpy as np
import pytest
from ase.calculators.morse import MorsePotential
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.mtp import LabelledConfiguration, MomentTensorPotential
from atomate2_argyrodite.structures import site_disorder_configurations

SPECIES = ("Li", "P", "S", "Cl")
REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"

needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the published reference data are not at hand"
)


def random_potential(
    level: int,
    species: tuple[str, ...] = SPECIES,
    cutoff: float = 5.0,
    radial_basis_size: int = 8,
    seed: int = 0,
) -> MomentTensorPotential:
    """A potential with random coefficients whose forces are of the order of 0.1 to 1 eV/Å."""
    potential = MomentTensorPotential.untrained(
        level, cutoff, species, 1.5, radial_basis_size=radial_basis_size, seed=seed
    )
    rng = np.random.default_rng(seed)
    count = potential.model.scalar_count
    parameters = potential.parameters
    parameters[-count:] = 0.3 * rng.standard_normal(count)
    parameters[-count - len(species) : -count] = rng.standard_normal(len(species))
    scale = np.abs(parameters[: -count - len(species)]).max()
    parameters[: -count - len(species)] *= 0.05 / scale
    return potential.with_parameters(parameters)


def rattled(structure: Structure, amplitude: float = 0.15, seed: int = 0) -> Structure:
    """The structure with every atom displaced by a normal deviate (Å)."""
    rng = np.random.default_rng(seed)
    positions: NDArray[np.float64] = structure.cart_coords
    return Structure(
        structure.lattice,
        structure.species,
        positions + amplitude * rng.standard_normal(positions.shape),
        coords_are_cartesian=True,
    )


@pytest.fixture(scope="session")
def cubic() -> Structure:
    """A rattled cubic cell of Li6PS5Cl, 52 atoms."""
    return rattled(site_disorder_configurations("Cl", 10.0)[2].structure, seed=1)


@pytest.fixture(scope="session")
def triclinic(cubic: Structure) -> Structure:
    """A rattled triclinic cell of Li6PS5Cl, 52 atoms."""
    lattice = Lattice.from_parameters(9.6, 10.3, 10.9, 84.0, 97.0, 72.0)
    return Structure(lattice, cubic.species, cubic.frac_coords)


@pytest.fixture(scope="session")
def thin() -> Structure:
    """Two atoms in a skewed cell much thinner than the cutoff."""
    lattice = Lattice.from_parameters(2.6, 3.1, 2.9, 100.0, 75.0, 110.0)
    return Structure(lattice, ["Li", "Cl"], [[0.1, 0.2, 0.3], [0.62, 0.55, 0.71]])


def morse_frames(crystal: Structure, count: int, seed: int) -> list[LabelledConfiguration]:
    """Rattled crystals labelled by a Morse pair potential that ends smoothly at 4.9 Å."""
    frames = []
    for k in range(count):
        atoms = rattled(crystal, 0.15, seed=100 * seed + k).to_ase_atoms(msonable=False)
        atoms.calc = MorsePotential(epsilon=0.4, r0=2.7, rho0=4.0, rcut1=3.5 / 2.7, rcut2=4.9 / 2.7)
        frames.append(
            LabelledConfiguration(
                numbers=atoms.numbers,
                positions=atoms.positions,
                cell=atoms.cell.array,
                energy=atoms.get_potential_energy(),
                forces=atoms.get_forces(),
                stress=atoms.get_stress(voigt=False),
            )
        )
    return frames


@pytest.fixture(scope="session")
def argyrodite_frames(cubic: Structure) -> list[LabelledConfiguration]:
    """Rattled Li6PS5Cl with the Morse labels; the elements do not matter to them."""
    return morse_frames(cubic, 6, seed=3)
