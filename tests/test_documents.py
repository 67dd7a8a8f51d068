"""Attachments keep their content and notice damage; document jobs stamp the header."""

import base64
import zlib
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jobflow import JobStore, Response, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment, document_job
from atomate2_argyrodite.errors import StoreError


class Measured(ArgyroditeDocument):
    stage: str = "measured"
    value: float
    curve: Attachment


@document_job(Measured)
def measure(value):
    return Measured(value=value, curve=Attachment.from_arrays("c.npz", {"x": [value, 2 * value]}))


@document_job(Measured)
def measure_and_continue(value):
    return Response(
        output=Measured(value=value, curve=Attachment.from_text("c", "x")), addition=measure(2.0)
    )


@document_job(Measured)
def reads(document):
    assert document.curve.to_arrays()["x"][1] == 2 * document.value
    return Measured(value=3 * document.value, curve=document.curve)


def run(flow):
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    return run_locally(flow, store=store, log=False, ensure_success=True), store


@given(st.binary(max_size=2000))
def test_attachment_returns_the_bytes(data):
    assert Attachment.from_bytes("n", data).to_bytes() == data


def test_attachment_returns_arrays_of_every_kind():
    arrays = {"f": np.linspace(0, 1, 5), "i": np.arange(3), "b": np.array([True]), "s": ["Li", "P"]}
    found = Attachment.from_arrays("a", arrays).to_arrays()
    assert set(found) == set(arrays)
    assert all((found[k] == np.asarray(v)).all() for k, v in arrays.items())


def test_object_arrays_are_refused():
    with pytest.raises(ValueError, match="allow_pickle"):
        Attachment.from_arrays("a", {"o": np.array([{}, None], dtype=object)})


def test_damage_is_noticed():
    attachment = Attachment.from_text("potential.mtp", "MTP")
    attachment.content = base64.b64encode(zlib.compress(b"MTp")).decode()
    with pytest.raises(StoreError, match=r"potential\.mtp"):
        attachment.to_text()


def test_document_job_stamps_the_header_and_sends_arrays_to_the_data_store():
    job = measure(1.5)
    _, store = run(job)
    output = store.query_one({"uuid": job.uuid})["output"]
    assert output["software_versions"]["jobflow"]
    assert output["created_at"].endswith("+00:00")
    assert output["wall_time_s"] >= 0
    assert "blob_uuid" in output["curve"]
    assert "content" not in output["curve"]


def test_documents_of_one_second_have_an_order():
    jobs = [measure(float(value)) for value in range(5)]
    _, store = run(jobs)
    times = [store.query_one({"uuid": job.uuid})["output"]["created_at"] for job in jobs]
    assert sorted(set(times)) == times
    older = "2026-11-25T00:37:42+00:00"  # whole seconds: before what has a fraction
    assert older < "2026-11-25T00:37:42.000001+00:00" < "2026-11-25T00:37:43+00:00"


def test_the_next_job_gets_the_document_and_its_arrays():
    first = measure(1.5)
    second = reads(first.output)
    responses, _ = run([first, second])
    assert responses[second.uuid][1].output.value == 4.5


def test_a_response_keeps_its_jobs_and_its_document_is_stamped():
    job = measure_and_continue(1.0)
    responses, _ = run(job)
    assert len(responses) == 2
    assert responses[job.uuid][1].output.software_versions


class Renamed(ArgyroditeDocument):
    """Version 1 had a length in nm, version 2 in Å under another name; 3 gave it a unit name."""

    older_versions: ClassVar = {
        1: lambda d: {**d, "size": 10 * d.pop("size_nm")},
        2: lambda d: {**d, "size_angstrom": d.pop("size")},
    }
    stage: str = "renamed"
    size_angstrom: float


def test_older_documents_are_read(monkeypatch):
    monkeypatch.setattr("atomate2_argyrodite.documents.SCHEMA_VERSION", 3)
    first = {"schema_version": 1, "stage": "renamed", "size_nm": 0.5}
    second = {"schema_version": 2, "stage": "renamed", "size": 5.0}
    for older in (first, second):
        kept = dict(older)
        assert Renamed.model_validate(older).size_angstrom == 5.0
        assert Renamed.model_validate(older).schema_version == 3
        assert older == kept
    assert Measured.model_validate(
        {"schema_version": 1, "value": 1.0, "curve": Attachment.from_text("c", "x")}
    ).value == pytest.approx(1.0)


def test_newer_documents_are_refused_with_the_remedy():
    with pytest.raises(StoreError, match=r"schema version 99.*upgrade"):
        Renamed.model_validate({"schema_version": 99, "size_angstrom": 1.0})
