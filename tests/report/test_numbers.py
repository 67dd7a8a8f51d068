"""Numbers read as people write them."""

import math

import pytest
import synthetic
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.report.numbers import (
    NONE,
    best_known,
    diffusivity,
    engine_name,
    headline,
    number,
    room_conductivity,
    with_interval,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.01234, "0.0123"),
        (1234.0, "1234"),
        (99.96, "100"),
        (9.996, "10.0"),
        (0.0, "0"),
        (-0.5, "-0.500"),
        (5.4e-8, "5.40×10⁻⁸"),
        (123456.0, "1.23×10⁵"),
        (0.00099996, "0.00100"),
        (None, NONE),
        (math.nan, NONE),
        (math.inf, NONE),
    ],
)
def test_three_significant_digits(value, text):
    assert number(value) == text


@given(st.floats(1e-30, 1e30), st.integers(2, 6))
def test_the_text_is_the_number_within_its_digits(value, digits):
    mantissa, _, exponent = number(value, digits).partition("×10")
    power = exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or "0"
    read = float(mantissa) * 10.0 ** int(power)
    assert read == pytest.approx(value, rel=0.5000001 * 10.0 ** (1 - digits))


def test_intervals_and_limits():
    assert with_interval(12.34, (8.1, 18.0)) == "12.3 (8.1 to 18)"
    assert with_interval(839.0, (726.0, 970.0)) == "839 (730 to 970)"
    assert with_interval(161.8, (157.2, 166.6)) == "162 (157 to 167)"
    assert with_interval(0.302, (0.298, 0.306)) == "0.302 (0.298 to 0.306)"
    assert with_interval(3318.0, (3155.0, 3490.0)) == "3320 (3160 to 3500)"
    assert with_interval(None, (1.0, 2.0)) == NONE
    document = synthetic.conductivity(limits=(400.0,))
    assert diffusivity(document.results[0]).startswith("< ")
    assert "(" in diffusivity(document.results[1])


def test_without_a_fit_the_hottest_limit_is_told():
    limits = synthetic.conductivity(limits=(400.0, 500.0, 600.0))
    assert room_conductivity(limits.arrhenius) == NONE
    assert best_known(limits).startswith("no fit; D(600 K) < ")
    one = synthetic.conductivity(limits=(400.0, 500.0))
    assert best_known(one).startswith("no fit; D(600 K) = ")
    assert best_known(synthetic.conductivity(temperatures=())) == "no result"


def test_surrogates_are_marked():
    assert engine_name(synthetic.potential()) == "chgnet (surrogate)"
    assert engine_name(synthetic.dynamics()) == "lammps"
    assert engine_name(None) == NONE


def test_every_kind_of_document_has_a_headline():
    documents = [*synthetic.whole_campaign(), synthetic.run_record([])]
    for document in documents:
        assert headline(document), type(document)
    assert "σ(300 K) 2." in headline(synthetic.conductivity())
