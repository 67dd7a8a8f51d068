"""Where a job looks for what is known already: its store, or the one that its worker names."""

import os
import sys

from jobflow import JobStore

from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.settings import ENVIRONMENT_PREFIX
from atomate2_argyrodite.store import open_store

_REMOTE_WORKER = "jobflow_remote.jobs.run"


def store_of_results(given: JobStore | None) -> JobStore | None:
    """Return the store in which a job may look for earlier results.

    A worker of jobflow-remote is given files instead of the store, because it need not reach the
    database. One that does says so by ``ARGYRODITE_STORE`` in its environment; a store that cannot
    be opened costs the look, not the job.

    Parameters
    ----------
    given
        The store that the job was given.
    """
    location = os.environ.get(f"{ENVIRONMENT_PREFIX}STORE")
    if _REMOTE_WORKER not in sys.modules or not location:
        return given
    try:
        return open_store(location, must_exist=True)
    except StoreError as error:
        print(f"Earlier results are not looked for: {error}", file=sys.stderr)  # in the job's log
        return given
