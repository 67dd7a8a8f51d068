"""Sections of the campaign file for energies, bulk values and mechanisms."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from atomate2_argyrodite.campaign.relaxation_section import known_protocol
from atomate2_argyrodite.campaign.sections import (
    Count,
    NotNegative,
    Positive,
    Section,
    Temperature,
    Temperatures,
    distinct,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import SiteDisorderConfiguration, boltzmann_weights

_MEV_PER_EV = 1000.0


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
        return known_protocol(name)


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


class BulkSection(Section):
    """Bulk conductivity from the configurations by every rule, and from a random structure."""

    relative_energies_mev_per_atom: dict[str, float] = Field(
        default_factory=dict,
        description="Of every configuration, by label, for example {0-F-43m: 23, 50-P222_1: 0}; "
        "empty: those of the section stability.",
    )
    weight_temperature_kelvin: Temperature = Field(
        300.0, description="Of the Boltzmann weights of the configurations."
    )
    crystallinity_factor: Annotated[float, Field(gt=0, le=1)] = Field(
        0.2, description="What corrected values are multiplied by; 1 for none."
    )
    random_structure: bool = Field(
        True, description="Simulate a random structure, drawn by them, too."
    )
    random_structure_repeats: Annotated[int, Field(ge=1, le=10)] = Field(
        3, description="Its cells along each edge; 3 for 1,404 atoms."
    )
    random_structure_seed: Annotated[int, Field(ge=0)] = Field(0, description="Of its cells.")

    def weights(self, family: Sequence[SiteDisorderConfiguration]) -> dict[str, float]:
        """Return the Boltzmann weights, with multiplicities, of the crystals whose energy is given.

        Empty where the section gives none.
        """
        energies = self.relative_energies_mev_per_atom
        used = [crystal for crystal in family if crystal.label in energies]
        if not used:
            return {}
        weights = boltzmann_weights(
            [energies[crystal.label] / _MEV_PER_EV for crystal in used],
            self.weight_temperature_kelvin,
            [crystal.multiplicity for crystal in used],
        )
        return {c.label: float(weight) for c, weight in zip(used, weights, strict=True)}


class MechanismSection(Section):
    """Jumps, density of Li and motion of PS4; runs with PS4 held against runs with PS4 free."""

    temperatures_kelvin: Temperatures = Field([600.0], description="Temperatures of the runs.")
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="Runs of each kind.")
    ramp_ps: NotNegative = Field(100.0, description="Time of the NVT ramp to the temperature.")
    production_ps: Positive = Field(1000.0, description="Time of the NPT run.")
    frame_interval_ps: Positive = Field(
        0.1, description="Time between two frames; jumps in between are not seen."
    )
    held: list[Literal["rigid", "fixed"]] = Field(
        ["rigid", "fixed"],
        max_length=2,
        description="How PS4 is held: rigid (units move and turn), fixed (they do not), or both.",
    )

    @model_validator(mode="after")
    def _check_runs(self) -> "MechanismSection":
        distinct(self.temperatures_kelvin, "temperatures_kelvin")
        if len(set(self.held)) < len(self.held):
            raise InputError(f"held names {self.held[0]} twice: remove one")
        return self
