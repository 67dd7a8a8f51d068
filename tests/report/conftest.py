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
