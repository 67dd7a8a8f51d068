import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.structures import site_disorder_configurations


@pytest.fixture(scope="session")
def family():
    return site_disorder_configurations("Cl")


@pytest.fixture(scope="session")
def square_well():
    return FoundationEngine(model="stability.square_well:SquareWell")


@pytest.fixture(scope="session")
def lennard_jones():
    """Holds an argyrodite together for some steps, in milliseconds each."""
    options = {"sigma": 2.0, "epsilon": 0.02, "rc": 5.0, "smooth": True}
    return FoundationEngine(model="ase.calculators.lj:LennardJones", options=options)


@pytest.fixture(scope="session")
def run():
    """Run a flow and return its output."""

    def call(flow):
        store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
        run_locally(flow, store=store, log=False, ensure_success=True)
        return flow.output.resolve(store)

    return call
