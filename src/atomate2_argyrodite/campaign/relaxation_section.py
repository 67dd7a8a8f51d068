"""Section of the campaign file for the relaxation of crystals before they are strained."""

from pydantic import Field, field_validator

from atomate2_argyrodite.campaign.sections import Count, Positive, Section


def known_protocol(name: str) -> str:
    """Return the name of a protocol of relaxation.

    Raises
    ------
    InputError
        If there is no such protocol.
    """
    from atomate2_argyrodite.stability.protocols import RelaxationSettings

    return RelaxationSettings(protocol=name).protocol


class SamplingRelaxationSection(Section):
    """Crystals are relaxed before they are strained; done once if stability says the same."""

    is_spelled_out = True
    protocol: str = Field(
        "free", description="What it keeps: cubic, symmetric, free, rattled, rattled-cubic."
    )
    maximum_force_ev_per_angstrom: Positive = Field(
        0.04, description="It has converged below this force."
    )
    maximum_steps: Count = Field(500, description="It ends here, converged or not.")

    @field_validator("protocol")
    @classmethod
    def _check_protocol(cls, name: str) -> str:
        return known_protocol(name)
