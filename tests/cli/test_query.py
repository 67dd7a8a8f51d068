"""``argyrodite query`` and ``status`` on a store of synthetic documents."""

import csv
import io
import json
from pathlib import Path

import pytest
import synthetic

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.store import open_store


@pytest.fixture
def store(tmp_path):
    filled = synthetic.filled_store(
        synthetic.whole_campaign(),
        RunState.FAILED,
        [synthetic.failure()],
        location=tmp_path / "argyrodite_store",
    )
    filled.close()


@pytest.mark.parametrize(
    ("options", "n"),
    [
        ([], 28),
        (["--stage", "sampling"], 8),
        (["--stage", "sampling", "--configuration", "0-F-43m"], 4),
        (["--stage", "molecular_dynamics", "--min-temperature", "500"], 4),
        (["--stage", "molecular_dynamics", "--max-temperature", "400"], 2),
        (["--halide", "Br"], 0),
        (["--functional", "pbe", "--stage", "labelling"], 1),
        (["--campaign", "synthetic"], 28),
        (["--campaign", "synthetic", "--stage", "conductivity"], 2),
    ],
)
def test_filters_agree_in_every_format(argyrodite, store, options, n):
    table = argyrodite("query", *options)
    assert table.code == 0
    assert f"{n} documents" in table.out
    documents = json.loads(argyrodite("query", *options, "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(argyrodite("query", *options, "--format", "csv").out)))
    assert len(documents) == len(rows) == n
    assert [d["uuid"] for d in documents] == [r["uuid"] for r in rows]


def test_json_holds_whole_documents_without_arrays(argyrodite, store):
    found = argyrodite("query", "--stage", "conductivity", "--format", "json")
    documents = json.loads(found.out)
    assert documents[0]["results"][0]["temperature_kelvin"] == 400.0
    assert "curves" not in documents[0]
    assert "content" not in found.out


def test_documents_of_other_campaigns_are_left_out(argyrodite, store, tmp_path):
    opened = open_store(tmp_path / "argyrodite_store")
    synthetic.put(opened, "other", synthetic.conductivity())
    opened.close()
    assert "3 documents" in argyrodite("query", "--stage", "conductivity").out
    chosen = ("query", "--stage", "conductivity", "--campaign", "synthetic")
    assert "2 documents" in argyrodite(*chosen).out
    unknown = argyrodite("query", "--campaign", "no-such")
    assert unknown.code == 2
    assert unknown.err == (
        "Error: campaign 'no-such' was not run with this store: it knows synthetic\n"
    )


def test_surrogates_are_marked_in_the_table(argyrodite, store):
    assert "chgnet (surrogate)" in argyrodite("query", "--stage", "labelling").out


def test_a_store_that_does_not_exist_is_not_made(argyrodite):
    for command in ("query", "status", "report"):
        result = argyrodite(command, "--store", "nowhere")
        assert result.code == 2
        assert "nowhere" in result.err
        assert "--store" in result.err
    assert not Path("nowhere").exists()


def test_a_bad_filter_is_one_sentence(argyrodite, store):
    result = argyrodite("query", "--functional", "lda")
    assert result.code == 2
    assert result.err.startswith("Error: unknown functional 'lda'")


def test_status_shows_stages_and_failures(argyrodite, store):
    result = argyrodite("status")
    assert result.code == 0
    assert "synthetic: failed" in result.out
    assert "8 of 11 jobs done, 160 labels" in result.out
    row = next(line for line in result.out.splitlines() if "conductivity" in line)
    assert row.split()[1:5] == ["·", "·", "1", "2"]  # done, running, failed, waiting
    assert "RunError: lost atoms" in result.out


def test_report_of_a_store(argyrodite, store):
    result = argyrodite("report", "-o", "r")
    assert result.code == 0
    assert result.out.strip() == "Report: r/report.html"
    assert "lost atoms" in Path("r/report.html").read_text()
    assert argyrodite("report", "--campaign", "other").code == 2
