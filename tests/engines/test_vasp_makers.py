"""Every key of every input that VASP gets, without VASP."""

import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.vasp_makers import dynamics_maker, relax_maker, static_maker
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.functionals import Functional

FUNCTIONAL_KEYS = {
    "pbe": {"GGA": "Pe"},
    "pbe-d3bj": {"GGA": "Pe", "IVDW": 12},
    "optb88-vdw": {
        "GGA": "Bo",
        "LUSE_VDW": True,
        "AGGAC": 0.0,
        "PARAM1": 0.1833333333,
        "PARAM2": 0.22,
    },
}
COMMON = {
    "ENCUT": 500.0,
    "ISPIN": 1,
    "ISMEAR": 0,
    "SIGMA": 0.05,
    "LASPH": True,
    "NELM": 200,
    "LWAVE": False,
    "LCHARG": False,
    "LVTOT": False,
    "LAECHG": False,
    "LELF": False,
}
ACCURATE = {"EDIFF": 1e-6, "PREC": "Accurate", "ALGO": "Normal", "LREAL": False}
STATIC = {**COMMON, **ACCURATE, "NSW": 0, "IBRION": -1, "ISIF": 2}
RELAXATION = {**COMMON, **ACCURATE, "NSW": 300, "IBRION": 2, "ISIF": 3, "EDIFFG": -0.04, "ISYM": 0}
DYNAMICS = {
    **COMMON,
    "EDIFF": 1e-5,
    "PREC": "Normal",
    "ALGO": "Fast",
    "LREAL": "Auto",
    "IBRION": 0,
    "MDALGO": 2,
    "SMASS": 0,
    "ISIF": 2,
    "ISYM": 0,
    "NSW": 5000,
    "POTIM": 2.0,
    "TEBEG": 600.0,
    "TEEND": 600.0,
    "NELMIN": 4,
    "MAXMIX": 20,
    "NBLOCK": 1,
    "KBLOCK": 100,
}
CHOICES = {"relax_cell": True, "keep_shape": False, "keep_symmetry": False}
LIMITS = {"maximum_force": 0.04, "maximum_steps": 300}
TEN_PICOSECONDS = NVTSettings(600.0, 2.0, 5000, 0, 100, seed=1)


@pytest.fixture(scope="module")
def crystal() -> Structure:
    """All elements of the family, in the order in which the engine sorts them."""
    symbols = ["Li", "P", "S", "I", "Br", "Cl"]
    places = [[k / 6, k / 6, k / 6] for k in range(6)]
    return Structure(Lattice.cubic(10.0), symbols, places)


def inputs(maker, structure):
    """The input files as text and values; of POTCAR files only the names."""
    return maker.input_set_generator.get_input_set(structure, potcar_spec=True)


def assert_incar(incar, expected):
    assert set(incar) == set(expected)
    for key, value in expected.items():
        if isinstance(value, float):
            assert incar[key] == pytest.approx(value, rel=1e-6), key
        else:
            assert incar[key] == value, key


@pytest.mark.parametrize("functional", Functional)
def test_single_points_are_those_of_the_paper(functional, crystal):
    files = inputs(static_maker(VaspSettings(), functional), crystal)
    assert_incar(files["INCAR"], {**STATIC, **FUNCTIONAL_KEYS[functional]})
    assert files["KPOINTS"].style.name == "Monkhorst"
    assert files["KPOINTS"].kpts == [(2, 2, 2)]
    assert files["POTCAR.spec"].split() == ["Li_sv", "P", "S", "I", "Br", "Cl"]


@pytest.mark.parametrize("functional", Functional)
def test_relaxations_are_those_of_the_paper(functional, crystal):
    files = inputs(relax_maker(VaspSettings(), functional, **CHOICES, **LIMITS), crystal)
    assert_incar(files["INCAR"], {**RELAXATION, **FUNCTIONAL_KEYS[functional]})
    assert files["KPOINTS"].kpts == [(2, 2, 2)]


@pytest.mark.parametrize(
    ("choice", "isif", "isym"),
    [
        ({"relax_cell": False}, 2, 0),
        ({"keep_shape": True}, 8, 0),
        ({"keep_symmetry": True}, 3, 2),
        ({"relax_cell": False, "keep_shape": True}, 2, 0),
    ],
)
def test_what_a_relaxation_keeps(choice, isif, isym, crystal):
    maker = relax_maker(VaspSettings(), Functional.PBE, **{**CHOICES, **choice}, **LIMITS)
    incar = inputs(maker, crystal)["INCAR"]
    assert (incar["ISIF"], incar["ISYM"]) == (isif, isym)


@pytest.mark.parametrize("functional", Functional)
def test_dynamics_are_those_of_the_paper(functional, crystal):
    files = inputs(dynamics_maker(VaspSettings(), functional, TEN_PICOSECONDS), crystal)
    assert_incar(files["INCAR"], {**DYNAMICS, **FUNCTIONAL_KEYS[functional]})
    assert files["KPOINTS"].style.name == "Gamma"
    assert files["KPOINTS"].kpts == [(1, 1, 1)]


def test_settings_reach_the_inputs(crystal):
    settings = VaspSettings(
        cutoff_ev=400.0, kpoints=(3, 2, 1), potcars=(("Li", "Li"),), potcar_functional="PBE_64"
    )
    generator = static_maker(settings, Functional.PBE).input_set_generator
    files = generator.get_input_set(crystal, potcar_spec=True)
    assert files["INCAR"]["ENCUT"] == 400.0
    assert files["KPOINTS"].kpts == [(3, 2, 1)]
    assert files["POTCAR.spec"].split()[0] == "Li"
    assert generator.user_potcar_functional == "PBE_64"
