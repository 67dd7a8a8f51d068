"""Exchange-correlation functionals that the method compares."""

from enum import StrEnum

from atomate2_argyrodite.errors import InputError


class Functional(StrEnum):
    """A functional of the method; an engine says which of them it can do."""

    PBE = "pbe"
    PBE_D3BJ = "pbe-d3bj"
    OPTB88_VDW = "optb88-vdw"

    @classmethod
    def parse(cls, name: str) -> "Functional":
        """Return the functional called `name`.

        Raises
        ------
        InputError
            If no functional has that name.
        """
        try:
            return cls(name.lower())
        except ValueError:
            known = ", ".join(cls)
            raise InputError(f"unknown functional {name!r}: choose one of {known}") from None
