"""A system whose answer is known: argon with Lennard-Jones labels, which a small MTP can learn."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from ase.calculators.lj import LennardJones
from jobflow import Flow
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.active_learning import ActiveLearningDocument, ActiveLearningFlowMaker
from atomate2_argyrodite.campaign.runner import LocalRun, RunResult
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.training import TrainingMaker

CALLS = "ARGON_CALLS"
"""Variable that names a file to which every label adds a line."""
CRYSTAL = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.4), ["Ar"], [[0, 0, 0]])
CRYSTAL.make_supercell(2)


class CountedLennardJones(LennardJones):  # type: ignore[misc]
    """Lennard-Jones argon that writes down when it is asked."""

    def __init__(self) -> None:
        super().__init__(sigma=3.4, epsilon=0.0103, rc=4.95, smooth=True)

    def calculate(self, *args: Any, **kwargs: Any) -> None:
        super().calculate(*args, **kwargs)
        if CALLS in os.environ:
            with Path(os.environ[CALLS]).open("a", encoding="ascii") as file:
                file.write(f"{self.results['energy']:.12g}\n")


ENGINE = FoundationEngine(model="active_learning.argon:CountedLennardJones")


def labelled_argon(amplitude: float, count: int, seed: int = 0) -> LabelledSetDocument:
    """Label rattled crystals, four frames to a trajectory."""
    rng = np.random.default_rng(seed)
    frames = [
        LabelledConfiguration(
            np.full(len(CRYSTAL), 18),
            CRYSTAL.cart_coords + amplitude * rng.standard_normal((len(CRYSTAL), 3)),
            CRYSTAL.lattice.matrix,
            metadata={"trajectory": f"rattled {seed} {k // 4}"},
        )
        for k in range(count)
    ]
    labelled, _ = split_results(ENGINE.static(frames, Functional.PBE))
    return LabelledSetDocument(
        composition="Ar",
        functional=Functional.PBE,
        engine=ENGINE.record(Functional.PBE),
        settings_hash=ENGINE.settings_hash(Functional.PBE),
        n_frames=len(labelled),
        frames=Attachment.from_arrays("frames.npz", configurations_to_arrays(labelled)),
    )


TRAINING = TrainingMaker(level=4, cutoff_angstrom=5.0, maximum_iterations=60, stress_weight=0.01)


def maker(**changes: Any) -> ActiveLearningFlowMaker:
    """Return the Maker of a short loop at 60 K."""
    settings: dict[str, Any] = {
        "labelling_maker": LabellingFlowMaker(engine=ENGINE, batch_size=3),
        "training_maker": TRAINING,
        "temperatures_kelvin": (40.0, 60.0),
        "replicas": 2,
        "initial_exploration_ps": 1.0,
        "exploration_ps": 4.0,
        "maximum_iterations": 8,
        "maximum_labels_per_iteration": 12,
        "minimum_displacement": 0.01,
        "seed": 3,
    }
    return ActiveLearningFlowMaker(**{**settings, **changes})


def loop(**changes: Any) -> Flow:
    """Return the flow of a first fit to cold frames, and the loop after it."""
    cold = labelled_argon(0.1, 16)
    first = TRAINING.make([cold])
    learning = maker(**changes).make({"fcc": CRYSTAL}, first.output, [cold])
    return Flow([first, learning], output=learning.output)


def run(flow: Flow, folder: Path, location: str = "memory") -> tuple[RunResult, list[Any]]:
    """Run a flow and return the result and all documents."""
    store = open_store(location)
    store.connect()
    result = LocalRun(store, location, folder / "runs", 1).run(flow)
    return result, [found.document for found in find_documents(store)]


def result_of(documents: list[Any]) -> ActiveLearningDocument:
    """Return the document of the loop."""
    (found,) = [d for d in documents if isinstance(d, ActiveLearningDocument)]
    return found
