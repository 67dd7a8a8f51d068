"""The stage with CP2K for real: three functionals of the same frames, reuse, overlapping atoms."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from jobflow import Flow, run_locally

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.cp2k import Cp2kEngine
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling import LabelledSetsFlowMaker, LabellingFlowMaker
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.queries import labelled_sets
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.store import find_documents, open_store
from engines.cp2k_crystals import lithium_chloride

pytestmark = [
    pytest.mark.cp2k,
    pytest.mark.skipif(shutil.which("cp2k.psmp") is None, reason="CP2K is not installed"),
]
COARSE = Cp2kEngine(Cp2kSettings(cutoff_ry=100.0, relative_cutoff_ry=30.0))


def frames() -> list[LabelledConfiguration]:
    """A crystal, a rattled one, and one whose first two atoms coincide."""
    crystal = lithium_chloride()
    moved = crystal.positions + np.random.default_rng(0).normal(0, 0.05, crystal.positions.shape)
    wreck = crystal.positions.copy()
    wreck[1] = wreck[0] + 0.1
    return [crystal, replace(crystal, positions=moved), replace(crystal, positions=wreck)]


@document_job(SamplingDocument)
def snapshots() -> SamplingDocument:
    return SamplingDocument(
        strain=0.0, time_step_fs=1.0, steps=1, snapshot_interval_steps=1, equilibration_steps=0,
        n_frames=3, mean_temperature_kelvin=None, is_physical=True,
        frames=Attachment.from_arrays("f.npz", configurations_to_arrays(frames())),
    )  # fmt: skip


def test_every_functional_labels_the_same_frames_once() -> None:
    store = open_store("memory")
    maker = LabelledSetsFlowMaker(
        labelling_maker=LabellingFlowMaker(engine=COARSE, batch_size=3),
        functionals=tuple(Functional),
    )
    for n_reused in (0, 2):
        source = snapshots()
        flow = Flow([source, maker.make([source.output])])
        run_locally(flow, store=store, log=False, ensure_success=True)
        collected = [d for d in labelled_sets(store) if d.is_collected]
        sets = {d.functional: d for d in collected if d.n_reused == n_reused}
        assert set(sets) == set(Functional)
        for document in sets.values():
            assert (document.n_frames, document.n_failed) == (2, 1)
            assert "Å apart" in document.failed[0].reason
            assert not document.engine.is_surrogate
    energies = {
        functional: [f.energy for f in configurations_from_arrays(d.frames.to_arrays())]
        for functional, d in sets.items()
    }
    for functional, (perfect, rattled) in energies.items():
        assert rattled > perfect + 0.01, functional
    dispersion = energies[Functional.PBE_D3BJ][0] - energies[Functional.PBE][0]
    assert -3.0 < dispersion < -0.3  # eV for eight atoms of a crystal
    assert abs(energies[Functional.OPTB88_VDW][0] - energies[Functional.PBE][0]) > 0.1
    assert len(find_documents(store, stage="sampling")) == 2
