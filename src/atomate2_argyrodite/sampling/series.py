"""Temperatures and energies of a run: bounded series, and what they say of its snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.engines.base import NVTRun, NVTSettings

MAXIMUM_ROWS = 5_000
"""Rows that a series keeps, whatever the length of the run."""
_FEWEST_VALUES = 50  # below it neither correlation nor equilibration can be told
_EQUILIBRATION_FRACTIONS = np.arange(0.0, 0.55, 0.05)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RunSeries:
    """Temperature and energies of a run at evenly spaced steps, with exact sums.

    Parameters
    ----------
    steps
        Numbers of the steps, counted from the beginning of the run, shape (K,).
    temperatures_kelvin, potential_energies_ev, conserved_energies_ev
        Values after these steps, shape (K,).
    n_steps
        Steps that were done.
    n_production
        Those after the equilibration.
    temperature_sum_kelvin
        Sum of the temperatures over these.
    """

    steps: NDArray[np.int64]
    temperatures_kelvin: FloatArray
    potential_energies_ev: FloatArray
    conserved_energies_ev: FloatArray
    n_steps: int
    n_production: int
    temperature_sum_kelvin: float

    @classmethod
    def of(cls, run: NVTRun, settings: NVTSettings, done: int = 0) -> "RunSeries":
        """Return the series of a run, or of the segment of one that began after `done` steps.

        Which steps are kept depends on the whole run alone, so that segments join without seams.
        """
        steps = done + 1 + np.arange(len(run.temperatures_kelvin))
        kept = steps % series_stride(settings.steps) == 0
        production = run.temperatures_kelvin[steps > settings.equilibration_steps]
        return cls(
            steps[kept],
            run.temperatures_kelvin[kept],
            run.potential_energies_ev[kept],
            run.conserved_energies_ev[kept],
            len(steps),
            len(production),
            float(production.sum()),
        )

    @classmethod
    def joined(cls, parts: Sequence["RunSeries"]) -> "RunSeries":
        """Return the series of a run from those of its segments."""
        return cls(
            np.concatenate([part.steps for part in parts]),
            np.concatenate([part.temperatures_kelvin for part in parts]),
            np.concatenate([part.potential_energies_ev for part in parts]),
            np.concatenate([part.conserved_energies_ev for part in parts]),
            sum(part.n_steps for part in parts),
            sum(part.n_production for part in parts),
            sum(part.temperature_sum_kelvin for part in parts),
        )

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return named arrays, for an ``Attachment``."""
        return {
            "step": self.steps,
            "temperature_kelvin": self.temperatures_kelvin,
            "potential_energy_ev": self.potential_energies_ev,
            "conserved_energy_ev": self.conserved_energies_ev,
            "counts": np.array([self.n_steps, self.n_production]),
            "temperature_sum_kelvin": np.array(self.temperature_sum_kelvin),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "RunSeries":
        """Read what `to_arrays` wrote."""
        n_steps, n_production = (int(count) for count in arrays["counts"])
        return cls(
            arrays["step"],
            arrays["temperature_kelvin"],
            arrays["potential_energy_ev"],
            arrays["conserved_energy_ev"],
            n_steps,
            n_production,
            float(arrays["temperature_sum_kelvin"]),
        )

    @property
    def mean_temperature_kelvin(self) -> float | None:
        """Mean over the production; None where there was none."""
        return self.temperature_sum_kelvin / self.n_production if self.n_production else None

    def production(self, equilibration_steps: int) -> FloatArray:
        """Return the potential energies in eV after the equilibration, shape (P,)."""
        return self.potential_energies_ev[self.steps > equilibration_steps]


def series_stride(steps: int) -> int:
    """Return which step of a run of `steps` steps is kept: every one, every second, ..."""
    return max(1, -(-steps // MAXIMUM_ROWS))


def statistical_inefficiency(values: ArrayLike) -> float | None:
    """Return g = 1 + 2 tau of a stationary series: how many values make an independent one.

    The autocorrelation is summed up to its first zero (Chodera et al., J. Chem. Theory Comput. 3,
    26, 2007, eqs. 20 and 21).

    Parameters
    ----------
    values
        Shape (N,).

    Returns
    -------
    float or None
        At least 1; None for fewer than 50 values or a constant.
    """
    x = np.asarray(values, dtype=np.float64)
    n = len(x)
    if n < _FEWEST_VALUES or not np.isfinite(x).all() or np.ptp(x) == 0:
        return None
    x = x - x.mean()
    spectrum = np.abs(np.fft.rfft(x, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n] / (x @ x)  # already times (1 - t / n)
    negative = np.flatnonzero(correlation <= 0)
    end = int(negative[0]) if len(negative) else n
    return max(1.0, 1.0 + 2.0 * float(correlation[1:end].sum()))


def equilibrated_from(values: ArrayLike) -> int | None:
    """Return the index from which a series is equilibrated: most independent values follow it.

    Beginnings up to half of the series are tried in steps of a twentieth (Chodera, J. Chem. Theory
    Comput. 12, 1799, 2016).

    Parameters
    ----------
    values
        Shape (N,).

    Returns
    -------
    int or None
        None where it cannot be told.
    """
    x = np.asarray(values, dtype=np.float64)
    best, found = 0.0, None
    for fraction in _EQUILIBRATION_FRACTIONS:
        start = int(fraction * len(x))
        inefficiency = statistical_inefficiency(x[start:])
        if inefficiency is not None and (len(x) - start) / inefficiency > best:
            best, found = (len(x) - start) / inefficiency, start
    return found
