"""Hops of ions, counted from displacements alone (no sites are needed)."""

import numpy as np
from numpy.typing import NDArray

HOP_DISTANCE_ANGSTROM = 2.0
"""Lasting displacement that counts as a hop: above vibration, below most distances of Li sites."""
_SMOOTHING_PS = 1.0
_SMOOTHING_FRAMES = 4


def count_hops(displacements: NDArray[np.float64], time_step_ps: float) -> int:
    """Count lasting displacements of more than `HOP_DISTANCE_ANGSTROM`.

    Vibration is averaged out over at least 1 ps and 4 frames. A hop is counted when the averaged
    position lies farther than the hop distance from where the ion was after its last hop. Faster
    hops back and forth are not seen, so the count is a lower bound.

    Parameters
    ----------
    displacements
        Positions in Å, shape (ions, 3, frames).
    time_step_ps
        Time between frames in ps.
    """
    width = max(_SMOOTHING_FRAMES, round(_SMOOTHING_PS / time_step_ps))
    n_ions, _, n_frames = displacements.shape
    periods = n_frames // width
    if periods < 2:
        return 0
    smooth = displacements[:, :, : periods * width].reshape(n_ions, 3, periods, width).mean(axis=-1)
    anchor = smooth[:, :, 0].copy()
    hops = 0
    for period in range(1, periods):
        position = smooth[:, :, period]
        hopped = ((position - anchor) ** 2).sum(axis=1) > HOP_DISTANCE_ANGSTROM**2
        hops += int(hopped.sum())
        anchor[hopped] = position[hopped]
    return hops
