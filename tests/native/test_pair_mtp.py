"""The LAMMPS pair style, in the real program, against the Python evaluation and physics."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.lammps_input import write_data
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    starting_potential,
)
from atomate2_argyrodite.mtp._native import available_kernels
from mtp.conftest import REFERENCE, SPECIES, needs_reference, random_potential, rattled
from mtp.test_fit import morse_frames
from mtp.test_potential import motep_results

BAR_PER_EV_PER_ANGSTROM3 = 1.6021765e6  # the constant of LAMMPS' units metal
BIN = Path(sys.executable).parent

HEAD = """units metal
atom_style atomic
boundary p p p
read_data crystal.data
"""
EVALUATE = """
compute energies all pe/atom
compute stresses all stress/atom NULL
compute total all reduce sum c_energies c_stresses[1] c_stresses[2] c_stresses[4]
thermo_style custom step pe pxx pyy pzz pxy pxz pyz vol c_total[1] c_total[2] c_total[3] c_total[4]
thermo_modify format float %.15g
dump forces all custom 1 forces.txt id x y z fx fy fz c_energies
dump_modify forces sort id format float %.15g
run 0
"""


@dataclass
class LammpsValues:
    thermo: NDArray[np.float64]
    positions: NDArray[np.float64]
    forces: NDArray[np.float64]
    energies: NDArray[np.float64]

    @property
    def pressure(self) -> NDArray[np.float64]:
        xx, yy, zz, xy, xz, yz = self.thermo[2:8]
        return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def run_lammps(
    folder: Path, script: str, ranks: int = 1, kernel: str = ""
) -> subprocess.CompletedProcess[str]:
    (folder / "in.lammps").write_text(script)
    launcher = [str(BIN / "mpirun"), "-n", str(ranks)] if ranks > 1 else []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}
    if kernel:
        environment["ARGYRODITE_KERNEL"] = kernel
    return subprocess.run(
        [*launcher, str(BIN / "lmp"), "-in", "in.lammps", "-log", "none"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def thermo_rows(output: str) -> NDArray[np.float64]:
    rows = []
    inside = False
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["Step"]:
            inside = True
        elif line.startswith("Loop time"):
            inside = False
        elif inside and words and words[0].isdigit():
            rows.append([float(word) for word in words])
    return np.array(rows)


def evaluate(
    folder: Path,
    potential: MomentTensorPotential,
    structure: Structure,
    ranks: int = 1,
    kernel: str = "",
    extra: str = "",
) -> LammpsValues:
    potential.to_file(folder / "p.mtp")
    frame = LabelledConfiguration.from_structure(structure)
    write_data(folder / "crystal.data", frame, potential.species)
    style = f"{extra}pair_style mtp p.mtp\npair_coeff * * {' '.join(potential.species)}\n"
    done = run_lammps(folder, HEAD + style + EVALUATE, ranks, kernel)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    table = np.loadtxt(folder / "forces.txt", skiprows=9, ndmin=2)
    return LammpsValues(thermo_rows(done.stdout)[-1], table[:, 1:4], table[:, 4:7], table[:, 7])


def lammps_frame(structure: Structure, values: LammpsValues) -> LabelledConfiguration:
    """The structure as LAMMPS holds it: its lattice rotated to lower-triangular."""
    _, r = np.linalg.qr(structure.lattice.matrix.T)
    cell = (r * np.sign(np.diagonal(r))[:, None]).T
    numbers = LabelledConfiguration.from_structure(structure).numbers
    return LabelledConfiguration(numbers, values.positions, cell)


@pytest.fixture
def crystal(request: pytest.FixtureRequest) -> Structure:
    from atomate2_argyrodite.structures import site_disorder_configurations

    base = site_disorder_configurations("Cl", 10.0)[3].structure
    lattices = {
        "cubic": Lattice.cubic(10.0),
        "triclinic": Lattice.from_parameters(9.6, 10.3, 10.9, 84.0, 97.0, 72.0),
    }
    sites = sorted(range(len(base)), key=lambda k: SPECIES.index(base[k].specie.symbol))
    lattice = lattices[request.param]
    ordered = Structure(
        lattice, [base[k].specie for k in sites], [base[k].frac_coords for k in sites]
    )
    return rattled(ordered, 0.12, seed=2)


@pytest.mark.parametrize("crystal", ["cubic", "triclinic"], indirect=True)
@pytest.mark.parametrize("level", [8, 12])
def test_lammps_and_python_agree(crystal: Structure, level: int, tmp_path: Path) -> None:
    potential = random_potential(level, seed=level)
    values = evaluate(tmp_path, potential, crystal)
    expected = potential.evaluate(lammps_frame(crystal, values))
    assert values.thermo[1] == pytest.approx(expected.energy, rel=1e-12)
    assert np.abs(values.energies - expected.site_energies).max() < 1e-11
    size = np.abs(expected.forces).max()
    assert np.abs(values.forces - expected.forces).max() < 1e-10 * size
    pressure = -expected.stress * BAR_PER_EV_PER_ANGSTROM3
    assert np.abs(values.pressure - pressure).max() < 1e-9 * np.abs(pressure).max()
    # the atoms' shares add up: energy, and minus pressure times volume
    energy, xx, yy, xy = values.thermo[9:13]
    volume = values.thermo[8]
    assert energy == pytest.approx(values.thermo[1], rel=1e-12)
    shares = -np.array([xx, yy, xy]) / volume
    assert np.abs(shares - values.thermo[[2, 3, 5]]).max() < 1e-9 * np.abs(pressure).max()


@pytest.mark.parametrize("crystal", ["triclinic"], indirect=True)
def test_pressure_is_minus_the_volume_derivative(crystal: Structure, tmp_path: Path) -> None:
    potential = random_potential(8, seed=1)
    strain = 1e-5
    pressures, energies, volumes = [], [], []
    for factor in (1 - strain, 1.0, 1 + strain):
        scaled = Structure(
            Lattice(crystal.lattice.matrix * factor), crystal.species, crystal.frac_coords
        )
        values = evaluate(tmp_path, potential, scaled)
        energies.append(values.thermo[1])
        volumes.append(values.thermo[8])
        pressures.append(np.trace(values.pressure) / 3.0)
    numerical = -(energies[2] - energies[0]) / (volumes[2] - volumes[0]) * BAR_PER_EV_PER_ANGSTROM3
    assert pressures[1] == pytest.approx(numerical, rel=1e-5)


@pytest.mark.parametrize("crystal", ["triclinic"], indirect=True)
def test_ranks_and_instruction_sets_agree(crystal: Structure, tmp_path: Path) -> None:
    potential = random_potential(8)
    large = crystal * (2, 1, 1)
    large.sort(key=lambda site: SPECIES.index(site.specie.symbol))
    reference = evaluate(tmp_path, potential, large)
    others = [evaluate(tmp_path, potential, large, ranks=2)]
    others += [evaluate(tmp_path, potential, large, kernel=name) for name in available_kernels()]
    size = np.abs(reference.forces).max()
    for values in others:
        assert values.thermo[1] == pytest.approx(reference.thermo[1], rel=1e-12)
        assert np.abs(values.forces - reference.forces).max() < 1e-12 * size
        assert np.abs(values.energies - reference.energies).max() < 1e-12


@pytest.mark.parametrize("crystal", ["triclinic"], indirect=True)
def test_atom_order_does_not_matter(crystal: Structure, tmp_path: Path) -> None:
    potential = random_potential(8)
    order = np.random.default_rng(4).permutation(len(crystal))
    expected = evaluate(tmp_path, potential, crystal)
    found = evaluate(tmp_path, potential, Structure.from_sites([crystal[k] for k in order]))
    assert found.thermo[1] == pytest.approx(expected.thermo[1], rel=1e-12)
    size = np.abs(expected.forces).max()
    assert np.abs(found.forces - expected.forces[order]).max() < 1e-12 * size


@pytest.mark.parametrize("crystal", ["cubic"], indirect=True)
def test_atoms_closer_than_min_dist_follow_the_same_formula(
    crystal: Structure, tmp_path: Path
) -> None:
    potential = random_potential(8)
    close = crystal.copy()
    close.translate_sites(
        [1], close[0].coords - close[1].coords + np.array([0.9, 0.0, 0.0]), frac_coords=False
    )
    assert close.get_distance(0, 1) < 0.7 * potential.min_distance
    values = evaluate(tmp_path, potential, close)
    assert values.thermo[1] == pytest.approx(
        motep_results(potential, close, tmp_path / "m.mtp")[0], rel=1e-11
    )


@pytest.mark.parametrize("crystal", ["cubic"], indirect=True)
def test_two_atom_types_may_be_one_species(crystal: Structure, tmp_path: Path) -> None:
    potential = random_potential(8)
    expected = evaluate(tmp_path, potential, crystal)
    types = "mass 5 6.94\nset atom 1*5 type 5\npair_style mtp p.mtp\n"
    head = HEAD.replace("crystal.data", "crystal.data extra/atom/types 1")
    done = run_lammps(tmp_path, head + types + "pair_coeff * * Li P S Cl Li\n" + EVALUATE)
    assert done.returncode == 0, done.stdout[-2000:]
    assert thermo_rows(done.stdout)[-1][1] == pytest.approx(expected.thermo[1], rel=1e-13)


def test_cells_thinner_than_the_cutoff_and_isolated_atoms(tmp_path: Path) -> None:
    potential = random_potential(8, species=("Li", "Cl"))
    thin = Structure(
        Lattice.from_parameters(4.1, 4.4, 23.0, 90, 90, 80),
        ["Li", "Cl"],
        [[0.1, 0.2, 0.3], [0.6, 0.6, 0.75]],
    )
    values = evaluate(tmp_path, potential, thin)
    expected = potential.evaluate(lammps_frame(thin, values))
    assert values.thermo[1] == pytest.approx(expected.energy, rel=1e-12)
    lonely = Structure(Lattice.cubic(16.0), ["Li"], [[0.5, 0.5, 0.5]])
    alone = evaluate(tmp_path, potential, lonely)
    assert alone.thermo[1] == pytest.approx(potential.evaluate(lonely).energy, rel=1e-14)
    assert not alone.forces.any()
    beside_an_empty_rank = evaluate(tmp_path, potential, lonely, ranks=2)
    assert beside_an_empty_rank.thermo[1] == alone.thermo[1]


def test_dynamics_conserves_energy(tmp_path: Path) -> None:
    """NVE of a fitted crystal: no drift, and errors far below the exchanged kinetic energy."""
    crystal = Structure(Lattice.cubic(3.3), ["Li", "Li"], [[0, 0, 0], [0.5, 0.5, 0.5]]) * (3, 3, 3)
    training = morse_frames(crystal, 8, seed=1)
    start = starting_potential(training, 8, 5.0, ["Li"])
    fit_potential(start, training, maximum_iterations=100).potential.to_file(tmp_path / "p.mtp")
    write_data(tmp_path / "crystal.data", LabelledConfiguration.from_structure(crystal), ["Li"])
    script = HEAD + (
        "pair_style mtp p.mtp\npair_coeff * * Li\nvelocity all create 600 1\n"
        "fix 1 all nve\ntimestep 0.001\nthermo 10\nthermo_style custom step etotal ke\n"
        "thermo_modify format float %.15g\nrun 4000\n"
    )
    done = run_lammps(tmp_path, script)
    assert done.returncode == 0, done.stdout[-2000:]
    rows = thermo_rows(done.stdout)
    slope = np.polyfit(rows[:, 0], rows[:, 1], 1)[0]
    assert np.ptp(rows[:, 2]) / len(crystal) > 1e-2
    assert abs(slope) * 4000 / len(crystal) < 1e-5
    assert np.ptp(rows[:, 1]) < 0.01 * np.ptp(rows[:, 2])


@needs_reference
def test_a_file_that_names_no_species_takes_pair_coeffs_order(tmp_path: Path) -> None:
    text = (REFERENCE / "potentials" / "Li7P3S11.qi2021.pbe.mtp").read_text()
    (tmp_path / "p.mtp").write_text(text)
    potential = MomentTensorPotential.from_text(text, ["Li", "P", "S"])
    crystal = Structure(
        Lattice.cubic(7.0), ["P", "S", "S", "S", "S", "Li"],
        [[0, 0, 0], [0.17, 0.17, 0.17], [-0.17, -0.17, 0.17], [-0.17, 0.17, -0.17],
         [0.17, -0.17, -0.17], [0.5, 0.5, 0.5]],
    )  # fmt: skip
    expected = potential.evaluate(crystal).energy
    for order, style in ((("Li", "P", "S"), ""), (("S", "Li", "P"), " species Li P S")):
        write_data(tmp_path / "crystal.data", LabelledConfiguration.from_structure(crystal), order)
        script = HEAD + f"pair_style mtp p.mtp{style}\npair_coeff * * {' '.join(order)}\n"
        done = run_lammps(tmp_path, script + "thermo_modify format float %.15g\nrun 0\n")
        assert done.returncode == 0, done.stdout[-1500:]
        assert thermo_rows(done.stdout)[0][2] == pytest.approx(expected, rel=1e-12)


# --- what must be refused by a LAMMPS error, never by a crash ---

GOOD = "pair_style mtp p.mtp\npair_coeff * * Li P S Cl\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("species_count = 4", "species_count = 1000000000", "species_count = 1000000000"),
        ("{1, 0, 0, 0}", "{9, 0, 0, 0}", "index out of range"),
        ("species_coeffs = {", "species_coeffs = {nan, ", "not finite"),
        ("alpha_index_times_count = 14", "alpha_index_times_count = 900000000", "outside"),
        ("MTP\n", "PTM\n", "first word must be MTP"),
    ],
)
@pytest.mark.parametrize("crystal", ["cubic"], indirect=True)
def test_corrupted_files_are_lammps_errors(
    crystal: Structure, old: str, new: str, message: str, tmp_path: Path
) -> None:
    text = random_potential(8).to_text()
    assert old in text
    (tmp_path / "p.mtp").write_text(text.replace(old, new, 1))
    assert_refused(tmp_path, crystal, GOOD, message)


@pytest.mark.parametrize(
    ("commands", "message"),
    [
        ("pair_style mtp nothing.mtp\n", "cannot read potential file nothing.mtp"),
        ("pair_style mtp\n", "expected 'pair_style mtp FILE"),
        ("pair_style mtp p.mtp species Li P\n", "2 species are named but the potential has 4"),
        ("pair_style mtp p.mtp\npair_coeff * * Li P S Br\n", "species Br of atom type 4"),
        ("pair_style mtp p.mtp\npair_coeff * * Li P S\n", "one species for each of the 4"),
        ("pair_style mtp p.mtp\npair_coeff * * Li P S NULL\nrun 0\n", "not set"),
        ("newton off\n" + GOOD, "newton"),
    ],
)
@pytest.mark.parametrize("crystal", ["cubic"], indirect=True)
def test_wrong_commands_are_lammps_errors(
    crystal: Structure, commands: str, message: str, tmp_path: Path
) -> None:
    random_potential(8).to_file(tmp_path / "p.mtp")
    assert_refused(tmp_path, crystal, commands, message)


@pytest.mark.parametrize("crystal", ["cubic"], indirect=True)
def test_coincident_atoms_and_truncated_files_are_lammps_errors(
    crystal: Structure, tmp_path: Path
) -> None:
    text = random_potential(8).to_text()
    (tmp_path / "p.mtp").write_text(text[: len(text) // 2])
    assert_refused(tmp_path, crystal, GOOD, "Pair style mtp: p.mtp: potential file")
    (tmp_path / "p.mtp").write_text(text)
    double = crystal.copy()
    double.translate_sites([1], double[0].frac_coords - double[1].frac_coords)
    assert_refused(tmp_path, double, GOOD, "same place")


def assert_refused(folder: Path, crystal: Structure, commands: str, message: str) -> None:
    write_data(folder / "crystal.data", LabelledConfiguration.from_structure(crystal), SPECIES)
    newton = "newton off\n" if commands.startswith("newton off") else ""
    body = commands.removeprefix(newton)
    done = run_lammps(folder, newton + HEAD + body + ("" if "run 0" in body else "run 0\n"))
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1, said[-1500:]
    assert "ERROR" in said
    assert message in said
