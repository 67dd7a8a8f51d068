"""Synthetic trajectories of argyrodites in which Li and PS4 do what is known."""

import numpy as np
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.structures.geometry import structure_arrays, tetrahedral_bonds
from atomate2_argyrodite.transport import Trajectory

LATTICE_CONSTANT = 10.28


def crystal(label="50-P222_1", repeats=(1, 1, 1)):
    (found,) = [c for c in site_disorder_configurations("Cl") if c.label == label]
    return found.structure.make_supercell(repeats, in_place=False)


def trajectory_of(structure, displacements, *, time_step_ps=0.1, drift=0.0, turn=None, seed=0):
    """Frames of a crystal whose atoms are displaced by (frames, atoms, 3) in Å.

    `drift` is the step per frame in Å of a random walk of all atoms; `turn` rotates everything.
    """
    rng = np.random.default_rng([seed, 5])
    positions = structure.cart_coords + displacements
    positions = positions + np.cumsum(drift * rng.normal(size=(len(positions), 1, 3)), axis=0)
    turn = np.eye(3) if turn is None else turn
    symbols = [site.specie.symbol for site in structure]
    cell = structure.lattice.matrix @ turn
    return Trajectory.from_arrays(positions @ turn, cell, symbols, time_step_ps, 600.0)


def vibrations(structure, n_frames, amplitude, seed=0):
    rng = np.random.default_rng([seed, 6])
    return amplitude * rng.normal(size=(n_frames, len(structure), 3))


def turning_units(structure, rotations):
    """Displacements of the S of every PS4 unit by rotations (frames, units) about its P."""
    numbers, positions, cell = structure_arrays(structure)
    centres, sulphurs, vectors = tetrahedral_bonds(numbers, positions, cell)
    n_frames = len(rotations)
    displacements = np.zeros((n_frames, len(structure), 3))
    for unit, centre in enumerate(np.unique(centres)):
        for k in np.flatnonzero(centres == centre):
            turned = rotations[:, unit].apply(vectors[k]) if n_frames else vectors[k]
            displacements[:, sulphurs[k]] = turned - vectors[k]
    return displacements


class UnitRotations:
    """Rotations by frame and unit: a column at a time, as `turning_units` wants them."""

    def __init__(self, vectors):
        self.vectors = vectors

    def __len__(self):
        return len(self.vectors)

    def __getitem__(self, key):
        frames, unit = key
        return Rotation.from_rotvec(self.vectors[frames, unit])
