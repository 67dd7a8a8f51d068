"""A calculator that counts, and engines that break."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from ase.calculators.lj import LennardJones

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import LabelFailure
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import OutOfSpaceError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.sampling.schemas import SamplingDocument

ARGON = {"sigma": 3.4, "epsilon": 0.0103, "rc": 8.0}


class CountingLennardJones(LennardJones):
    """Counts its calculations, over all instances."""

    calls: ClassVar[int] = 0

    def calculate(self, *args: Any, **kwargs: Any) -> None:
        type(self).calls += 1
        super().calculate(*args, **kwargs)


COUNTING = FoundationEngine(model="labelling.counting:CountingLennardJones", options=ARGON)


@dataclass
class FragileEngine(FoundationEngine):
    """Raises after some frames, as a full disk or a lost program does.

    Parameters
    ----------
    lasts
        Frames that are labelled before it breaks.
    full
        Whether the disk is full; else it raises for single frames only.
    named
        Whether it tells a full disk by the package's own error, as programs do.
    """

    model: str = "ase.calculators.lj:LennardJones"
    lasts: int = 3
    full: bool = True
    named: bool = False
    done: ClassVar[int] = 0

    def static(
        self, configurations: Sequence[LabelledConfiguration], functional: Functional | str
    ) -> list[LabelledConfiguration | LabelFailure]:
        results = []
        for configuration in configurations:
            if self.full and FragileEngine.done >= self.lasts:
                if self.named:
                    raise OutOfSpaceError("the disk of scratch is full: No space left on device")
                raise OSError(errno.ENOSPC, "No space left on device")
            if not self.full and configuration.positions[1, 0] > 4.0:
                raise RuntimeError("SCF did not converge in 60 steps")
            FragileEngine.done += 1
            results += super().static([configuration], functional)
        return results


def fragile(**changes: Any) -> FragileEngine:
    """Return an engine that breaks, its count at zero."""
    FragileEngine.done = 0
    return FragileEngine(options=ARGON, **changes)


def frame(distance: float) -> LabelledConfiguration:
    """Two argon atoms."""
    cell = np.diag([20.0, 20.0, 20.0])
    return LabelledConfiguration(
        [18, 18], [[0.0, 0, 0], [distance, 0, 0]], cell, metadata={"d": distance}
    )


@document_job(SamplingDocument)
def snapshots(distances: list[float]) -> SamplingDocument:
    """Stand for a sampling run."""
    arrays = configurations_to_arrays([frame(distance) for distance in distances])
    return SamplingDocument(
        strain=0.0,
        time_step_fs=1.0,
        steps=1,
        snapshot_interval_steps=1,
        equilibration_steps=0,
        n_frames=len(distances),
        mean_temperature_kelvin=None,
        is_physical=True,
        frames=Attachment.from_arrays("f.npz", arrays),
    )
