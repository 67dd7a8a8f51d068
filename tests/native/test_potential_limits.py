"""What the kernel refuses: texts that would cost absurd memory, and geometry that is not finite."""

import numpy as np
import pytest

from atomate2_argyrodite.mtp._native import ConfigurationSet, Model, PotentialError
from mtp.conftest import random_potential


def one_species_text(basic: list[tuple[int, int, int, int]], name: str = "") -> str:
    """A potential with one radial coefficient per function and the given basic moments."""
    functions = 1 + max(row[0] for row in basic)
    rows = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in basic)
    return f"""MTP
version = 1.1.0
potential_name = {name}
scaling = 1
species_count = 1
potential_tag =
radial_basis_type = RBChebyshev
min_dist = 1
max_dist = 5
radial_basis_size = 1
radial_funcs_count = {functions}
radial_coeffs
0-0
{"{1}" * functions}
alpha_moments_count = {len(basic)}
alpha_index_basic_count = {len(basic)}
alpha_index_basic = {{{rows}}}
alpha_index_times_count = 0
alpha_index_times = {{}}
alpha_scalar_moments = 1
alpha_moment_mapping = {{0}}
species_coeffs = {{0}}
moment_coeffs = {{1}}
"""


def test_the_highest_degree_is_accepted() -> None:
    assert Model(one_species_text([(0, 0, 0, 32)])).scalar_count == 1


def test_a_monomial_beyond_the_highest_degree_is_refused() -> None:
    with pytest.raises(PotentialError, match=r"\{0, 16, 16, 1\}, an index out of range"):
        Model(one_species_text([(0, 16, 16, 1)]))


def test_a_short_text_cannot_ask_for_gigabytes() -> None:
    with pytest.raises(PotentialError, match="need 1675520 basic moments, more than 65536"):
        Model(one_species_text([(mu, 32, 0, 0) for mu in range(256)]))


@pytest.mark.parametrize("length", [1022, 1023, 1024, 1025])
def test_a_long_name_is_cut_between_characters(length: int) -> None:
    name = "x" * length + "éé"
    kept = Model(one_species_text([(0, 0, 0, 0)], name)).name
    assert name.startswith(kept)
    assert 1023 <= len(kept.encode()) <= 1024


def test_an_error_message_is_cut_between_characters() -> None:
    with pytest.raises(PotentialError, match="unknown entry 'x" + 19 * "é" + "' *"):
        Model("MTP\nx" + 40 * "é" + " = 1\n")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", ["position", "cell"])
def test_geometry_that_is_not_finite_is_refused(value: float, place: str) -> None:
    model = random_potential(8, ("Li",)).model
    positions, cells = np.array([[0.0, 0, 0], [2, 2, 2]]), 9.0 * np.eye(3)[None]
    if place == "position":
        positions[1, 2] = value
    else:
        cells[0, 0, 1] = value
    counts, species = np.array([2], dtype=np.int32), np.zeros(2, dtype=np.int32)
    with pytest.raises(ValueError, match=r"configuration 0: .*(not finite|no volume|too small)"):
        ConfigurationSet(model, counts, species, positions, cells)
