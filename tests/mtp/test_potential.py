"""The kernel against motep, finite differences, symmetries and published potentials."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Element, Lattice, Structure

from atomate2_argyrodite.errors import InputError, PotentialFileError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    MomentTensorPotential,
    prediction_errors,
)
from atomate2_argyrodite.mtp._native import available_kernels

from .conftest import REFERENCE, SPECIES, needs_reference, random_potential, rattled

KBAR_PER_EV_PER_ANGSTROM3 = 1602.1766208


def motep_results(
    potential: MomentTensorPotential, structure: Structure, path: Path
) -> tuple[float, np.ndarray, np.ndarray]:
    """Energy, forces and stress from motep's C engine."""
    from motep.calculator import MTP
    from motep.io.mlip.mtp import read_mtp

    potential.to_file(path)
    data = read_mtp(path)
    data.species = [Element(symbol).Z for symbol in potential.species]
    atoms = structure.to_ase_atoms(msonable=False)
    atoms.calc = MTP(data, engine="cext")
    return atoms.get_potential_energy(), atoms.get_forces(), atoms.get_stress(voigt=False)


# basis size 8 takes code that is written out for each level, other sizes the general one
@pytest.mark.parametrize(
    ("level", "basis_size"),
    [(level, 8) for level in range(2, 21, 2)]
    + [(8, 3), (8, 10), (12, 10), (16, 13)]
    + [pytest.param(level, 8, marks=pytest.mark.slow) for level in (22, 24)],
)
@pytest.mark.parametrize("cell", ["cubic", "triclinic"])
def test_agrees_with_motep(
    level: int, basis_size: int, cell: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    structure = request.getfixturevalue(cell)
    potential = random_potential(level, radial_basis_size=basis_size, seed=level)
    energy, forces, stress = motep_results(potential, structure, tmp_path / "x.mtp")
    for kernel in available_kernels():
        text = potential.to_text()
        result = MomentTensorPotential.from_text(text, kernel=kernel).evaluate(structure)
        assert result.energy == pytest.approx(energy, rel=1e-11)
        assert np.abs(result.forces - forces).max() < 1e-10 * np.abs(forces).max()
        assert np.abs(result.stress - stress).max() < 1e-10 * np.abs(stress).max()


@pytest.mark.parametrize("cell", ["cubic", "triclinic", "thin"])
def test_forces_are_minus_the_gradient(cell: str, request: pytest.FixtureRequest) -> None:
    structure = request.getfixturevalue(cell)
    potential = random_potential(8)
    frame = LabelledConfiguration.from_structure(structure)
    forces = potential.evaluate(frame).forces
    step = 2e-5
    for atom in (0, len(frame) - 1):
        for axis in range(3):
            shifted = []
            for sign in (1, -1):
                positions = frame.positions.copy()
                positions[atom, axis] += sign * step
                moved = LabelledConfiguration(frame.numbers, positions, frame.cell)
                shifted.append(potential.evaluate(moved).energy)
            numerical = -(shifted[0] - shifted[1]) / (2 * step)
            assert forces[atom, axis] == pytest.approx(numerical, abs=1e-6 * np.abs(forces).max())


@pytest.mark.parametrize("cell", ["cubic", "triclinic", "thin"])
def test_stress_is_the_strain_derivative_per_volume(
    cell: str, request: pytest.FixtureRequest
) -> None:
    structure = request.getfixturevalue(cell)
    potential = random_potential(8)
    frame = LabelledConfiguration.from_structure(structure)
    stress = potential.evaluate(frame).stress
    step = 1e-5
    for a, b in ((0, 0), (1, 2), (2, 2), (0, 1)):
        energies = []
        for sign in (1, -1):
            strain = np.eye(3)
            strain[a, b] += 0.5 * sign * step
            strain[b, a] += 0.5 * sign * step
            strained = LabelledConfiguration(
                frame.numbers, frame.positions @ strain, frame.cell @ strain
            )
            energies.append(potential.evaluate(strained).energy)
        numerical = (energies[0] - energies[1]) / (2 * step) / frame.volume
        assert stress[a, b] == pytest.approx(numerical, abs=1e-6 * np.abs(stress).max())


def test_a_cell_and_its_supercell_have_the_same_energy_per_atom(thin: Structure) -> None:
    potential = random_potential(10)
    single = potential.evaluate(thin)
    large = potential.evaluate(thin * (4, 3, 5))
    assert large.energy == pytest.approx(60 * single.energy, rel=1e-12)
    assert np.allclose(large.stress, single.stress, rtol=1e-10, atol=1e-14)


@given(seed=st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_energy_ignores_rotation_translation_and_atom_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    potential = random_potential(12, seed=3)
    cell = np.diag([5.1, 5.6, 6.2]) + 0.4 * rng.standard_normal((3, 3))
    numbers = rng.choice([3, 15, 16, 17], 7)
    positions = rng.random((7, 3)) @ cell
    frame = LabelledConfiguration(numbers, positions, cell)
    rotation, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    order = rng.permutation(7)
    moved = LabelledConfiguration(
        numbers[order], (positions + rng.standard_normal(3))[order] @ rotation, cell @ rotation
    )
    before, after = potential.evaluate(frame), potential.evaluate(moved)
    size = np.abs(before.site_energies).max()
    assert np.abs(after.site_energies - before.site_energies[order]).max() < 1e-10 * size
    scale = np.abs(before.forces).max()
    assert np.abs(after.forces - before.forces[order] @ rotation).max() < 1e-9 * scale


@pytest.mark.parametrize("level", [8, 12, 16, 18])
@pytest.mark.parametrize("kernel", available_kernels())
def test_instruction_sets_agree(kernel: str, level: int, cubic: Structure) -> None:
    best = random_potential(level)
    other = MomentTensorPotential.from_text(best.to_text(), kernel=kernel)
    expected, found = best.evaluate(cubic), other.evaluate(cubic)
    assert found.energy == pytest.approx(expected.energy, rel=1e-12)
    assert np.abs(found.forces - expected.forces).max() < 1e-12 * np.abs(expected.forces).max()


@pytest.mark.parametrize("level", [6, 8, 12])
def test_more_species_than_lanes_use_the_same_formula(level: int) -> None:
    """Nine species do not fit a register of any instruction set."""
    symbols = ("Li", "P", "S", "Cl", "Br", "I", "Si", "Ge", "Sn")
    potential = random_potential(level, species=symbols, seed=5)
    lattice = Lattice.from_parameters(6.0, 6.4, 6.9, 80.0, 95.0, 100.0)
    rng = np.random.default_rng(0)
    structure = Structure(lattice, symbols, rng.random((9, 3)))
    values = {
        kernel: MomentTensorPotential.from_text(potential.to_text(), kernel=kernel).evaluate(
            structure
        )
        for kernel in available_kernels()
    }
    frame = LabelledConfiguration.from_structure(structure)
    moved = frame.positions.copy()
    moved[4, 1] += 1e-4
    shifted = potential.evaluate(LabelledConfiguration(frame.numbers, moved, frame.cell))
    for value in values.values():
        middle = 0.5 * (value.forces[4, 1] + shifted.forces[4, 1])
        assert (shifted.energy - value.energy) / 1e-4 == pytest.approx(-middle, rel=1e-5)


def test_many_structures_give_what_each_gives_alone(cubic: Structure, triclinic: Structure) -> None:
    potential = random_potential(8)
    structures = [rattled(s, seed=k) for k in range(12) for s in (cubic, triclinic)]
    together = potential.evaluate(structures, threads=3)
    for structure, result in zip(structures, together, strict=True):
        alone = potential.evaluate(structure)
        assert result.energy == pytest.approx(alone.energy, rel=1e-13)
        assert np.allclose(result.forces, alone.forces, rtol=0, atol=1e-11)
    again = potential.evaluate(structures, threads=1)
    assert all((a.forces == b.forces).all() for a, b in zip(together, again, strict=True))


def test_an_isolated_atom_has_its_species_energy() -> None:
    potential = random_potential(8)
    lonely = Structure(Lattice.cubic(20.0), ["P"], [[0, 0, 0]])
    count = potential.model.scalar_count
    species_energy = potential.parameters[-count - 3]
    result = potential.evaluate(lonely)
    assert result.energy == pytest.approx(species_energy, rel=1e-15)
    assert not result.forces.any()


# --- published potentials ---


@needs_reference
@pytest.mark.parametrize(
    ("element", "energy_mae", "force_mae"), [("Li", 0.487, 0.0101), ("Mo", 2.938, 0.0901)]
)
def test_published_potentials_have_their_published_errors(
    element: str, energy_mae: float, force_mae: float
) -> None:
    potential = MomentTensorPotential.from_file(
        REFERENCE / "potentials" / f"{element}.zuo2020.mtp", [element]
    )
    data = json.loads((REFERENCE / "mlearn" / element / "test.json").read_text())
    frames = []
    for entry in data:
        xx, yy, zz, xy, yz, xz = entry["outputs"]["virial_stress"]
        stress = -np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) / KBAR_PER_EV_PER_ANGSTROM3
        frames.append(
            LabelledConfiguration.from_structure(
                Structure.from_dict(entry["structure"]),
                energy=entry["outputs"]["energy"],
                forces=np.array(entry["outputs"]["forces"]),
                stress=stress,
            )
        )
    errors = prediction_errors(potential, frames)
    assert errors.energy_mae_mev_per_atom == pytest.approx(energy_mae, abs=6e-4)
    assert errors.force_mae_ev_per_angstrom == pytest.approx(force_mae, abs=6e-5)
    spread = np.std([frame.stress for frame in frames]) * 160.2
    assert errors.stress_mae_gpa is not None
    assert errors.stress_mae_gpa < 0.2 * spread


@needs_reference
def test_the_published_sulphide_potential_loads() -> None:
    path = REFERENCE / "potentials" / "Li7P3S11.qi2021.pbe.mtp"
    potential = MomentTensorPotential.from_file(path, ["Li", "P", "S"])
    lattice = Lattice.cubic(6.0)
    structure = Structure(
        lattice, ["P", "S", "S", "S", "S", "Li"],
        [[0, 0, 0], [0.2, 0.2, 0.2], [-0.2, -0.2, 0.2], [-0.2, 0.2, -0.2], [0.2, -0.2, -0.2],
         [0.5, 0.5, 0.5]],
    )  # fmt: skip
    result = potential.evaluate(structure)
    assert np.isfinite(result.energy)
    assert np.abs(result.forces.sum(axis=0)).max() < 1e-10


# --- files ---


def test_a_written_file_reads_back_bit_for_bit(tmp_path: Path) -> None:
    potential = random_potential(12, seed=7)
    potential.to_file(tmp_path / "p.mtp")
    again = MomentTensorPotential.from_file(tmp_path / "p.mtp")
    assert again.species == SPECIES
    assert (again.parameters == potential.parameters).all()
    assert again.potential_id == potential.potential_id
    assert again.to_text() == potential.to_text()


def test_mlip3_files_end_before_their_binary_tail(tmp_path: Path) -> None:
    potential = random_potential(6)
    path = tmp_path / "p.almtp"
    path.write_bytes(potential.to_text().encode() + b"#MVS_v1.1\nenergy_weight 1\n\xff\x00\xfe")
    assert MomentTensorPotential.from_file(path).potential_id == potential.potential_id


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files_are_refused_or_read_never_worse(data: st.DataObject) -> None:
    text = random_potential(6, species=("Li", "S")).to_text()
    cut = data.draw(st.integers(0, len(text) - 2))
    length = data.draw(st.integers(0, 8))
    insert = data.draw(
        st.sampled_from(["", "nan", "1e999", "-1", "1000000000", "{", "}", ",", "=", "\x00", "MTP"])
    )
    damaged = text[:cut] + insert + text[cut + length :]
    try:
        potential = MomentTensorPotential.from_text(damaged, ["Li", "S"])
    except InputError:
        return
    assert np.isfinite(potential.parameters).all()


@given(end=st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_truncated_files_are_refused(end: int) -> None:
    text = random_potential(4, species=("Li",)).to_text().rstrip()
    with pytest.raises(PotentialFileError):
        MomentTensorPotential.from_text(text[: min(end, len(text) - 1)], ["Li"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("species_count = 4", "species_count = 1000000000", "species_count = 1000000000"),
        ("alpha_moments_count = 18", "alpha_moments_count = 49000000", "alpha_moments_count"),
        ("alpha_index_times_count = 14", "alpha_index_times_count = 13", "14 entries"),
        ("alpha_moment_mapping = {0", "alpha_moment_mapping = {18", "out of range"),
        ("{1, 0, 0, 0}", "{2, 0, 0, 0}", "index out of range"),
        ("max_dist = 5", "max_dist = nan5", "max_dist"),
        ("species_coeffs = {", "species_coeffs = {nan, ", "not finite"),
        ("RBChebyshev", "RBShapeev", "RBShapeev"),
        ("moment_coeffs = {", "moment_coeffs = {1.0, ", "10 numbers for 9"),
        ("version = 1.1.0", "version = 2.0.0", "version 2.0.0"),
    ],
)
def test_absurd_files_are_refused_with_the_cause(old: str, new: str, message: str) -> None:
    text = random_potential(8).to_text()
    assert old in text
    with pytest.raises(PotentialFileError, match=message):
        MomentTensorPotential.from_text(text.replace(old, new, 1), SPECIES)


def test_species_must_fit_the_file() -> None:
    text = random_potential(8).to_text()
    with pytest.raises(InputError, match="for species"):
        MomentTensorPotential.from_text(text, ["Li", "S", "P", "Cl"])
    unnamed = text.replace("species Li P S Cl", "")
    with pytest.raises(InputError, match="does not name its 4 species"):
        MomentTensorPotential.from_text(unnamed)
    with pytest.raises(InputError, match="3 species are named"):
        MomentTensorPotential.from_text(unnamed, ["Li", "P", "S"])
    assert MomentTensorPotential.from_text(unnamed, SPECIES).species == SPECIES


def test_unknown_elements_and_coincident_atoms_are_refused(cubic: Structure) -> None:
    potential = random_potential(8, species=("Li", "P", "S"))
    with pytest.raises(InputError, match="not Cl"):
        potential.evaluate(cubic)
    double = Structure(Lattice.cubic(8.0), ["Li", "S"], [[0.1, 0.1, 0.1], [1.1, 0.1, 0.1]])
    with pytest.raises(InputError, match="same place"):
        potential.evaluate([double])


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(PotentialFileError, match=r"nothing\.mtp"):
        MomentTensorPotential.from_file(tmp_path / "nothing.mtp", ["Li"])


@pytest.mark.parametrize("level", [3, 0, 30])
def test_levels_that_do_not_exist_are_refused(level: int) -> None:
    with pytest.raises(InputError, match=f"level {level}"):
        MomentTensorPotential.untrained(level, 5.0, ["Li"], 1.5)
