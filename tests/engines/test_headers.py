import pytest

from atomate2_argyrodite.engines.headers import crystal_header


@pytest.mark.parametrize(
    ("atoms", "composition", "halide"),
    [
        (["Li"] * 24 + ["P"] * 4 + ["S"] * 20 + ["Cl"] * 4, "Li6PS5Cl", "Cl"),
        (["I", "Br", "Li", "Li"], "Li2IBr", "Br-I"),
        (["Li"] * 7 + ["P"] + ["S"] * 6, "Li7PS6", None),
    ],
)
def test_composition_and_halides(atoms: list[str], composition: str, halide: str | None) -> None:
    assert crystal_header(atoms) == {"composition": composition, "halide": halide}
