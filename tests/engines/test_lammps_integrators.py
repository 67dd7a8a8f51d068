"""PS4 units held rigid or in place, by LAMMPS itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.lammps import MolecularDynamicsResult, run_molecular_dynamics
from atomate2_argyrodite.engines.lammps_integrators import unit_of_each_atom
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.transport import Trajectory
from killing import lammps_killed_beyond

# Depth in eV, width in 1/Å and minimum in Å: enough of a thiophosphate to hold together when cold.
_PAIRS = {
    "1 1": (0.02, 1.5, 4.0), "1 2": (0.02, 1.5, 3.6), "1 3": (0.2, 1.5, 2.6),
    "1 4": (0.2, 1.5, 2.7),
    "2 2": (0.01, 1.0, 6.5), "2 3": (3.0, 3.5, 2.05), "2 4": (0.02, 1.5, 4.9),
    "3 3": (0.05, 2.0, 4.0), "3 4": (0.05, 2.0, 4.1), "4 4": (0.05, 2.0, 4.4),
}  # fmt: skip
MORSE = PairStyle(
    "morse 5.0",
    tuple(f"{pair} {depth} {width} {r}" for pair, (depth, width, r) in _PAIRS.items()),
    ("Li", "P", "S", "Cl"),
)
PROTOCOL = MolecularDynamicsSettings(
    temperature_kelvin=150.0,
    production_ps=20.0,
    seed=3,
    time_step_fs=1.0,
    ramp_ps=2.0,
    checkpoint_interval_ps=4.0,
    frame_interval_ps=0.2,
)


def frames(result: MolecularDynamicsResult) -> tuple[np.ndarray, np.ndarray]:
    trajectory = Trajectory.from_file(result.trajectory, species=result.species)
    blocks = list(trajectory.blocks())
    return (
        np.concatenate([block.positions for block in blocks]).astype(float),
        np.concatenate([block.cells for block in blocks]),
    )


def bonds(positions: np.ndarray, cells: np.ndarray, crystal: LabelledConfiguration) -> np.ndarray:
    """Vectors from P to its four S, shape (frames, units, 4, 3)."""
    units = unit_of_each_atom(crystal)
    symbols = np.array(crystal.symbols)
    vectors = []
    for unit in range(1, units.max() + 1):
        (centre,) = np.flatnonzero((units == unit) & (symbols == "P"))
        sulphurs = np.flatnonzero((units == unit) & (symbols == "S"))
        assert len(sulphurs) == 4
        fractional = (positions[:, sulphurs] - positions[:, [centre]]) @ np.linalg.inv(cells)
        vectors.append((fractional - np.rint(fractional)) @ cells)
    return np.stack(vectors, axis=1)


def assert_rigid(vectors: np.ndarray) -> None:
    """Lengths and angles stay, but for the strain of the cell in the half step of a frame."""
    shapes = np.einsum("fuia,fuja->fuij", vectors, vectors)
    deviations = shapes - shapes[0]
    assert np.abs(deviations).max() < 0.01  # Å^2; of free units 0.3 and more
    half = len(shapes) // 2
    assert np.abs(shapes[half:].mean(axis=0) - shapes[:half].mean(axis=0)).max() < 1.5e-3


@pytest.fixture(scope="module")
def runs(
    argyrodite: LabelledConfiguration, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, MolecularDynamicsResult]:
    folder = tmp_path_factory.mktemp("runs")
    found = {
        ps4: run_molecular_dynamics(folder / ps4, argyrodite, MORSE, replace(PROTOCOL, ps4=ps4))
        for ps4 in ("rigid", "fixed")
    }
    # A free crystal has no minimisation before it: it starts where Li has found its place.
    positions, cells = frames(found["rigid"])
    settled = replace(argyrodite, positions=positions[-1], cell=cells[-1])
    found["free"] = run_molecular_dynamics(folder / "free", settled, MORSE, PROTOCOL)
    return found


@pytest.mark.parametrize("ps4", ["free", "rigid", "fixed"])
def test_temperature_and_pressure_are_those_of_the_protocol(
    runs: dict[str, MolecularDynamicsResult], ps4: str
) -> None:
    result = runs[ps4]
    assert result.outcome == "completed"
    later = result.thermo["time_ps"] > 5
    assert result.thermo["temperature_kelvin"][later].mean() == pytest.approx(150, rel=0.08)
    assert abs(result.thermo["pressure_gpa"][later].mean()) < 0.15
    assert np.ptp(result.thermo["volume_angstrom3"]) > 1


def test_free_units_vibrate(
    runs: dict[str, MolecularDynamicsResult], argyrodite: LabelledConfiguration
) -> None:
    lengths = np.linalg.norm(bonds(*frames(runs["free"]), argyrodite), axis=-1)
    assert lengths.std(axis=0).min() > 0.005  # of rigid ones 0.0003


def test_rigid_units_turn_and_do_not_deform(
    runs: dict[str, MolecularDynamicsResult], argyrodite: LabelledConfiguration
) -> None:
    vectors = bonds(*frames(runs["rigid"]), argyrodite)
    assert_rigid(vectors)
    turned = np.linalg.norm(vectors - vectors[0], axis=-1).max(axis=0)
    assert turned.min() > 0.1


def test_fixed_units_keep_their_place_in_the_cell(
    runs: dict[str, MolecularDynamicsResult], argyrodite: LabelledConfiguration
) -> None:
    positions, cells = frames(runs["fixed"])
    fractional = positions @ np.linalg.inv(cells)
    held = unit_of_each_atom(argyrodite) > 0
    fractional -= fractional[:, held].mean(axis=1, keepdims=True)  # the cell has no origin
    moved = np.abs(fractional - fractional[0]).max(axis=(0, 2))
    assert held.sum() == 20
    assert moved[held].max() < 1e-5
    assert moved[~held].min() > 1e-3


def test_a_killed_run_with_rigid_units_goes_on(
    argyrodite: LabelledConfiguration, tmp_path: Path
) -> None:
    protocol = replace(PROTOCOL, ps4="rigid", checkpoint_interval_ps=1.0, production_ps=24.0)
    folder = tmp_path / "run"
    outcomes = []
    for n_bytes in (35_000, 25_000):  # the whole trajectory has 85,000
        deadly = lammps_killed_beyond(n_bytes, tmp_path)
        killed = run_molecular_dynamics(folder, argyrodite, MORSE, protocol, installation=deadly)
        outcomes.append(killed.outcome)
    assert all("ended with code" in outcome for outcome in outcomes)
    result = run_molecular_dynamics(folder, argyrodite, MORSE, protocol)
    assert result.is_complete
    assert (folder / "production_0002.dcd").is_file()
    positions, cells = frames(result)
    assert len(positions) == 121
    vectors = bonds(positions, cells, argyrodite)
    assert_rigid(vectors)
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    assert steps.max() < 3.0  # no jump at the seams


def test_crystals_without_units_are_refused_before_any_compute(
    argon: LabelledConfiguration, tmp_path: Path
) -> None:
    lennard_jones = PairStyle("lj/cut 7.0", ("* * 0.0103 3.4",), ("Ar",))
    with pytest.raises(InputError, match="every P has four S"):
        run_molecular_dynamics(tmp_path, argon, lennard_jones, replace(PROTOCOL, ps4="rigid"))
    assert list(tmp_path.glob("*.out")) == []


def test_a_sheared_cell_with_rigid_units_is_refused() -> None:
    with pytest.raises(InputError, match="cannot shear"):
        replace(PROTOCOL, ps4="rigid", coupling="tri")
    with pytest.raises(InputError, match="'frozen'"):
        replace(PROTOCOL, ps4="frozen")


def test_what_was_built_is_relaxed_first_where_that_is_wanted(
    argyrodite: LabelledConfiguration, tmp_path: Path
) -> None:
    cold = replace(
        PROTOCOL, temperature_kelvin=10.0, ramp_ps=0.0, production_ps=0.3, thermo_interval_ps=0.01
    )
    energies = {}
    for minimise in (False, True):
        settings = replace(cold, minimise=minimise)
        result = run_molecular_dynamics(tmp_path / str(minimise), argyrodite, MORSE, settings)
        assert result.thermo["time_ps"][0] == 0
        energies[minimise] = result.thermo["potential_energy_ev"][0]
    assert energies[True] < energies[False] - 1.0
