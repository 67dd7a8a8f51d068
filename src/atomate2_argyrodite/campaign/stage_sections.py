"""Sections of the campaign file for the stages from crystals to conductivities."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from atomate2_argyrodite.campaign.relaxation_section import SamplingRelaxationSection
from atomate2_argyrodite.campaign.sections import (
    Count,
    NotNegative,
    Positive,
    Section,
    Temperatures,
    TimeStep,
)
from atomate2_argyrodite.campaign.sections import distinct as _distinct
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.structures.chemistry import DEFAULT_LATTICE_CONSTANTS

_FEWEST_FRAMES = 32  # as `transport.diffusion` demands

Halide = Literal["Cl", "Br", "I"]


class CrystalSection(Section):
    """Which crystals of the site-disorder family take part."""

    halide: Halide = Field("Cl", description="Halide X of Li6PS5X: Cl, Br or I.")
    other_halides: list[Halide] = Field(
        default_factory=list, description="The campaign is repeated with these."
    )
    lattice_constant_angstrom: float | None = Field(
        None,
        description="Edge of the cubic 52-atom cell with the halide; null: its default. The others "
        "have their defaults.",
    )
    configurations: list[str] = Field(
        ["0-F-43m", "50-P222_1"],
        min_length=1,
        description="Labels, percentage of halide on 4c and space group: 0-F-43m, 25-R3m, "
        "50-P222_1, 50-Pmm2, 75-R3m, 100-F-43m.",
    )

    @property
    def known_labels(self) -> list[str]:
        """Labels of all crystals of the halide."""
        from atomate2_argyrodite.structures import site_disorder_configurations

        family = site_disorder_configurations(self.halide, self.lattice_constant_angstrom)
        return [crystal.label for crystal in family]

    @model_validator(mode="after")
    def _check_crystals(self) -> "CrystalSection":
        from atomate2_argyrodite.structures import site_disorder_configurations

        if self.lattice_constant_angstrom is None:
            self.lattice_constant_angstrom = DEFAULT_LATTICE_CONSTANTS[self.halide]
        edge = self.lattice_constant_angstrom
        try:
            crystals = site_disorder_configurations(self.halide, edge)
        except InputError as error:
            raise InputError(f"lattice_constant_angstrom = {edge:g}: {error}") from None
        labels = [crystal.label for crystal in crystals]
        for label in self.configurations:
            if label not in labels:
                raise InputError(
                    f"configurations: {label!r} is unknown, choose from {', '.join(labels)}"
                )
            if self.configurations.count(label) > 1:
                raise InputError(f"configurations: {label!r} is named twice, remove one")
        for halide in self.other_halides:
            if [self.halide, *self.other_halides].count(halide) > 1:
                raise InputError(f"other_halides: {halide!r} is named twice, remove one")
        return self


class SamplingSection(Section):
    """NVT dynamics with the engine; its snapshots are the first training set."""

    functional: str | None = Field(
        None, description="What moves the atoms; null: the functional of the campaign."
    )
    relaxation: SamplingRelaxationSection | None = Field(
        None,
        description="Relax the crystals before they are strained, {protocol: free} for the "
        "paper's way; null: strain them as built.",
    )
    strains: list[Annotated[float, Field(ge=-0.25, le=0.25)]] = Field(
        [-0.05, 0.0, 0.05], min_length=1, description="Isotropic strains; 0.05 is 5 %."
    )
    temperatures_kelvin: Temperatures = Field(
        [300.0, 600.0, 900.0, 1200.0], description="One run per strain and temperature."
    )
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    equilibration_ps: NotNegative = Field(0.5, description="Time before the first snapshot.")
    production_ps: Positive = Field(9.5, description="Time over which snapshots are taken.")
    snapshots_per_run: Count = Field(100, description="Evenly spaced snapshots of each run.")
    decorrelate: bool = Field(
        False,
        description="Leave out snapshots nearer to each other than the correlation of the energy.",
    )
    segment_hours: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        None,
        description="A run goes on in a next job after this time, well below the queue's limit; "
        "null: a run is one job. Results do not depend on it: with another time finished runs are "
        "found.",
    )

    @property
    def equilibration_steps(self) -> int:
        """Steps before the first snapshot."""
        return round(self.equilibration_ps * 1000 / self.time_step_fs)

    @property
    def steps(self) -> int:
        """Steps altogether."""
        return self.equilibration_steps + round(self.production_ps * 1000 / self.time_step_fs)

    @model_validator(mode="after")
    def _check_runs(self) -> "SamplingSection":
        if self.functional is not None:
            self.functional = str(Functional.parse(self.functional))
        _distinct(self.strains, "strains")
        _distinct(self.temperatures_kelvin, "temperatures_kelvin")
        production = self.steps - self.equilibration_steps
        if production < self.snapshots_per_run:
            raise InputError(
                f"production_ps = {self.production_ps:g} gives {production} time steps for "
                f"snapshots_per_run = {self.snapshots_per_run}: lengthen it or take fewer snapshots"
            )
        return self


class LabellingSection(Section):
    """Energies, forces and stresses of snapshots by the engine."""

    batch_size: Annotated[int, Field(ge=1, le=4_000)] = Field(
        25, description="Frames that one job labels."
    )
    maximum_failed_fraction: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="Where more of all frames fail, their labels are not trained on."
    )


class TrainingSection(Section):
    """The moment tensor potential."""

    level: int = Field(8, ge=2, le=28, description="Level of the potential (Shapeev 2016), even.")
    cutoff_angstrom: float = Field(5.0, ge=2, le=12, description="Cutoff radius.")
    energy_weight: NotNegative = Field(100.0, description="Weight of energies in the loss.")
    force_weight: NotNegative = Field(1.0, description="Weight of forces in the loss.")
    stress_weight: NotNegative = Field(0.01, description="Weight of stresses in the loss.")
    validation_fraction: float = Field(
        0.1, ge=0, lt=1, description="Part of the sampling runs that only validates."
    )
    maximum_iterations: Count = Field(500, description="Most iterations of a fit.")
    starts: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="Random starts of a fit from scratch; the best after 50 iterations goes on."
    )
    patience: Count = Field(
        4, description="A fit ends after so many times 50 iterations without gain in validation."
    )

    @model_validator(mode="after")
    def _check_potential(self) -> "TrainingSection":
        if self.level % 2:
            raise InputError(
                f"level = {self.level} has the same moments as {self.level - 1}: use an even level"
            )
        if self.energy_weight + self.force_weight == 0:
            raise InputError("energy_weight and force_weight are both 0: nothing would be fitted")
        return self


class ActiveLearningSection(Section):
    """Exploration with the potential; what extrapolates is labelled and learned."""

    gamma_select: float = Field(
        2.1, ge=1, le=1e6, description="Frames with a larger extrapolation grade may be labelled."
    )
    gamma_break: float = Field(
        10.0,
        le=1e9,
        description="A run ends where the grade exceeds this; later frames are not used.",
    )
    temperatures_kelvin: Temperatures = Field(
        [400.0, 500.0], description="Temperatures of the exploring NPT runs."
    )
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(
        4, description="Runs per configuration and temperature in each iteration."
    )
    initial_exploration_ps: Positive = Field(
        2.0, description="Time of a run at first; it doubles while half of the runs survive."
    )
    exploration_ps: Positive = Field(10.0, description="Full time of an exploring run.")
    criterion: Literal["nothing selected", "all survive"] = Field(
        "nothing selected",
        description="When the loop has converged: nothing selected, all survive.",
    )
    frame_interval_steps: Count = Field(4, description="Time steps between graded frames.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    maximum_iterations: Annotated[int, Field(ge=1, le=100)] = Field(
        8, description="The loop ends here if frames are still selected."
    )
    maximum_labels_per_iteration: Count = Field(
        60, description="Most frames that one iteration labels."
    )

    @model_validator(mode="after")
    def _check_thresholds(self) -> "ActiveLearningSection":
        _distinct(self.temperatures_kelvin, "temperatures_kelvin")
        if not self.gamma_break > self.gamma_select:
            raise InputError(
                f"gamma_break = {self.gamma_break:g} must be above gamma_select = "
                f"{self.gamma_select:g}: usual values are 10 and 2.1"
            )
        return self


class ConductivitySection(Section):
    """LAMMPS dynamics with the final potential: an NVT ramp, then NPT."""

    supercell: list[Annotated[int, Field(ge=1, le=20)]] = Field(
        [3, 3, 3], min_length=3, max_length=3, description="Repetitions of the 52-atom cell."
    )
    temperatures_kelvin: Temperatures = Field(
        [350.0, 375.0, 400.0, 425.0, 450.0, 475.0, 500.0],
        description="Temperatures of the NPT runs; the Arrhenius fit needs three or more.",
    )
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(
        2, description="Runs per temperature, with other seeds."
    )
    ramp_ps: NotNegative = Field(100.0, description="Time of the NVT ramp to the temperature.")
    production_ps: Positive = Field(10_000.0, description="Time of the NPT run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    frame_interval_ps: Positive = Field(1.0, description="Time between two frames.")
    barostat: Literal["iso", "aniso", "tri"] = Field(
        "aniso", description="Cell parameters that follow the pressure: iso, aniso or tri."
    )

    @model_validator(mode="after")
    def _check_run(self) -> "ConductivitySection":
        _distinct(self.temperatures_kelvin, "temperatures_kelvin")
        n_frames = self.production_ps / self.frame_interval_ps
        if n_frames < _FEWEST_FRAMES:
            raise InputError(
                f"frame_interval_ps = {self.frame_interval_ps:g} gives {n_frames:.0f} frames in "
                f"production_ps = {self.production_ps:g}: a diffusivity needs {_FEWEST_FRAMES} or "
                "more"
            )
        if self.frame_interval_ps * 1000 < self.time_step_fs:
            raise InputError(
                f"frame_interval_ps = {self.frame_interval_ps:g} is shorter than time_step_fs = "
                f"{self.time_step_fs:g}: lengthen it"
            )
        return self
