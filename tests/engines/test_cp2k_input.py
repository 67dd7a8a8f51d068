"""The input of CP2K: what the functionals differ by, and what every run has."""

import numpy as np
import pytest

from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, exchange_correlation, input_text
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

from .cp2k_crystals import argyrodite_fragment


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
