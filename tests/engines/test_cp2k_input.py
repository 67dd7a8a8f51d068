"""The input of CP2K: what the functionals differ by, and what every run has."""

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, exchange_correlation, input_text
from atomate2_argyrodite.engines.cp2k_motion import (
    dynamics_motion,
    relaxation_motion,
    snapshot_stride,
)
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

from .cp2k_crystals import argyrodite_fragment

RELAXATION = {
    "relax_cell": True,
    "keep_shape": False,
    "keep_symmetry": False,
    "maximum_force": 0.04,
    "maximum_steps": 50,
    "volume_per_atom": 20.0,
}


def task(**options):
    return Cp2kTask(argyrodite_fragment(), Functional.PBE, Cp2kSettings(), "point", **options)


def words(lines):
    return " ".join(" ".join(lines).split())


def test_a_single_point_has_stress_forces_and_every_atom():
    text = input_text(task())
    for line in ("STRESS_TENSOR ANALYTICAL", "RUN_TYPE ENERGY_FORCE", "CUTOFF 350", "&FORCES ON"):
        assert line in text
    coordinates = text.split("&COORD\n")[1].split("&END COORD")[0].split("\n")[:-1]
    start = argyrodite_fragment()
    values = np.array([line.split()[1:] for line in coordinates], dtype=float)
    np.testing.assert_allclose(values, start.positions, atol=1e-12)
    assert tuple(line.split()[0] for line in coordinates) == start.symbols
    assert [text.count(f"&KIND {symbol}\n") for symbol in ("Li", "P", "S", "Cl")] == [1] * 4
    assert text.count("&END") == text.count("&") / 2


def test_functionals_differ_by_what_defines_them():
    pbe, d3, optb88 = (words(exchange_correlation(functional)) for functional in Functional)
    assert "&XC_FUNCTIONAL PBE" in pbe
    assert "VDW_POTENTIAL" not in pbe
    for part in ("&XC_FUNCTIONAL PBE", "TYPE DFTD3(BJ)", "REFERENCE_FUNCTIONAL PBE"):
        assert part in d3
    for part in ("&GGA_X_OPTB88_VDW", "&LDA_C_PW", "TYPE DRSLL", "vdW_kernel_table.dat"):
        assert part in optb88
    assert "PBE" not in optb88


def test_the_second_try_mixes_less_and_longer():
    first, second = input_text(task()), input_text(task().safer())
    assert "ALPHA 0.4" in first
    assert "ALPHA 0.1" in second
    assert "MAX_SCF 80" in first
    assert "MAX_SCF 240" in second
    assert input_text(task(has_wavefunction=True).safer()) == second


def test_k_points_are_full_grids_of_single_points_only():
    settings = Cp2kSettings(kpoints=(2, 2, 1))
    point = Cp2kTask(argyrodite_fragment(), Functional.PBE, settings, "point")
    text = input_text(point)
    for line in ("MONKHORST-PACK 2 2 1", "FULL_GRID T", "SYMMETRY F"):
        assert line in text
    moved = Cp2kTask(argyrodite_fragment(), Functional.PBE, settings, "md", run_type="MD")
    assert "KPOINTS" not in input_text(moved)


def test_an_element_without_a_basis_set_is_named():
    uranium = LabelledConfiguration(np.array([92]), np.zeros((1, 3)), 5 * np.eye(3))
    with pytest.raises(InputError, match=r"for U .*Li, Na"):
        input_text(Cp2kTask(uranium, Functional.PBE, Cp2kSettings(), "point"))


def test_the_reference_cell_fixes_the_grid():
    settings = Cp2kSettings(reference_cell=(6.6, 6.6, 6.7))
    text = input_text(Cp2kTask(argyrodite_fragment(), Functional.PBE, settings, "point"))
    assert "&CELL_REF\n        ABC 6.6 6.6 6.7" in text


def test_dynamics_write_every_snapshot_and_restart_at_every_step():
    settings = NVTSettings(600.0, 2.0, 5000, 500, 100, seed=1)
    assert snapshot_stride(settings) == 5
    steps = [step for step in range(5001) if settings.is_snapshot(step)]
    assert all(step % snapshot_stride(settings) == 0 for step in steps)
    motion = words(dynamics_motion(settings, 4000))
    for part in ("ENSEMBLE NVT", "STEPS 4000", "TYPE NOSE", "TIMESTEP [fs] 2", "[K] 600"):
        assert part in motion
    assert "&RESTART ON BACKUP_COPIES 2 &EACH MD 1" in motion


def test_a_relaxation_is_as_strict_as_asked():
    """0.04 eV/Å of a norm are 4.49e-4 hartree/bohr of a component."""
    motion = words(relaxation_motion(**RELAXATION))
    assert "&CELL_OPT" in motion
    assert "MAX_FORCE 0.000449" in motion
    assert "PRESSURE_TOLERANCE [bar] 1000 " in motion
    strict = words(relaxation_motion(**{**RELAXATION, "maximum_force": 0.004}))
    assert "PRESSURE_TOLERANCE [bar] 320.435" in strict
    fixed = words(relaxation_motion(**{**RELAXATION, "relax_cell": False, "keep_symmetry": True}))
    assert "&GEO_OPT" in fixed
    assert "PRESSURE" not in fixed
    assert "KEEP_SPACE_GROUP T" in fixed


@pytest.mark.parametrize(
    "wrong",
    [
        {"cutoff_ry": 5.0},
        {"kpoints": (2, 2)},
        {"scf_threshold": 0.0},
        {"electronic_temperature_kelvin": 0.0},
        {"maximum_scf_steps": 0},
        {"basis_set": "x\n&END"},
    ],
)
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(InputError):
        Cp2kSettings(**wrong)


def test_settings_survive_json():
    settings = Cp2kSettings(kpoints=(1, 2, 3), reference_cell=(1.0, 2.0, 3.0))
    assert Cp2kSettings.from_dict(settings.as_dict()) == settings
