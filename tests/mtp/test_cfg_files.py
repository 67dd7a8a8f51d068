"""MLIP's .cfg files as they are read: those of other programs, graded, damaged."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motep.io.mlip.cfg import write_cfg as write_with_motep
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.mtp.ase_conversion import configuration_to_atoms
from atomate2_argyrodite.mtp.cfg_files import read_cfg
from atomate2_argyrodite.mtp.cfg_writer import species_of, write_cfg

from .cfg_checks import labelled, same
from .conftest import SPECIES

GRADED = """
BEGIN_CFG
 Size
    2
 SuperCell
    4.0 0.0 0.0
    0.0 5.0 0.0
    0.0 1.0 6.0
 AtomData:  id type   cartes_x   cartes_y   cartes_z           fx   fy   fz   nbh_grades
             1    0       0.1 0.2 0.3   1.0 2.0 3.0  0.50000
             2    1       2.1 2.2 2.3  -1.0 -2.0 -3.0  3.25000
 Energy
       -12.345678901234
 PlusStress:  xx          yy          zz          yz          xz          xy
     12.0     -6.0     24.0     1.2     2.4     3.6
 Feature   EFS_by\tMLIP
 Feature   MV_grade\t3.250000
END_CFG

"""


def test_what_motep_writes_is_read(tmp_path: Path, triclinic: Structure) -> None:
    ours = labelled(triclinic)
    write_with_motep(str(tmp_path / "a.cfg"), [configuration_to_atoms(ours)], species=list(SPECIES))
    (again,) = read_cfg(tmp_path / "a.cfg", SPECIES)
    assert (again.numbers == ours.numbers).all()
    assert again.energy == pytest.approx(ours.energy, abs=1e-11)
    assert np.allclose(again.forces, ours.forces, atol=1e-6)
    assert np.allclose(again.stress, ours.stress, atol=1e-5 / ours.volume)


def test_the_layout_of_maml_is_ours_to_read_and_to_write(
    tmp_path: Path, triclinic: Structure
) -> None:
    """maml writes PlusStress from VASP's kB column (xx yy zz xy yz xz), positive in compression.

    Here is what its writer makes of a stress, with the conversion from kB to eV that it leaves to
    its user; its reader is a set of patterns, of which ours must keep the order of the sections.
    """
    ours = labelled(triclinic)
    vasp = dict(zip(("xx", "yy", "zz", "xy", "yz", "xz"), vasp_kilobar(ours.stress), strict=True))
    virial = [vasp[n] / 1602.1766208 * ours.volume for n in ("xx", "yy", "zz", "yz", "xz", "xy")]
    lines = ["BEGIN_CFG", " Size", f"{len(ours):>7d}", " SuperCell"]
    lines += [f"{v[0]:>17.6f}{v[1]:>14.6f}{v[2]:>14.6f}" for v in ours.cell]
    lines.append("AtomData:  id type cartes_x cartes_y cartes_z fx fy fz")
    for k, (symbol, x, f) in enumerate(zip(ours.symbols, ours.positions, ours.forces, strict=True)):
        values = "".join(f"{v:>14f}" for v in (*x, *f))
        lines.append(f"{k + 1:>14d}{SPECIES.index(symbol):>5d}{values}")
    lines += [" Energy", f"{ours.energy:>24.12f}"]
    lines += ["PlusStress:  xx yy zz yz xz xy", "".join(f"{v:>12f}" for v in virial), "END_CFG"]
    (tmp_path / "maml.cfg").write_text("\n".join(lines))
    (again,) = read_cfg(tmp_path / "maml.cfg", SPECIES)
    assert np.allclose(again.stress, ours.stress, atol=1e-6 / ours.volume + 1e-9)
    assert np.allclose(again.forces, ours.forces, atol=1e-6)
    write_cfg(tmp_path / "ours.cfg", [ours])
    text = (tmp_path / "ours.cfg").read_text()
    marks = ["BEGIN_CFG\n", " Size\n", " Supercell\n", " AtomData:", "fz\n", " Energy\n"]
    places = [text.index(mark) for mark in [*marks, " PlusStress", "xy\n", "\nEND_CFG"]]
    assert places == sorted(places)


def vasp_kilobar(stress: np.ndarray) -> list[float]:
    """VASP's ``in kB`` line: opposite sign, order xx yy zz xy yz xz."""
    return [-1602.1766208 * stress[i] for i in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))]


def test_graded_files_keep_their_grades(tmp_path: Path) -> None:
    path = tmp_path / "graded.cfg"
    path.write_text(GRADED)
    (c,) = read_cfg(path, ["Li", "Cl"])
    assert c.metadata == {"EFS_by": "MLIP", "MV_grade": 3.25, "nbh_grades": [0.5, 3.25]}
    assert c.symbols == ("Li", "Cl")
    assert np.allclose(c.forces, [[1, 2, 3], [-1, -2, -3]])
    assert c.stress == pytest.approx(
        np.array([[-12, -3.6, -2.4], [-3.6, 6, -1.2], [-2.4, -1.2, -24]]) / 120
    )
    write_cfg(path, [c])
    assert "fz  nbh_grades\n" in path.read_text()
    same(c, read_cfg(path)[0])


def test_columns_in_any_order_direct_and_unlabelled(tmp_path: Path) -> None:
    text = "\n".join(
        [
            *("BEGIN_CFG", "Size", "2", "Supercell", "4 0 0", "0 5 0", "0 1 6"),
            "AtomData: direct_z type direct_x charge direct_y id",
            *("0.5 1 0.25 0.7 0.1 1", "0 0 0 -0.7 0 2", "Feature note two words", "END_CFG"),
        ]
    )
    (tmp_path / "a.cfg").write_text(text)
    (c,) = read_cfg(tmp_path / "a.cfg", ["Li", "Cl"])
    assert c.symbols == ("Cl", "Li")
    assert np.allclose(c.positions, [[1.0, 1.0, 3.0], [0, 0, 0]])
    assert c.energy is None
    assert c.forces is None
    assert c.stress is None
    assert c.metadata == {"note": "two words", "charge": [0.7, -0.7]}


def damaged(old: str, new: str) -> str:
    assert old in GRADED
    return GRADED.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GRADED[: GRADED.index(" Energy")], 11, ["no END_CFG"]),
        (GRADED[: GRADED.index("  -1.0")], 11, ["5 values", "9 are expected"]),
        (damaged("    2\n", "    2000000000000\n"), 12, ["1 values", "2000000000000 atoms"]),
        (damaged("    2\n", "    1\n"), 11, ["unknown section '2'"]),
        (damaged("    2\n", "    -3\n"), 4, ["Size -3"]),
        (damaged("    2\n", "    2.5\n"), 4, ["Size 2.5"]),
        (damaged("    2\n", "    two\n"), 4, ["Size", "two"]),
        (damaged("-1.0", "nan"), 11, ["AtomData", "NaN"]),
        (damaged("-12.345678901234", "inf"), 13, ["Energy", "NaN or infinity"]),
        (damaged("3.6\n", "\n"), 16, ["PlusStress", "8 values where 6"]),
        (damaged("0.1 0.2 0.3", "0.1 0.2 O.3"), 10, ["O.3"]),
        (damaged("fz   ", "fx   "), 9, ["repeated columns"]),
        (damaged("           fx ", ""), 9, ["2 of the columns fx fy fz"]),
        (damaged("cartes_z", "direct_z"), 9, ["no positions"]),
        (damaged("   1       2.1", "   7       2.1"), 2, ["type 7", "2 species"]),
        (damaged("PlusStress", "Stress"), 14, ["PlusStress", "sign"]),
        (damaged("    4.0 0.0 0.0\n    0.0 5.0 0.0\n    0.0 1.0 6.0\n", ""), 6, ["Supercell"]),
        (
            damaged(" SuperCell\n    4.0 0.0 0.0\n    0.0 5.0 0.0\n    0.0 1.0 6.0\n", ""),
            2,
            ["no Su"],
        ),
        (damaged("0.0 1.0 6.0", "0.0 0.0 0.0"), 2, ["no volume"]),
        (damaged("BEGIN_CFG", "BEGIN"), 2, ["BEGIN_CFG is expected"]),
        (GRADED + "\x00\x01garbage", 20, ["BEGIN_CFG is expected"]),
    ],
)
def test_damaged_files_are_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, words: Sequence[str]
) -> None:
    path = tmp_path / "bad.cfg"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        read_cfg(path, ["Li", "Cl"])
    message = str(refused.value)
    assert message.startswith(f"{path}, line {line}: "), message
    assert all(word in message for word in words), message


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GRADED)), st.integers(0, 30), st.binary(max_size=6))
def test_any_damage_is_an_error_or_a_configuration(
    tmp_path_factory: pytest.TempPathFactory, start: int, removed: int, added: bytes
) -> None:
    data = GRADED.encode()
    path = tmp_path_factory.mktemp("cfg") / "a.cfg"
    path.write_bytes(data[:start] + added + data[start + removed :])
    try:
        read_cfg(path, ["Li", "Cl"])
    except InputError as error:
        assert str(path) in str(error)  # noqa: PT017 - reading it is right as well


def test_species_come_from_the_file_or_the_caller(tmp_path: Path, cubic: Structure) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(GRADED)
    with pytest.raises(InputError, match="does not name its species"):
        read_cfg(path)
    with pytest.raises(InputError, match="different element symbols"):
        read_cfg(path, ["Li", "Xx"])
    c = LabelledConfiguration.from_structure(cubic)
    assert species_of([c]) == list(SPECIES)
    write_cfg(path, [c], ["Cl", "S", "P", "Li"])
    same(c, read_cfg(path)[0])
    same(c, read_cfg(path, SPECIES)[0])
    with pytest.raises(InputError, match="Cl S P Li, not Li P S"):
        read_cfg(path, ["Li", "P", "S"])
    with pytest.raises(InputError, match="lack P"):
        write_cfg(path, [c], ["Li", "S", "Cl"])


@pytest.mark.slow
def test_a_training_set_of_the_paper_is_read_whole(tmp_path: Path, cubic: Structure) -> None:
    frames = [labelled(cubic)] * 7200
    write_cfg(tmp_path / "a.cfg", frames)
    assert len(read_cfg(tmp_path / "a.cfg")) == 7200
