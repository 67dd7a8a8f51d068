"""Typed queries and tables on a store of synthetic documents."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "report"))

import synthetic

from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.errors import InputError, StoreError
from atomate2_argyrodite.queries import (
    as_table,
    conductivities,
    conductivity_table,
    documents_of,
    functional_comparisons,
    functional_table,
    labelled_sets,
    molecular_dynamics,
    potentials,
    relative_stabilities,
)
from atomate2_argyrodite.store import open_store


@pytest.fixture
def folder(tmp_path):
    filled = synthetic.filled_store(synthetic.whole_campaign(), location=tmp_path / "store")
    filled.close()
    return tmp_path / "store"


def test_documents_come_typed_and_filtered(folder, monkeypatch):
    monkeypatch.setenv("ARGYRODITE_STORE", str(folder))
    found = conductivities(halide="Cl", functional="pbe")
    assert len(found) == 2
    assert all(isinstance(document, ConductivityDocument) for document in found)
    assert conductivities(halide="Br") == []
    assert conductivities(functional="optb88-vdw") == []
    (one,) = conductivities(configuration=found[0].configuration)
    assert one.results == found[0].results
    with pytest.raises(InputError, match="lda"):
        conductivities(functional="lda")


def test_only_documents_of_one_campaign(folder):
    store = open_store(folder)
    synthetic.put(store, "other", synthetic.conductivity("100-F-43m"))
    assert len(conductivities(store)) == 3
    found = conductivities(store, campaign="synthetic", halide="Cl")
    assert {document.configuration for document in found} == {"0-F-43m", "50-P222_1"}
    assert len(potentials(store, campaign="synthetic")) == 1
    with pytest.raises(InputError, match="it knows synthetic"):
        molecular_dynamics(store, campaign="another")


def test_results_outside_of_the_temperatures_are_left_out(folder):
    everything = {r.temperature_kelvin for d in conductivities(folder) for r in d.results}
    assert min(everything) < 450 < max(everything)
    hot = conductivities(folder, min_temperature=450.0)
    assert {r.temperature_kelvin for d in hot for r in d.results} == {
        t for t in everything if t >= 450
    }
    assert conductivities(folder, min_temperature=5000.0) == []
    assert len(conductivities(folder, max_temperature=5000.0)) == 2
    runs = molecular_dynamics(folder, min_temperature=450.0)
    assert runs
    assert all(run.temperature_kelvin >= 450 for run in runs)


def test_every_kind_has_its_query(folder):
    assert len(potentials(folder)) == 1
    assert len(labelled_sets(folder)) == 1
    assert relative_stabilities(folder) == []
    assert functional_comparisons(folder) == []
    assert len(documents_of(ConductivityDocument, str(folder))) == 2


def test_a_store_that_does_not_exist_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        conductivities(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_tables_are_flat(folder):
    found = conductivities(folder)
    rows = conductivity_table(found)
    assert len(rows) == sum(len(document.results) for document in found)
    first = found[0].results[0]
    assert rows[0]["conductivity_ms_per_cm"] == first.conductivity_ms_per_cm
    low, high = first.diffusivity_interval_95_cm2_per_s
    assert rows[0]["diffusivity_interval_95_cm2_per_s.low"] == low
    assert rows[0]["diffusivity_interval_95_cm2_per_s.high"] == high
    fit = as_table(found)[0]
    assert fit["arrhenius.activation_energy_ev"] == found[0].arrhenius.activation_energy_ev
    assert all(not isinstance(v, list | dict | tuple) for row in [*rows, fit] for v in row.values())


def test_the_table_of_functionals_has_a_row_for_every_crystal(tmp_path):
    from functional_comparison.documents import published_comparison

    synthetic.filled_store([published_comparison()], location=tmp_path / "store").close()
    found = functional_comparisons(tmp_path / "store", halide="Cl")
    rows = functional_table(found)
    assert len(rows) == 3 * 6
    row = next(r for r in rows if (r["functional"], r["label"]) == ("optb88-vdw", "75-R3m"))
    assert row["relative_energy_mev_per_atom"] == 13.0
    assert row["line.activation_energy_ev"] == pytest.approx(0.25)
    assert row["line.conductivity_ms_per_cm"] == pytest.approx(5 * 13.3)
    assert row["is_surrogate"] is False
