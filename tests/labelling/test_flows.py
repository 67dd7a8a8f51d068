import json
from dataclasses import replace

import numpy as np
import pytest
from jobflow import Flow, JobStore, job, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling import LabelledSetDocument, LabellingFlowMaker
from atomate2_argyrodite.labelling.labels import labelled_set
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from labelling.counting import ARGON as OPTIONS
from labelling.counting import frame, snapshots

ARGON = FoundationEngine(model="ase.calculators.lj:LennardJones", options=OPTIONS)


@job
def gather(documents: list[LabelledSetDocument]) -> list[list[float]]:
    """What a consumer sees: resolved documents."""
    assert all(isinstance(document, LabelledSetDocument) for document in documents)
    return [
        [label.metadata["d"] for label in configurations_from_arrays(d.frames.to_arrays())]
        for d in documents
    ]


def test_frames_of_many_documents_are_labelled_in_batches() -> None:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    sources = [snapshots([3.5, 3.6, 3.7]), snapshots([]), snapshots([3.8, 3.9])]
    labels = LabellingFlowMaker(engine=ARGON, batch_size=2).make([s.output for s in sources])
    seen = gather(labels.output)
    responses = run_locally(
        Flow([*sources, labels, seen]), store=store, log=False, ensure_success=True
    )
    assert responses[seen.uuid][1].output == [[3.5, 3.6], [3.7, 3.8], [3.9]]
    documents = list(store.query({"output.stage": "labelling"}))
    assert len(documents) == 3
    assert {d["name"] for d in documents} == {f"label pbe LennardJones {k}/3" for k in (1, 2, 3)}
    assert len({d["output"]["settings_hash"] for d in documents}) == 1
    assert documents[0]["output"]["engine"]["is_surrogate"]


def test_frames_never_travel_by_value_in_the_input_of_a_job() -> None:
    store = JobStore(MemoryStore(), additional_stores={"data": MemoryStore()})
    source = snapshots([3.5 + 0.001 * k for k in range(200)])
    labels = LabellingFlowMaker(engine=ARGON, batch_size=100).make([source.output])
    made = []

    def spy(self: Flow, *args: object, **kwargs: object) -> None:
        original(self, *args, **kwargs)
        made.extend(json.dumps(j.as_dict()) for j in self.jobs if hasattr(j, "function"))

    original = Flow.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flow, "__init__", spy)
        run_locally(Flow([source, labels]), store=store, log=False, ensure_success=True)
    assert len(made) >= 3
    assert max(map(len, made)) < 5000


def test_labels_are_right_and_failures_recorded() -> None:
    """A Lennard-Jones pair at its minimum has the energy -epsilon and no force."""
    minimum = 3.4 * 2 ** (1 / 6)
    document = labelled_set(ARGON, "pbe", [frame(minimum), frame(0.2), frame(4.5)])
    assert document.n_frames == 2
    assert [(f.frame, "0.20 Å" in f.reason) for f in document.failed] == [(1, True)]
    first, second = configurations_from_arrays(document.frames.to_arrays())
    cutoff_shift = 4 * 0.0103 * ((3.4 / 8) ** 12 - (3.4 / 8) ** 6)
    assert first.energy == pytest.approx(-0.0103 - cutoff_shift)
    np.testing.assert_allclose(first.forces, 0, atol=1e-9)
    assert second.forces[0, 0] > 0  # attraction
    assert second.stress[0, 0] > 0  # tension positive
    assert document.warnings


def test_configuration_is_named_where_it_is_common() -> None:
    named = [frame(4.0).with_metadata(configuration=label) for label in ("a", "a", "b")]
    assert labelled_set(ARGON, "pbe", named[:2]).configuration == "a"
    assert labelled_set(ARGON, "pbe", named).configuration is None
    argyrodite = replace(frame(4.0), numbers=np.array([3, 17]))
    assert labelled_set(ARGON, "pbe", [argyrodite]).halide == "Cl"


def test_bad_settings_are_refused() -> None:
    with pytest.raises(InputError, match="batch_size"):
        LabellingFlowMaker(batch_size=0).make([])
    with pytest.raises(InputError, match="4000"):
        LabellingFlowMaker(batch_size=4001).make([])
    with pytest.raises(InputError, match="optb88-vdw"):
        LabellingFlowMaker(functional="optb88-vdw").make([])
