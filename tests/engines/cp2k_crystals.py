"""Small cubic crystals that CP2K computes in seconds."""

import numpy as np

from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_FCC = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])


def lithium_chloride(edge: float = 5.13, rattle: float = 0.03) -> LabelledConfiguration:
    """Rock salt, 8 atoms; rattled so that no force vanishes by symmetry."""
    fractional = np.concatenate([_FCC, _FCC + np.array([0.5, 0, 0])])
    noise = np.random.default_rng(0).normal(0, rattle, (8, 3))
    return LabelledConfiguration(
        np.array([3] * 4 + [17] * 4), fractional * edge + noise, np.eye(3) * edge
    )


def argyrodite_fragment(edge: float = 6.6) -> LabelledConfiguration:
    """A cube with all elements of Li6PS5Cl: PS4, four Li and Cl; charges cancel, 10 atoms."""
    bond = 2.05 / np.sqrt(3)
    tetrahedron = bond * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    chlorine = np.full((1, 3), edge / 2)
    lithium = edge / 2 * np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
    positions = np.concatenate([np.zeros((1, 3)), tetrahedron, chlorine, lithium])
    noise = np.random.default_rng(2).normal(0, 0.03, positions.shape)
    numbers = np.array([15] + [16] * 4 + [17] + [3] * 4)
    return LabelledConfiguration(numbers, positions + noise, np.eye(3) * edge)
