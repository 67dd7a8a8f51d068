"""Report tests use documents of a campaign that never ran."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def whole_page(tmp_path_factory):
    """The report of a finished campaign."""
    import synthetic

    from atomate2_argyrodite.report import write_report

    store = synthetic.filled_store(synthetic.whole_campaign())
    return write_report(store, tmp_path_factory.mktemp("whole"))


def _store(state):
    import synthetic

    from atomate2_argyrodite.campaign.run_record import RunState
    from atomate2_argyrodite.store import open_store

    documents = synthetic.whole_campaign()
    if state == "empty":
        return open_store("memory")
    if state == "interrupted":
        return synthetic.filled_store(documents[:12], RunState.INTERRUPTED)
    failures = [synthetic.failure(), synthetic.failure()]
    return synthetic.filled_store(documents[:20], RunState.FAILED, failures)


@pytest.fixture(scope="session", params=["finished", "empty", "interrupted", "failed"])
def written(request, whole_page, tmp_path_factory):
    """The report of a campaign in each of its states."""
    from atomate2_argyrodite.report import write_report

    if request.param == "finished":
        return whole_page
    return write_report(_store(request.param), tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def browser():
    """A tab of a headless Chromium."""
    from chromium import running_chromium

    with running_chromium() as tab:
        yield tab
