"""Where documents are kept: stores by location, typed queries, attachments on demand."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from jobflow import JobStore
from jobflow.core.schemas import JobStoreDocument
from maggma.core import Store
from maggma.stores import MemoryStore, MongoStore

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.patience import patiently
from atomate2_argyrodite.redaction import redact, remember_secret, remember_secrets_of

MEMORY = "memory"
JOBFLOW = "jobflow"
DOCUMENTS_COLLECTION = "documents"
DATA_COLLECTION = "documents_data"
_DOCUMENTS_FILE = "documents.sqlite"
_INDEXED_FIELDS = (
    "uuid",
    "output.stage",
    "output.halide",
    "output.configuration",
    "output.functional",
    "output.potential_id",
    "output.temperature_kelvin",
)
_HEADER_INDEX = ("output.stage", "output.halide", "output.functional", "output.configuration")
_PACKAGE = "atomate2_argyrodite"
_RESTART_MS = 600_000


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


class StoredAttachment(Attachment):
    """An attachment whose content stays in the store until it is asked for."""

    def __init__(self, store: JobStore, blob: Mapping[str, str]) -> None:
        self._store = store
        self._blob = blob

    @cached_property
    def _record(self) -> dict[str, str]:
        data = _additional_stores(self._store)[self._blob["store"]]
        found = data.query_one({"blob_uuid": self._blob["blob_uuid"]}, ["blob_uuid", "data"])
        if found is None:
            raise StoreError(
                f"the data store lacks attachment {self._blob['blob_uuid']}: it was removed; "
                "remove its document too and run the campaign again"
            )
        record: dict[str, str] = found["data"]
        return record

    @property
    def name(self) -> str:  # type: ignore[override]
        """File name the content would have on disk."""
        return self._record["name"]

    @property
    def content(self) -> str:  # type: ignore[override]
        """Base64 text of the compressed bytes."""
        return self._record["content"]

    @property
    def sha256(self) -> str:  # type: ignore[override]
        """Hash of the uncompressed bytes."""
        return self._record["sha256"]


@dataclass(frozen=True)
class StoredDocument:
    """A document as it is found in a store.

    Parameters
    ----------
    uuid, index
        Where the store keeps it.
    job_name
        Name of the job that wrote it.
    document
        The typed document; its attachments are `StoredAttachment` objects.
    """

    uuid: str
    index: int
    job_name: str
    document: ArgyroditeDocument


def find_documents(
    store: JobStore,
    *,
    stage: str | None = None,
    halide: str | None = None,
    configuration: str | None = None,
    functional: Functional | str | None = None,
    min_temperature_kelvin: float | None = None,
    max_temperature_kelvin: float | None = None,
    composition: str | None = None,
    potential_id: str | None = None,
    uuids: Iterable[str] | None = None,
) -> list[StoredDocument]:
    """Return the documents whose headers match, oldest first.

    Parameters
    ----------
    store
        A connected store.
    stage, halide, configuration, functional, composition, potential_id
        Values the header must have; None matches everything.
    min_temperature_kelvin, max_temperature_kelvin
        Bounds in K, inclusive, of the header's temperature or of a result's; documents without
        either do not match.
    uuids
        Only documents of these jobs.
    """
    # Servers that look at the first condition alone to choose an index need the rarest one first.
    wanted: dict[str, Any] = {} if uuids is None else {"uuid": {"$in": list(uuids)}}
    header = {"potential_id": potential_id, "configuration": configuration}
    header["functional"] = str(Functional.parse(functional)) if functional else None
    header |= {"halide": halide, "composition": composition}
    wanted |= {f"output.{field}": value for field, value in header.items() if value is not None}
    wanted["output.stage"] = stage if stage else {"$exists": True}
    bounds = {"$gte": min_temperature_kelvin, "$lte": max_temperature_kelvin}
    bounds = {operator: value for operator, value in bounds.items() if value is not None}
    if bounds:
        in_results = {"output.results": {"$elemMatch": {"temperature_kelvin": bounds}}}
        wanted["$or"] = [{"output.temperature_kelvin": bounds}, in_results]
    found = [_typed(store, raw) for raw in store.docs_store.query(wanted)]
    return sorted(
        (document for document in found if document is not None),
        key=lambda stored: (stored.document.created_at or "", stored.uuid),
    )


def find_one(store: JobStore, uuid: str) -> StoredDocument | None:
    """Return the newest document of job `uuid`, or None."""
    raw = store.docs_store.query_one({"uuid": uuid}, sort={"index": -1})
    return None if raw is None else _typed(store, raw)


def _typed(store: JobStore, raw: Mapping[str, Any]) -> StoredDocument | None:
    output = raw.get("output")
    schema = _schema_of(output) if isinstance(output, dict) else None
    if schema is None:
        return None
    document = schema.model_validate(_with_attachments(store, output))
    return StoredDocument(raw["uuid"], raw["index"], raw.get("name") or "", document)


def _schema_of(output: Mapping[str, Any]) -> type[ArgyroditeDocument] | None:
    module = str(output.get("@module", ""))
    if module.split(".")[0] != _PACKAGE:
        return None
    schema = getattr(import_module(module), str(output.get("@class")), None)
    if isinstance(schema, type) and issubclass(schema, ArgyroditeDocument):
        return schema
    return None


def _with_attachments(store: JobStore, value: Any) -> Any:
    if isinstance(value, list):
        return [_with_attachments(store, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "blob_uuid" in value:
        return StoredAttachment(store, value)
    if value.get("@class") == Attachment.__name__:
        return Attachment(value["name"], value["content"], value["sha256"])
    return {
        key: _with_attachments(store, item)
        for key, item in value.items()
        if not key.startswith("@")
    }


def put_document(store: JobStore, record: JobStoreDocument, save: dict[str, Any] | None) -> None:
    """Store the output of a job, its attachments first.

    Whoever finds the document therefore finds its attachments, however suddenly the writing
    process ends.

    Parameters
    ----------
    store
        A connected store.
    record
        What jobflow keeps of a job.
    save
        What goes to which additional store, as `JobStore.update` takes it.
    """
    staging = JobStore(MemoryStore(), additional_stores=_additional_stores(store))
    staging.docs_store.connect()
    default: dict[str, Any] = vars(store)["save"]
    staging.update(record, key=["uuid", "index"], save=save or default)
    documents = [{k: v for k, v in d.items() if k != "_id"} for d in staging.docs_store.query()]
    store.docs_store.update(documents, key=["uuid", "index"])


def _additional_stores(store: JobStore) -> dict[str, Store]:
    stores: dict[str, Store] = vars(store)["additional_stores"]
    return stores


def _connected(store: JobStore) -> JobStore:
    store.connect()
    return store


def _open_jobflow_store(patience_s: float | None) -> JobStore:
    from jobflow import SETTINGS
    from pymongo.errors import PyMongoError

    store: JobStore = SETTINGS.JOB_STORE
    if "data" not in _additional_stores(store):
        raise StoreError(
            "the store of jobflow.yaml has no additional store 'data': add one under "
            "additional_stores (for example a GridFSStore), because arrays are kept there"
        )
    for part in (store.docs_store, *_additional_stores(store).values()):
        remember_secret(getattr(part, "password", None))
    try:
        _reach(lambda: _probed(_connected(store)), patience_s)
        _ensure_indexes(store)
    except (PyMongoError, OSError) as error:
        raise StoreError(
            f"the store of jobflow.yaml cannot be reached ({_reason(error)}): "
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

    remedy = "check host, port and credentials, and name a database: mongodb://user@host:27017/name"
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
            f"store {redact(uri)!r} cannot be opened ({_reason(error)}): {remedy}"
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
        _additional_stores(store)["data"].ensure_index("blob_uuid")


def _reason(error: Exception) -> str:
    from pymongo.errors import ConfigurationError

    if isinstance(error, ConfigurationError | ValueError):
        # What pymongo says of a URI that it cannot read may quote the password.
        return "it is not a valid URI, names no database, or its host is unknown"
    return redact(str(error)).split(",")[0].strip().rstrip(".") or type(error).__name__


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
