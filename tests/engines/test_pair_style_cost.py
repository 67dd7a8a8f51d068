"""The measured cost of a pair style is that of a real run of LAMMPS."""

import numpy as np
import pytest

from atomate2_argyrodite.engines.pair_style_cost import pair_style_cost, repeated
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import LabelledConfiguration, MomentTensorPotential
from atomate2_argyrodite.structures import site_disorder_configurations

SPECIES = ("Li", "P", "S", "Cl")


def free(level: int) -> PairStyle:
    """A potential without energy: atoms fly freely, the pair style works all the same."""
    return PairStyle.mtp(
        MomentTensorPotential.untrained(level, 5.0, SPECIES, 1.5).to_text(), SPECIES
    )


@pytest.fixture(scope="module")
def crystal() -> LabelledConfiguration:
    structure = site_disorder_configurations("Cl", 10.2)[0].structure
    return LabelledConfiguration.from_structure(structure)


def test_a_higher_level_costs_more(crystal: LabelledConfiguration) -> None:
    low, high = (pair_style_cost(free(level), crystal, steps=40, atoms=400) for level in (4, 20))
    assert low.outcome == high.outcome == "completed"
    assert low.n_atoms == high.n_atoms == 416
    assert 0.05 < low.microseconds_per_atom_step < 0.5 * high.microseconds_per_atom_step


def test_a_crystal_is_repeated_as_it_is(crystal: LabelledConfiguration) -> None:
    large = repeated(crystal, 1000)
    assert len(large) == 1404
    potential = MomentTensorPotential.untrained(6, 5.0, SPECIES, 1.5)
    parameters = potential.parameters
    parameters[-5:] = 0.3
    potential = potential.with_parameters(parameters)
    small_energy, large_energy = (potential.evaluate(c).energy for c in (crystal, large))
    assert large_energy == pytest.approx(27 * small_energy, rel=1e-10)
    assert large.volume == pytest.approx(27 * crystal.volume)
    assert len(repeated(crystal, 1)) == 52
    assert np.array_equal(repeated(crystal, 52).positions, crystal.positions)


@pytest.mark.parametrize("changes", [{"steps": 0}, {"atoms": 0}, {"atoms": 10**9}])
def test_senseless_sizes_are_refused(
    crystal: LabelledConfiguration, changes: dict[str, int]
) -> None:
    with pytest.raises(InputError, match="a cost needs"):
        pair_style_cost(free(4), crystal, **changes)
