"""A real bicrystal, Sigma5[100](021) of 520 atoms, whose atoms move as told."""

from functools import cache

import numpy as np

from atomate2_argyrodite.structures import BoundaryRecipe, ConfigurationRecipe
from atomate2_argyrodite.transport import Trajectory


@cache
def bicrystal():
    return BoundaryRecipe(ConfigurationRecipe("50-P222_1")).build()


def hopping(rng, n_frames=200, rate=0.05, hop=2.5, amplitude=0.05, drift=0.02, time_step_ps=0.5):
    """Li that hops freely among a framework that vibrates; all of it drifts."""
    structure = bicrystal()
    ions = np.array(structure.indices_from_symbol("Li"))
    x = structure.cart_coords + amplitude * rng.normal(size=(n_frames, len(structure), 3))
    axes = rng.integers(0, 3, (n_frames, len(ions)))
    steps = hop * rng.choice([-1, 1], axes.shape) * (rng.random(axes.shape) < rate)
    steps[0] = 0
    x[:, ions] += np.cumsum(steps[:, :, None] * (axes[:, :, None] == np.arange(3)), axis=0)
    x += np.cumsum(drift * rng.normal(size=(n_frames, 1, 3)), axis=0)
    symbols = [site.specie.symbol for site in structure]
    return Trajectory.from_arrays(x, structure.lattice.matrix, symbols, time_step_ps, 400.0)
