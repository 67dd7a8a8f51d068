from pathlib import Path

import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp import MomentTensorPotential
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.training.schemas import PotentialDocument


def document_of(potential: MomentTensorPotential) -> PotentialDocument:
    """What a run needs of a potential's document."""
    return PotentialDocument.model_construct(
        functional=Functional.PBE,
        potential_id=potential.potential_id,
        species=list(potential.species),
        potential=Attachment.from_text("potential.mtp", potential.to_text()),
    )


@pytest.fixture(scope="session")
def crystal() -> Structure:
    return site_disorder_configurations("Cl")[3].structure


@pytest.fixture(scope="session")
def forceless() -> PotentialDocument:
    """A real, untrained MTP: no energy, no forces, a crystal slowly flies apart."""
    species = ["Li", "P", "S", "Cl"]
    return document_of(MomentTensorPotential.untrained(2, 5.0, species, 1.5))


@pytest.fixture(autouse=True)
def work_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of a test go to its own folder."""
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "work"))
    return tmp_path / "work"
