"""What holding the PS4 units costs in diffusivity."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport.result import Diffusivity

_Z_95 = float(ndtri(0.975))


@dataclass(frozen=True)
class DiffusivityLoss:
    """Loss of diffusivity, 1 - D(hindered) / D(free).

    Parameters
    ----------
    value, standard_error
        The loss: 0.5 is half of the diffusivity; negative where the hindered crystal is faster.
        None where there is no diffusivity to compare.
    interval_95
        Its 95 % interval.
    lower_limit
        95 % lower limit of the loss where the hindered crystal has only an upper limit.
    reason
        Why there is no value.
    """

    value: float | None
    standard_error: float | None = None
    interval_95: tuple[float, float] | None = None
    lower_limit: float | None = None
    reason: str | None = None

    @property
    def is_significant(self) -> bool:
        """Whether the loss differs from zero with 95 % confidence."""
        if self.interval_95 is None:
            return self.lower_limit is not None and self.lower_limit > 0
        return not self.interval_95[0] <= 0 <= self.interval_95[1]


def diffusivity_loss(free: Diffusivity, hindered: Diffusivity) -> DiffusivityLoss:
    """Compare the diffusivities of two simulations that differ in one thing.

    The ratio of two positive quantities with errors: its logarithm is taken as normal.

    Raises
    ------
    InputError
        If species or temperatures differ.
    """
    if (free.species, free.temperature) != (hindered.species, hindered.temperature):
        raise InputError(
            f"{free.species} at {free.temperature} K and {hindered.species} at "
            f"{hindered.temperature} K cannot be compared: take runs at one temperature"
        )
    if free.diffusivity is None or free.standard_error is None:
        return DiffusivityLoss(None, reason="the free crystal has no diffusivity to lose")
    if hindered.diffusivity is None or hindered.standard_error is None:
        slowest = free.interval_95[0] if free.interval_95 else free.diffusivity
        return DiffusivityLoss(
            None,
            lower_limit=1 - hindered.upper_limit / slowest,
            reason="the hindered crystal has only an upper limit of its diffusivity",
        )
    ratio = hindered.diffusivity / free.diffusivity
    relative = float(
        np.hypot(
            free.standard_error / free.diffusivity, hindered.standard_error / hindered.diffusivity
        )
    )
    factor = float(np.exp(_Z_95 * relative))
    return DiffusivityLoss(
        value=1 - ratio,
        standard_error=ratio * relative,
        interval_95=(1 - ratio * factor, 1 - ratio / factor),
    )
