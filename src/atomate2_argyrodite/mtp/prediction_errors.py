"""Errors of a potential on labelled configurations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.potential import MomentTensorPotential

FloatArray = NDArray[np.float64]
GPA_PER_EV_PER_ANGSTROM3 = 160.21766208


@dataclass(frozen=True)
class PredictionErrors:
    """Mean absolute and root mean square errors over a set of configurations.

    Energies are per atom, forces per Cartesian component, stresses per tensor component over the
    configurations that have one (None if none has).
    """

    n_configurations: int
    energy_mae_mev_per_atom: float
    energy_rmse_mev_per_atom: float
    force_mae_ev_per_angstrom: float
    force_rmse_ev_per_angstrom: float
    stress_mae_gpa: float | None = None
    stress_rmse_gpa: float | None = None


@dataclass(frozen=True, eq=False)
class Parity:
    """Reference and predicted values of a set, for parity plots.

    Energies in eV/atom, shape (K,); forces in eV/Å, shape (3 A,); stresses in GPa, shape (9 K',)
    over the K' configurations with a stress.
    """

    energy_reference: FloatArray
    energy_predicted: FloatArray
    force_reference: FloatArray
    force_predicted: FloatArray
    stress_reference: FloatArray
    stress_predicted: FloatArray

    @property
    def errors(self) -> PredictionErrors:
        """Summary of the differences."""
        energy = 1e3 * (self.energy_predicted - self.energy_reference)
        force = self.force_predicted - self.force_reference
        stress = self.stress_predicted - self.stress_reference
        return PredictionErrors(
            n_configurations=len(energy),
            energy_mae_mev_per_atom=_mae(energy),
            energy_rmse_mev_per_atom=_rmse(energy),
            force_mae_ev_per_angstrom=_mae(force),
            force_rmse_ev_per_angstrom=_rmse(force),
            stress_mae_gpa=_mae(stress) if len(stress) else None,
            stress_rmse_gpa=_rmse(stress) if len(stress) else None,
        )


def parity(
    potential: MomentTensorPotential,
    configurations: Sequence[LabelledConfiguration],
    threads: int = 1,
) -> Parity:
    """Evaluate labelled configurations.

    Raises
    ------
    InputError
        If there are none or one has no energy or forces.
    """
    if not configurations or not all(c.is_labelled for c in configurations):
        raise InputError("errors need at least one configuration, all with energy and forces")
    predicted = potential.evaluate(configurations, threads)
    pairs = list(zip(configurations, predicted, strict=True))
    with_stress = [(c, e) for c, e in pairs if c.stress is not None]
    empty = np.zeros(0)
    return Parity(
        energy_reference=np.array([(c.energy or 0.0) / len(c) for c in configurations]),
        energy_predicted=np.array([e.energy / len(c) for c, e in pairs]),
        force_reference=np.concatenate([np.ravel(np.asarray(c.forces)) for c in configurations]),
        force_predicted=np.concatenate([e.forces.ravel() for e in predicted]),
        stress_reference=GPA_PER_EV_PER_ANGSTROM3
        * np.concatenate([empty, *(np.ravel(np.asarray(c.stress)) for c, _ in with_stress)]),
        stress_predicted=GPA_PER_EV_PER_ANGSTROM3
        * np.concatenate([empty, *(e.stress.ravel() for _, e in with_stress)]),
    )


def prediction_errors(
    potential: MomentTensorPotential,
    configurations: Sequence[LabelledConfiguration],
    threads: int = 1,
) -> PredictionErrors:
    """Return the errors of `potential` on labelled configurations; see `parity`."""
    return parity(potential, configurations, threads).errors


def _mae(values: FloatArray) -> float:
    return float(np.abs(values).mean())


def _rmse(values: FloatArray) -> float:
    return float(np.sqrt((values**2).mean()))
