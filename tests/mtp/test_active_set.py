"""Extrapolation grades: features against motep, MaxVol's guarantees, planted extrapolation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.mtp.active_set import Mode

from .conftest import random_potential, rattled


@pytest.fixture(scope="module")
def training(cubic: Structure) -> list[LabelledConfiguration]:
    return [LabelledConfiguration.from_structure(rattled(cubic, 0.1, seed=k)) for k in range(40)]


@pytest.fixture(scope="module")
def active_set(training: list[LabelledConfiguration]) -> ActiveSet:
    return ActiveSet.from_configurations(random_potential(8), training)


def test_features_are_moteps_energy_derivatives(cubic: Structure, tmp_path: Path) -> None:
    from motep.calculator import MTP
    from motep.io.mlip.mtp import read_mtp

    potential = random_potential(8, seed=4)
    potential.to_file(tmp_path / "p.mtp")
    data = read_mtp(tmp_path / "p.mtp")
    data.species = [3, 15, 16, 17]
    data.optimized = ["species_coeffs", "moment_coeffs", "radial_coeffs"]
    atoms = cubic.to_ase_atoms(msonable=False)
    atoms.calc = MTP(data, engine="cext", mode="train")
    atoms.get_potential_energy()
    expected = atoms.calc.engine.jac_energy(atoms)
    packed = potential.configuration_set([LabelledConfiguration.from_structure(cubic)])
    found = packed.features(potential.model, 1, 0, 1).sum(axis=0)
    parts = [expected.radial_coeffs, expected.species_coeffs, expected.moment_coeffs]
    reference = np.concatenate([np.ravel(part) for part in parts])
    assert np.abs(found - reference).max() < 1e-10 * np.abs(reference).max()


def test_training_frames_interpolate(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    grades = active_set.grade(training)
    assert grades.max() < 1.0011
    assert active_set.select(training) == []


def test_no_exchange_would_increase_the_volume(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    """Putting a neighbourhood in place of a row scales |det| by the row's coefficient."""
    atoms = np.concatenate([active_set.grade_atoms(frame) for frame in training])
    before = np.linalg.slogdet(active_set.rows)[1]
    worst = int(atoms.argmax())
    frame, atom = divmod(worst, len(training[0]))
    packed = active_set.potential.configuration_set([training[frame]])
    feature = packed.features(active_set.potential.model, 1, 0, 1)[atom] / active_set.scale
    coefficients = feature @ np.linalg.inv(active_set.rows)
    rows = active_set.rows.copy()
    rows[int(np.abs(coefficients).argmax())] = feature
    gain = np.linalg.slogdet(rows)[1] - before
    assert gain == pytest.approx(np.log(atoms.max()), abs=1e-6)
    assert gain < np.log(1.0011)


def test_a_planted_extrapolation_is_found_and_learned(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    positions = training[3].positions.copy()
    positions[24] += [0.9, -0.6, 0.5]  # a phosphorus out of its tetrahedron
    planted = replace(training[3], positions=positions)
    candidates = [training[0], planted, planted, training[1]]
    grades = active_set.grade(candidates)
    assert grades[1] > 10.0
    assert max(grades[0], grades[3]) < 1.0011
    atoms = active_set.grade_atoms(planted)
    distance = planted.structure.lattice.get_all_distances(
        planted.structure.frac_coords[24], planted.structure.frac_coords
    )[0]
    assert distance[atoms.argmax()] < 5.0
    chosen = active_set.select(candidates)
    assert chosen in ([1], [2])
    learned = ActiveSet.from_configurations(active_set.potential, [*training, planted])
    assert learned.grade([planted])[0] < 1.0011


def test_unseen_neighbours_are_extrapolation(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    """P-P pairs never come within the cutoff in training: bringing two together must be seen."""
    frame = training[0]
    phosphorus = np.flatnonzero(frame.numbers == 15)
    positions = frame.positions.copy()
    positions[phosphorus[1]] = positions[phosphorus[0]] + [3.0, 0.0, 0.0]
    assert active_set.grade([replace(frame, positions=positions)])[0] > 100.0


def test_configuration_mode_sums_over_atoms(training: list[LabelledConfiguration]) -> None:
    active = ActiveSet.from_configurations(random_potential(4), training, mode="configuration")
    assert active.grade(training).max() < 1.0011
    assert (active.members[:, 1] == -1).all()
    with pytest.raises(InputError, match="neighbourhood mode"):
        active.grade_atoms(training[0])


def test_at_most_the_asked_number_is_selected(active_set: ActiveSet, cubic: Structure) -> None:
    candidates = [
        LabelledConfiguration.from_structure(rattled(cubic, 0.4, seed=500 + k)) for k in range(8)
    ]
    everything = active_set.select(candidates)
    few = active_set.select(candidates, maximum=2)
    assert len(everything) > 2
    assert len(few) == 2
    grades = active_set.grade([candidates[k] for k in everything])
    largest = sorted(everything, key=lambda k: -grades[everything.index(k)])[:2]
    assert set(few) == set(largest)


def test_an_active_set_travels_as_arrays(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    arrays = active_set.to_arrays()
    again = ActiveSet.from_arrays(active_set.potential, arrays)
    frame = [replace(training[0], positions=training[0].positions * 1.01)]
    assert again.grade(frame) == pytest.approx(active_set.grade(frame))
    with pytest.raises(InputError, match="belongs to potential"):
        ActiveSet.from_arrays(random_potential(8, seed=9), arrays)
    del arrays["rows"]
    with pytest.raises(InputError, match="lacks"):
        ActiveSet.from_arrays(active_set.potential, arrays)


@pytest.mark.parametrize("level", [2, 8, 12, 16])
@pytest.mark.parametrize("mode", ["neighbourhood", "configuration"])
def test_grades_are_moteps_for_the_same_active_set(
    level: int, mode: Mode, training: list[LabelledConfiguration], cubic: Structure, tmp_path: Path
) -> None:
    from motep.grade.grader import GradeMode, Grader
    from motep.grade.maxvol import MaxVolResult
    from motep.io.mlip.mtp import read_mtp

    active = ActiveSet.from_configurations(random_potential(level, seed=3), training, mode)
    active.potential.to_file(tmp_path / "p.mtp")
    data = read_mtp(tmp_path / "p.mtp")
    data.species = [3, 15, 16, 17]
    data.optimized = ["species_coeffs", "moment_coeffs", "radial_coeffs"]
    theirs = {"neighbourhood": GradeMode.NEIGHBORHOOD, "configuration": GradeMode.CONFIGURATION}
    grader = Grader(data, seed=1, mode=theirs[mode])
    # motep's order: linear, species, radial
    scalars = active.potential.model.scalar_count
    order = np.roll(np.arange(len(active.scale)), scalars)
    order[scalars:] = np.roll(order[scalars:], len(active.potential.species))
    rows = (active.rows * active.scale)[:, order]
    grader.maxvol_result = MaxVolResult(submatrix=rows)
    frames = [rattled(cubic, amplitude, seed=70) for amplitude in (0.02, 0.1, 0.25)]
    images = grader.grade([frame.to_ase_atoms(msonable=False) for frame in frames])
    expected = [image.calc.results["MV_grade"] for image in images]
    assert max(expected) > (1.0 if level == 2 else 3.0)
    assert active.grade(frames) == pytest.approx(expected, rel=1e-6)
    if mode == "neighbourhood":
        atoms = images[1].calc.results["nbh_grades"]
        assert active.grade_atoms(frames[1]) == pytest.approx(atoms, rel=1e-6)


def test_the_volume_is_that_of_moteps_active_set(training: list[LabelledConfiguration]) -> None:
    """Two maximal volumes need not be equal, but neither should be far below the other."""
    from motep.grade.maxvol import MaxVol

    active = ActiveSet.from_configurations(random_potential(4), training)
    seen = len(active.members)
    packed = active.potential.configuration_set(training)
    features = packed.features(active.potential.model, 1, 0, len(training)) / active.scale
    # in the directions that training excites
    basis = np.linalg.qr(active.rows[:seen].T)[0]
    theirs = MaxVol(threshold=1e-3).run(features @ basis)
    found = np.linalg.slogdet(active.rows[:seen] @ basis)[1]
    assert found == pytest.approx(np.linalg.slogdet(theirs.submatrix)[1], abs=0.02 * seen)


def test_large_and_small_batches_select_the_same_volume(
    training: list[LabelledConfiguration], monkeypatch: pytest.MonkeyPatch
) -> None:
    import atomate2_argyrodite.mtp.active_set as module

    potential = random_potential(8, seed=1)
    volumes = []
    for atoms in (52, 500, 10**6):
        monkeypatch.setattr(module, "_ATOMS_PER_BATCH", atoms)
        active = ActiveSet.from_configurations(potential, training)
        assert active.grade(training).max() < 1.0011
        volumes.append(np.linalg.slogdet(active.rows)[1])
    assert np.ptp(volumes) < 0.1 * len(potential.parameters)  # 10 % a row; which one is local


def test_members_name_the_rows(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    assert len(set(map(tuple, active_set.members.tolist()))) == len(active_set.members)
    frame, atom = active_set.members[5]
    packed = active_set.potential.configuration_set([training[frame]])
    features = packed.features(active_set.potential.model, 1, 0, 1)[atom]
    assert active_set.rows[5] == pytest.approx(features / active_set.scale, rel=1e-12)


def test_threads_change_nothing(
    active_set: ActiveSet, training: list[LabelledConfiguration], cubic: Structure
) -> None:
    frames = [rattled(cubic, 0.3, seed=k) for k in range(40)]
    assert (active_set.grade(frames, threads=3) == active_set.grade(frames)).all()
    again = ActiveSet.from_configurations(active_set.potential, training, threads=3)
    assert (again.rows == active_set.rows).all()


@pytest.mark.parametrize("mode", ["neighbourhood", "configuration"])
def test_an_active_set_travels_as_a_file(
    mode: Mode, training: list[LabelledConfiguration], tmp_path: Path
) -> None:
    active = ActiveSet.from_configurations(random_potential(4), training, mode)
    active.to_file(tmp_path / "a.mtpas")
    again = ActiveSet.from_file(active.potential, tmp_path / "a.mtpas")
    assert again.mode == mode
    for name in ("rows", "scale", "members"):
        assert (getattr(again, name) == getattr(active, name)).all()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mtpas"]
    with pytest.raises(InputError, match="belongs to potential"):
        ActiveSet.from_file(random_potential(4, seed=9), tmp_path / "a.mtpas")
    (tmp_path / "a.mtpas").write_bytes((tmp_path / "a.mtpas").read_bytes()[:-1])
    with pytest.raises(InputError, match=r"a\.mtpas: active set: .* bytes follow the header"):
        ActiveSet.from_file(active.potential, tmp_path / "a.mtpas")
    with pytest.raises(InputError, match="cannot read active set"):
        ActiveSet.from_file(active.potential, tmp_path / "nothing.mtpas")


def test_no_configurations_are_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        ActiveSet.from_configurations(random_potential(8), [])
