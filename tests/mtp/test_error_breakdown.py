"""Errors by element and by configuration add up to the errors of the set."""

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    errors_by_configuration,
    force_errors_by_element,
    parity,
)

from .conftest import random_potential


def test_known_errors_are_given_back(cubic: Structure, triclinic: Structure) -> None:
    potential = random_potential(8)
    shifts = {"Li": 0.1, "P": -0.2, "S": 0.0, "Cl": 0.4}
    frames = []
    for offset, structure in ((0.52, cubic), (-1.04, triclinic)):
        exact = potential.evaluate(structure)
        shift = np.array([shifts[site.specie.symbol] for site in structure])
        frames.append(
            LabelledConfiguration.from_structure(
                structure, energy=exact.energy - offset, forces=exact.forces - shift[:, None]
            )
        )
    compared = parity(potential, frames)
    by_element = force_errors_by_element(compared, frames)
    assert list(by_element) == ["Li", "P", "S", "Cl"]
    for symbol, errors in by_element.items():
        assert errors.rmse == pytest.approx(abs(shifts[symbol]), abs=1e-12)
        assert errors.mae == pytest.approx(abs(shifts[symbol]), abs=1e-12)
        assert errors.largest == pytest.approx(abs(shifts[symbol]), abs=1e-12)
    assert [e.n_atoms for e in by_element.values()] == [48, 8, 40, 8]
    total = sum(e.n_atoms * e.rmse**2 for e in by_element.values()) / 104
    assert compared.errors.force_rmse_ev_per_angstrom == pytest.approx(np.sqrt(total))
    each = errors_by_configuration(compared, frames)
    assert [e.energy_mev_per_atom for e in each] == pytest.approx([10.0, -20.0])
    assert [e.force_rmse for e in each] == pytest.approx([np.sqrt(total)] * 2)
    assert [e.largest_force_error for e in each] == pytest.approx([0.4, 0.4])
    with pytest.raises(InputError, match="not those of these 1"):
        errors_by_configuration(compared, frames[:1])
