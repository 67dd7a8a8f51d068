"""Where documents are kept: stores by location, typed queries, attachments on demand."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from bson.errors import InvalidDocument
from jobflow import JobStore
from jobflow.core.schemas import JobStoreDocument
from maggma.stores import MemoryStore
from pymongo.errors import DocumentTooLarge, OperationFailure

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.redaction import redact, redact_document
from atomate2_argyrodite.store_locations import (
    JOBFLOW,
    MEMORY,
    additional_stores,
    is_shared,
    open_store,
    reason_of,
)

__all__ = [
    "JOBFLOW",
    "MEMORY",
    "StoredAttachment",
    "StoredDocument",
    "find_documents",
    "find_one",
    "is_shared",
    "open_store",
    "put_document",
    "reason_of",
]

_PACKAGE = "atomate2_argyrodite"
_ANY = {"$exists": True}
_MANY_UUIDS = 50
_TOO_LARGE = 10334  # MongoDB's BSONObjectTooLarge
_TOO_LARGE_WORDS = ("too large", "larger than", "exceeds")
_KEEP_ARRAYS_APART = (
    "MongoDB takes up to 16 MB; keep arrays in an Attachment, which goes to the data store"
)


class StoredAttachment(Attachment):
    """An attachment whose content stays in the store until it is asked for."""

    def __init__(self, store: JobStore, blob: Mapping[str, str]) -> None:
        self._store = store
        self._blob = blob

    @cached_property
    def _record(self) -> dict[str, str]:
        data = additional_stores(self._store)[self._blob["store"]]
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
    campaign: str | None = None,
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
    campaign
        What the header says: the records of runs and the gathered results. All documents of a
        campaign are found by `uuids` (see `campaign.belonging`).
    uuids
        Only documents of these jobs.
    """
    # Servers that look at the first condition alone to choose an index need the rarest one first.
    wanted: dict[str, Any] = {}
    header = {"potential_id": potential_id, "configuration": configuration}
    header["functional"] = str(Functional.parse(functional)) if functional else None
    header |= {"campaign": campaign, "halide": halide, "composition": composition}
    wanted |= {f"output.{field}": value for field, value in header.items() if value is not None}
    wanted["output.stage"] = stage or _ANY
    bounds = {"$gte": min_temperature_kelvin, "$lte": max_temperature_kelvin}
    bounds = {operator: value for operator, value in bounds.items() if value is not None}
    if bounds:
        in_results = {"output.results": {"$elemMatch": {"temperature_kelvin": bounds}}}
        wanted["$or"] = [{"output.temperature_kelvin": bounds}, in_results]
    if uuids is not None:
        wanted = {"uuid": {"$in": _matching(store, wanted, set(uuids))}, **wanted}
    found = [_typed(store, raw) for raw in store.docs_store.query(wanted)]
    return sorted(
        (document for document in found if document is not None),
        key=lambda stored: (stored.document.created_at or "", stored.uuid),
    )


def _matching(store: JobStore, wanted: dict[str, Any], uuids: set[str]) -> list[str]:
    """Return those of many `uuids` whose documents may match.

    A server compares every document with every uuid of a long list, but finds those with a header
    by an index: for a campaign of 1,000 jobs among 10,000 documents that is ten times faster.
    """
    if len(uuids) < _MANY_UUIDS or wanted == {"output.stage": _ANY}:
        return list(uuids)
    return [d["uuid"] for d in store.docs_store.query(wanted, ["uuid"]) if d["uuid"] in uuids]


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
    record.output = redact_document(record.output)
    staging = JobStore(MemoryStore(), additional_stores=additional_stores(store))
    staging.docs_store.connect()
    default: dict[str, Any] = vars(store)["save"]
    with _told_in_a_sentence(f"the arrays of job {record.name!r}"):
        staging.update(record, key=["uuid", "index"], save=save or default)
    documents = [{k: v for k, v in d.items() if k != "_id"} for d in staging.docs_store.query()]
    with _told_in_a_sentence(f"the output of job {record.name!r}"):
        store.docs_store.update(documents, key=["uuid", "index"])


@contextmanager
def _told_in_a_sentence(what: str) -> Iterator[None]:
    """Turn what a server refuses for good into a sentence with the remedy."""
    try:
        yield
    except (DocumentTooLarge, InvalidDocument) as error:
        raise StoreError(
            f"{what} cannot be stored ({reason_of(error)}): {_KEEP_ARRAYS_APART}"
        ) from None
    except OperationFailure as error:
        code, reason = _refusal(error)
        too_large = code == _TOO_LARGE or any(w in reason for w in _TOO_LARGE_WORDS)
        remedy = _KEEP_ARRAYS_APART if too_large else "its user needs the role readWrite there"
        raise StoreError(f"{what} cannot be stored ({reason}): {remedy}") from None


def _refusal(error: OperationFailure) -> tuple[int | None, str]:
    """Return what a server said of the first document that it refused."""
    writes = (error.details or {}).get("writeErrors") or [{}]
    first = writes[0]
    reason = redact(str(first.get("errmsg") or reason_of(error))[:200])
    return first.get("code", error.code), reason
