"""Flows of the stage `labelling`: energies, forces and stresses of snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker

from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.jobs import collect_labels, label_in_batches
from atomate2_argyrodite.references import with_value

MAXIMUM_BATCH = 4_000
"""Frames of one job at most: its document names them all and must stay small."""


@dataclass
class LabellingFlowMaker(Maker):
    """Static calculations of frames with one functional (Kim 2024, section 2.3).

    A label that the store holds already, for the same frame and the same settings, is reused. A
    frame that cannot be labelled is recorded in its batch and leaves the others alone.

    Parameters
    ----------
    name
        Name of the flow.
    engine
        What labels.
    functional
        The functional.
    batch_size
        Frames per job: hundreds for a foundation model, one or few for DFT; up to 4,000.
    maximum_failed_fraction
        Where more than this part of all frames fails, the labels are neither collected to a set nor
        trained on; they stay stored.
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
        if not 1 <= self.batch_size <= MAXIMUM_BATCH or not 0 <= self.maximum_failed_fraction <= 1:
            raise InputError(
                f"batch_size must be 1 to {MAXIMUM_BATCH} and maximum_failed_fraction between 0 "
                f"and 1, got {self.batch_size} and {self.maximum_failed_fraction}"
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


@dataclass
class LabelledSetsFlowMaker(Maker):
    """The same frames labelled with several functionals: one labelled set for each.

    Parameters
    ----------
    name
        Name of the flow.
    labelling_maker
        Engine, batches and limit; its functional is replaced.
    functionals
        The functionals.
    """

    name: str = "labelled sets"
    labelling_maker: LabellingFlowMaker = field(default_factory=LabellingFlowMaker)
    functionals: tuple[Functional, ...] = (Functional.PBE,)

    def make(self, documents: Sequence[Any]) -> Flow:
        """Return the flow; its output is a `LabelledSetDocument` by name of the functional.

        Parameters
        ----------
        documents
            See `LabellingFlowMaker.make`.

        Raises
        ------
        InputError
            If a functional is named twice, or as `LabellingFlowMaker.make`.
        MissingEngineError
            If the engine is not installed.
        """
        wanted = [Functional.parse(str(functional)) for functional in self.functionals]
        if not wanted or len(set(wanted)) != len(wanted):
            names = ", ".join(wanted) or "none"
            raise InputError(f"name each functional once, at least one, got {names}")
        steps: list[Flow | Job] = []
        sets: dict[str, Any] = {}
        for functional in wanted:
            labels = replace(self.labelling_maker, functional=functional).make(documents)
            collection: Job = collect_labels(labels.output)
            collection.name = f"collect labels {functional.value}"
            collection.update_metadata({"stage": "labelling"})
            steps += [labels, collection]
            sets[functional.value] = collection.output
        return Flow(steps, output=sets, name=self.name)
