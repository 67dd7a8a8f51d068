"""Sections of the campaign file for energies of crystals, surfaces and boundaries, and plans.

The later sections hold the numbers of stages of the method that this version cannot run: they can
be written down and estimated, and are refused by name when the campaign is run.
"""

from typing import Annotated

from pydantic import Field, field_validator

from atomate2_argyrodite.campaign.sections import (
    Count,
    NotNegative,
    Positive,
    Section,
    Temperature,
    Temperatures,
    TimeStep,
)

Percent = Annotated[float, Field(ge=-0.25, le=0.25)]
Repeats = Annotated[int, Field(ge=1, le=20)]


def _known_protocol(name: str) -> str:
    from atomate2_argyrodite.stability.protocols import RelaxationSettings

    return RelaxationSettings(protocol=name).protocol


class StabilitySection(Section):
    """Relaxation of the crystals, their relative energies, and surface energies."""

    protocol: str = Field(
        "cubic",
        description="What a relaxation keeps: cubic, symmetric, free, rattled, rattled-cubic.",
    )
    maximum_force_ev_per_angstrom: Positive = Field(
        0.04, description="A relaxation has converged below this force."
    )
    maximum_steps: Count = Field(500, description="A relaxation ends here, converged or not.")
    temperature_kelvin: Temperature = Field(300.0, description="Of the Boltzmann weights.")
    surfaces_of: list[str] = Field(
        default_factory=list, description="Labels of crystals whose surface energies are computed."
    )

    @field_validator("protocol")
    @classmethod
    def _check_protocol(cls, name: str) -> str:
        return _known_protocol(name)


class GrainBoundarySection(Section):
    """Energies of candidate grain boundaries, a tilt and a twist on each facet."""

    crystal: str = Field("0-F-43m", description="Label of the crystal that is cut.")
    shifts: Annotated[int, Field(ge=1, le=100)] = Field(
        3, description="Rigid-body shifts of each candidate that are relaxed."
    )
    grain_thickness_angstrom: Positive = Field(20.0, description="Least thickness of a grain.")
    maximum_force_ev_per_angstrom: Positive = Field(
        0.04, description="A relaxation has converged below this force."
    )


class RandomStructureSection(Section):
    """Planned: conductivity of a supercell drawn from all crystals by their stability."""

    repeats: Repeats = Field(3, description="Unit cells along each edge.")
    temperatures_kelvin: Temperatures = Field(
        [350.0, 375.0, 400.0, 425.0, 450.0, 475.0, 500.0], description="NPT runs."
    )
    replicas: Count = Field(2, description="Runs per temperature.")
    ramp_ps: NotNegative = Field(100.0, description="Time of the NVT ramp.")
    production_ps: Positive = Field(10_000.0, description="Time of the NPT run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")


class MechanismSection(Section):
    """Planned: the crystals again with PS4 held rigid, and the rotation of PS4 at 600 K."""

    configurations: list[str] = Field(
        ["0-F-43m", "50-P222_1"], min_length=1, description="Labels of crystals."
    )
    temperatures_kelvin: Temperatures = Field([350.0, 600.0], description="NPT runs.")
    production_ps: Positive = Field(10_000.0, description="Time of a run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")


class SlabSamplingSection(Section):
    """Planned: dynamics of strained slabs with the engine, labelled like the crystals."""

    configurations: list[str] = Field(
        ["0-F-43m", "50-P222_1"], min_length=1, description="Labels of crystals."
    )
    strains: list[Percent] = Field([-0.05, 0.0, 0.05], description="In the plane.")
    slab_atoms: Count = Field(104, description="Atoms of a (021) slab.")
    temperatures_kelvin: Temperatures = Field([300.0, 600.0], description="NVT runs.")
    run_ps: Positive = Field(10.0, description="Time of a run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    snapshots_per_run: Count = Field(100, description="Snapshots that are labelled.")


class BoundaryLearningSection(Section):
    """Planned: active learning on the 520-atom grain boundary, ordered and disordered."""

    configurations: list[str] = Field(
        ["0-F-43m", "50-P222_1"], min_length=1, description="Labels of crystals."
    )
    boundary_atoms: Count = Field(520, description="Atoms of the bicrystal.")
    temperatures_kelvin: Temperatures = Field([350.0], description="NPT runs.")
    gamma_select: Annotated[float, Field(ge=1)] = Field(2.1, description="Worth a label.")
    gamma_break: Annotated[float, Field(ge=1)] = Field(10.0, description="A run ends here.")
    stress_weight: NotNegative = Field(0.01, description="In the loss of the refits.")
    exploration_ps: Positive = Field(100.0, description="Time of a run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    maximum_iterations: Count = Field(10, description="The loop ends here.")
    maximum_labels_per_iteration: Count = Field(20, description="Frames that are labelled.")


class LargeBoundarySection(Section):
    """Planned: dynamics of the grain boundary of the random structure."""

    atoms: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        14_040, description="Atoms of the bicrystal, about 31 x 69 x 138 Å."
    )
    temperatures_kelvin: Temperatures = Field([350.0], description="NPT runs.")
    replicas: Count = Field(1, description="Runs per temperature.")
    production_ps: Positive = Field(10_000.0, description="Time of a run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    frame_interval_ps: Positive = Field(1.0, description="Time between two frames.")
