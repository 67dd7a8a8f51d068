"""What every part of a campaign file is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the campaign file: unknown keys are refused, values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, validate_default=True)
