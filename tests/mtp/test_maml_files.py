"""maml's own writer and reader of MLIP files against ours."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.mtp.cfg_files import read_cfg
from atomate2_argyrodite.mtp.cfg_writer import write_cfg

from .cfg_checks import labelled
from .conftest import SPECIES

VASP_ORDER = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))


@pytest.fixture
def maml(monkeypatch: pytest.MonkeyPatch) -> Any:
    """maml's potential. Its package asks for pkg_resources, which setuptools has given up."""
    if "pkg_resources" not in sys.modules:
        module = ModuleType("pkg_resources")
        module.declare_namespace = lambda name: None  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "pkg_resources", module)
    from maml.apps.pes._mtp import MTPotential

    potential = MTPotential()
    potential.elements = list(SPECIES)
    return potential


def test_what_maml_writes_is_read(maml: Any, tmp_path: Path, triclinic: Structure) -> None:
    ours = labelled(triclinic)
    virial = [-ours.stress[index] * ours.volume for index in VASP_ORDER]  # PlusStress, in eV
    outputs = {"energy": ours.energy, "forces": ours.forces.tolist(), "virial_stress": virial}
    maml.write_cfg(str(tmp_path / "a.cfg"), [{"structure": ours.structure, "outputs": outputs}] * 2)
    found = read_cfg(tmp_path / "a.cfg", SPECIES)
    assert len(found) == 2
    for again in found:
        assert (again.numbers == ours.numbers).all()
        assert again.energy == pytest.approx(ours.energy, abs=1e-11)
        assert again.positions == pytest.approx(ours.positions, abs=1e-6)
        assert again.cell == pytest.approx(ours.cell, abs=1e-6)
        assert again.forces == pytest.approx(ours.forces, abs=1e-6)
        assert again.stress == pytest.approx(ours.stress, abs=2e-6 / ours.volume + 1e-6)


def test_what_we_write_maml_reads(maml: Any, tmp_path: Path, triclinic: Structure) -> None:
    ours = labelled(triclinic)
    write_cfg(tmp_path / "a.cfg", [ours], SPECIES)
    (entry,), _ = maml.read_cfgs(str(tmp_path / "a.cfg"))
    structure = Structure.from_dict(entry["structure"])
    again = LabelledConfiguration.from_structure(structure)
    assert (again.numbers == ours.numbers).all()
    assert np.abs(again.positions - ours.positions).max() < 1e-9
    assert entry["outputs"]["energy"] == pytest.approx(ours.energy, abs=1e-10)
    assert np.asarray(entry["outputs"]["forces"]) == pytest.approx(ours.forces, abs=1e-10)
    stress = 0.5 * (ours.stress + ours.stress.T)
    virial = [-stress[index] * ours.volume for index in VASP_ORDER]
    assert entry["outputs"]["virial_stress"] == pytest.approx(virial, abs=1e-9)
