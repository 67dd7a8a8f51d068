import pytest
from scipy import constants

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport import conductivity


def test_published_argyrodite():
    """Li6PS5Cl: 24 Li in 1090 Å^3, D(300 K) = 8.03e-7 cm^2/s, published with about 115 mS/cm."""
    assert conductivity(8.03e-7, 24 / 1090, 300.0) == pytest.approx(115, rel=0.06)


def test_mobility_of_one_carrier_per_volume():
    """sigma = n e mu with the Einstein relation mu = e D / (k T)."""
    mobility = constants.e * 1e-9 / (constants.k * 400)  # D = 1e-5 cm^2/s = 1e-9 m^2/s
    expected = 1e28 * constants.e * mobility * 10  # S/m to mS/cm
    assert conductivity(1e-5, 0.01, 400.0) == pytest.approx(expected)


def test_charge_counts_squared():
    assert conductivity(1e-6, 0.01, 500.0, 2.0) == pytest.approx(
        4 * conductivity(1e-6, 0.01, 500.0)
    )


@pytest.mark.parametrize(("density", "temperature"), [(0.0, 300.0), (0.01, 0.0), (0.01, -5.0)])
def test_impossible_conditions_are_refused(density, temperature):
    with pytest.raises(InputError, match="must be positive"):
        conductivity(1e-6, density, temperature)


@pytest.mark.parametrize("charge", [0.0, float("nan"), float("inf")])
def test_an_ion_without_a_charge_is_refused(charge):
    with pytest.raises(InputError, match="give that of the ion"):
        conductivity(1e-6, 0.01, 300.0, charge)
