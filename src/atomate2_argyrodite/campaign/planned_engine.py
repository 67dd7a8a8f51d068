"""An engine that can be planned with, and does nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.engines.base import Engine, LabelFailure, NVTRun, NVTSettings, Relaxation
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


@dataclass
class PlannedEngine(Engine):
    """Stands for an engine that is not part of this version while a campaign is counted.

    It passes for installed, so that the graph can be built; asked for a number, it refuses.

    Parameters
    ----------
    name
        Name of the engine.
    """

    supported_functionals: ClassVar[tuple[Functional, ...]] = tuple(Functional)
    name: str = "vasp"

    @property
    def label(self) -> str:
        """Name of the engine."""
        return self.name

    def check(self, functional: Functional | str = Functional.PBE) -> None:
        """Check the functional alone."""
        self.require(functional)

    def record(self, functional: Functional | str) -> EngineRecord:
        """Refuse."""
        self._refuse(functional)

    def settings(self, functional: Functional | str) -> dict[str, Any]:
        """Refuse."""
        self._refuse(functional)

    def static(
        self,
        configurations: Sequence[LabelledConfiguration],
        functional: Functional | str,
    ) -> list[LabelledConfiguration | LabelFailure]:
        """Refuse."""
        self._refuse(configurations, functional)

    def molecular_dynamics(
        self,
        configuration: LabelledConfiguration,
        functional: Functional | str,
        settings: NVTSettings,
    ) -> NVTRun:
        """Refuse."""
        self._refuse(configuration, functional, settings)

    def relax(
        self, configuration: LabelledConfiguration, functional: Functional | str, **_options: Any
    ) -> Relaxation:
        """Refuse."""
        self._refuse(configuration, functional)

    def _refuse(self, *_asked: object) -> NoReturn:
        raise MissingEngineError(
            f"engine {self.name!r} is not part of this version: use 'foundation'"
        )
