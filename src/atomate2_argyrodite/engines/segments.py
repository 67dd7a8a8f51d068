"""Dynamics in segments: a run that stops at a limit and goes on in another process."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.engines.base import NVTRun


@dataclass(frozen=True)
class SegmentLimit(MSONable):
    """Where a segment of a run ends, at a full step; without limits it ends with the run.

    Parameters
    ----------
    wall_time_s
        Wall time in s after which no further step begins; at least one is done.
    steps
        Steps of one segment.

    Raises
    ------
    InputError
        If a limit is not positive.
    """

    wall_time_s: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        if self.wall_time_s is not None and not self.wall_time_s > 0:
            raise InputError(
                f"the wall time of a segment must be positive, got {self.wall_time_s} s: leave it "
                "out to run without a limit"
            )
        if self.steps is not None and self.steps < 1:
            raise InputError(f"a segment must have at least one step, got {self.steps}")

    def clock(self) -> "SegmentClock":
        """Return a clock that starts now."""
        return SegmentClock(self, time.monotonic())


@dataclass(frozen=True)
class SegmentClock:
    """Tells when a segment that began at `started_at` (monotonic time in s) has to stop."""

    limit: SegmentLimit
    started_at: float

    def is_over(self, steps: int) -> bool:
        """Whether the segment ends after `steps` steps."""
        if self.limit.steps is not None and steps >= self.limit.steps:
            return True
        passed = time.monotonic() - self.started_at
        return self.limit.wall_time_s is not None and passed >= self.limit.wall_time_s


@dataclass(frozen=True, eq=False)
class DynamicsState:
    """Everything that a canonical run needs to go on as if it had not stopped.

    Parameters
    ----------
    step
        Steps that were done.
    positions
        Unwrapped positions in Å, shape (N, 3).
    momenta
        In sqrt(u eV), the unit of ASE, shape (N, 3): not rounded by a change of units, segments
        follow one and the same trajectory.
    thermostat
        Variables of the thermostat by name, in units of the engine that wrote them.
    """

    step: int
    positions: NDArray[np.float64]
    momenta: NDArray[np.float64]
    thermostat: Mapping[str, NDArray[np.float64]]

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        """Return named arrays, for an ``Attachment``."""
        own = {
            "step": np.array(self.step),
            "positions": self.positions,
            "momenta": self.momenta,
        }
        return {**own, **{f"thermostat_{name}": value for name, value in self.thermostat.items()}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.float64]]) -> "DynamicsState":
        """Read what `to_arrays` wrote.

        Raises
        ------
        InputError
            If arrays are missing, of the wrong shape or not finite.
        """
        prefix = "thermostat_"
        try:
            state = cls(
                int(arrays["step"]),
                np.asarray(arrays["positions"], dtype=np.float64),
                np.asarray(arrays["momenta"], dtype=np.float64),
                {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"a state of dynamics lacks or garbles {error}: start the run again"
            ) from None
        shape = (len(state.positions), 3)
        values = (state.positions, state.momenta, *state.thermostat.values())
        if state.positions.shape != shape or state.momenta.shape != shape:
            raise InputError("positions and momenta of a state of dynamics do not fit")
        if not all(np.isfinite(value).all() for value in values):
            raise InputError("a state of dynamics is not finite: start the run again")
        return state


@dataclass(frozen=True, eq=False)
class DynamicsSegment:
    """One segment of a canonical run.

    Parameters
    ----------
    run
        Snapshots and series of the steps of this segment; steps are counted from the beginning of
        the whole run.
    state
        From where to go on, None if the run ended here, completed or failed.
    """

    run: "NVTRun"
    state: DynamicsState | None
