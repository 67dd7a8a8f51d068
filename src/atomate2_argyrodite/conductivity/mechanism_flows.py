"""Flow of the mechanism: how Li jumps, and what the motion of PS4 does for it."""

from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.jobs import analyze_mechanism, compare_ps4_motion
from atomate2_argyrodite.engines.lammps_settings import Ps4Motion
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import CrystalRecipe


@dataclass
class MechanismFlowMaker(Maker):
    """Mechanism of one crystal: runs with free PS4 units, and with units that are held.

    Free runs are analysed for cages, jumps, the density of Li and the rotation of PS4; against them
    stand runs in which units move as rigid bodies, and runs in which they do not move at all (Kim
    2024, section 3.2, at 600 K).

    Parameters
    ----------
    name
        Name of the flow.
    conductivity_maker
        Protocol of the runs: temperatures, replicas, supercell, times.
    hindrances
        How units are held: ``'rigid'``, ``'fixed'``, both, or none.
    """

    name: str = "mechanism"
    conductivity_maker: ConductivityFlowMaker = field(
        default_factory=lambda: ConductivityFlowMaker(
            temperatures=(600.0,), production_ps=1000.0, frame_interval_ps=0.1
        )
    )
    hindrances: tuple[Ps4Motion, ...] = ("rigid", "fixed")

    def make(
        self, structure: Structure | CrystalRecipe, potential: Any, configuration: str
    ) -> Flow:
        """Return the flow; its output is a `Ps4MotionDocument`.

        Parameters
        ----------
        structure
            Unit cell of the crystal, or its recipe.
        potential
            Reference to a `PotentialDocument`, or the document.
        configuration
            Label of the crystal.

        Raises
        ------
        InputError
            If a setting makes no sense.
        MissingEngineError
            If LAMMPS is not installed.
        """
        unknown = [h for h in self.hindrances if h not in ("rigid", "fixed")]
        if unknown or len(set(self.hindrances)) < len(self.hindrances):
            raise InputError(
                f"hindrances must be 'rigid', 'fixed' or both, got {list(self.hindrances)}"
            )
        free = replace(self.conductivity_maker, ps4="free")
        runs = free.make_runs(structure, potential, configuration)
        mechanisms = [self._mechanism(run, configuration) for run in runs]
        held: list[Job] = []
        for hindrance in self.hindrances:
            maker = replace(self.conductivity_maker, ps4=hindrance)
            held += maker.make_runs(structure, potential, configuration)
        outputs: list[Any] = [run.output for run in [*runs, *held]]
        comparison: Job = compare_ps4_motion(outputs)
        comparison.name = f"PS4 motion {configuration}"
        comparison.update_metadata({"stage": "conductivity", "configuration": configuration})
        return Flow(
            [*runs, *mechanisms, *held, comparison],
            output=comparison.output,
            name=f"{self.name} {configuration}",
        )

    @staticmethod
    def _mechanism(run: Job, configuration: str) -> Job:
        mechanism: Job = analyze_mechanism(run.output)
        mechanism.name = run.name.replace("md ", "mechanism ", 1)
        mechanism.update_metadata({"stage": "conductivity", "configuration": configuration})
        return mechanism
