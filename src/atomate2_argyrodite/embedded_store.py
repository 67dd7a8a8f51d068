"""A maggma store in one SQLite file: no server, several writing processes, look-ups by key.

maggma's own ``MontyStore`` reads its whole collection for every query and every update, so a
campaign's cost per job grows with the number of jobs before it; this one indexes the store's key.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import bson
import pydash
from maggma.core import Store
from montydb.engine.queries import QueryFilter

from atomate2_argyrodite.errors import StoreError

Document = dict[str, Any]
_BUSY_TIMEOUT_S = 120.0
_PAUSE_S = 0.02
_PRIMARY_CODE = 0xFF  # of SQLite's extended error codes
_VARIABLES_PER_STATEMENT = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents
    (id INTEGER PRIMARY KEY, key TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS documents_key ON documents (key);
"""


def _prepare(connection: sqlite3.Connection) -> None:
    """Set the file up and make sure that it can be written.

    SQLite waits for other writers, but not for a process that switches a new file to write-ahead
    logging in the same moment.
    """
    end = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


class EmbeddedStore(Store):
    """Documents in a SQLite file, queried in MongoDB's language.

    Criteria on the store's key (equality or ``$in``) use an index; everything else reads the
    collection. Write-ahead logging lets readers and one writer work at the same time; other
    writers wait. The file must lie on a file system of this machine.

    Parameters
    ----------
    path
        The SQLite file; its folder must exist.
    key
        Field by which documents are looked up.
    """

    def __init__(self, path: str | Path, key: str = "uuid", **kwargs: Any) -> None:
        self.path = str(path)
        self.kwargs = kwargs
        self._connection: sqlite3.Connection | None = None
        super().__init__(key=key, **kwargs)

    @property
    def _collection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"store {self.path!r} is not connected: call connect() first")
        return self._connection

    @property
    def name(self) -> str:
        """Where the documents are."""
        return f"sqlite://{self.path}"

    def connect(self, force_reset: bool = False) -> None:
        """Open the file, create what is missing, and make sure that it can be written.

        Raises
        ------
        StoreError
            If the file cannot be opened and written as a SQLite database.
        """
        if self._connection is not None and not force_reset:
            return
        self.close()
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            _prepare(connection)
        except sqlite3.Error as error:
            raise StoreError(
                f"store {self.path!r} cannot be opened for writing ({error}): choose another "
                "folder with --store or ARGYRODITE_STORE"
            ) from None
        self._connection = connection

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def count(self, criteria: Document | None = None) -> int:
        """Return the number of documents that match `criteria`."""
        return sum(1 for _ in self._matching(criteria or {}))

    def query(
        self,
        criteria: Document | None = None,
        properties: Mapping[str, int] | Iterable[str] | None = None,
        sort: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        """Yield the documents that match `criteria`, as `Store.query` defines it."""
        found: Iterable[Document] = (document for _, document in self._matching(criteria or {}))
        if sort:
            found = _sorted(found, sort)
        found = islice(found, skip, skip + limit if limit else None)
        return (_project(document, properties) for document in found)

    def update(self, docs: Document | list[Document], key: list[str] | str | None = None) -> None:
        """Insert `docs`, each replacing the document that agrees with it in the fields `key`.

        Raises
        ------
        StoreError
            If the file cannot be written; then nothing of `docs` is stored.
        """
        fields = [key] if isinstance(key, str) else key or [self.key]
        with self._transaction() as connection:
            for document in docs if isinstance(docs, list) else [docs]:
                self._put(connection, document, fields)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._collection
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
        except sqlite3.Error as error:
            raise StoreError(
                f"store {self.path!r} could not be written ({error}): free disk space or check "
                "its permissions, then run again"
            ) from error

    def _put(self, connection: sqlite3.Connection, document: Document, fields: list[str]) -> None:
        body = bson.encode({k: v for k, v in document.items() if k != "_id"})
        old = next(self._matching({field: document[field] for field in fields}), None)
        if old is None:
            statement = "INSERT INTO documents (key, body) VALUES (?, ?)"
            connection.execute(statement, (str(document[self.key]), body))
        else:
            statement = "UPDATE documents SET key = ?, body = ? WHERE id = ?"
            connection.execute(statement, (str(document[self.key]), body, old[0]))

    def remove_docs(self, criteria: Document) -> None:
        """Remove the documents that match `criteria`."""
        with self._transaction() as connection:
            numbers = [(number,) for number, _ in self._matching(criteria)]
            connection.executemany("DELETE FROM documents WHERE id = ?", numbers)

    def ensure_index(self, key: str, unique: bool = False) -> bool:
        """Tell whether there is an index on `key`; only the store's key has one."""
        return key == self.key and not unique

    def groupby(
        self,
        keys: list[str] | str,
        criteria: Document | None = None,
        properties: Mapping[str, int] | Iterable[str] | None = None,
        sort: Mapping[str, Any] | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[tuple[Document, list[Document]]]:
        """Yield (values of `keys`, documents) for every combination of values that occurs."""
        names = [keys] if isinstance(keys, str) else list(keys)

        def values(document: Document) -> list[Any]:
            return [pydash.get(document, name) for name in names]

        documents = [
            document
            for document in self.query(criteria, properties, sort, skip, limit)
            if all(pydash.has(document, name) for name in names)
        ]
        for group, members in groupby(sorted(documents, key=values), key=values):
            yield dict(zip(names, group, strict=True)), list(members)

    def _matching(self, criteria: Document) -> Iterator[tuple[int, Document]]:
        keys = _wanted_keys(criteria.get(self.key))
        matches = QueryFilter(
            criteria if keys is None else {k: v for k, v in criteria.items() if k != self.key}
        )
        for number, body in self._rows(keys):
            document = bson.decode(body)
            if matches(document):
                yield number, document

    def _rows(self, keys: list[str] | None) -> Iterator[tuple[int, bytes]]:
        select = "SELECT id, body FROM documents"
        if keys is None:
            yield from self._collection.execute(f"{select} ORDER BY id")
            return
        for start in range(0, len(keys), _VARIABLES_PER_STATEMENT):
            some = keys[start : start + _VARIABLES_PER_STATEMENT]
            marks = ",".join("?" * len(some))
            yield from self._collection.execute(f"{select} WHERE key IN ({marks})", some)


def _wanted_keys(criterion: Any) -> list[str] | None:
    """Return the keys that a criterion on the store's key allows, or None if it is not a list."""
    if isinstance(criterion, str):
        return [criterion]
    if isinstance(criterion, dict) and set(criterion) == {"$in"}:
        keys = list(dict.fromkeys(criterion["$in"]))
        return keys if all(isinstance(key, str) for key in keys) else None
    return None


def _sorted(documents: Iterable[Document], sort: Mapping[str, Any]) -> list[Document]:
    def rank(field: str) -> Callable[[Document], tuple[bool, Any]]:
        # MongoDB puts missing values first.
        return lambda document: ((v := pydash.get(document, field)) is not None, v)

    result = list(documents)
    for field, order in reversed(list(sort.items())):
        result.sort(key=rank(field), reverse=getattr(order, "value", order) < 0)
    return result


def _project(document: Document, properties: Mapping[str, int] | Iterable[str] | None) -> Document:
    if not properties:
        return document
    if isinstance(properties, Mapping) and not any(properties.values()):
        return dict(pydash.omit(document, *properties))
    return dict(pydash.pick(document, *properties))
