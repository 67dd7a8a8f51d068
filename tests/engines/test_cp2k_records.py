"""Reading a run of LiCl (8 atoms, 3 steps; the output of the third was left out) step by step."""

from pathlib import Path

import pytest

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_records import (
    energy_rows,
    last_step,
    read_labels,
    read_positions,
    read_snapshots,
)

from .cp2k_crystals import lithium_chloride

DATA = Path(__file__).parent / "data"
HARTREE_EV = 27.211386245988


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
