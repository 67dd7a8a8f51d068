import json
from dataclasses import replace

import numpy as np
import pytest
from jobflow import Flow, JobStore, job, run_locally
from maggma.stores import MemoryStore

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.labelling import LabelledSetDocument, LabellingFlowMaker
from atomate2_argyrodite.labelling.jobs import labelled_set
from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.sampling.schemas import SamplingDocument

ARGON = FoundationEngine(
    model="ase.calculators.lj:LennardJones", options={"sigma": 3.4, "epsilon": 0.0103, "rc": 8.0}
)


def frame(distance: float) -> LabelledConfiguration:
    cell = np.diag([20.0, 20.0, 20.0])
    return LabelledConfiguration(
        [18, 18], [[0.0, 0, 0], [distance, 0, 0]], cell, metadata={"d": distance}
    )


@document_job(SamplingDocument)
def snapshots(distances: list[float]) -> SamplingDocument:
    arrays = configurations_to_arrays([frame(distance) for distance in distances])
    return SamplingDocument(
        strain=0.0,
        time_step_fs=1.0,
        steps=1,
        snapshot_interval_steps=1,
        equilibration_steps=0,
        n_frames=len(distances),
        mean_temperature_kelvin=None,
        is_physical=True,
        frames=Attachment.from_arrays("f.npz", arrays),
    )


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


def test_too_many_failures_are_an_error_that_names_the_first() -> None:
    frames = [frame(0.1), frame(0.2), frame(4.0)]
    with pytest.raises(RunError, match=r"2 of 3 frames .* 0\.10 Å"):
        labelled_set(ARGON, "pbe", frames)
    assert labelled_set(ARGON, "pbe", frames, maximum_failed_fraction=0.7).n_frames == 1


def test_configuration_is_named_where_it_is_common() -> None:
    named = [frame(4.0).with_metadata(configuration=label) for label in ("a", "a", "b")]
    assert labelled_set(ARGON, "pbe", named[:2]).configuration == "a"
    assert labelled_set(ARGON, "pbe", named).configuration is None
    argyrodite = replace(frame(4.0), numbers=np.array([3, 17]))
    assert labelled_set(ARGON, "pbe", [argyrodite]).halide == "Cl"


def test_bad_settings_are_refused() -> None:
    with pytest.raises(InputError, match="batch_size"):
        LabellingFlowMaker(batch_size=0).make([])
    with pytest.raises(InputError, match="optb88-vdw"):
        LabellingFlowMaker(functional="optb88-vdw").make([])
