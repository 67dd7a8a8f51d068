"""From a diffusivity to an ionic conductivity."""

from scipy import constants

from atomate2_argyrodite.errors import InputError

_PER_CUBIC_ANGSTROM = 1e30
_CM2_PER_S = 1e-4
_MILLISIEMENS_PER_CM = 10.0


def conductivity(
    diffusivity: float, carriers_per_angstrom3: float, temperature: float, charge: float = 1.0
) -> float:
    """Return the conductivity in mS/cm from the Nernst-Einstein relation.

    sigma = n z^2 e^2 D / (k T). With the tracer diffusivity this neglects the correlation between
    ions; with the charge diffusivity it is exact.

    Parameters
    ----------
    diffusivity
        D in cm^2/s.
    carriers_per_angstrom3
        Number of mobile ions per Å^3 (of the mean volume).
    temperature
        Temperature in K.
    charge
        Charge of the ion in elementary charges.

    Raises
    ------
    InputError
        If temperature or carrier density are not positive, or the charge is zero or no number.
    """
    for name, value in (
        ("temperature", temperature),
        ("carriers_per_angstrom3", carriers_per_angstrom3),
    ):
        if not 0 < value < float("inf"):
            raise InputError(f"{name} is {value!r}: it must be positive and finite")
    if not 0 < abs(charge) < float("inf"):
        raise InputError(f"charge is {charge!r}: give that of the ion in e, such as 1 for Li")
    density = carriers_per_angstrom3 * _PER_CUBIC_ANGSTROM
    charge_squared = (charge * constants.e) ** 2
    siemens_per_metre = (
        density * charge_squared * diffusivity * _CM2_PER_S / (constants.k * temperature)
    )
    return float(siemens_per_metre * _MILLISIEMENS_PER_CM)
