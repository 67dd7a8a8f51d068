"""Sections of the campaign file for learning surfaces and grain boundaries.

They are done for the halide of the crystal section and every functional.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from atomate2_argyrodite.campaign.sections import (
    Count,
    NotNegative,
    Positive,
    Section,
    Temperatures,
    TimeStep,
    distinct,
)
from atomate2_argyrodite.errors import InputError

Percent = Annotated[float, Field(ge=-0.25, le=0.25)]
Labels = Annotated[list[str], Field(min_length=1)]
BOTH = ["0-F-43m", "50-P222_1"]


class SlabSamplingSection(Section):
    """Dynamics of (021) slabs with the engine, strained in their plane; labels and a refit."""

    configurations: Labels = Field(BOTH, description="Labels of the crystals that are cut.")
    strains: list[Percent] = Field([-0.05, 0.0, 0.05], min_length=1, description="In the plane.")
    thickness_angstrom: Positive = Field(9.0, description="Of a slab: 9 Å for 104 atoms.")
    vacuum_angstrom: Positive = Field(15.0, description="Empty space between slabs.")
    temperatures_kelvin: Temperatures = Field([300.0, 600.0], description="NVT runs.")
    equilibration_ps: NotNegative = Field(0.0, description="Time before the first snapshot.")
    production_ps: Positive = Field(10.0, description="Time over which snapshots are taken.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    snapshots_per_run: Count = Field(100, description="Snapshots that are labelled.")

    @property
    def equilibration_steps(self) -> int:
        """Steps before the first snapshot."""
        return round(self.equilibration_ps * 1000 / self.time_step_fs)

    @property
    def steps(self) -> int:
        """Steps of one run."""
        return self.equilibration_steps + round(self.production_ps * 1000 / self.time_step_fs)

    @property
    def n_runs(self) -> int:
        """Runs of one halide."""
        return len(self.configurations) * len(self.strains) * len(self.temperatures_kelvin)

    @model_validator(mode="after")
    def _check_runs(self) -> "SlabSamplingSection":
        distinct(self.strains, "strains")
        distinct(self.temperatures_kelvin, "temperatures_kelvin")
        if self.steps - self.equilibration_steps < self.snapshots_per_run:
            raise InputError(
                f"production_ps = {self.production_ps:g} has fewer time steps than "
                f"snapshots_per_run = {self.snapshots_per_run}: lengthen it or take fewer snapshots"
            )
        return self


class BoundaryLearningSection(Section):
    """Active learning on the 520-atom Sigma5[100](021) boundary, ordered and disordered."""

    configurations: Labels = Field(BOTH, description="Labels of the crystals of the bicrystals.")
    relax_first: bool = Field(
        True, description="The engine relaxes the built bicrystals before they are explored."
    )
    relaxation_force_ev_per_angstrom: Positive = Field(
        0.1, description="Threshold of that relaxation."
    )
    relaxation_steps: Count = Field(100, description="Engine steps that it takes at most.")
    explore_bulk: bool = Field(
        True,
        description="Explore the crystals themselves as well, so that what is learned of "
        "boundaries does not cost the bulk.",
    )
    temperatures_kelvin: Temperatures = Field(
        [400.0, 500.0, 600.0], description="Of the exploring NPT runs; rising."
    )
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(
        3, description="Runs per bicrystal and temperature in each iteration."
    )
    initial_exploration_ps: Positive = Field(
        2.0, description="Time of a run at first; it doubles while half of the runs survive."
    )
    exploration_ps: Positive = Field(100.0, description="Full time of a run.")
    gamma_select: Annotated[float, Field(ge=1)] = Field(2.1, description="Worth a label.")
    gamma_break: Annotated[float, Field(ge=1)] = Field(10.0, description="A run ends here.")
    criterion: Literal["nothing selected", "all survive"] = Field(
        "nothing selected",
        description="When the loop has converged: nothing selected, all survive.",
    )
    stress_weight: NotNegative = Field(0.01, description="In the loss of the refits.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    frame_interval_steps: Count = Field(4, description="Time steps between graded frames.")
    maximum_iterations: Annotated[int, Field(ge=1, le=100)] = Field(
        10, description="The loop ends here."
    )
    maximum_labels_per_iteration: Count = Field(36, description="Frames that are labelled.")
    maximum_labels: Count = Field(300, description="Frames that the whole loop labels.")

    @property
    def n_runs(self) -> int:
        """Runs of bicrystals in one iteration; those of the crystals are as many."""
        return len(self.configurations) * len(self.temperatures_kelvin) * self.replicas

    @model_validator(mode="after")
    def _check_thresholds(self) -> "BoundaryLearningSection":
        distinct(self.temperatures_kelvin, "temperatures_kelvin")
        if not self.gamma_break > self.gamma_select:
            raise InputError(
                f"gamma_break = {self.gamma_break:g} must be above gamma_select = "
                f"{self.gamma_select:g}: usual values are 10 and 2.1"
            )
        return self
