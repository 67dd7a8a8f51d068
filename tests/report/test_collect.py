"""Which documents belong to a campaign."""

import pytest
import synthetic

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.report.collect import collect
from atomate2_argyrodite.store import open_store


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
