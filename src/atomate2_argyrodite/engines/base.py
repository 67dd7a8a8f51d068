"""The interface of engines: programs that give energies, forces and stresses, and move atoms."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray

from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_MAXIMUM_SEED = 2**31 - 1
_MAXIMUM_TIME_STEP_FS = 20.0


def derived_seed(seed: int, *parts: str | float) -> int:
    """Return the seed of one task among many: it depends on `seed` and `parts`, nothing else.

    Adding a temperature or a replica to a campaign therefore leaves the seeds of the others alone.

    Returns
    -------
    int
        Between 1 and 2^31 - 2, which LAMMPS, numpy and ASE all accept.
    """
    text = json.dumps([seed, *parts])
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return 1 + number % (_MAXIMUM_SEED - 1)


def check_relaxation_limits(maximum_force: float, maximum_steps: int) -> None:
    """Refuse a relaxation that could not end.

    Raises
    ------
    InputError
        If the force threshold (eV/Å) or the number of steps is not positive and finite.
    """
    if not 0 < maximum_force < np.inf or maximum_steps < 1:
        raise InputError(
            "a relaxation needs a positive force threshold and at least one step, got "
            f"{maximum_force} eV/Å and {maximum_steps}"
        )


def explosion_temperature(target: float) -> float:
    """Return the instantaneous temperature (K) beyond which a run has exploded.

    Thermal noise stays within 1.5 times the target, and a crystal that was not relaxed heats up by
    some hundred K at first; atoms on top of each other give 10,000 K and more.
    """
    return 4.0 * target + 1000.0


@dataclass(frozen=True)
class LabelFailure:
    """A frame that an engine could not label.

    Parameters
    ----------
    index
        Position of the frame in the batch.
    reason
        The cause, in one phrase.
    """

    index: int
    reason: str


@dataclass(frozen=True)
class NVTSettings(MSONable):
    """Canonical molecular dynamics from which snapshots are taken.

    Parameters
    ----------
    temperature_kelvin
        Temperature in K.
    time_step_fs
        Time step in fs.
    steps
        Number of steps altogether.
    equilibration_steps
        Leading steps from which no snapshot is taken.
    snapshots
        Snapshots, evenly spaced over the steps after the equilibration.
    seed
        Seed of the Maxwell-Boltzmann velocities.

    Raises
    ------
    InputError
        If a value makes no sense.
    """

    temperature_kelvin: float
    time_step_fs: float
    steps: int
    equilibration_steps: int
    snapshots: int
    seed: int

    def __post_init__(self) -> None:
        if not self.temperature_kelvin > 0:
            raise InputError(
                f"temperature must be above 0 K, got {self.temperature_kelvin}: "
                "molecular dynamics needs moving atoms"
            )
        if not 0 < self.time_step_fs <= _MAXIMUM_TIME_STEP_FS:
            raise InputError(
                f"time step must lie between 0 and {_MAXIMUM_TIME_STEP_FS} fs, "
                f"got {self.time_step_fs}: 2 fs suits argyrodites"
            )
        if not 0 <= self.equilibration_steps < self.steps:
            raise InputError(
                f"equilibration_steps must lie between 0 and steps - 1, got "
                f"{self.equilibration_steps} of {self.steps}"
            )
        if not 1 <= self.snapshots <= self.steps - self.equilibration_steps:
            raise InputError(
                f"cannot take {self.snapshots} snapshots from "
                f"{self.steps - self.equilibration_steps} steps: ask for fewer, or run longer"
            )

    @property
    def snapshot_interval_steps(self) -> int:
        """Steps between two snapshots."""
        return (self.steps - self.equilibration_steps) // self.snapshots

    def is_snapshot(self, step: int) -> bool:
        """Whether a snapshot is taken after `step` steps."""
        production, interval = step - self.equilibration_steps, self.snapshot_interval_steps
        return (
            production > 0
            and production % interval == 0
            and production // interval <= (self.snapshots)
        )


@dataclass(frozen=True, eq=False)
class NVTRun:
    """What a canonical run gave, also when it failed on the way.

    Parameters
    ----------
    snapshots
        Configurations with the energy, forces and static stress of the engine; their metadata hold
        ``step`` and ``temperature_kelvin`` (instantaneous).
    temperatures_kelvin
        Instantaneous temperature after each step that was done, shape (S,).
    potential_energies_ev
        Potential energy after each step that was done, shape (S,).
    conserved_energies_ev
        Conserved quantity of the extended system after each step, shape (S,).
    outcome
        ``'completed'``, or the cause of failure in one phrase.
    """

    snapshots: list[LabelledConfiguration]
    temperatures_kelvin: NDArray[np.float64]
    potential_energies_ev: NDArray[np.float64]
    conserved_energies_ev: NDArray[np.float64]
    outcome: str = "completed"

    @property
    def is_complete(self) -> bool:
        """Whether all steps were done."""
        return self.outcome == "completed"


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Result of a geometry optimisation.

    Parameters
    ----------
    configuration
        The relaxed configuration with its labels.
    steps
        Steps that were done.
    maximum_force_ev_per_angstrom
        Largest norm of a force that is left.
    is_converged
        Whether forces (and stress, if the cell moved) fell below the threshold.
    """

    configuration: LabelledConfiguration
    steps: int
    maximum_force_ev_per_angstrom: float
    is_converged: bool


@dataclass(frozen=True)
class EngineCost:
    """Core-seconds of one configuration, to a factor of about two.

    Parameters
    ----------
    label_s
        Of a single point.
    step_s
        Of a step of dynamics or of a relaxation.
    """

    label_s: float
    step_s: float


@dataclass
class Engine(MSONable, ABC):
    """A program that labels configurations and moves atoms; it travels inside jobs as its settings.

    Energies are total energies in eV, forces in eV/Å, stresses in eV/Å^3 (tension positive). A
    subclass names the functionals it can do; every other functional is refused by name.
    """

    supported_functionals: ClassVar[tuple[Functional, ...]] = ()
    continues_dynamics: ClassVar[bool] = False
    """Whether `dynamics_segment` can stop at a limit and go on later."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Short name of the engine for job names and messages."""

    def require(self, functional: Functional | str) -> Functional:
        """Return `functional` if the engine can do it.

        Raises
        ------
        InputError
            If it is unknown, or the engine does not offer it.
        """
        wanted = Functional.parse(str(functional))
        if wanted not in self.supported_functionals:
            offered = ", ".join(self.supported_functionals)
            raise InputError(
                f"engine {self.label!r} cannot do functional {wanted.value!r}, only {offered}: "
                "choose one of these or another engine (cp2k and vasp do all)"
            )
        return wanted

    @abstractmethod
    def check(self, functional: Functional | str = Functional.PBE) -> None:
        """Check that the engine can run here, without loading it.

        Raises
        ------
        MissingEngineError
            If a program or package is not installed; the message says how to install it.
        InputError
            If the functional is not offered or a setting makes no sense.
        """

    @abstractmethod
    def record(self, functional: Functional | str) -> EngineRecord:
        """Return name and version of what produces the numbers."""

    def cost(self, functional: Functional | str, n_atoms: int) -> "EngineCost":  # noqa: ARG002
        """Return about what a configuration of `n_atoms` takes; nothing where that is not known."""
        return EngineCost(0.0, 0.0)

    @abstractmethod
    def settings(self, functional: Functional | str) -> dict[str, Any]:
        """Return every setting on which the numbers depend, as JSON-compatible values."""

    def settings_hash(self, functional: Functional | str) -> str:
        """Return a hash of program, version, functional and settings: equal means comparable."""
        wanted = self.require(functional)
        content = {
            "record": self.record(wanted).model_dump(),
            "functional": wanted.value,
            "settings": self.settings(wanted),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @abstractmethod
    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        """Label configurations; one result per configuration, in their order.

        A frame that cannot be labelled (overlapping atoms, a result that is not finite, an error of
        the program) becomes a `LabelFailure` and leaves the others alone.
        """

    @abstractmethod
    def molecular_dynamics(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
    ) -> NVTRun:
        """Run canonical dynamics with a Nose-Hoover thermostat; a failed run is a result."""

    def dynamics_segment(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
        limit: SegmentLimit,
        start: DynamicsState | None = None,
    ) -> DynamicsSegment:
        """Run canonical dynamics up to a limit, from the beginning or from where it stopped.

        Segments one after the other give what `molecular_dynamics` gives. An engine that has no way
        to stop and go on does the whole run at once, whatever the limit.

        Parameters
        ----------
        configuration
            The crystal with which the whole run began.
        functional, settings
            Of the whole run.
        limit
            Where this segment ends.
        start
            State that the segment before returned.
        """
        del limit  # the whole run is one segment
        if start is not None:
            raise InputError(
                f"engine {self.label!r} cannot continue a run: sample without a segment limit"
            )
        return DynamicsSegment(self.molecular_dynamics(configuration, functional, settings), None)

    @abstractmethod
    def relax(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        *,
        relax_cell: bool = True,
        keep_shape: bool = False,
        keep_symmetry: bool = False,
        maximum_force: float = 0.04,
        maximum_steps: int = 500,
    ) -> Relaxation:
        """Relax positions, and the cell if asked, until forces are below `maximum_force` (eV/Å).

        Parameters
        ----------
        configuration
            Where to start.
        functional
            What gives the energy.
        relax_cell
            Whether the cell moves.
        keep_shape
            The cell only grows and shrinks: a cubic one stays cubic whatever its atoms do.
        keep_symmetry
            Positions and cell stay within the space group of `configuration`.
        maximum_force
            Threshold in eV/Å of the norm of every force.
        maximum_steps
            Steps after which the relaxation ends, converged or not.

        Raises
        ------
        InputError
            If the threshold or the number of steps is not positive, or the functional is not
            offered.
        """


def split_results(
    results: Sequence[LabelledConfiguration | LabelFailure],
) -> tuple[list[LabelledConfiguration], list[LabelFailure]]:
    """Separate the results of `Engine.static` into labels and failures."""
    labels = [result for result in results if isinstance(result, LabelledConfiguration)]
    failures = [result for result in results if isinstance(result, LabelFailure)]
    return labels, failures
