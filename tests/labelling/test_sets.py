"""One labelled set per functional, with where its labels come from."""

import pytest
from jobflow import Flow, run_locally

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.labelling import LabelledSetsFlowMaker, LabellingFlowMaker
from atomate2_argyrodite.labelling.labels import labelled_set
from atomate2_argyrodite.labelling.sets import check_failures, collected_set
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.mtp.training_data import check_frames
from atomate2_argyrodite.queries import labelled_sets
from atomate2_argyrodite.store import open_store
from atomate2_argyrodite.training.data import flatten_sets
from labelling.counting import ARGON, fragile, frame, snapshots

LJ = FoundationEngine(model="ase.calculators.lj:LennardJones", options=ARGON)


def test_each_functional_has_one_set_with_its_provenance() -> None:
    store = open_store("memory")
    sources = [snapshots([3.5, 3.6, 0.2]), snapshots([3.7, 3.8])]
    maker = LabelledSetsFlowMaker(
        labelling_maker=LabellingFlowMaker(engine=LJ, batch_size=2),
        functionals=("pbe", "pbe-d3bj"),
    )
    flow = maker.make([source.output for source in sources])
    assert set(flow.output) == {"pbe", "pbe-d3bj"}
    run_locally(Flow([*sources, flow]), store=store, log=False, ensure_success=True)
    sets = [document for document in labelled_sets(store) if document.is_collected]
    assert {document.functional for document in sets} == {"pbe", "pbe-d3bj"}
    assert len({document.settings_hash for document in sets}) == 2
    energies = {}
    for document in sets:
        assert (document.n_frames, document.n_failed) == (4, 1)
        assert [(f.frame, "0.20 Å" in f.reason) for f in document.failed] == [(2, True)]
        assert [source.n_frames for source in document.sources] == [2, 1, 1]
        batches = labelled_sets(store, functional=document.functional)
        hashes = {batch.frames.sha256 for batch in batches if not batch.is_collected}
        assert {source.sha256 for source in document.sources} == hashes
        frames = configurations_from_arrays(document.frames.to_arrays())
        assert [f.metadata["d"] for f in frames] == [3.5, 3.6, 3.7, 3.8]
        energies[document.functional] = [f.energy for f in frames]
        for label in frames:
            assert label.is_labelled
            assert label.stress is not None
            assert label.metadata["functional"] == document.functional
            assert label.metadata["settings_hash"] == document.settings_hash
            assert label.metadata["engine"].startswith("lennardjones")
    assert all(d3 < pbe for d3, pbe in zip(energies["pbe-d3bj"], energies["pbe"], strict=True))


def test_two_functionals_are_never_mixed() -> None:
    """Neither as documents, nor as frames that were taken out of them."""
    sets = [labelled_set(LJ, functional, [frame(3.5)]) for functional in ("pbe", "pbe-d3bj")]
    for mix in (collected_set, flatten_sets):
        with pytest.raises(InputError, match=r"cannot be mixed: lennardjones pbe, .* pbe-d3bj"):
            mix(sets)
    frames = [f for d in sets for f in configurations_from_arrays(d.frames.to_arrays())]
    with pytest.raises(InputError, match="functional is 'pbe' in some"):
        check_frames(frames)


def test_too_many_failures_are_refused_where_sets_are_gathered() -> None:
    """By the fraction of all frames: one bad frame in a batch of one ends nothing."""
    batches = [labelled_set(LJ, "pbe", [frame(d)], 0.4) for d in (0.1, 0.2, 4.0)]
    for gather in (collected_set, flatten_sets, check_failures):
        with pytest.raises(RunError, match=r"2 of 3 frames .* allowed 40%.* 0\.10 Å"):
            gather(batches)
    good = [labelled_set(LJ, "pbe", [frame(4.1 + 0.1 * k)], 0.4) for k in range(3)]
    assert collected_set([*batches, *good]).n_frames == 4


def test_unconverged_labels_are_recorded_by_name() -> None:
    document = labelled_set(fragile(full=False), "pbe", [frame(3.5), frame(4.5)])
    assert document.n_frames == 1
    assert [failure.reason for failure in document.failed] == [
        "RuntimeError: SCF did not converge in 60 steps"
    ]


def test_bad_requests_are_refused() -> None:
    with pytest.raises(InputError, match="no batches"):
        collected_set([])
    with pytest.raises(InputError, match="each functional once"):
        LabelledSetsFlowMaker(functionals=("pbe", "pbe")).make([])
    with pytest.raises(InputError, match="optb88-vdw"):
        LabelledSetsFlowMaker(functionals=("pbe", "optb88-vdw")).make([])


def test_a_document_names_few_of_many_failures_and_counts_all() -> None:
    document = labelled_set(LJ, "pbe", [frame(0.1 + 0.0001 * k) for k in range(150)], 1.0)
    assert document.n_failed == 150
    assert len(document.failed) == 100
    whole = collected_set([document, document])
    assert whole.n_failed == 300
    assert len(whole.failed) == 100
