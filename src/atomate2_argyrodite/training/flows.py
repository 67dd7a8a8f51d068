"""The Maker of the stage `training`."""

from dataclasses import dataclass, field
from typing import Any

from jobflow import Job, Maker

from atomate2_argyrodite.engines.mlip import MlipSettings
from atomate2_argyrodite.training.fitting import TrainingSettings
from atomate2_argyrodite.training.jobs import (
    train_potential,
    train_potential_with_mlip,
    training_labels,
)


@dataclass
class TrainingMaker(Maker):
    """Fit a moment tensor potential to labelled sets (Kim 2024, section 2.4).

    Parameters
    ----------
    name
        Name of the job.
    level
        Level of the potential, even, 2 to 28.
    cutoff_angstrom
        Cutoff radius in Å.
    energy_weight, force_weight, stress_weight
        Weights of the loss in MLIP's meaning; see `mtp.FitWeights`.
    validation_fraction
        Fraction of the trajectories that only validates.
    split
        "trajectory", so that validation is no neighbour in time of training, or "frame".
    maximum_iterations
        Most BFGS iterations of a fit.
    seed
        Of the initial radial coefficients and of the split.
    starts
        Random starts of a fit from scratch, of which the best after 50 iterations goes on.
    patience
        How many times 50 iterations without gain in validation loss end a fit.
    stop_by_validation
        Whether the validation frames decide when a fit ends and which of its rounds is the result;
        if not, the training loss does. Where new frames are of another kind than the validation
        frames (a boundary, the bulk), the latter get worse at once, and the result would be the
        potential that the fit began with.
    """

    name: str = "training"
    level: int = 8
    cutoff_angstrom: float = 5.0
    energy_weight: float = 100.0
    force_weight: float = 1.0
    stress_weight: float = 0.0
    validation_fraction: float = 0.1
    split: str = "trajectory"
    maximum_iterations: int = 500
    seed: int = 0
    starts: int = 1
    patience: int = 4
    stop_by_validation: bool = True

    def make(self, labelled_sets: Any, initial_potential: Any = None) -> Job:
        """Return the job of one fit.

        Parameters
        ----------
        labelled_sets
            References to documents of labelled sets, lists of them, or both, of one engine,
            functional and settings.
        initial_potential
            Reference to a `PotentialDocument` to start from, of this level or a lower one; by
            default the fit starts from random radial functions.

        Returns
        -------
        Job
            Its output is a `PotentialDocument`.
        """
        job: Job = train_potential(self.settings, labelled_sets, initial_potential)
        job.name = self.name
        job.update_metadata({"stage": "training"})
        return job

    @property
    def settings(self) -> TrainingSettings:
        """What decides the fit besides its data."""
        return TrainingSettings(
            level=self.level,
            cutoff_angstrom=self.cutoff_angstrom,
            energy_weight=self.energy_weight,
            force_weight=self.force_weight,
            stress_weight=self.stress_weight,
            validation_fraction=self.validation_fraction,
            split=self.split,
            maximum_iterations=self.maximum_iterations,
            seed=self.seed,
            starts=self.starts,
            patience=self.patience,
            stop_by_validation=self.stop_by_validation,
        )


@dataclass
class TrainingLabelsMaker(Maker):
    """Make a labelled set of the frames that a potential was trained and validated on.

    What goes on with a potential, such as active learning, then needs nothing but its document.
    """

    name: str = "training labels"

    def make(self, potential: Any) -> Job:
        """Return the job.

        Parameters
        ----------
        potential
            Reference to a `PotentialDocument` that holds its training set.

        Returns
        -------
        Job
            Its output is a `LabelledSetDocument`.
        """
        job: Job = training_labels(potential)
        job.name = self.name
        job.update_metadata({"stage": "training"})
        return job


@dataclass
class MlipTrainingMaker(TrainingMaker):
    """Fit with MLIP's own program ``mlp``, version 2 or 3, where it is on the PATH.

    ``mlp`` was not at hand when this was written: its files and command lines were checked against
    its formats and usage texts, but no fit by it was seen (see `engines.mlip`). The document is the
    same as that of `TrainingMaker`, evaluated by this package.

    Parameters
    ----------
    mlip
        Version, command, iterations and time limit. `maximum_iterations`, `starts` and `patience`
        of the other trainer do not matter here.
    """

    name: str = "training with MLIP"
    mlip: MlipSettings = field(default_factory=MlipSettings)

    def make(self, labelled_sets: Any, initial_potential: Any = None) -> Job:
        """Return the job of one fit; see `TrainingMaker.make`.

        Raises
        ------
        MissingEngineError
            If there is no such program.
        """
        self.mlip.words()
        job: Job = train_potential_with_mlip(
            self.settings, self.mlip, labelled_sets, initial_potential
        )
        job.name = self.name
        job.update_metadata({"stage": "training"})
        return job
