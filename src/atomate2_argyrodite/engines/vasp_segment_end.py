"""How a segment of VASP's dynamics ends in time, and how the next one begins where it stopped."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomate2.vasp.sets.core import MDSetGenerator
from custodian.custodian import ErrorHandler
from pymatgen.io.vasp import Poscar
from pymatgen.io.vasp.sets import VaspInput

STOPCAR = "LSTOP = .TRUE.\n"
"""VASP ends after the step that it is at, and leaves its files whole."""


class SegmentEnd(ErrorHandler):
    """Lets VASP stop by a STOPCAR once a wall time has passed; this is no error.

    custodian's own ``WalltimeHandler`` counts from the start of the process, which may run many
    segments, and its clock stands in an environment variable.

    Parameters
    ----------
    wall_time_s
        Wall time in s, counted from here.
    """

    is_monitor = True
    is_terminating = False  # VASP ends by itself
    raises_runtime_error = False

    def __init__(self, wall_time_s: float) -> None:
        self.wall_time_s = wall_time_s
        self._end = time.monotonic() + wall_time_s

    def check(self, directory: str = "./") -> bool:  # noqa: ARG002
        """Whether the wall time has passed."""
        return time.monotonic() >= self._end

    def correct(self, directory: str = "./") -> dict[str, Any]:
        """Write the STOPCAR."""
        (Path(directory) / "STOPCAR").write_text(STOPCAR, encoding="ascii")
        return {"errors": ["the wall time of the segment has passed"], "actions": None}


class VerbatimPoscar(Poscar):
    """A POSCAR that is written as it was read: no digit of velocities and thermostat is lost."""

    text = ""

    @classmethod
    def of(cls, text: str) -> "VerbatimPoscar":
        """Return the POSCAR with this text."""
        poscar: VerbatimPoscar = cls.from_str(text)
        poscar.text = text
        return poscar

    def get_str(self, *_args: Any, **_kwargs: Any) -> str:
        """Return the text."""
        return self.text


@dataclass
class ContinuedMDSetGenerator(MDSetGenerator):
    """Inputs of dynamics that go on from the CONTCAR of the segment before."""

    contcar: str = ""

    def get_input_set(self, *args: Any, **kwargs: Any) -> VaspInput:
        """Return the inputs, with the CONTCAR as POSCAR."""
        inputs = super().get_input_set(*args, **kwargs)
        inputs["POSCAR"] = VerbatimPoscar.of(self.contcar)
        return inputs
