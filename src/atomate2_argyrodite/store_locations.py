"""Opening stores: a folder, a MongoDB server, the user's jobflow.yaml, or memory."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobflow import JobStore
from maggma.core import Store
from maggma.stores import MemoryStore, MongoStore, MontyStore

from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.redaction import redact, remember_secret, remember_secrets_of

MEMORY = "memory"
JOBFLOW = "jobflow"
DOCUMENTS_COLLECTION = "documents"
DATA_COLLECTION = "documents_data"
_DOCUMENTS_FILE = "documents.sqlite"
_INDEXED_FIELDS = (
    "uuid",
    "hosts",
    "output.stage",
    "output.campaign",
    "output.halide",
    "output.configuration",
    "output.functional",
    "output.potential_id",
    "output.temperature_kelvin",
    "output.frame_hashes",
)
_HEADER_INDEX = ("output.stage", "output.halide", "output.functional", "output.configuration")
_RESTART_MS = 600_000
_LONGEST_REASON = 1_000


def open_store(
    location: str | Path, *, must_exist: bool = False, patience_s: float | None = 5.0
) -> JobStore:
    """Open the document store at `location` and make sure that it can be written.

    Parameters
    ----------
    location
        ``"memory"`` (forgotten when the process ends), ``"jobflow"`` (the store that the user's
        jobflow.yaml configures), a ``mongodb://`` or ``mongodb+srv://`` URI that names a database,
        or a folder, which becomes an embedded store that several processes may write.
    must_exist
        Whether an embedded store that does not exist is an error.
    patience_s
        How long to wait for a server, in s; None: as long as a restart of it may take.

    Returns
    -------
    JobStore
        A connected store whose additional store ``data`` takes attachments.

    Raises
    ------
    StoreError
        If the folder cannot be written, the server cannot be reached, or the store of
        jobflow.yaml has no ``data`` store, or there is none and there must be.
    """
    text = str(location)
    remember_secrets_of(text)
    if text == MEMORY:
        return _connected(JobStore(MemoryStore(), additional_stores={"data": MemoryStore()}))
    if text == JOBFLOW:
        return _open_jobflow_store(patience_s)
    if text.startswith(("mongodb://", "mongodb+srv://")):
        return _open_mongodb(text, patience_s)
    if "://" in text:
        raise StoreError(
            f"store {redact(text)!r} is of an unknown kind: give a folder, a mongodb:// URI, "
            "'jobflow' or 'memory'"
        )
    return _open_folder(Path(text).expanduser().absolute(), must_exist=must_exist)


def is_shared(store: JobStore) -> bool:
    """Whether other processes can open the same store."""
    documents = store.docs_store
    return isinstance(documents, MontyStore) or not isinstance(documents, MemoryStore)


def additional_stores(store: JobStore) -> dict[str, Store]:
    """Return the stores of arrays by name."""
    stores: dict[str, Store] = store.additional_stores  # type: ignore[has-type]
    return stores


def _connected(store: JobStore) -> JobStore:
    store.connect()
    return store


def _open_jobflow_store(patience_s: float | None) -> JobStore:
    from jobflow import SETTINGS
    from pymongo.errors import PyMongoError

    store: JobStore = SETTINGS.JOB_STORE
    if "data" not in additional_stores(store):
        if isinstance(additional_stores(store), defaultdict):  # jobflow's own, without a file
            raise StoreError(
                "jobflow has no store: it would keep results in memory; write a jobflow.yaml with "
                "a JOB_STORE, or give --store a folder or a mongodb:// URI"
            )
        raise StoreError(
            "the store of jobflow.yaml has no additional store 'data': add one under "
            "additional_stores (for example a GridFSStore), because arrays are kept there"
        )
    for part in (store.docs_store, *additional_stores(store).values()):
        remember_secret(getattr(part, "password", None))
    try:
        _reach(lambda: _probed(_connected(store)), patience_s)
        _ensure_indexes(store)
    except (PyMongoError, OSError) as error:
        raise StoreError(
            f"the store of jobflow.yaml cannot be reached ({reason_of(error)}): "
            "check its host, port and credentials"
        ) from None
    return store


def _probed(store: JobStore) -> JobStore:
    store.query_one({"uuid": ""}, ["uuid"])
    return store


def _reach(action: Callable[[], JobStore], patience_s: float | None) -> JobStore:
    """Do what needs a server, within `patience_s`; None waits as long as a restart may take."""
    import pymongo

    if patience_s is None:
        return patiently(action)
    with pymongo.timeout(patience_s):
        return action()


def _open_mongodb(uri: str, patience_s: float | None) -> JobStore:
    from maggma.stores import GridFSStore
    from pymongo.errors import PyMongoError

    remedy = "check host, port and credentials, and name a database: mongodb://host:27017/name"
    try:
        # Once it is open, a server that is restarted is waited for.
        waiting = {} if "timeoutms" in uri.lower() else {"serverSelectionTimeoutMS": _RESTART_MS}
        options: dict[str, Any] = {"mongoclient_kwargs": waiting}
        documents = MongoStore.from_uri(uri, DOCUMENTS_COLLECTION, **options)
        data = GridFSStore.from_uri(uri, DATA_COLLECTION, compression=True, **options)
        store = JobStore(documents, additional_stores={"data": data})
        _reach(lambda: _probed(_connected(store)), patience_s)
        _ensure_indexes(store)
    except (PyMongoError, ValueError, OSError) as error:
        raise StoreError(
            f"store {redact(uri)!r} cannot be opened ({reason_of(error)}): {remedy}"
        ) from None
    return store


def _ensure_indexes(store: JobStore) -> None:
    """Index what queries filter by, as far as this user may."""
    from pymongo.errors import OperationFailure

    documents = store.docs_store
    with suppress(OperationFailure):  # a user who may only read
        for field in _INDEXED_FIELDS:
            documents.ensure_index(field)
        if isinstance(documents, MongoStore) and not isinstance(documents, MemoryStore):
            documents._collection.create_index([(f, 1) for f in _HEADER_INDEX], background=True)
    with suppress(OperationFailure):
        additional_stores(store)["data"].ensure_index("blob_uuid")


def reason_of(error: Exception) -> str:
    """Return what a database says in one phrase without credentials."""
    from pymongo.errors import ConfigurationError

    if isinstance(error, ConfigurationError | ValueError):
        # What pymongo says of a URI that it cannot read may quote the password.
        return "it is not a valid URI, names no database, or its host is unknown"
    text = redact(str(error)[:_LONGEST_REASON])  # what is refused may be part of the message
    first = text.split(",")[0].split(" (configured")[0]
    return first.strip().rstrip(".") or type(error).__name__


def _open_folder(folder: Path, *, must_exist: bool) -> JobStore:
    from atomate2_argyrodite.embedded_store import EmbeddedStore

    if must_exist and not (folder / _DOCUMENTS_FILE).is_file():
        raise StoreError(
            f"there is no store in {str(folder)!r}: run a campaign first, or name another place "
            "with --store or ARGYRODITE_STORE"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _connected(
            JobStore(
                EmbeddedStore(folder / _DOCUMENTS_FILE, key="uuid"),
                additional_stores={"data": EmbeddedStore(folder / "data.sqlite", key="blob_uuid")},
            )
        )
    except OSError as error:
        raise StoreError(
            f"store {str(folder)!r} cannot be written ({error.strerror or error}): "
            "choose another folder with --store or ARGYRODITE_STORE"
        ) from None
