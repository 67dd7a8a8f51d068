"""Slabs are sampled, labelled and learned on top of what a potential knows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jobflow import Flow, OutputReference

from atomate2_argyrodite.active_learning import SlabSamplingFlowMaker
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.sampling import SamplingFlowMaker
from atomate2_argyrodite.structures import ConfigurationRecipe, site_disorder_configurations
from atomate2_argyrodite.training import PotentialDocument, TrainingMaker
from atomate2_argyrodite.training.documents import training_set_of
from mtp.conftest import rattled

from .argon import run

ENGINE = FoundationEngine(model="ase.calculators.lj:LennardJones", options={"sigma": 1.0})
TRAINING = TrainingMaker(level=2, cutoff_angstrom=4.0, maximum_iterations=5, split="frame")
ORDERED = ConfigurationRecipe("0-F-43m", "Cl", 10.0)


def bulk_labels() -> LabelledSetDocument:
    crystal = site_disorder_configurations("Cl", 10.0)[0].structure
    frames = [LabelledConfiguration.from_structure(rattled(crystal, 0.1, seed=k)) for k in range(8)]
    labels, _ = split_results(ENGINE.static(frames, Functional.PBE))
    return LabelledSetDocument(
        composition="Li6PS5Cl",
        halide="Cl",
        functional=Functional.PBE,
        engine=ENGINE.record(Functional.PBE),
        settings_hash=ENGINE.settings_hash(Functional.PBE),
        n_frames=len(labels),
        frames=Attachment.from_arrays("labels.npz", configurations_to_arrays(labels)),
    )


def slab_maker(**changes: Any) -> SlabSamplingFlowMaker:
    sampling = SamplingFlowMaker(
        engine=ENGINE, temperatures=(300.0,), steps=6, equilibration_steps=2, snapshots_per_run=2
    )
    labelling = LabellingFlowMaker(engine=ENGINE)
    settings = {"strains": (0.05,), **changes}
    return SlabSamplingFlowMaker(
        sampling_maker=sampling, labelling_maker=labelling, training_maker=TRAINING, **settings
    )


def test_slabs_join_the_training_set_of_the_potential(tmp_path: Path) -> None:
    first = TRAINING.make([bulk_labels()])
    slabs = slab_maker().make({"0-F-43m": ORDERED}, first.output)
    result, documents = run(Flow([first, slabs], output=slabs.output), tmp_path)
    assert result.failures == []
    bulk, refit = sorted(
        (d for d in documents if isinstance(d, PotentialDocument)), key=lambda d: d.n_labels
    )
    assert (bulk.n_labels, refit.n_labels) == (8, 10)
    assert refit.started_from == bulk.potential_id
    training, validation = training_set_of(refit)
    names = {frame.metadata.get("configuration") for frame in [*training, *validation]}
    assert "0-F-43m slab(021) +5%" in names
    (slab,) = [
        frame
        for frame in [*training, *validation]
        if frame.metadata.get("configuration") == "0-F-43m slab(021) +5%"
    ][:1]
    edges = np.linalg.norm(slab.cell, axis=1)
    assert edges[0] == pytest.approx(1.05 * 10.0)
    assert edges[1] == pytest.approx(1.05 * 10.0 * np.sqrt(5.0), rel=1e-3)
    occupied = np.ptp(slab.positions[:, 2] % slab.cell[2, 2])
    assert slab.cell[2, 2] - occupied > 8.0  # vacuum, less what sticks out of the layers


def test_slabs_are_named_by_crystal_plane_and_strain() -> None:
    slabs = slab_maker(strains=(-0.05, 0.0, 0.05)).slabs({"0-F-43m": ORDERED})
    assert list(slabs) == [f"0-F-43m slab(021) {strain}%" for strain in ("-5", "+0", "+5")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"strains": ()}, "at least one crystal"), ({"strains": (5.0,)}, "5 % is written")],
)
def test_what_cannot_be_built_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        slab_maker(**changes).make({"0-F-43m": ORDERED}, OutputReference("p"))
