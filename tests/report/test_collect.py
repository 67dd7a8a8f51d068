"""Which documents belong to a campaign."""

import pytest
import synthetic
import synthetic_energies

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.report.collect import collect
from atomate2_argyrodite.store import open_store
from atomate2_argyrodite.training.scan_schemas import ScanDocument


def test_documents_of_the_run_and_no_others():
    store = synthetic.filled_store(synthetic.whole_campaign())
    synthetic.put(store, "elsewhere", synthetic.labelled())
    records = collect(store)
    assert records.name == "synthetic"
    assert len(records.labelled_sets) == 1
    assert collect(store, settings=synthetic.SETTINGS).run == records.run
    assert collect(store, campaign="synthetic").run == records.run


def test_an_unknown_campaign_is_named_with_the_known_ones():
    store = synthetic.filled_store([])
    with pytest.raises(InputError, match=r"'other'.*synthetic"):
        collect(store, campaign="other")


def test_a_store_without_runs_is_taken_as_a_whole():
    store = open_store("memory")
    assert collect(store).documents == []
    synthetic.put(store, "u", synthetic.labelled())
    assert len(collect(store).documents) == 1


def test_documents_are_sorted_for_reading():
    documents = [synthetic.conductivity(c) for c in ("100-F-43m", "25-R3m", "0-F-43m")]
    documents += [synthetic.selection(2), synthetic.selection(1)]
    records = collect(synthetic.filled_store(documents))
    assert [d.configuration for d in records.conductivities] == ["0-F-43m", "25-R3m", "100-F-43m"]
    assert [d.iteration for d in records.selections] == [1, 2]


def test_the_final_potential_is_that_of_the_loop():
    loop = synthetic.active_learning()
    loop.potential.potential_id = "final"
    records = collect(synthetic.filled_store([loop, synthetic.potential(potential_id="first")]))
    assert records.potential.potential_id == "final"


def test_a_part_of_a_campaign_of_several_halides_and_functionals():
    documents = [
        synthetic.sampling(),
        synthetic.labelled(),
        synthetic.labelled(functional="pbe-d3bj"),
        synthetic.conductivity(),
        synthetic.conductivity(functional="pbe-d3bj"),
        synthetic.conductivity(halide="Br", composition="Li6PS5Br"),
    ]
    store = synthetic.filled_store(documents)
    part = collect(store, halide="Cl", functional="pbe-d3bj")
    assert [d.functional for d in part.labelled_sets] == ["pbe-d3bj"]
    assert [(d.halide, d.functional) for d in part.conductivities] == [("Cl", "pbe-d3bj")]
    assert len(part.sampling) == 1  # snapshots serve every functional
    assert collect(store, halide="Br").sampling == []


def test_a_submitted_campaign_includes_what_its_jobs_created():
    store = synthetic.filled_store([synthetic.sampling()], RunState.SUBMITTED)
    synthetic.put(store, "created", synthetic.labelled())
    assert collect(store).labelled_sets == []
    raw = store.docs_store.query_one({"uuid": "u0"})
    raw["metadata"] = {"creates_jobs": ["created"]}
    store.docs_store.update([raw], key=["uuid", "index"])
    assert len(collect(store).labelled_sets) == 1


def test_scans_that_were_made_with_the_same_training_set_belong_to_it():
    store = synthetic.filled_store([synthetic.potential(training_set_hash="same")])
    synthetic.put(store, "scan", synthetic_energies.scan(training_set_hash="same"))
    synthetic.put(store, "other", synthetic_energies.scan(training_set_hash="other"))
    assert [d.training_set_hash for d in collect(store).of(ScanDocument)] == ["same"]
