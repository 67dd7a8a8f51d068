"""The whole method as one flow: composition only."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from jobflow import Flow, Job, Maker
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.flows import ActiveLearningFlowMaker
from atomate2_argyrodite.campaign.comparison_flows import Variant, comparison_jobs
from atomate2_argyrodite.campaign.config import CampaignConfig, ConductivitySection
from atomate2_argyrodite.campaign.energy_flows import energy_flows, relaxation_maker
from atomate2_argyrodite.campaign.further_flows import bulk_flows, mechanism_flows
from atomate2_argyrodite.campaign.jobs import gather_campaign
from atomate2_argyrodite.campaign.large_boundary_flows import large_boundary_flows
from atomate2_argyrodite.campaign.learning_flows import boundary_learning_flows
from atomate2_argyrodite.campaign.schemas import CrystalRecord
from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.molecular_dynamics import check_supercell
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.planning import planned
from atomate2_argyrodite.engines.segments import SegmentLimit
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
from atomate2_argyrodite.stability.flows import CrystalRelaxationMaker
from atomate2_argyrodite.structures import (
    ConfigurationRecipe,
    SiteDisorderConfiguration,
    site_disorder_configurations,
)
from atomate2_argyrodite.training.flows import TrainingMaker

_SECONDS_PER_HOUR = 3600.0


@dataclass
class CampaignFlowMaker(Maker):
    """From crystals to conductivities (Kim 2024): sample, label, train, explore, simulate, gather.

    Parameters
    ----------
    config
        The campaign file.
    name
        Name of the flow.
    is_plan
        Whether the flow is only counted: then engines need not be installed.
    """

    config: CampaignConfig = field(default_factory=CampaignConfig)
    name: str = "campaign"
    is_plan: bool = False

    def make(self) -> Flow:
        """Return the flow; its output is the `CampaignDocument`, or their list.

        A campaign of several halides or functionals is one flow of each: what they have in common,
        such as the snapshots of several functionals, is the same jobs (see `plan`).

        Raises
        ------
        InputError
            If the engine cannot do the functional or a setting makes no sense.
        MissingEngineError
            If an engine is not installed.
        """
        with planned() if self.is_plan else nullcontext():
            return self._make()

    def _make(self) -> Flow:
        configs = self.config.variants
        if len(configs) == 1 and self.config.functional_comparison is None:
            return self._make_one().flow
        variants = [self._variant(config) for config in configs]
        flows = [variant.flow for variant in variants]
        outputs = [flow.output for flow in flows]
        return Flow(
            [*flows, *comparison_jobs(self.config, variants)],
            output=outputs if len(outputs) > 1 else outputs[0],
            name=self.name,
        )

    def _variant(self, config: CampaignConfig) -> Variant:
        label = f"{config.crystal.halide} {config.functional}"
        variant = CampaignFlowMaker(config, self.name, self.is_plan)._make_one()
        variant.flow.append_name(f" {label}")
        return variant

    def _make_one(self) -> Variant:
        family = self._family()
        structures = self._structures(family)
        sampling = self.sampling_maker.make(structures)
        labelling = self.labelling_maker.make(sampling.output)
        training = self.training_maker.make(labelling.output)
        steps: list[Flow | Job] = [sampling, labelling, training]
        potential, loop = training.output, None
        if self.config.active_learning is not None:
            loop = self.active_learning_maker.make(structures, potential, labelling.output)
            steps.append(loop)
            potential = loop.output.potential
        results = self._conductivities(structures, potential)
        energies = energy_flows(self.config, self._engine, family)
        stability = energies[0].output if self.config.stability else None
        gather = gather_campaign(
            self.config.settings,
            self._records(family),
            training.output,
            loop.output if loop else None,
            {label: flow.output for label, flow in results.items()},
            stability,
        )
        gather.name = "gather"
        learning, learned = boundary_learning_flows(
            self.config, self.sampling_maker, self.labelling_maker, self.training_maker, potential
        )
        boundaries = large_boundary_flows(self.config, family, learned, stability)
        further = [
            *self._further(family, results, potential, stability),
            *learning,
            *boundaries,
        ]
        flow = Flow(
            [*steps, *results.values(), *further, *energies, gather],
            output=gather.output,
            name=self.name,
        )
        return Variant(
            self.config,
            flow,
            potential,
            stability,
            {label: result.output for label, result in results.items()},
        )

    @property
    def _engine(self) -> Engine:
        return self.config.engine.build()

    def _family(self) -> list[SiteDisorderConfiguration]:
        crystal = self.config.crystal
        return site_disorder_configurations(crystal.halide, crystal.lattice_constant_angstrom)

    def _structures(self, family: list[SiteDisorderConfiguration]) -> dict[str, Structure]:
        by_label = {crystal.label: crystal.structure for crystal in family}
        return {label: by_label[label] for label in self.config.crystal.configurations}

    def _records(self, family: list[SiteDisorderConfiguration]) -> list[CrystalRecord]:
        return [
            CrystalRecord(
                label=crystal.label,
                halide_fraction_4c=crystal.halide_fraction_4c,
                multiplicity=crystal.multiplicity,
                space_group_symbol=crystal.space_group_symbol,
                space_group_number=crystal.space_group_number,
                lattice_constant_angstrom=crystal.lattice_constant,
                is_used=crystal.label in self.config.crystal.configurations,
            )
            for crystal in family
        ]

    def _conductivities(self, structures: dict[str, Structure], potential: Any) -> dict[str, Flow]:
        if self.config.conductivity is None:
            return {}
        maker = self._conductivity_maker(self.config.conductivity)
        for structure in structures.values():
            check_supercell(structure, maker.supercell)
        return {
            label: maker.make(recipe, potential, configuration=label)
            for label, recipe in self._recipes().items()
        }

    def _recipes(self) -> dict[str, ConfigurationRecipe]:
        """Return what builds each crystal: the many jobs of dynamics need not carry it."""
        crystal = self.config.crystal
        return {
            label: ConfigurationRecipe(label, crystal.halide, crystal.lattice_constant_angstrom)
            for label in crystal.configurations
        }

    def _further(
        self,
        family: list[SiteDisorderConfiguration],
        results: dict[str, Flow],
        potential: Any,
        stability: Any,
    ) -> list[Flow | Job]:
        """Return what follows from conductivities: bulk values and mechanisms."""
        if self.config.conductivity is None:
            return []
        maker = self._conductivity_maker(self.config.conductivity)
        return [
            *bulk_flows(self.config, maker, family, results, potential, stability),
            *mechanism_flows(self.config, maker, self._recipes(), potential),
        ]

    @property
    def functional(self) -> Functional:
        """The functional that labels."""
        return Functional.parse(self.config.functional)

    @property
    def sampling_maker(self) -> SamplingFlowMaker:
        """Maker of the first snapshots."""
        section = self.config.sampling
        return SamplingFlowMaker(
            engine=self._engine,
            functional=Functional.parse(section.functional or self.config.functional),
            strains=tuple(section.strains),
            temperatures=tuple(section.temperatures_kelvin),
            time_step_fs=section.time_step_fs,
            steps=section.steps,
            equilibration_steps=section.equilibration_steps,
            snapshots_per_run=section.snapshots_per_run,
            seed=self.config.seed,
            decorrelate=section.decorrelate,
            segment_limit=(
                None
                if section.segment_hours is None
                else SegmentLimit(wall_time_s=_SECONDS_PER_HOUR * section.segment_hours)
            ),
            relaxation_maker=self._relaxation_before_strain,
        )

    @property
    def _relaxation_before_strain(self) -> CrystalRelaxationMaker | None:
        section = self.config.sampling.relaxation
        if section is None:
            return None
        return relaxation_maker(
            self.config,
            self._engine,
            section.protocol,
            section.maximum_force_ev_per_angstrom,
            section.maximum_steps,
        )

    @property
    def labelling_maker(self) -> LabellingFlowMaker:
        """Maker of labels."""
        return LabellingFlowMaker(
            engine=self._engine,
            functional=self.functional,
            batch_size=self.config.labelling.batch_size,
            maximum_failed_fraction=self.config.labelling.maximum_failed_fraction,
        )

    @property
    def training_maker(self) -> TrainingMaker:
        """Maker of fits."""
        section = self.config.training
        return TrainingMaker(
            level=section.level,
            cutoff_angstrom=section.cutoff_angstrom,
            energy_weight=section.energy_weight,
            force_weight=section.force_weight,
            stress_weight=section.stress_weight,
            validation_fraction=section.validation_fraction,
            maximum_iterations=section.maximum_iterations,
            starts=section.starts,
            patience=section.patience,
            seed=self.config.seed,
        )

    @property
    def active_learning_maker(self) -> ActiveLearningFlowMaker:
        """Maker of the loop; a campaign without the section uses the Maker's defaults."""
        makers: dict[str, Any] = {
            "labelling_maker": self.labelling_maker,
            "training_maker": self.training_maker,
            "seed": self.config.seed,
        }
        section = self.config.active_learning
        if section is None:
            return ActiveLearningFlowMaker(**makers)
        return ActiveLearningFlowMaker(
            temperatures_kelvin=tuple(section.temperatures_kelvin),
            replicas=section.replicas,
            exploration_ps=section.exploration_ps,
            initial_exploration_ps=section.initial_exploration_ps,
            gamma_select=section.gamma_select,
            gamma_break=section.gamma_break,
            criterion=section.criterion,
            maximum_iterations=section.maximum_iterations,
            maximum_labels_per_iteration=section.maximum_labels_per_iteration,
            frame_interval_steps=section.frame_interval_steps,
            time_step_fs=section.time_step_fs,
            **makers,
        )

    def _conductivity_maker(self, section: ConductivitySection) -> ConductivityFlowMaker:
        a, b, c = section.supercell
        return ConductivityFlowMaker(
            temperatures=tuple(section.temperatures_kelvin),
            replicas=section.replicas,
            supercell=(a, b, c),
            ramp_ps=section.ramp_ps,
            production_ps=section.production_ps,
            time_step_fs=section.time_step_fs,
            frame_interval_ps=section.frame_interval_ps,
            coupling=section.barostat,
            seed=self.config.seed,
        )
