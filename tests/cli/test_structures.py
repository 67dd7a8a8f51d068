"""``argyrodite structures``."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase.io import read
from pymatgen.core import Structure

from atomate2_argyrodite.structures import (
    assert_argyrodite,
    grain_boundary,
    minimum_distances,
    random_supercell,
    site_disorder_configurations,
    structure_arrays,
    surface_slab,
)

COMMANDS = ("configurations", "strained", "random", "slab", "boundary")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def structures(argyrodite):
    return lambda *arguments: argyrodite("structures", *arguments)


def same_crystal(first, second):
    assert first.composition == second.composition
    assert np.allclose(first.lattice.parameters, second.lattice.parameters, atol=1e-3)
    ours, theirs = (minimum_distances(*structure_arrays(s)) for s in (first, second))
    assert ours == pytest.approx(theirs, abs=1e-3)


def refused(result, *words):
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert all(word in result.err for word in words)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(structures, name):
    result = structures(name, "--help")
    assert result.code == 0
    assert f"Example: argyrodite structures {name}" in result.out


def test_the_group_names_its_commands_and_an_example(structures):
    result = structures("--help")
    assert all(f"\n  {name} " in result.out for name in COMMANDS)
    assert "Example: argyrodite structures" in result.out


def test_six_configurations_are_listed_and_written(structures):
    result = structures("configurations", "--halide", "Br", "-o", "crystals")
    assert result.code == 0
    family = site_disorder_configurations("Br")
    rows = [line.split() for line in result.out.splitlines()[:6]]
    assert [row[0] for row in rows] == [c.label for c in family]
    assert [int(row[row.index("multiplicity") + 1]) for row in rows] == [1, 16, 24, 12, 16, 1]
    for configuration in family:
        written = Structure.from_file(f"crystals/{configuration.label}.cif")
        same_crystal(written, configuration.structure)


def test_configurations_of_other_compositions(structures):
    result = structures(
        "configurations", "--halides", "Cl=0.5,Br=0.5", "-o", ".", "--format", "json"
    )
    assert result.code == 0
    files = sorted(Path().glob("*.json"))
    assert len(files) == len(result.out.splitlines()) / 2
    halides = [Structure.from_file(file).composition for file in files]
    assert all(h["Cl"] == h["Br"] == 2 and h["S"] == 20 and h["Li"] == 24 for h in halides)
    substituted = structures("configurations", "--halide", "I", "--centres", "P=0.5,Ge=0.5")
    assert "Li13GeP" in substituted.out


def test_strained_crystals_in_three_formats(structures):
    for name, suffix in (("poscar", ".vasp"), ("lammps", ".data"), ("cif", ".cif")):
        result = structures("strained", "0-F-43m", "--strain", "-0.05", "-o", "s", "--format", name)
        assert result.code == 0
        path = f"s/0-F-43m_isotropic_-0.05{suffix}"
        options = {"format": "lammps-data"} if name == "lammps" else {}
        atoms = read(path, **options)
        assert atoms.cell.volume == pytest.approx((0.95 * 10.28) ** 3, rel=1e-5)
        assert len(atoms) == 52


def test_uniaxial_strain_gives_three_files_each(structures):
    assert structures("strained", "0-F-43m", "--kind", "uniaxial", "--strain", "0.02").code == 0
    edges = [
        Structure.from_file(f"0-F-43m_uniaxial_+0.02_{n}.cif").lattice.abc[n - 1] for n in (1, 2, 3)
    ]
    assert edges == pytest.approx([1.02 * 10.28] * 3)


def test_random_structure_keeps_its_record_in_json(structures):
    arguments = ("random", "-w", "25-R3m=1,50-P222_1=1", "--repeats", "2", "--seed", "5")
    result = structures(*arguments, "-o", "random.json")
    assert result.code == 0
    assert "4 25-R3m" in result.out
    family = site_disorder_configurations("Cl")
    expected = random_supercell(family, [0, 1, 1, 0, 0, 0], repeats=2, seed=5)
    written = Structure.from_file("random.json")
    assert written.properties["cells"] == expected.properties["cells"]
    assert np.allclose(written.cart_coords, expected.cart_coords)


def test_energies_become_boltzmann_weights(structures):
    arguments = ("random", "-e", "25-R3m=0,50-P222_1=25.852", "--repeats", "2", "-o", "r.json")
    assert structures(*arguments, "--no-multiplicity").code == 0
    weights = json.loads(Path("r.json").read_text())["properties"]["weights"]
    assert weights["25-R3m"] / weights["50-P222_1"] == pytest.approx(np.e, rel=1e-4)
    assert structures(*arguments, "--force").code == 0
    weights = json.loads(Path("r.json").read_text())["properties"]["weights"]
    assert weights["25-R3m"] / weights["50-P222_1"] == pytest.approx(np.e * 16 / 24, rel=1e-4)


def test_slab_and_figure(structures):
    result = structures(
        "slab", "0-F-43m", "--plane", "0,1,1", "-o", "slab.json", "--figure", "slab.png"
    )
    assert result.code == 0
    assert "surface planes at z = 7.500" in result.out
    expected = surface_slab(site_disorder_configurations("Cl")[0], (0, 1, 1))
    same_crystal(Structure.from_file("slab.json"), expected)
    assert Path("slab.png").read_bytes().startswith(PNG)


def test_the_boundary_of_the_paper_from_a_label(structures):
    result = structures("boundary", "50-P222_1", "--lattice-constant", "10.2795", "-o", "gb.data")
    assert result.code == 0
    assert "boundary planes at z = 0.000, 22.986" in result.out
    atoms = read("gb.data", format="lammps-data")
    assert len(atoms) == 520
    assert atoms.cell.lengths() == pytest.approx((10.2795, 22.9857, 45.9713), abs=1e-3)


def test_a_boundary_is_built_of_a_crystal_in_a_file(structures):
    assert structures("configurations", "25-R3m", "-o", ".", "--format", "poscar").code == 0
    result = structures("boundary", "25-R3m.vasp", "--shift", "1", "-o", "gb.json")
    assert result.code == 0
    boundary = Structure.from_file("gb.json")
    assert_argyrodite(boundary)
    best = grain_boundary(Structure.from_file("25-R3m.vasp"))
    assert boundary.properties["overlap_before"] >= best.properties["overlap_before"]


def test_files_are_overwritten_only_by_force(structures):
    Path("slab.cif").write_text("mine")
    refused(structures("slab", "0-F-43m", "-o", "slab.cif"), "slab.cif", "--force")
    assert Path("slab.cif").read_text() == "mine"
    assert structures("slab", "0-F-43m", "-o", "slab.cif", "--force").code == 0
    assert_argyrodite(Structure.from_file("slab.cif"))
    Path("0-F-43m.cif").write_text("mine")
    refused(structures("configurations", "-o", "."), "0-F-43m.cif", "--force")
    assert not Path("25-R3m.cif").exists()


def test_huge_cells_are_built_only_with_consent(structures, monkeypatch):
    large = ("slab", "0-F-43m", "--thickness", "30", "-o", "slab.json")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    refused(structures(*large, "--max-atoms", "100"), "364 atoms", "limit of 100", "--yes")
    assert not Path("slab.json").exists()
    assert structures(*large, "--max-atoms", "100", "--yes").code == 0
    assert len(Structure.from_file("slab.json")) == 364
    refused(
        structures("random", "-w", "0-F-43m=1", "--repeats", "100", "-o", "r.json"),
        "52,000,000 atoms",
    )


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 2)])
def test_somebody_at_a_terminal_is_asked(structures, monkeypatch, answer, code):
    questions = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda text: questions.append(text) or answer)
    result = structures("slab", "0-F-43m", "-o", "slab.json", "--max-atoms", "50")
    assert result.code == code
    assert "208 atoms" in questions[0]
    assert Path("slab.json").exists() == answer


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("slab", "0-F-43m", "-o", "a.xyz"), ("a.xyz", ".cif")),
        (("slab", "0-F-43m", "-o", "no/a.cif"), ("no", "does not exist")),
        (("slab", "0-F-43m", "-o", "a.cif", "--figure", "a.foo"), ("a.foo", ".png")),
        (("slab", "0-F-43m", "-o", "a.cif", "--plane", "0,2"), ("0,2", "write 0,2,1")),
        (("slab", "0-F-43m", "-o", "a.cif", "--plane", "0,4,2"), ("(0, 2, 1)",)),
        (("slab", "0-F-43m", "-o", "a.cif", "--thickness", "-3"), ("-3.0", "positive")),
        (("slab", "33-F-43m", "-o", "a.cif"), ("33-F-43m", "0-F-43m")),
        (("slab", "nope.cif", "-o", "a.cif"), ("nope.cif", "does not exist")),
        (("boundary", "0-F-43m", "-o", "a.cif", "--sigma", "7"), ("sigma 7", "5, 13")),
        (("boundary", "0-F-43m", "-o", "a.cif", "--plane", "1,2,1"), ("(1, 2, 1)", "axis")),
        (("boundary", "0-F-43m", "-o", "a.cif", "--shift", "-1"), ("-1", "counted from 0")),
        (("random", "-w", "0-F-43m=-1", "-o", "a.cif"), ("-1", "not negative")),
        (("random", "-w", "0-F-43m=0", "-o", "a.cif"), ("sum to zero",)),
        (("random", "-w", "mine=1", "-o", "a.cif"), ("mine", "0-F-43m")),
        (("random", "-o", "a.cif"), ("--weights", "--energies")),
        (("random", "-w", "0-F-43m", "-o", "a.cif"), ("0-F-43m", "name and a number")),
        (("boundary", "0-F-43m", "-o", "a.cif", "--shift", "9999"), ("9999", "there are")),
        (("slab", "0-F-43m", "-o", "a.cif", "--vacuum", "1e9"), ("vacuum", "1000 Å")),
        (("random", "-w", "0-F-43m=1e308,25-R3m=1e308", "-o", "a.cif"), ("no finite sum",)),
        (("configurations", "--halides", "Cl=0.5,Br=0.2,Cl=0.5"), ("names Cl twice",)),
        (("configurations", "--halide", "F"), ("'F'", "Cl, Br, I")),
        (("configurations", "--lattice-constant", "1"), ("1.0", "8.5")),
        (("configurations", "--halides", "Cl=0.3"), ("0.3", "0.25")),
        (("configurations", "-o", "x", "--format", "xyz"), ("xyz", "cif")),
        (("strained", "0-F-43m", "--strain", "0.5"), ("0.5",)),
        (("strained", "0-F-43m", "--kind", "bent"), ("bent", "shear")),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(structures, arguments, words):
    refused(structures(*arguments), *words)
    assert list(Path().iterdir()) == []


def test_other_crystals_are_refused(structures):
    assert structures("strained", "0-F-43m", "--kind", "uniaxial", "--strain", "0.02").code == 0
    refused(structures("slab", "0-F-43m_uniaxial_+0.02_1.cif", "-o", "a.cif"), "not cubic")
    salt = Structure.from_spacegroup(
        "Fm-3m", [[5.6, 0, 0], [0, 5.6, 0], [0, 0, 5.6]], ["Li", "Cl"], [[0, 0, 0], [0.5, 0, 0]]
    )
    salt.to("salt.cif")
    refused(structures("slab", "salt.cif", "-o", "a.cif"), "no argyrodite")
    Path("text.cif").write_text("nothing of a crystal")
    refused(structures("slab", "text.cif", "-o", "a.cif"), "text.cif", "cannot be read")


@pytest.mark.parametrize(
    ("lattice", "first", "words"),
    [
        ("10 0 0\n0 10 0\n0 0 10", "0 0 nan", ("not numbers",)),
        ("inf 0 0\n0 10 0\n0 0 10", "0 0 0", ("in Å",)),
        ("10 0 0\n10 0 0\n0 0 10", "0 0 0", ("2 atoms in 0 Å^3",)),
        ("1 0 0\n0 1 0\n0 0 1", "0 0 0", ("0.5 Å^3", "in Å")),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_cell_or_positions_that_are_none_are_refused(structures, lattice, first, words):
    Path("bad.vasp").write_text(f"bad\n1.0\n{lattice}\nLi Cl\n1 1\ndirect\n{first}\n.5 .5 .5\n")
    refused(structures("strained", "bad.vasp"), "bad.vasp", *words)
    assert [path.name for path in Path().iterdir()] == ["bad.vasp"]


def test_a_disordered_crystal_and_a_folder_are_refused(structures):
    crystal = site_disorder_configurations("Cl")[0].structure
    crystal.replace(0, {"Li": 0.5})
    crystal.to("half.cif")
    refused(structures("strained", "half.cif"), "half.cif", "partially occupied", "order it first")
    Path("folder.cif").mkdir()
    refused(structures("strained", "folder.cif"), "folder.cif", "is no file")


def test_a_folder_may_have_the_name_of_a_label(structures):
    Path("0-F-43m").mkdir()
    assert structures("strained", "0-F-43m", "--strain", "0.01").code == 0
