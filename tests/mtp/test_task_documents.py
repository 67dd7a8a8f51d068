"""Documents of atomate2 give the labels that the calculation gave."""

from types import SimpleNamespace

import numpy as np
import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import LabelledConfiguration, configuration_from_task


@pytest.fixture(scope="module")
def crystal() -> Structure:
    lattice = Lattice.from_parameters(4.0, 4.3, 4.1, 88.0, 94.0, 91.0)
    return Structure(lattice, ["Li", "Cl"], [[0.02, 0.01, 0.0], [0.5, 0.47, 0.52]])


@pytest.fixture(scope="module")
def static_task(crystal: Structure, tmp_path_factory: pytest.TempPathFactory):
    """What atomate2's static CHGNet job returns, and what its store holds of it."""
    from atomate2.forcefields.jobs import ForceFieldStaticMaker

    job = ForceFieldStaticMaker(force_field_name="CHGNet").make(crystal)
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("task"))  # the job writes files
        responses = run_locally(job, store=store, ensure_success=True, log=False)
    return responses[job.uuid][1].output, store.get_output(job.uuid, load=True)


def test_a_static_calculation_gives_its_labels(static_task, crystal: Structure) -> None:
    (expected,) = FoundationEngine().static([LabelledConfiguration.from_structure(crystal)], "pbe")
    for document in static_task:
        found = configuration_from_task(document)
        assert found.energy == pytest.approx(expected.energy, abs=1e-4)
        assert found.forces == pytest.approx(expected.forces, abs=1e-3)
        assert np.abs(expected.stress).max() > 1e-3
        assert found.stress == pytest.approx(expected.stress, abs=3e-5)
        assert found.symbols == ("Li", "Cl")
        assert "chgnet" in found.metadata["engine"].lower()


def test_other_documents_are_refused(crystal: Structure) -> None:
    with pytest.raises(InputError, match="no final structure"):
        configuration_from_task({"output": {"energy": 1.0}})
    failed = SimpleNamespace(structure=crystal, output=None, state="failed")
    with pytest.raises(InputError, match="ended with state failed"):
        configuration_from_task(failed)


def test_what_is_not_known_stays_unknown(crystal: Structure) -> None:
    found = configuration_from_task({"structure": crystal.as_dict(), "run_type": "PBE"})
    assert found.energy is found.forces is found.stress is None
    assert found.metadata == {"functional": "PBE"}
