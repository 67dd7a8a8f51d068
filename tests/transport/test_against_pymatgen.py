"""Against pymatgen-analysis-diffusion, where it is installed."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.transport import diffusion
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.msd import displacement_tensors

from .synthetic import lattice, returning, trajectory

analyzer = pytest.importorskip("pymatgen.analysis.diffusion.analyzer")


@pytest.mark.parametrize("maker", [lattice, returning])
def test_same_curve_and_compatible_diffusivity(rng, maker):
    run = trajectory(maker(rng, 96, 1000), rng, drift=0.05)
    ours = diffusion(run)
    positions = run.source.positions
    theirs = analyzer.DiffusionAnalyzer(
        Structure(Lattice.cubic(20), run.species, positions[0], coords_are_cartesian=True),
        (positions - positions[0]).transpose(1, 0, 2),
        "Li",
        400,
        time_step=1000,  # fs
        step_skip=1,
        smoothed="max",
    )
    lags = np.round(np.array(theirs.dt) / 1000).astype(int)
    with MobileDisplacements.from_trajectory(run, "Li") as moved:
        squares = [displacement_tensors(g, lags)[:, :, :3].sum(axis=-1) for g in moved.groups()]
    msd = np.concatenate(squares).mean(axis=0)
    np.testing.assert_allclose(msd, theirs.msd, rtol=1e-4)
    # Theirs is the slope over nearly all lags: it scatters by about 6 % for these walks.
    assert theirs.diffusivity == pytest.approx(ours.diffusivity, rel=0.2)
