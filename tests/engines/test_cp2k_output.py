"""Reading what CP2K 2023.1 printed in a run of LiCl (8 atoms, 3 steps), and what it must not be."""

from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_output import Cp2kOutput
from atomate2_argyrodite.engines.cp2k_records import (
    energy_rows,
    last_step,
    read_labels,
    read_positions,
    read_snapshots,
)
from atomate2_argyrodite.engines.cp2k_restart import Cp2kRestart
from atomate2_argyrodite.errors import RunError

from .cp2k_crystals import lithium_chloride

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


def test_each_step_has_its_labels():
    labels = dict(read_labels(DATA / "cp2k_md.out", 8, lambda step: True))
    assert set(labels) == {1, 2}
    assert labels[1].energy == pytest.approx(-90.296640622105116 * HARTREE_EV)
    assert labels[2].energy == pytest.approx(-90.297021524988807 * HARTREE_EV)
    assert set(dict(read_labels(DATA / "cp2k_md.out", 8, lambda step: step == 2))) == {2}


def test_energies_of_steps_and_the_last_one(tmp_path):
    rows = energy_rows(DATA / "cp2k_md.ener")
    assert rows[3] == (206.595139329, -90.297324140, -90.289351991)
    assert last_step(DATA / "cp2k_md.ener") == (3, 206.595139329)
    text = (DATA / "cp2k_md.ener").read_text()
    cut = tmp_path / "cut.ener"
    cut.write_text(text[:-120])  # in the middle of a line
    assert set(energy_rows(cut)) == {0, 1, 2}
    assert last_step(cut) == (2, 199.170990494)
    assert energy_rows(tmp_path / "none") == {}
    assert last_step(tmp_path / "none") is None


def test_positions_of_wanted_steps_and_of_a_cut_file(tmp_path):
    found = read_positions(DATA / "cp2k_md.xyz", 8, lambda step: step in (1, 3))
    assert set(found) == {1, 3}
    assert found[3][0, 0] == pytest.approx(0.0142264480)
    cut = tmp_path / "cut.xyz"
    cut.write_text((DATA / "cp2k_md.xyz").read_text()[:-200])
    assert set(read_positions(cut, 8, lambda step: True)) == {0, 1, 2}


def test_snapshots_have_positions_and_labels_of_one_step(tmp_path):
    (tmp_path / "md-pos-1.xyz").write_text((DATA / "cp2k_md.xyz").read_text())
    settings = NVTSettings(600.0, 2.0, 3, 0, 3, seed=1)
    outputs, temperatures = [DATA / "cp2k_md.out"], {1: 190.0, 2: 199.0, 3: 207.0}
    frames = read_snapshots(tmp_path, outputs, lithium_chloride(), settings, temperatures)
    assert [frame.metadata["step"] for frame in frames] == [1, 2]  # the third was not printed
    assert frames[1].energy == pytest.approx(-90.297021524988807 * HARTREE_EV)


RESTART = (DATA / "cp2k_md.restart").read_text()


def test_a_restart_file_tells_step_positions_cell_and_velocities():
    restart = Cp2kRestart.from_text(RESTART)
    assert restart.step == 3
    assert restart.positions[0, 0] == pytest.approx(1.4226447954231853e-02)
    np.testing.assert_allclose(restart.cell, 5.13 * np.eye(3), atol=1e-12)
    assert restart.velocities is not None
    assert restart.velocities[7].shape == (3,)
    assert restart.velocities[0, 1] == pytest.approx(7.5076057848924338e-05)


@pytest.mark.parametrize("kept", [0, 100, 1500, 5000, 6500])
def test_a_restart_file_that_is_cut_off_is_refused(kept):
    with pytest.raises(RunError, match="restart file"):
        Cp2kRestart.from_text(RESTART[:kept])


def test_the_newest_readable_restart_file_counts(tmp_path):
    assert Cp2kRestart.newest(tmp_path, "md") is None
    older = RESTART.replace("STEP_START_VAL  3", "STEP_START_VAL  2")
    (tmp_path / "md-1.restart").write_text(RESTART[:3000])  # killed while it was written
    (tmp_path / "md-1.restart.bak-1").write_text(older)
    newest = Cp2kRestart.newest(tmp_path, "md")
    assert newest is not None
    assert newest.step == 2
    (tmp_path / "md-1.restart").write_text(RESTART)
    for before, step in ((None, 3), (3, 2)):
        found = Cp2kRestart.newest(tmp_path, "md", before)
        assert found is not None
        assert found.step == step
    assert Cp2kRestart.newest(tmp_path, "md", 2) is None
