"""CONTCAR of dynamics, as pymatgen reads it; files are made up in VASP's format."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar

from atomate2_argyrodite.engines.vasp_contcar import Contcar
from atomate2_argyrodite.errors import RunError

from .made_up_vasp import contcar

CRYSTAL = Structure(
    Lattice.cubic(5.2), ["Li", "Li", "Cl"], [[0.1, 0, 0], [0.5, 0, 0.5], [0, 0.99, 0]]
)
VELOCITIES = np.array([[0.0123, -0.004, 1e-9], [-0.01, 0.0, 0.0], [0.0, 0.002, -0.003]])
WHOLE = contcar(CRYSTAL, CRYSTAL.frac_coords, VELOCITIES)


def test_velocities_and_thermostat_are_found_where_pymatgen_finds_them():
    found = Contcar.from_text(WHOLE, 3)
    assert found.text == WHOLE
    assert found.has_thermostat
    np.testing.assert_allclose(found.velocities, VELOCITIES, rtol=1e-8)
    other = Poscar.from_str(WHOLE)
    np.testing.assert_allclose(found.velocities, np.array(other.velocities, dtype=float))
    assert "0.12345678E-03" in other.predictor_corrector_preamble


def test_a_file_without_the_thermostat_says_so():
    text = contcar(CRYSTAL, CRYSTAL.frac_coords, VELOCITIES, has_thermostat=False)
    found = Contcar.from_text(text, 3)
    assert not found.has_thermostat
    np.testing.assert_allclose(found.velocities, VELOCITIES, rtol=1e-8)


def test_no_truncation_passes_for_a_state():
    """Cut anywhere: only what ends with the velocities is a file, one without a thermostat."""
    accepted = []
    for kept in range(len(WHOLE)):
        try:
            Contcar.from_text(WHOLE[:kept], 3)
        except RunError as error:
            assert "truncated or garbled" in str(error)  # noqa: PT017 - nearly every cut
        else:
            accepted.append(kept)
    end_of_velocities = WHOLE.index("\n\n    1\n") + 1
    assert accepted == [end_of_velocities, end_of_velocities + 1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1.23000000E-02", "nan", "velocities are no finite table"),
        ("1.23000000E-02", "1.2*", "could not convert"),
        ("0.12345678E-03", "inf", "thermostat is not finite"),
        ("   2   1\n", "   2   2\n", "4 atoms instead of 3"),
        ("\n\n", "\n", "0 rows of velocities instead of 3"),
    ],
)
def test_garbled_files_are_refused(old, new, words):
    assert old in WHOLE
    with pytest.raises(RunError, match=words.replace("*", r"\*")):
        Contcar.from_text(WHOLE.replace(old, new), 3)


def test_an_empty_file_is_refused():
    with pytest.raises(RunError, match="ends before the atoms"):
        Contcar.from_text("", 3)
