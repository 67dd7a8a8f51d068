"""Pair style mtp/extrapolation, in the real program, against the grades of `ActiveSet`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.lammps_input import write_data
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.mtp._native import available_kernels
from atomate2_argyrodite.mtp.active_set import Mode
from mtp.conftest import SPECIES, random_potential, rattled

from .test_pair_mtp import HEAD, run_lammps, thermo_rows

STYLE = "pair_style mtp/extrapolation p.mtp p.mtpas\npair_coeff * * Li P S Cl\n"
GRADES = """
fix grades all pair {every} mtp/extrapolation gamma 1
compute largest all reduce max f_grades
compute whole all pair mtp/extrapolation
thermo_style custom step pe temp c_largest c_whole[1]
thermo_modify format float %.15g
thermo 1
"""


@pytest.fixture(scope="module")
def crystal() -> Structure:
    """52 atoms, in the order of the potential's species, displaced more than in training."""
    from atomate2_argyrodite.structures import site_disorder_configurations

    base = site_disorder_configurations("Cl", 10.0)[3].structure
    base.sort(key=lambda site: SPECIES.index(site.specie.symbol))
    return rattled(base, 0.2, seed=2)


@pytest.fixture(scope="module")
def training(crystal: Structure) -> list[LabelledConfiguration]:
    return [LabelledConfiguration.from_structure(rattled(crystal, 0.1, seed=k)) for k in range(30)]


@pytest.fixture(scope="module")
def active_set(training: list[LabelledConfiguration]) -> ActiveSet:
    return ActiveSet.from_configurations(random_potential(8, seed=3), training)


@dataclass
class Grades:
    """What LAMMPS printed, and the grades of the atoms in their order."""

    thermo: NDArray[np.float64]
    atoms: NDArray[np.float64]


def write_case(folder: Path, active: ActiveSet, structure: Structure) -> None:
    active.potential.to_file(folder / "p.mtp")
    active.to_file(folder / "p.mtpas")
    frame = LabelledConfiguration.from_structure(structure)
    write_data(folder / "crystal.data", frame, active.potential.species)


def grade(
    folder: Path, active: ActiveSet, structure: Structure, ranks: int = 1, kernel: str = ""
) -> Grades:
    write_case(folder, active, structure)
    script = HEAD + STYLE + GRADES.format(every=1)
    script += "dump g all custom 1 g.txt id f_grades\n"
    script += "dump_modify g sort id format float %.15g\nrun 0\n"
    done = run_lammps(folder, script, ranks, kernel)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    atoms = np.loadtxt(folder / "g.txt", skiprows=9, ndmin=2)[:, 1]
    return Grades(thermo_rows(done.stdout)[-1], atoms)


def test_atoms_have_pythons_grades_on_any_rank_and_instruction_set(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    large = crystal * (2, 1, 1)
    large.sort(key=lambda site: SPECIES.index(site.specie.symbol))
    large = rattled(large, 0.2, seed=5)
    expected = active_set.grade_atoms(LabelledConfiguration.from_structure(large))
    assert expected.max() > 3.0
    cases = [{"ranks": 2}] + [{"kernel": name} for name in available_kernels()]
    for case in cases:
        found = grade(tmp_path, active_set, large, **case)  # type: ignore[arg-type]
        assert found.atoms == pytest.approx(expected, rel=1e-8)
        assert found.thermo[3:5] == pytest.approx(expected.max(), rel=1e-8)


@pytest.mark.parametrize("ranks", [1, 2])
def test_configuration_mode_grades_the_whole_box(
    training: list[LabelledConfiguration], crystal: Structure, ranks: int, tmp_path: Path
) -> None:
    active = ActiveSet.from_configurations(random_potential(8), training, mode="configuration")
    expected = active.grade([LabelledConfiguration.from_structure(crystal)])[0]
    found = grade(tmp_path, active, crystal, ranks)
    assert found.atoms == pytest.approx(np.full(len(crystal), expected), rel=1e-8)
    assert found.thermo[3:5] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("mode", ["neighbourhood", "configuration"])
def test_a_rank_may_be_empty(
    mode: Mode, training: list[LabelledConfiguration], tmp_path: Path
) -> None:
    active = ActiveSet.from_configurations(random_potential(8), training, mode)
    lonely = Structure(Lattice.cubic(20.0), ["Li"], [[0.25, 0.5, 0.5]])
    expected = active.grade([LabelledConfiguration.from_structure(lonely)])[0]
    found = grade(tmp_path, active, lonely, ranks=2)
    assert found.atoms == pytest.approx([expected], rel=1e-8)
    assert found.thermo[3:5] == pytest.approx(expected, rel=1e-8)


def test_training_frames_interpolate_and_energies_are_those_of_pair_style_mtp(
    active_set: ActiveSet, training: list[LabelledConfiguration], tmp_path: Path
) -> None:
    structure = training[7].structure
    found = grade(tmp_path, active_set, structure)
    assert found.atoms.max() < 1.0011
    expected = active_set.potential.evaluate(structure).energy
    assert found.thermo[1] == pytest.approx(expected, rel=1e-12)


def test_only_the_asked_steps_are_graded(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    script = HEAD + STYLE + "velocity all create 300 1\nfix move all nve\ntimestep 0.001\n"
    done = run_lammps(tmp_path, script + GRADES.format(every=4) + "run 8\n")
    assert done.returncode == 0, done.stdout[-2000:]
    largest, whole = thermo_rows(done.stdout)[:, 3:5].T
    assert (largest == whole).all()
    assert len(set(largest)) == 3  # steps 0, 4, 8
    assert (largest[0:4] == largest[0]).all()
    assert (largest[4:8] == largest[4]).all()


def test_a_run_collects_above_gamma_select_and_stops_above_gamma_break(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    """The commands of the documentation: dump_modify skip and fix halt."""
    write_case(tmp_path, active_set, crystal)
    first = float(active_set.grade([LabelledConfiguration.from_structure(crystal)])[0])
    select, stop = 1.05 * first, 3.0 * first
    script = f"""{HEAD}{STYLE}{GRADES.format(every=5)}
velocity all create 3000 1 loop geom
fix move all nve
timestep 0.001
variable gamma equal c_largest
variable skip equal "v_gamma < {select}"
dump collect all custom 5 collected.txt id type x y z f_grades
dump_modify collect skip v_skip sort id
fix stop all halt 5 v_gamma > {stop} error soft message yes
run 2000
"""
    done = run_lammps(tmp_path, script)
    assert done.returncode == 0, done.stdout[-2000:]
    steps, grades = thermo_rows(done.stdout)[:, [0, 3]].T
    assert 0 < steps[-1] < 2000
    assert steps[-1] % 5 == 0
    assert grades[-1] > stop
    assert (grades[:-1] <= stop).all()
    lines = (tmp_path / "collected.txt").read_text().splitlines()
    collected = [int(lines[k + 1]) for k, line in enumerate(lines) if line == "ITEM: TIMESTEP"]
    graded = {int(s): g for s, g in zip(steps, grades, strict=True) if s % 5 == 0}
    assert collected == [step for step, gamma in graded.items() if gamma >= select]
    assert 0 < len(collected) < len(graded)


def damaged(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c[:40], "header is truncated"),
        (lambda c: c[:-8], "bytes follow the header where"),
        (lambda c: c + b"\0", "bytes follow the header where"),
        (lambda c: damaged(c, b"MTP active set", b"MTP passive set"), "first line must be"),
        (lambda c: damaged(c, b"version = 1", b"version = 2"), "version must be an integer"),
        (lambda c: damaged(c, b"parameters = 269", b"parameters = 999999999"), "from 1 to"),
        (lambda c: damaged(c, b"mode = neigh", b"mode = Neigh"), "mode must be"),
        (lambda c: damaged(c, b"potential_id = ", b"potential_id = zz"), "16 hexadecimal digits"),
        (lambda c: c[:-20000] + b"\xff" * 20000, "not finite"),
    ],
)
def test_damaged_files_are_lammps_errors(
    change: object, message: str, active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    content = (tmp_path / "p.mtpas").read_bytes()
    (tmp_path / "p.mtpas").write_bytes(change(content))  # type: ignore[operator]
    assert_refused(tmp_path, STYLE, message)


def test_a_matrix_that_is_not_the_inverse_is_refused(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    content = (tmp_path / "p.mtpas").read_bytes()
    header = content.index(b"data\n") + 5
    values = np.frombuffer(content, offset=header, count=269 + 2 * 269**2).copy()
    values[269 + 269**2 :] *= 1.01
    tail = content[header + values.nbytes :]
    (tmp_path / "p.mtpas").write_bytes(content[:header] + values.tobytes() + tail)
    assert_refused(tmp_path, STYLE, "inverse is not the inverse of rows")


def test_a_set_of_another_potential_is_refused(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    other = random_potential(8, seed=4)
    other.to_file(tmp_path / "p.mtp")
    assert_refused(tmp_path, STYLE, f"belongs to potential {active_set.potential.potential_id}, ")
    random_potential(10).to_file(tmp_path / "p.mtp")
    assert_refused(tmp_path, STYLE, "the active set has 269 parameters, the potential")


def test_other_names_for_the_species_are_another_potential(
    active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    named = "pair_style mtp/extrapolation p.mtp p.mtpas species Li P S Br\n"
    assert_refused(tmp_path, named + "pair_coeff * * Li P S Br\n", "with species Li P S Br")


@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ("pair_style mtp/extrapolation p.mtp\n", "POTENTIAL ACTIVE_SET [species NAME"),
        ("pair_style mtp/extrapolation p.mtp no.mtpas\n", "cannot read active set file no.mtpas"),
        ("pair_style mtp/extrapolation no.mtp p.mtpas\n", "cannot read potential file no.mtp"),
        (STYLE + "fix g all pair 1 mtp/extrapolation beta 1\n", "beta"),
    ],
)
def test_wrong_commands_are_lammps_errors(
    commands: str, message: str, active_set: ActiveSet, crystal: Structure, tmp_path: Path
) -> None:
    write_case(tmp_path, active_set, crystal)
    assert_refused(tmp_path, commands, message)


def assert_refused(folder: Path, commands: str, message: str) -> None:
    done = run_lammps(folder, HEAD + commands + "run 0\n")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1, said[-1500:]
    assert "ERROR" in said
    assert message in said


def test_grades_see_what_the_potential_was_not_trained_on(
    active_set: ActiveSet, training: list[LabelledConfiguration], tmp_path: Path
) -> None:
    """Two phosphorus atoms brought together, as never in training: grades above 100."""
    structure: Structure = training[0].structure.copy()
    first, second = [k for k, site in enumerate(structure) if site.specie.symbol == "P"][:2]
    shift = structure[first].coords - structure[second].coords + np.array([3.0, 0.0, 0.0])
    structure.translate_sites([second], shift, frac_coords=False)
    found = grade(tmp_path, active_set, structure)
    assert found.atoms[[first, second]].min() > 100.0
