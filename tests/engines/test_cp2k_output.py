"""Reading what CP2K 2023.1 printed in a run of LiCl (8 atoms, 3 steps), and what it must not be."""

from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.cp2k_output import Cp2kOutput
from atomate2_argyrodite.errors import RunError

DATA = Path(__file__).parent / "data"
TEXT = (DATA / "cp2k_md.out").read_text()
POINT = TEXT[: TEXT.index("SCF run converged", TEXT.index("STRESS|"))] + "PROGRAM ENDED AT"
HARTREE_EV, BOHR = 27.211386245988, 0.529177210903


def test_labels_have_our_units_and_signs():
    labels = Cp2kOutput(POINT).labels(8)
    assert labels.energy == pytest.approx(-90.296391231695424 * HARTREE_EV, abs=1e-9)
    assert labels.forces[3, 0] == pytest.approx(0.014916160261 * HARTREE_EV / BOHR)
    assert labels.stress[0, 0] == pytest.approx(-1.51562570833 / 160.21766208)
    assert labels.stress[1, 2] == pytest.approx(3.12312016560e-3 / 160.21766208)
    np.testing.assert_array_equal(labels.stress, labels.stress.T)
    assert Cp2kOutput(TEXT).version == "2023.1"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("PROGRAM ENDED AT", ""), "before it was done"),
        (lambda text: text.replace("SCF run converged in", "SCF run NOT converged"), "converge"),
        (lambda text: text.replace("-90.296391231695424", "NaN"), "cannot|finite"),
        (lambda text: text.replace("0.014916160261", "**************"), "cannot be read"),
        (lambda text: text.replace("ATOMIC FORCES", ""), "lacks"),
        (lambda text: text.replace("      8      2      Cl", ""), "rows|cannot be read"),
    ],
)
def test_what_is_cut_off_unconverged_or_garbled_is_refused(change, words):
    with pytest.raises(RunError, match=words):
        Cp2kOutput(change(POINT)).labels(8)


def test_another_number_of_atoms_is_refused():
    with pytest.raises(RunError, match="8 rows instead of 9"):
        Cp2kOutput(POINT).labels(9)


ABORT = """
 *******************************************************************************
 *   ___                                                                       *
 *  /   \\                                                                      *
 * [ABORT]                                                                     *
 *  \\___/    Unknown keyword "CUTOF" found in section MGRID                     *
 *    |                                                                        *
 *  O/|                                                                        *
 * /| |                                                                        *
 * / \\                                                  input_parsing.F:246     *
 *******************************************************************************
"""


def test_the_words_of_an_abort_are_the_cause():
    assert 'Unknown keyword "CUTOF" found in section MGRID' in (Cp2kOutput(ABORT).fault or "")


def test_a_full_disk_is_recognised():
    full = "Fortran runtime error: No space left on device\n"
    assert Cp2kOutput(TEXT.replace("PROGRAM ENDED AT", "") + full).is_out_of_space
    assert not Cp2kOutput(TEXT).is_out_of_space
