"""What a campaign makes of its potential for boundaries: it learns slabs, then bicrystals."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobflow import Flow

from atomate2_argyrodite.active_learning import (
    ActiveLearningFlowMaker,
    SlabSamplingFlowMaker,
    StartRelaxation,
)
from atomate2_argyrodite.active_learning.schemas import BOUNDARY_LOOP
from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
from atomate2_argyrodite.structures import BoundaryRecipe, ConfigurationRecipe
from atomate2_argyrodite.training.flows import TrainingMaker


def boundary_learning_flows(
    config: CampaignConfig,
    sampling: SamplingFlowMaker,
    labelling: LabellingFlowMaker,
    training: TrainingMaker,
    potential: Any,
) -> tuple[list[Flow], Any]:
    """Return what the sections ``slab_sampling`` and ``boundary_learning`` ask for.

    Parameters
    ----------
    config
        A campaign of one halide and functional.
    sampling, labelling, training
        Makers of the campaign; their engine, functional and settings are used.
    potential
        Reference to the potential of the bulk, whose document holds its training set.

    Returns
    -------
    tuple
        The flows, and a reference to the potential that knows boundaries: that of the bulk if there
        is no such section.
    """
    flows: list[Flow] = []
    if config.slab_sampling is not None:
        slabs = _slab_maker(config, sampling, labelling, training).make(
            _recipes(config, config.slab_sampling.configurations), potential
        )
        flows.append(slabs)
        potential = slabs.output
    if config.boundary_learning is not None:
        recipes = _recipes(config, config.boundary_learning.configurations)
        crystals: dict[str, Any] = {
            f"{label} boundary": BoundaryRecipe(recipe) for label, recipe in recipes.items()
        }
        if config.boundary_learning.explore_bulk:
            crystals |= recipes
        learning = boundary_learning_maker(config, labelling, training).make(crystals, potential)
        flows.append(learning)
        potential = learning.output.potential
    return flows, potential


def boundary_learning_maker(
    config: CampaignConfig, labelling: LabellingFlowMaker, training: TrainingMaker
) -> ActiveLearningFlowMaker:
    """Return the Maker of the loop that the section ``boundary_learning`` describes."""
    section = config.boundary_learning
    if section is None:
        raise ValueError("the campaign has no learning on boundaries")
    return ActiveLearningFlowMaker(
        name=BOUNDARY_LOOP,
        labelling_maker=labelling,
        training_maker=replace(training, stress_weight=section.stress_weight),
        temperatures_kelvin=tuple(section.temperatures_kelvin),
        replicas=section.replicas,
        exploration_ps=section.exploration_ps,
        initial_exploration_ps=section.initial_exploration_ps,
        gamma_select=section.gamma_select,
        gamma_break=section.gamma_break,
        criterion=section.criterion,
        maximum_iterations=section.maximum_iterations,
        maximum_labels_per_iteration=section.maximum_labels_per_iteration,
        maximum_labels=section.maximum_labels,
        frame_interval_steps=section.frame_interval_steps,
        time_step_fs=section.time_step_fs,
        relaxation=StartRelaxation(
            section.relaxation_force_ev_per_angstrom, section.relaxation_steps
        )
        if section.relax_first
        else None,
        seed=config.seed,
    )


def _slab_maker(
    config: CampaignConfig,
    sampling: SamplingFlowMaker,
    labelling: LabellingFlowMaker,
    training: TrainingMaker,
) -> SlabSamplingFlowMaker:
    section = config.slab_sampling
    if section is None:
        raise ValueError("the campaign has no slab sampling")
    return SlabSamplingFlowMaker(
        sampling_maker=replace(
            sampling,
            name="slab sampling runs",
            temperatures=tuple(section.temperatures_kelvin),
            time_step_fs=section.time_step_fs,
            steps=section.steps,
            equilibration_steps=section.equilibration_steps,
            snapshots_per_run=section.snapshots_per_run,
        ),
        labelling_maker=labelling,
        training_maker=training,
        strains=tuple(section.strains),
        thickness=section.thickness_angstrom,
        vacuum=section.vacuum_angstrom,
    )


def _recipes(config: CampaignConfig, labels: list[str]) -> Mapping[str, ConfigurationRecipe]:
    crystal = config.crystal
    return {
        label: ConfigurationRecipe(label, crystal.halide, crystal.lattice_constant_angstrom)
        for label in labels
    }
