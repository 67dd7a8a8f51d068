"""Flows of the stage `functional_comparison`: the same method with each functional."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobflow import Flow, Job, Maker

from atomate2_argyrodite.active_learning.flows import ActiveLearningFlowMaker
from atomate2_argyrodite.conductivity.bulk_flows import check_factor
from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.functional_comparison.comparison import ComparisonSettings
from atomate2_argyrodite.functional_comparison.criteria import SLOW_FACTOR
from atomate2_argyrodite.functional_comparison.jobs import compare_functionals
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.flows import LabelledSetsFlowMaker, LabellingFlowMaker
from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
from atomate2_argyrodite.stability.flows import RelativeStabilityFlowMaker
from atomate2_argyrodite.structures import (
    SiteDisorderConfiguration,
    find_configuration,
    site_disorder_configurations,
)
from atomate2_argyrodite.training.flows import TrainingMaker
from atomate2_argyrodite.transport.bulk import DEFAULT_CRYSTALLINITY_FACTOR


@dataclass
class FunctionalOutputs:
    """References to what was found with one functional.

    Parameters
    ----------
    potential, stability
        References to its `PotentialDocument` and `RelativeStabilityDocument`.
    conductivities
        References to `ConductivityDocument`s by label of the crystal.
    lattices
        References to `RelaxedCrystalDocument`s of other halides.
    """

    potential: Any
    stability: Any
    conductivities: Mapping[str, Any]
    lattices: Sequence[Any] = ()


@dataclass
class FunctionalComparisonFlowMaker(Maker):
    """Which functional to trust (Kim 2024, section 3.1, Table 1 and Fig. 2).

    The same snapshots are labelled with every functional; each gives a potential, relaxed crystals,
    their relative energies, conductivities and a bulk value. They are compared with experiment and
    by the criterion that the crystals with 0 % and 100 % halide on 4c must be slow.

    Parameters
    ----------
    name
        Name of the flow.
    engine
        What samples, labels and relaxes; it replaces that of the makers.
    functionals
        Functionals to compare; those that the engine does not offer here are named as missing.
    sampling_maker
        Dynamics of the snapshots; its functional moves the atoms for all, or the first one that is
        offered.
    labelling_maker
        Batches of labels.
    training_maker
        One fit per functional.
    active_learning_maker
        What makes each potential safe for dynamics; None leaves it as it was first trained.
    conductivity_maker
        Dynamics of every crystal; short settings serve a first look.
    stability_maker
        Relaxation of every crystal: relative energies, lattice constants.
    lattice_halides, lattice_configurations
        Crystals of other halides whose lattice constants are compared with experiment, too.
    weight_temperature_kelvin, crystallinity_factor
        Of the bulk values; see `BulkConductivityFlowMaker`.
    slow_factor
        How many times slower than the slowest disordered crystal an ordered one must be.
    """

    name: str = "functional comparison"
    engine: Engine = field(default_factory=FoundationEngine)
    functionals: tuple[Functional, ...] = tuple(Functional)
    sampling_maker: SamplingFlowMaker = field(default_factory=SamplingFlowMaker)
    labelling_maker: LabellingFlowMaker = field(default_factory=LabellingFlowMaker)
    training_maker: TrainingMaker = field(default_factory=TrainingMaker)
    active_learning_maker: ActiveLearningFlowMaker | None = None
    conductivity_maker: ConductivityFlowMaker = field(default_factory=ConductivityFlowMaker)
    stability_maker: RelativeStabilityFlowMaker = field(default_factory=RelativeStabilityFlowMaker)
    lattice_halides: tuple[str, ...] = ("Cl", "Br", "I")
    lattice_configurations: tuple[str, ...] = ("0-F-43m", "50-P222_1")
    weight_temperature_kelvin: float = 300.0
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR
    slow_factor: float = SLOW_FACTOR

    def make(
        self,
        configurations: Sequence[SiteDisorderConfiguration],
        snapshots: Sequence[Any] | None = None,
    ) -> Flow:
        """Return the flow; its output is the `FunctionalComparisonDocument`.

        Parameters
        ----------
        configurations
            Crystals of one Li6PS5X, such as `site_disorder_configurations` returns.
        snapshots
            Documents with frames (or references to them) that are labelled; by default the crystals
            are sampled.

        Raises
        ------
        InputError
            If the engine offers none of the functionals, or a setting makes no sense.
        MissingEngineError
            If a program is not installed.
        """
        self._check(configurations)
        offered, missing = offered_functionals(self.engine, self.functionals)
        structures = {c.label: c.structure for c in configurations}
        steps: list[Flow | Job] = []
        if snapshots is None:
            sampling = self._sampling(offered).make(structures)
            steps.append(sampling)
            snapshots = sampling.output
        labelling = LabelledSetsFlowMaker(
            labelling_maker=replace(self.labelling_maker, engine=self.engine),
            functionals=tuple(offered),
        ).make(snapshots)
        steps.append(labelling)
        outputs = {}
        for functional in offered:
            flow, found = self._functional(
                functional, configurations, labelling.output[functional.value]
            )
            steps.append(flow)
            outputs[functional.value] = found
        comparison = comparison_job(outputs, missing, self.settings(configurations))
        return Flow([*steps, comparison], output=comparison.output, name=self.name)

    def settings(self, configurations: Sequence[SiteDisorderConfiguration]) -> ComparisonSettings:
        """Return what the comparison of crystals depends on besides their documents."""
        return comparison_settings(
            configurations,
            self.weight_temperature_kelvin,
            self.crystallinity_factor,
            self.slow_factor,
        )

    def _check(self, configurations: Sequence[SiteDisorderConfiguration]) -> None:
        check_factor(self.crystallinity_factor)
        if not self.slow_factor > 1:
            raise InputError(f"slow_factor {self.slow_factor!r} must be above 1")
        comparison_settings(configurations)

    def _sampling(self, offered: Sequence[Functional]) -> SamplingFlowMaker:
        moving = Functional.parse(str(self.sampling_maker.functional))
        return replace(
            self.sampling_maker,
            engine=self.engine,
            functional=moving if moving in offered else offered[0],
        )

    def _functional(
        self,
        functional: Functional,
        configurations: Sequence[SiteDisorderConfiguration],
        labels: Any,
    ) -> tuple[Flow, FunctionalOutputs]:
        """Return fit, energies and conductivities of one functional."""
        training = self.training_maker.make([labels])
        training.name = f"{training.name} {functional.value}"
        steps: list[Flow | Job] = [training]
        potential: Any = training.output
        if self.active_learning_maker is not None:
            loop = self._loop(self.active_learning_maker, functional).make(
                {c.label: c.structure for c in configurations}, potential, [labels]
            )
            steps.append(loop)
            potential = loop.output.potential
        relaxation = replace(
            self.stability_maker.relaxation_maker, engine=self.engine, functional=functional
        )
        stability = replace(self.stability_maker, relaxation_maker=relaxation).make(configurations)
        halide = _halide(configurations)
        lattices = [
            relaxation.make(find_configuration(family, label).structure, label)
            for other in self.lattice_halides
            if other != halide
            for family in [site_disorder_configurations(other)]
            for label in self.lattice_configurations
        ]
        flows = {
            c.label: self.conductivity_maker.make(c.structure, potential, c.label)
            for c in configurations
        }
        outputs = FunctionalOutputs(
            potential,
            stability.output,
            {label: flow.output for label, flow in flows.items()},
            [job.output for job in lattices],
        )
        steps += [stability, *lattices, *flows.values()]
        return Flow(steps, name=f"{self.name} {functional.value}"), outputs

    def _loop(
        self, maker: ActiveLearningFlowMaker, functional: Functional
    ) -> ActiveLearningFlowMaker:
        labels = replace(self.labelling_maker, engine=self.engine, functional=functional)
        return replace(maker, labelling_maker=labels, training_maker=self.training_maker)


def offered_functionals(
    engine: Engine, functionals: Sequence[Functional | str]
) -> tuple[list[Functional], dict[str, str]]:
    """Return the functionals that an engine can do here, and why it cannot do the others.

    Raises
    ------
    InputError, MissingEngineError
        If it can do none.
    """
    offered: list[Functional] = []
    missing: dict[str, str] = {}
    refusal: InputError | MissingEngineError = InputError("name at least one functional")
    for functional in dict.fromkeys(Functional.parse(str(name)) for name in functionals):
        try:
            engine.check(functional)
        except (InputError, MissingEngineError) as error:
            refusal, missing[functional.value] = error, str(error)
        else:
            offered.append(functional)
    if not offered:
        raise refusal
    return offered, missing


def comparison_settings(
    configurations: Sequence[SiteDisorderConfiguration],
    weight_temperature_kelvin: float = 300.0,
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR,
    slow_factor: float = SLOW_FACTOR,
) -> ComparisonSettings:
    """Return the settings of the comparison of crystals of one Li6PS5X.

    Raises
    ------
    InputError
        If there is none, or they are of several compositions.
    """
    return ComparisonSettings(
        halide=_halide(configurations),
        fractions={c.label: c.halide_fraction_4c for c in configurations},
        multiplicities={c.label: c.multiplicity for c in configurations},
        weight_temperature_kelvin=weight_temperature_kelvin,
        crystallinity_factor=crystallinity_factor,
        slow_factor=slow_factor,
    )


def _halide(configurations: Sequence[SiteDisorderConfiguration]) -> str:
    formulas = sorted({c.composition for c in configurations})
    if len(formulas) != 1 or not formulas[0].startswith("Li6PS5"):
        raise InputError(
            "functionals are compared on crystals of one Li6PS5X, got "
            f"{', '.join(formulas) or 'none'}"
        )
    return formulas[0].removeprefix("Li6PS5")


def comparison_job(
    outputs: Mapping[str, FunctionalOutputs],
    missing: Mapping[str, str],
    settings: ComparisonSettings,
) -> Job:
    """Return the job that compares functionals, given references to what was found with each."""
    job: Job = compare_functionals(
        {name: found.potential for name, found in outputs.items()},
        {name: found.stability for name, found in outputs.items()},
        {name: dict(found.conductivities) for name, found in outputs.items()},
        {name: list(found.lattices) for name, found in outputs.items()},
        dict(missing),
        settings,
    )
    job.name = f"compare functionals Li6PS5{settings.halide}"
    job.update_metadata({"stage": "functional_comparison"})
    return job
