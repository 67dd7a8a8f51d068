"""The Maker of the stage `active_learning`: explore, select, label, refit, until nothing is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.loop import first_step
from atomate2_argyrodite.active_learning.relaxation import (
    CrystalSource,
    StartRelaxation,
    relax_start,
)
from atomate2_argyrodite.active_learning.selection import MINIMUM_DISPLACEMENT
from atomate2_argyrodite.engines.exploration_input import GradeThresholds
from atomate2_argyrodite.engines.lammps_settings import PressureCoupling
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.training.documents import active_set_of
from atomate2_argyrodite.training.flows import TrainingLabelsMaker, TrainingMaker
from atomate2_argyrodite.training.schemas import PotentialDocument

Criterion = Literal["nothing selected", "all survive"]
_MAXIMUM_ATOMS_BY_VALUE = 2000


def _refit() -> TrainingMaker:
    return TrainingMaker(stress_weight=0.01)


@dataclass
class ActiveLearningFlowMaker(Maker):
    """Refine a potential on the frames at which its own dynamics extrapolates (Kim 2024, 2.8).

    Each iteration runs NPT dynamics of every structure at several temperatures and pressures in
    LAMMPS, which grades the frames at a fine stride in neighbourhood mode over all parameters,
    collects those above gamma_select and stops above gamma_break. MaxVol selects among them against
    the current active set; near-copies are left out; what is selected is labelled, the potential
    is judged by it, and refitted from where it stands. The time of the runs doubles while half of
    them survive, up to `exploration_ps`.

    It works on anything that can be built: bulk, slabs, boundaries. Where it ends is said in the
    document: converged, or at a cap, or with a diagnosis.

    Parameters
    ----------
    name
        Name of the flow.
    labelling_maker
        Labels the selected frames; engine and functional must be those of the training set. Frames
        that cannot be labelled are recorded and left out.
    training_maker
        Refits, starting from the current potential. All selected frames train, and validation does
        not stop the fit: it consists of what the potential knew before.
    temperatures_kelvin
        Temperatures of the exploration, rising: several short runs on a ladder that exceeds the
        temperature of production find more than a long one.
    pressures_gpa
        Pressures of the exploration.
    replicas
        Runs per structure, temperature and pressure in each iteration.
    exploration_ps
        Full time of one run in ps.
    initial_exploration_ps
        Time of a run in the first iteration, in ps.
    gamma_select, gamma_break
        Grades above which a frame is worth a label, and at which a run is over.
    criterion
        What converged means of a full set of runs of `exploration_ps`: ``"nothing selected"``, or
        the weaker and faster ``"all survive"`` (none beyond gamma_break, no PS4 lost).
    maximum_iterations
        Most iterations.
    maximum_labels_per_iteration
        Most frames labelled in one iteration.
    maximum_labels
        Most frames labelled by the whole loop; None for no limit.
    maximum_candidates_per_run
        Most candidates that are kept of one run, evenly spaced.
    minimum_displacement
        In Å, root mean square over the atoms: of frames of one crystal that are closer only the one
        with the largest grade is labelled.
    patience
        Iterations in a row in which every run breaks in its first graded step before the loop gives
        up with a diagnosis.
    excerpt_above_atoms
        Of frames with more atoms than this, a periodic, stoichiometric piece around the worst atom
        is labelled instead of the whole; None labels whole frames.
    frame_interval_steps
        Steps between graded frames. Where atoms fall into a hole of the potential the grade rises
        from 1 to 10 within some 20 fs, and the frames in between are what mends it.
    time_step_fs
        Time step in fs.
    coupling
        Cell parameters that follow the pressure; ``"plane"`` for slabs with vacuum.
    relaxation
        How the engine of `labelling_maker` relaxes every structure before it is explored, once for
        the whole loop; None explores them as they are. Bicrystals need it: as built they fall out
        of reach of any potential within femtoseconds.
    seed
        Of the velocities.
    """

    name: str = "active learning"
    labelling_maker: LabellingFlowMaker = field(default_factory=LabellingFlowMaker)
    training_maker: TrainingMaker = field(default_factory=_refit)
    temperatures_kelvin: tuple[float, ...] = (400.0, 600.0, 800.0)
    pressures_gpa: tuple[float, ...] = (0.0,)
    replicas: int = 4
    exploration_ps: float = 10.0
    initial_exploration_ps: float = 2.0
    gamma_select: float = 2.1
    gamma_break: float = 10.0
    criterion: Criterion = "nothing selected"
    maximum_iterations: int = 8
    maximum_labels_per_iteration: int = 100
    maximum_labels: int | None = None
    maximum_candidates_per_run: int = 200
    minimum_displacement: float = MINIMUM_DISPLACEMENT
    patience: int = 3
    excerpt_above_atoms: int | None = None
    frame_interval_steps: int = 4
    time_step_fs: float = 2.0
    coupling: PressureCoupling = "aniso"
    relaxation: StartRelaxation | None = None
    seed: int = 0

    def make(
        self,
        structures: Mapping[str, CrystalSource],
        potential: Any,
        labelled_sets: Any = None,
        test_sets: Any = None,
    ) -> Flow:
        """Return the flow of the loop.

        Parameters
        ----------
        structures
            Label -> crystal to explore: a structure, a recipe that builds it, or a reference to a
            structure.
        potential
            Reference to the `PotentialDocument` to start with.
        labelled_sets
            References to the labelled sets that it was trained on; by default the training set that
            its document holds.
        test_sets
            References to labelled sets that are never trained on, by which every potential is
            judged; by default the validation frames of the first potential.

        Returns
        -------
        Flow
            Its output is an `ActiveLearningDocument`.

        Raises
        ------
        InputError
            If thresholds, times, temperatures or structures cannot be used, or the potential has no
            active set of its own.
        """
        self._check(structures)
        if isinstance(potential, PotentialDocument):
            active_set_of(potential)
        steps: list[Job] = []
        if labelled_sets is None:
            steps.append(TrainingLabelsMaker().make(potential))
            labelled_sets = steps[0].output
        sets = list(labelled_sets) if isinstance(labelled_sets, Sequence) else [labelled_sets]
        starts: dict[str, Any] = dict(structures)
        if self.relaxation is not None:
            relaxing = {label: self._relaxing(label, starts[label]) for label in starts}
            steps += relaxing.values()
            starts = {label: job.output for label, job in relaxing.items()}
        first = first_step(self, starts, potential, sets, test_sets)
        return Flow([*steps, first], output=first.output, name=self.name)

    def _relaxing(self, label: str, structure: CrystalSource) -> Job:
        labelling = self.labelling_maker
        job: Job = relax_start(
            labelling.engine,
            Functional(labelling.functional).value,
            structure,
            label,
            self.relaxation,
            self.name,
        )
        job.name = f"relax {label} before {self.name}"
        job.update_metadata({"stage": "stability"})
        return job

    @property
    def thresholds(self) -> GradeThresholds:
        """The two grades, checked."""
        return GradeThresholds(self.gamma_select, self.gamma_break)

    def next_ps(self, requested_ps: float | None, survived_fraction: float = 0.0) -> float:
        """Return the time in ps of the next runs, after some of `requested_ps` (None: the first).

        It doubles if at least half of them survived.
        """
        if requested_ps is None:
            return min(self.exploration_ps, self.initial_exploration_ps)
        factor = 2.0 if survived_fraction >= 0.5 else 1.0
        return min(self.exploration_ps, factor * requested_ps)

    def _check(self, structures: Mapping[str, CrystalSource]) -> None:
        _ = self.thresholds
        if not structures:
            raise InputError("active learning needs at least one structure to explore")
        for label, structure in structures.items():
            if isinstance(structure, Structure) and len(structure) > _MAXIMUM_ATOMS_BY_VALUE:
                raise InputError(
                    f"structure {label!r} of {len(structure):,} atoms is too large to travel in "
                    "the input of every job: give its recipe, such as BoundaryRecipe"
                )
        if self.criterion not in get_args(Criterion):
            raise InputError(
                f"criterion {self.criterion!r} must be one of {', '.join(get_args(Criterion))}"
            )
        self._check_numbers()

    def _check_numbers(self) -> None:
        if not self.temperatures_kelvin or min(self.temperatures_kelvin) <= 0.0:
            raise InputError(
                f"exploration temperatures {list(self.temperatures_kelvin)} must be above 0 K"
            )
        if not self.pressures_gpa:
            raise InputError("pressures_gpa is empty: name at least one pressure, such as 0")
        for name in ("exploration_ps", "initial_exploration_ps", "time_step_fs"):
            if not getattr(self, name) > 0.0:
                raise InputError(f"{name} must be above 0, got {getattr(self, name)}")
        if not self.minimum_displacement >= 0.0:
            raise InputError(
                f"minimum_displacement must not be negative, got {self.minimum_displacement}"
            )
        for name in (
            "replicas", "maximum_iterations", "maximum_labels_per_iteration", "maximum_labels",
            "maximum_candidates_per_run", "patience", "frame_interval_steps",
        ):  # fmt: skip
            if (value := getattr(self, name)) is not None and value < 1:
                raise InputError(f"{name} must be at least 1, got {value}")
