"""Agreement with pymatgen-analysis-diffusion on the same trajectories."""

import numpy as np
import pytest
from pymatgen.analysis.diffusion.analyzer import DiffusionAnalyzer
from pymatgen.core import Structure

from atomate2_argyrodite.transport import diffusion

from .synthetic import brownian, caged, lattice, returning, trajectory

WALKS = 12


def by_pymatgen(run):
    """Its D in cm^2/s and the error it claims."""
    (block,) = run.blocks()
    cell = block.cells[0]
    structure = Structure(cell, run.species, block.positions[0], coords_are_cartesian=True)
    displacements = (block.positions - block.positions[0]).transpose(1, 0, 2)
    analyzer = DiffusionAnalyzer(
        structure, displacements, "Li", run.temperature, 1000.0 * run.time_step_ps, 1
    )
    return analyzer.diffusivity, analyzer.diffusivity_std_dev


@pytest.mark.parametrize(
    ("maker", "options"),
    [(brownian, {}), (lattice, {}), (returning, {}), (caged, {"rate": 0.02})],
    ids=["brownian", "hops", "returning hops", "caged"],
)
def test_both_find_the_same_diffusivity(maker, options):
    """Walk by walk within both errors; on average within those of the averages.

    pymatgen fits all lags, so its D scatters more than ours, and its own error, which takes points
    as independent, is too small to compare with: its scatter over the walks is taken.
    """
    ours, errors, theirs, claimed = [], [], [], []
    for seed in range(WALKS):
        rng = np.random.default_rng([seed, 13])
        run = trajectory(maker(rng, 100, 600, **options), rng, framework_atoms=30, drift=0.05)
        result = diffusion(run)
        assert result.is_diffusive
        ours.append(result.diffusivity)
        errors.append(result.standard_error)
        value, error = by_pymatgen(run)
        theirs.append(value)
        claimed.append(error)
    ours, errors, theirs = np.array(ours), np.array(errors), np.array(theirs)
    scatter = theirs.std(ddof=1)
    deviations = np.abs(ours - theirs) / np.hypot(errors, scatter)
    assert deviations.max() < 3
    mean_error = np.hypot(ours.std(ddof=1), scatter) / np.sqrt(WALKS)
    assert abs(ours.mean() - theirs.mean()) < 2.5 * mean_error
    assert ours.std() < 1.2 * theirs.std()
    assert np.mean(claimed) < 0.3 * scatter  # why its error is not used
