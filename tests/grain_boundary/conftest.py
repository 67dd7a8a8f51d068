import pytest
from jobflow import JobStore, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.structures import site_disorder_configurations


@pytest.fixture(scope="session")
def family():
    return site_disorder_configurations("Cl", 10.2795)


@pytest.fixture(scope="session")
def square_well():
    return FoundationEngine(model="stability.square_well:SquareWell")


@pytest.fixture(scope="session")
def run():
    """Run a flow; return its output and the store."""

    def call(flow):
        store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
        run_locally(flow, store=store, log=False, ensure_success=True)
        return flow.output.resolve(store), store

    return call
