"""The passive part: sample crystals that a potential does not know, label them, refit it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
from atomate2_argyrodite.structures import CrystalRecipe, SlabRecipe
from atomate2_argyrodite.training.flows import TrainingLabelsMaker, TrainingMaker


@dataclass
class SlabSamplingFlowMaker(Maker):
    """Surface slabs, strained in their plane, sampled, labelled and learned (Kim 2024, 2.7).

    Composed of the stages sampling, labelling and training. A potential that knows surfaces starts
    active learning on boundaries from a better place.

    Parameters
    ----------
    name
        Name of the flow.
    sampling_maker
        Moves the atoms; its own strains are not used, since slabs are strained in their plane only.
    labelling_maker
        Labels the snapshots.
    training_maker
        Refits, starting from the potential.
    plane
        Miller indices of the surfaces.
    strains
        In-plane strains.
    thickness, vacuum
        Of the slabs, in Å.
    """

    name: str = "slab sampling"
    sampling_maker: SamplingFlowMaker = field(
        default_factory=lambda: SamplingFlowMaker(temperatures=(300.0, 600.0))
    )
    labelling_maker: LabellingFlowMaker = field(default_factory=LabellingFlowMaker)
    training_maker: TrainingMaker = field(default_factory=lambda: TrainingMaker(stress_weight=0.01))
    plane: tuple[int, int, int] = (0, 2, 1)
    strains: tuple[float, ...] = (-0.05, 0.0, 0.05)
    thickness: float = 9.0
    vacuum: float = 15.0

    def make(
        self,
        crystals: Mapping[str, CrystalRecipe],
        potential: Any,
        labelled_sets: Any = None,
    ) -> Flow:
        """Return the flow; its output is the refitted `PotentialDocument`.

        Parameters
        ----------
        crystals
            Label -> recipe of the crystal that is cut.
        potential
            Reference to the `PotentialDocument` to refit.
        labelled_sets
            References to the labelled sets that it was trained on; by default the training set that
            its document holds.

        Raises
        ------
        InputError
            If there is no crystal or strain, a slab cannot be built, or a setting makes no sense.
        """
        if not crystals or not self.strains:
            raise InputError("slab sampling needs at least one crystal and one in-plane strain")
        steps: list[Flow | Job] = []
        if labelled_sets is None:
            known = TrainingLabelsMaker().make(potential)
            steps.append(known)
            labelled_sets = known.output
        sets = list(labelled_sets) if isinstance(labelled_sets, Sequence) else [labelled_sets]
        # A cell that was free to relax would close the vacuum.
        sampling = replace(self.sampling_maker, strains=(0.0,), relaxation_maker=None).make(
            {label: slab.build() for label, slab in self.slabs(crystals).items()}
        )
        labelling = self.labelling_maker.make(sampling.output)
        training = self.training_maker.make([*sets, labelling.output], initial_potential=potential)
        training.name = f"{training.name} with slabs"
        return Flow([*steps, sampling, labelling, training], output=training.output, name=self.name)

    def slabs(self, crystals: Mapping[str, CrystalRecipe]) -> dict[str, SlabRecipe]:
        """Return the recipes of all slabs by label, such as ``0-F-43m slab(021) +5%``."""
        indices = "".join(map(str, self.plane))
        return {
            f"{label} slab({indices}) {100 * strain:+g}%": SlabRecipe(
                recipe, self.plane, self.thickness, self.vacuum, strain
            )
            for label, recipe in crystals.items()
            for strain in self.strains
        }
