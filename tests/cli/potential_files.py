"""What the tests of fit, evaluate and grade share: configurations, a potential, a check."""

import numpy as np
from ase.calculators.morse import MorsePotential
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.mtp import LabelledConfiguration, MomentTensorPotential

CRYSTAL = Structure(Lattice.cubic(3.3), ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (2, 2, 2)


def morse_frames(count: int, seed: int, amplitude: float = 0.15) -> list[LabelledConfiguration]:
    """Rattled crystals of 16 atoms, labelled by a Morse potential that ends at 4.9 Å."""
    rng = np.random.default_rng(seed)
    frames = []
    for k in range(count):
        atoms = CRYSTAL.to_ase_atoms(msonable=False)
        atoms.positions += amplitude * rng.standard_normal(atoms.positions.shape)
        atoms.calc = MorsePotential(epsilon=0.4, r0=2.7, rho0=4.0, rcut1=3.5 / 2.7, rcut2=4.9 / 2.7)
        frames.append(
            LabelledConfiguration(
                numbers=atoms.numbers,
                positions=atoms.positions,
                cell=atoms.cell.array,
                energy=atoms.get_potential_energy(),
                forces=atoms.get_forces(),
                stress=atoms.get_stress(voigt=False),
                metadata={"trajectory": f"run {k // 3}"},
            )
        )
    return frames


def random_potential(seed: int = 0) -> MomentTensorPotential:
    """A potential of level 4 for Li and Cl with random coefficients."""
    potential = MomentTensorPotential.untrained(4, 5.0, ["Li", "Cl"], 1.5, seed=seed)
    rng = np.random.default_rng(seed)
    parameters = potential.parameters
    return potential.with_parameters(parameters + 0.1 * rng.standard_normal(len(parameters)))


def refused(result, *words) -> None:
    """Assert that a command refused its input in one sentence with these words."""
    assert result.code == 2, result.out
    assert len(result.err.splitlines()) == 1, result.err
    assert all(word in result.err for word in words), result.err
