"""Flows of the stage `stability`: which crystals and which surfaces are low in energy."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.stability.jobs import (
    SlabSettings,
    compare_stability,
    compare_surfaces,
    relax_crystal,
    relax_slab,
)
from atomate2_argyrodite.stability.protocols import RelaxationProtocol, RelaxationSettings
from atomate2_argyrodite.structures import (
    PAPER_FACETS,
    CrystalRecipe,
    SiteDisorderConfiguration,
    assert_argyrodite,
    assert_cubic,
    boltzmann_weights,
    built_crystal,
    surface_terminations,
)


@dataclass
class CrystalRelaxationMaker(Maker):
    """Relaxation of one crystal by a named protocol (Kim 2024, section 2.1).

    Parameters
    ----------
    name
        Name of the job.
    engine
        What relaxes.
    functional
        The functional.
    settings
        Protocol, thresholds and seed.
    """

    name: str = "relaxation"
    engine: Engine = field(default_factory=FoundationEngine)
    functional: Functional = Functional.PBE
    settings: RelaxationSettings = field(default_factory=RelaxationSettings)

    def make(self, source: Structure | CrystalRecipe, configuration: str) -> Job:
        """Return the job; its output is a `RelaxedCrystalDocument`.

        Parameters
        ----------
        source
            A crystal of up to 500 atoms, or the recipe of one.
        configuration
            Its label.

        Raises
        ------
        InputError
            If the engine cannot do the functional, or a large structure comes by value.
        StructureError
            If the structure is no argyrodite.
        MissingEngineError
            If the engine is not installed.
        """
        self.engine.check(self.functional)
        if isinstance(source, Structure):
            assert_argyrodite(built_crystal(source))
        job: Job = relax_crystal(
            self.engine, Functional(self.functional).value, source, configuration, self.settings
        )
        job.name = f"relax {configuration} {self.settings.protocol}"
        job.update_metadata({"stage": "stability", "configuration": configuration})
        return job

    def require_cubic(self, source: Structure | CrystalRecipe, purpose: str) -> Structure:
        """Return the built crystal if slabs and boundaries can be made of its relaxed cell.

        Raises
        ------
        InputError
            If the protocol does not keep a cubic cell.
        StructureError
            If the crystal is no cubic argyrodite.
        """
        if not self.settings.kind.keeps_cubic_cell:
            kept = [p.value for p in RelaxationProtocol if p.keeps_cubic_cell]
            raise InputError(
                f"{purpose} need a cubic bulk cell, which protocol {self.settings.protocol!r} does "
                f"not keep: choose one of {', '.join(kept)}"
            )
        crystal = built_crystal(source)
        assert_cubic(crystal)
        assert_argyrodite(crystal)
        return crystal


def _rattled_cubic() -> CrystalRelaxationMaker:
    # A surface breaks the symmetry of 24g; only a rattled bulk is a fair reference for it.
    return CrystalRelaxationMaker(
        settings=RelaxationSettings(protocol=RelaxationProtocol.RATTLED_CUBIC.value)
    )


@dataclass
class RelativeStabilityFlowMaker(Maker):
    """Relative energies of site-disordered crystals, and their Boltzmann weights.

    Parameters
    ----------
    name
        Name of the flow.
    relaxation_maker
        Engine, functional and protocol. The energies depend on the protocol; only crystals whose
        cell was kept cubic can be drawn into a supercell as they are.
    temperature_kelvin
        Of the Boltzmann weights.
    count_multiplicities
        Whether a weight is multiplied by the number of arrangements of its crystal.
    """

    name: str = "relative stability"
    relaxation_maker: CrystalRelaxationMaker = field(default_factory=CrystalRelaxationMaker)
    temperature_kelvin: float = 300.0
    count_multiplicities: bool = True

    def make(self, configurations: Sequence[SiteDisorderConfiguration]) -> Flow:
        """Return the flow; its output is a `RelativeStabilityDocument`.

        Parameters
        ----------
        configurations
            Crystals of one composition, such as `site_disorder_configurations` returns.

        Raises
        ------
        InputError
            If there is none, labels or compositions do not fit, or a setting makes no sense.
        MissingEngineError
            If the engine is not installed.
        """
        boltzmann_weights([0.0], self.temperature_kelvin)  # refuses a senseless temperature
        labels = [configuration.label for configuration in configurations]
        formulas = sorted({configuration.composition for configuration in configurations})
        if len(formulas) != 1 or len(set(labels)) != len(labels):
            raise InputError(
                "relative stability compares crystals of one composition with different labels, "
                f"got {formulas} and {labels}"
            )
        jobs = [self.relaxation_maker.make(c.structure, c.label) for c in configurations]
        counts = {c.label: c.multiplicity for c in configurations}
        comparison: Job = compare_stability(
            [job.output for job in jobs],
            self.temperature_kelvin,
            counts if self.count_multiplicities else None,
        )
        comparison.name = f"compare stability {self.relaxation_maker.settings.protocol}"
        comparison.update_metadata({"stage": "stability"})
        return Flow([*jobs, comparison], output=comparison.output, name=self.name)


@dataclass
class SurfaceEnergyFlowMaker(Maker):
    """Energies of the free surfaces of a crystal (Kim 2024, sections 2.4 and 3.3).

    Slabs are built of the crystal at the lattice constant of its relaxed bulk, and relaxed by the
    same engine and protocol, with their cell kept.

    Parameters
    ----------
    name
        Name of the flow.
    relaxation_maker
        Engine, functional and protocol, which must keep a cubic cell.
    planes
        Miller indices.
    thickness
        Least thickness of a slab in Å.
    vacuum
        Height of the empty space in Å.
    terminations
        How many of the best terminations of each plane are relaxed (see `surface_terminations`).
    maximum_atoms
        Refuse to build a slab of more atoms.
    """

    name: str = "surface energies"
    relaxation_maker: CrystalRelaxationMaker = field(default_factory=_rattled_cubic)
    planes: tuple[tuple[int, int, int], ...] = PAPER_FACETS
    thickness: float = 15.0
    vacuum: float = 15.0
    terminations: int = 1
    maximum_atoms: int = 5_000

    def make(self, source: Structure | CrystalRecipe, configuration: str) -> Flow:
        """Return the flow; its output is a `SurfaceEnergyDocument`.

        Parameters
        ----------
        source
            A cubic crystal of up to 500 atoms, or the recipe of one.
        configuration
            Its label.

        Raises
        ------
        InputError
            If the protocol does not keep a cubic cell, or a plane or setting is impossible.
        StructureError
            If the crystal is no cubic argyrodite.
        MissingEngineError
            If the engine is not installed.
        """
        maker = self.relaxation_maker
        crystal = maker.require_cubic(source, "surfaces")
        slabs = self._slabs(crystal)
        bulk = maker.make(source, configuration)
        jobs = [self._job(source, configuration, bulk, slab) for slab in slabs]
        comparison: Job = compare_surfaces(bulk.output, [job.output for job in jobs])
        comparison.name = f"compare surfaces {configuration}"
        comparison.update_metadata({"stage": "stability", "configuration": configuration})
        return Flow([bulk, *jobs, comparison], output=comparison.output, name=self.name)

    def _slabs(self, crystal: Structure) -> list[SlabSettings]:
        if not self.planes or self.terminations < 1:
            raise InputError(
                "surface energies need at least one plane and one termination, got "
                f"{list(self.planes)} and {self.terminations}"
            )
        if not self.thickness > 0 or not self.vacuum > 0:
            raise InputError(
                f"thickness {self.thickness!r} Å and vacuum {self.vacuum!r} Å must be positive: "
                "without vacuum a slab has no surface"
            )
        return [
            SlabSettings(plane, self.thickness, self.vacuum, termination, self.maximum_atoms)
            for plane in self.planes
            for termination in range(
                min(self.terminations, len(surface_terminations(crystal, plane)))
            )
        ]

    def _job(
        self,
        source: Structure | CrystalRecipe,
        configuration: str,
        bulk: Job,
        slab: SlabSettings,
    ) -> Job:
        maker = self.relaxation_maker
        job: Job = relax_slab(
            maker.engine,
            Functional(maker.functional).value,
            source,
            configuration,
            bulk.output,
            slab,
            maker.settings,
        )
        job.name = f"slab {configuration} {slab.plane} {slab.termination}"
        job.update_metadata({"stage": "stability", "configuration": configuration})
        return job
