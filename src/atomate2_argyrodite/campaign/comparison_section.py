"""Section of the campaign file for the comparison of functionals."""

from typing import Annotated

from pydantic import Field

from atomate2_argyrodite.campaign.sections import Section, Temperature


class FunctionalComparisonSection(Section):
    """The functionals of the campaign beside each other and against experiment."""

    weight_temperature_kelvin: Temperature = Field(
        300.0, description="Of the Boltzmann weights of the bulk values."
    )
    crystallinity_factor: Annotated[float, Field(gt=0, le=1)] = Field(
        0.2, description="What corrected bulk values are multiplied by; 1 for none."
    )
    slow_factor: Annotated[float, Field(gt=1, le=1e6)] = Field(
        10.0,
        description="How many times slower than the slowest disordered crystal those with 0 % and "
        "100 % halide on 4c must be.",
    )
