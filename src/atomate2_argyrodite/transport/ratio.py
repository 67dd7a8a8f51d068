"""The ratio of two diffusivities, or its limit where one of them has only an upper limit."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

_Z_95 = float(ndtri(0.975))


@dataclass(frozen=True)
class DiffusivityRatio:
    """Ratio of two diffusivities.

    Parameters
    ----------
    value, standard_error
        The ratio; None where there are not two diffusivities.
    interval_95
        Its 95 % interval: the logarithm of the ratio is taken as normal.
    upper_limit
        95 % limit of the ratio where the first has only an upper limit.
    reason
        Why there is no value.
    """

    value: float | None
    standard_error: float | None = None
    interval_95: tuple[float, float] | None = None
    upper_limit: float | None = None
    reason: str | None = None

    @property
    def is_significant(self) -> bool:
        """Whether the ratio differs from 1 with 95 % confidence."""
        if self.interval_95 is None:
            return self.upper_limit is not None and self.upper_limit < 1
        return not self.interval_95[0] <= 1 <= self.interval_95[1]


@dataclass(frozen=True)
class MeasuredDiffusivity:
    """What a ratio needs of a diffusivity.

    Parameters
    ----------
    name
        What it is of, for messages.
    value, standard_error
        In any unit; None where motion is not diffusive.
    upper_limit
        95 % limit; None where nothing is known.
    lower_limit
        Lower end of the 95 % interval, if there is one.
    """

    name: str
    value: float | None
    standard_error: float | None
    upper_limit: float | None
    lower_limit: float | None = None


def diffusivity_ratio(first: MeasuredDiffusivity, second: MeasuredDiffusivity) -> DiffusivityRatio:
    """Return first / second; their errors are taken as independent."""
    if second.value is None or second.standard_error is None:
        return DiffusivityRatio(None, reason=f"{second.name} has no diffusivity to compare with")
    if first.value is None or first.standard_error is None:
        slowest = second.lower_limit or second.value
        limit = None if first.upper_limit is None else first.upper_limit / slowest
        return DiffusivityRatio(
            None, upper_limit=limit, reason=f"{first.name} has no diffusivity to compare"
        )
    ratio = first.value / second.value
    relative = float(
        np.hypot(first.standard_error / first.value, second.standard_error / second.value)
    )
    factor = float(np.exp(_Z_95 * relative))
    return DiffusivityRatio(ratio, ratio * relative, (ratio / factor, ratio * factor))
