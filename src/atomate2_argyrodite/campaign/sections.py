"""What every part of a campaign file is, and the numbers that it may hold."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from atomate2_argyrodite.errors import InputError

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Temperature = Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)]
Temperatures = Annotated[list[Temperature], Field(min_length=1, max_length=50)]
TimeStep = Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]


class Section(BaseModel):
    """A part of the campaign file: unknown keys are refused, values are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, validate_default=True)
    is_spelled_out: ClassVar[bool] = False
    """Whether a section inside of another is written with all its settings, not on one line."""


def distinct(values: list[float], name: str) -> list[float]:
    """Return `values`.

    Raises
    ------
    InputError
        If one of them occurs twice.
    """
    repeated = sorted({v for v in values if values.count(v) > 1})
    if repeated:
        raise InputError(f"{name} names {repeated[0]:g} twice: remove one")
    return values
