"""Flows of the stage `labelling`: energies, forces and stresses of snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jobflow import Flow, Job, Maker

from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.jobs import label_in_batches
from atomate2_argyrodite.references import with_value


@dataclass
class LabellingFlowMaker(Maker):
    """Static calculations of frames with one functional (Kim 2024, section 2.3).

    Parameters
    ----------
    name
        Name of the flow.
    engine
        What labels.
    functional
        The functional.
    batch_size
        Frames per job: hundreds for a foundation model, one or few for DFT.
    maximum_failed_fraction
        A batch of which more frames than this fraction fail is an error; fewer are recorded.
    """

    name: str = "labelling"
    engine: Engine = field(default_factory=FoundationEngine)
    functional: Functional = Functional.PBE
    batch_size: int = 200
    maximum_failed_fraction: float = 0.5

    def make(self, documents: Sequence[Any]) -> Flow:
        """Return the flow; its output resolves to the list of labelled sets.

        Parameters
        ----------
        documents
            References to (or) documents with ``frames`` (an `Attachment` of packed configurations)
            and ``n_frames``.

        Raises
        ------
        InputError
            If a setting makes no sense or the engine cannot do the functional.
        MissingEngineError
            If the engine is not installed.
        """
        self.engine.check(self.functional)
        if self.batch_size < 1 or not 0 <= self.maximum_failed_fraction <= 1:
            raise InputError(
                "batch_size must be at least 1 and maximum_failed_fraction between 0 and 1, got "
                f"{self.batch_size} and {self.maximum_failed_fraction}"
            )
        plan: Job = label_in_batches(
            self.engine,
            Functional(self.functional).value,
            [document.n_frames for document in documents],
            [with_value(document.frames, document.n_frames) for document in documents],
            self.batch_size,
            self.maximum_failed_fraction,
        )
        plan.name = f"plan labels {Functional(self.functional).value}"
        plan.update_metadata({"stage": "labelling"})
        return Flow([plan], output=plan.output, name=self.name)
