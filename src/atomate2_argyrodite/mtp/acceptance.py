"""The errors at which the method accepts a potential: reported, never hidden, never tuned to."""

from atomate2_argyrodite.mtp.prediction_errors import PredictionErrors

ACCEPTED_ENERGY_MAE = 10.0
"""meV/atom; Kim et al., Nano Energy 2024, 109436, section 2.4."""
ACCEPTED_FORCE_MAE = 0.02
"""eV/Å; ibid."""


def verdict(errors: PredictionErrors) -> str:
    """Return one sentence that holds the mean absolute errors against the method's thresholds."""
    energy = _judged(errors.energy_mae_mev_per_atom, ACCEPTED_ENERGY_MAE)
    force = _judged(errors.force_mae_ev_per_angstrom, ACCEPTED_FORCE_MAE)
    return f"energy MAE {energy} meV/atom; force MAE {force} eV/Å"


def _judged(value: float, threshold: float) -> str:
    return f"{value:.3g} is {'within' if value <= threshold else 'above'} {threshold:g}"
