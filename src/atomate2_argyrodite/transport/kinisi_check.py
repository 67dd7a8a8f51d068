"""Cross-check of a diffusivity by kinisi, where that is installed.

kinisi (McCluskey et al., J. Chem. Theory Comput. 21, 79 (2025)) samples the posterior of D under a
model of the covariance of the mean square displacement. It takes minutes where `diffusion` takes
seconds, so the trajectory is thinned, and its D is shown beside ours, never instead.
"""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from atomate2_argyrodite.errors import MissingEngineError, TrajectoryError
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.trajectory import Trajectory

MAXIMUM_FRAMES = 500
N_LAGS = 40
_CM2_PER_S = 1e-4


@dataclass(frozen=True)
class KinisiDiffusivity:
    """What kinisi finds.

    Parameters
    ----------
    diffusivity_cm2_per_s
        Mean of the posterior.
    interval_95_cm2_per_s
        Its central 95 %.
    start_ps
        Lag from which the motion was taken as diffusive.
    n_frames
        Frames that were left after thinning.
    version
        Version of kinisi.
    """

    diffusivity_cm2_per_s: float
    interval_95_cm2_per_s: tuple[float, float]
    start_ps: float
    n_frames: int
    version: str


def kinisi_diffusivity(
    trajectory: Trajectory, species: str = "Li", *, start_ps: float, seed: int = 1
) -> KinisiDiffusivity:
    """Return the diffusivity by kinisi.

    Parameters
    ----------
    trajectory
        The trajectory; drift and breathing of the cell are removed as in `diffusion`.
    species
        The mobile species.
    start_ps
        Lag in ps from which motion is diffusive, such as the first of ``fit_window_ps``.
    seed
        Of the sampling.

    Raises
    ------
    MissingEngineError
        If kinisi is not installed.
    TrajectoryError
        If the trajectory is shorter than four times `start_ps`.
    """
    try:
        import scipp as sc
        from kinisi.analyze import DiffusionAnalyzer
    except ImportError:
        raise MissingEngineError(
            "the cross-check needs kinisi: run \"pip install 'atomate2-argyrodite[kinisi]'\""
        ) from None
    if not 0 < start_ps <= trajectory.duration_ps / 4:
        raise TrajectoryError(
            f"start_ps = {start_ps!r} ps must be above 0 and at most a quarter of the trajectory's "
            f"{trajectory.duration_ps:g} ps"
        )
    frames, interval = _thinned(trajectory, species)
    longest = (len(frames) - 1) * interval / 2
    lags = np.unique(np.geomspace(start_ps, longest, N_LAGS) // interval) * interval
    analyzer = DiffusionAnalyzer.from_ase(
        frames,
        specie=species,
        time_step=sc.scalar(interval, unit="ps"),
        step_skip=sc.scalar(1),
        dt=sc.array(dims=["time interval"], values=lags[lags > 0], unit="ps"),
        progress=False,
    )
    random_state = np.random.RandomState(seed)
    analyzer.diffusion(sc.scalar(start_ps, unit="ps"), progress=False, random_state=random_state)
    samples = sc.to_unit(analyzer.D, "angstrom^2/ps").values * _CM2_PER_S
    low, high = np.quantile(samples, [0.025, 0.975])
    return KinisiDiffusivity(
        diffusivity_cm2_per_s=float(samples.mean()),
        interval_95_cm2_per_s=(float(low), float(high)),
        start_ps=start_ps,
        n_frames=len(frames),
        version=version("kinisi"),
    )


def _thinned(trajectory: Trajectory, species: str) -> tuple[list[Any], float]:
    """Return the mobile ions in the mean cell as ASE frames, and the time between these in ps."""
    from ase import Atoms

    stride = max(1, -(-trajectory.n_frames // MAXIMUM_FRAMES))
    with MobileDisplacements.from_trajectory(trajectory, species) as moved:
        x = np.concatenate([group[:, :, ::stride] for group in moved.groups()])
        cell = moved.mean_cell
    frames = [
        Atoms([species] * len(x), positions=x[:, :, k], cell=cell, pbc=True)
        for k in range(x.shape[2])
    ]
    return frames, stride * trajectory.time_step_ps
