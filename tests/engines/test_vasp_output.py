"""Reading vasprun.xml: signs, units, paths of atoms over boundaries, files that were cut off."""

import gzip

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.vasp_output import read_vasprun
from atomate2_argyrodite.errors import RunError

from .made_up_vasp import VERSION, vasprun

PAIR = Structure(Lattice.cubic(5.0), ["Li", "Cl"], [[0.9, 0, 0], [0.5, 0.5, 0.5]])
FORCES = np.array([[0.1, 0.2, 0.3], [-0.1, -0.2, -0.3]])
STRESS = np.diag([16.021766208, 0.0, -16.021766208])


def frames(count=4):
    """An atom that leaves the cell at x = 1."""
    for k in range(count):
        positions = np.array([[(0.9 + 0.06 * k) % 1, 0, 0], [0.5, 0.5, 0.5]])
        yield positions, -7.0 - k, FORCES * k, STRESS, 0.1 * k


def write(folder, **options):
    (folder / "vasprun.xml").write_text(vasprun(PAIR, {"NSW": 4}, list(frames()), **options))


def test_stress_is_turned_to_tension_and_units_to_ours(tmp_path):
    write(tmp_path)
    run = read_vasprun(tmp_path)
    labels = run.steps[4].labels
    np.testing.assert_allclose(labels.stress, np.diag([-0.01, 0.0, 0.01]), atol=1e-12)
    np.testing.assert_allclose(labels.forces, 3 * FORCES)
    assert labels.energy == -10.0
    assert (run.version, run.symbols) == (VERSION, ("Li", "Cl"))
    assert run.is_whole
    assert not run.unconverged


def test_atoms_are_followed_over_the_boundary(tmp_path):
    write(tmp_path)
    run = read_vasprun(tmp_path, lambda step: True)
    x = [run.steps[k].positions[0, 0] for k in (1, 2, 3, 4)]
    np.testing.assert_allclose(x, 5 * (0.9 + 0.06 * np.arange(4)))


def test_only_wanted_steps_are_kept(tmp_path):
    write(tmp_path)
    assert set(read_vasprun(tmp_path, lambda step: step == 2).steps) == {2, 4}
    assert set(read_vasprun(tmp_path, lambda step: step == 2, keep_last=False).steps) == {2}
    energies = np.array(read_vasprun(tmp_path).energies)
    np.testing.assert_allclose(energies[:, 0], [-7, -8, -9, -10])
    np.testing.assert_allclose(energies[:, 1], [0, 0.1, 0.2, 0.3])
    np.testing.assert_allclose(energies[:, 2], energies[:, 0] + energies[:, 1] + 0.5)


def test_a_file_that_was_cut_off_gives_what_is_whole(tmp_path):
    whole = vasprun(PAIR, {"NSW": 4}, list(frames()))
    (tmp_path / "vasprun.xml").write_text(whole[: whole.index("-9.00000000")])
    run = read_vasprun(tmp_path)
    assert not run.is_whole
    assert len(run.energies) == 2
    assert set(run.steps) == {2}


def test_a_compressed_file_is_read(tmp_path):
    text = vasprun(PAIR, {"NSW": 4}, list(frames()))
    with gzip.open(tmp_path / "vasprun.xml.gz", "wt") as file:
        file.write(text)
    assert len(read_vasprun(tmp_path).energies) == 4


def test_steps_that_used_up_their_scf_are_named(tmp_path):
    write(tmp_path, scf_steps=7, maximum_scf_steps=7)
    assert read_vasprun(tmp_path).unconverged == [1, 2, 3, 4]


@pytest.mark.parametrize("wrong", ["<v>nan x 0</v>", "<v>1 2</v>"])
def test_garbled_numbers_are_refused(tmp_path, wrong):
    text = vasprun(PAIR, {"NSW": 4}, list(frames()))
    first = text.index("<v>", text.index("<calculation>"))
    end = text.index("</v>", first) + 4
    (tmp_path / "vasprun.xml").write_text(text[:first] + wrong + text[end:])
    with pytest.raises(RunError, match="cannot be read"):
        read_vasprun(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RunError, match=r"no vasprun\.xml"):
        read_vasprun(tmp_path)
