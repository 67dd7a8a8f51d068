"""Files of configurations in every format: round trips, signs, damage."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    MomentTensorPotential,
    read_configurations,
    write_configurations,
)

from .conftest import REFERENCE, needs_reference, random_potential

EXTXYZ = """2
Lattice="4 0 0 0 5 0 0 1 6" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 {}pbc="T T T"
Li 0.1 0.2 0.3 1.0 2.0 3.0
Cl 2.1 2.2 2.3 -1.0 -2.0 -3.0
"""


@pytest.fixture(scope="module")
def frames(cubic: Structure, triclinic: Structure) -> list[LabelledConfiguration]:
    """A labelled, a partly labelled and an unlabelled configuration."""
    evaluation = random_potential(8).evaluate(triclinic)
    full = LabelledConfiguration.from_structure(
        triclinic,
        energy=evaluation.energy,
        forces=evaluation.forces,
        stress=evaluation.stress,
        metadata={"trajectory": "run 1", "step": 5},
    )
    bare = LabelledConfiguration.from_structure(cubic, metadata={"trajectory": "run 2"})
    return [
        full,
        LabelledConfiguration.from_structure(cubic, energy=-1.5, forces=full.forces),
        bare,
    ]


@pytest.mark.parametrize("suffix", [".cfg", ".npz", ".extxyz", ".xyz"])
def test_every_format_reads_what_it_wrote(
    tmp_path: Path, frames: list[LabelledConfiguration], suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_configurations(path, frames)
    precision = 1e-14 if suffix in (".cfg", ".npz") else 1e-7
    for before, after in zip(frames, read_configurations(path), strict=True):
        assert (after.numbers == before.numbers).all()
        assert np.allclose(after.positions, before.positions, atol=precision)
        assert np.allclose(after.cell, before.cell, atol=precision)
        assert after.energy == (before.energy and pytest.approx(before.energy, rel=1e-8))
        for name in ("forces", "stress"):
            old, new = getattr(before, name), getattr(after, name)
            assert (old is None) == (new is None)
            assert old is None or np.allclose(new, old, atol=precision)
        assert after.metadata == before.metadata
    assert list(tmp_path.iterdir()) == [path]


def test_stresses_of_ase_files_keep_their_sign(
    tmp_path: Path, frames: list[LabelledConfiguration]
) -> None:
    write_configurations(tmp_path / "ours.extxyz", frames[:1])
    theirs = read(tmp_path / "ours.extxyz")
    assert np.allclose(theirs.get_stress(voigt=False), frames[0].stress, atol=1e-8)
    atoms = Atoms("LiCl", [[0, 0, 0], [2, 2, 2]], cell=[4, 5, 6], pbc=True)
    stress = np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.06])  # xx yy zz yz xz xy
    atoms.calc = SinglePointCalculator(atoms, energy=-1.0, stress=stress)
    for name in ("a.traj", "a.extxyz"):
        write(tmp_path / name, atoms)
        (c,) = read_configurations(tmp_path / name)
        assert c.energy == -1.0
        assert np.allclose(c.stress, [[0.01, 0.06, 0.05], [0.06, 0.02, 0.04], [0.05, 0.04, 0.03]])
    virial = 'virial="-1.2 0 0 0 2.4 0 0 0 0" '
    (tmp_path / "b.xyz").write_text(EXTXYZ.format(virial))
    (c,) = read_configurations(tmp_path / "b.xyz")
    assert np.allclose(c.stress, np.diag([0.01, -0.02, 0.0]))
    assert "virial" not in c.metadata


def test_other_files_of_ase(tmp_path: Path, cubic: Structure) -> None:
    cubic.to(str(tmp_path / "a.cif"))
    (c,) = read_configurations(tmp_path / "a.cif")
    assert len(c) == 52
    assert not c.is_labelled


def test_a_cfg_file_is_recognised_under_any_name(
    tmp_path: Path, frames: list[LabelledConfiguration]
) -> None:
    write_configurations(tmp_path / "a.cfg", frames)
    (tmp_path / "a.cfg").rename(tmp_path / "preselected.cfg.3")
    assert len(read_configurations(tmp_path / "preselected.cfg.3")) == 3


LINES = EXTXYZ.format("").splitlines(keepends=True)
TWO = "".join(LINES * 2)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "", ["no configurations"]),
        (TWO[:-90], "line 5", ["2 atoms", "truncated"]),
        (TWO.replace("2\n", "2000000000000000\n", 1), "line 1", ["2000000000000000"]),
        (TWO.replace("2\n", "99999999999\n", 1), "line 1", ["99999999999 atoms"]),
        (TWO + "junk\n", "line 9", ["'junk'", "number of atoms"]),
        (TWO + "\njunk\n", "line 10", ["empty line"]),
        (TWO[: TWO.rindex("2.1 ")] + "nan 2.2 2.3 1 1 1\n", "line 5", ["positions", "NaN"]),
        (TWO.replace("energy=-3.5", "energy=nan", 1), "line 1", ["energy", "NaN"]),
        (TWO.replace("2.1", "2.l", 1), "line 1", ["cannot be read"]),
        (TWO.replace('pbc="T T T"', 'pbc="T T F"'), "line 1", ["not periodic"]),
        ("\x00\xff\x01", "line 1", ["number of atoms"]),
    ],
)
def test_damaged_xyz_files_are_refused_by_line(
    tmp_path: Path, text: str, place: str, words: list[str]
) -> None:
    path = tmp_path / "bad.xyz"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_configurations(path)
    message = str(refused.value)
    assert message.startswith(f"{path}{', ' + place if place else ''}"), message
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_damaged_archives_are_refused(tmp_path: Path, frames: list[LabelledConfiguration]) -> None:
    path = tmp_path / "a.npz"
    write_configurations(path, frames)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"a\.npz is not a readable archive"):
        read_configurations(path)
    np.savez(path, counts=np.array([3]))
    with pytest.raises(InputError, match=r"a\.npz.*lack"):
        read_configurations(path)
    np.savez(path, counts=np.array([None], dtype=object))
    with pytest.raises(InputError, match=r"a\.npz.*pickle"):
        read_configurations(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("counts.npy", b"\0" * 10_000_000)
    with pytest.raises(InputError, match="10,000,000 bytes"):
        read_configurations(path)


def test_nothing_is_written_where_nothing_can_be(
    tmp_path: Path, frames: list[LabelledConfiguration]
) -> None:
    with pytest.raises(InputError, match=r"\.cfg, \.xyz"):
        write_configurations(tmp_path / "a.foo", frames)
    with pytest.raises(InputError, match="no configurations"):
        write_configurations(tmp_path / "a.cfg", [])
    with pytest.raises(InputError, match="lack P"):
        write_configurations(tmp_path / "a.cfg", frames, ["Li", "S", "Cl"])
    with pytest.raises(InputError, match="cannot write"):
        write_configurations(tmp_path / "no" / "a.cfg", frames)
    with pytest.raises(InputError, match="does not exist"):
        read_configurations(tmp_path / "a.cfg")
    assert list(tmp_path.iterdir()) == []


@needs_reference
def test_the_sign_of_stress_is_that_of_vasp_data() -> None:
    """A published potential and the data it was fitted to: VASP's kB is opposite to our stress."""
    records = json.loads((REFERENCE / "mlearn" / "Mo" / "test.json").read_text())[:8]
    potential = MomentTensorPotential.from_file(REFERENCE / "potentials" / "Mo.zuo2020.mtp", ["Mo"])
    pressures, kilobars = [], []
    for record in records:
        stress = potential.evaluate(Structure.from_dict(record["structure"])).stress
        pressures.append(-1602.1766208 * np.trace(stress) / 3)
        kilobars.append(np.mean(record["outputs"]["virial_stress"][:3]))
    assert np.ptp(kilobars) > 10
    assert np.corrcoef(pressures, kilobars)[0, 1] > 0.9
