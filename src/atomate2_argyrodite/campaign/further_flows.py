"""What a campaign makes of conductivities: bulk values, a random structure, mechanisms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jobflow import Flow, Job

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.stages import in_section
from atomate2_argyrodite.conductivity.bulk_flows import (
    BulkConductivityFlowMaker,
    RandomStructureFlowMaker,
)
from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.mechanism_flows import MechanismFlowMaker
from atomate2_argyrodite.structures import (
    CrystalRecipe,
    SiteDisorderConfiguration,
)


def bulk_flows(
    config: CampaignConfig,
    maker: ConductivityFlowMaker,
    family: Sequence[SiteDisorderConfiguration],
    results: Mapping[str, Flow],
    potential: Any,
    stability: Any = None,
) -> list[Flow | Job]:
    """Return what the section ``bulk`` asks for.

    Parameters
    ----------
    config
        The campaign file.
    maker
        Protocol of its conductivities.
    family
        All crystals of the composition.
    results
        Flow of the conductivity of every crystal that takes part, by label.
    potential
        Reference to the potential.
    stability
        Reference to the relative energies that the campaign computes; used where the section
        gives none.
    """
    section = config.bulk
    if section is None:
        return []
    used = [crystal for crystal in family if crystal.label in results]
    given = section.relative_energies_mev_per_atom
    bulk = BulkConductivityFlowMaker(
        weight_temperature_kelvin=section.weight_temperature_kelvin,
        crystallinity_factor=section.crystallinity_factor,
    ).mix(
        used,
        [results[crystal.label].output for crystal in used],
        given or stability.relative_energies_mev_per_atom,
    )
    if not section.random_structure:
        return in_section("bulk", [bulk])
    random = RandomStructureFlowMaker(
        conductivity_maker=maker,
        repeats=section.random_structure_repeats,
        references=(),
        seed=section.random_structure_seed,
        crystallinity_factor=section.crystallinity_factor,
    )
    crystal, others = config.crystal, [flow.output for flow in results.values()]
    where = (crystal.halide, crystal.lattice_constant_angstrom, others)
    drawn: Flow | Job = (
        random.make(potential, section.weights(used), *where)
        if given
        else random.make_by_stability(stability, potential, *where)
    )
    return in_section("bulk", [bulk, drawn])


def mechanism_flows(
    config: CampaignConfig,
    maker: ConductivityFlowMaker,
    crystals: Mapping[str, CrystalRecipe],
    potential: Any,
) -> list[Flow | Job]:
    """Return what the section ``mechanism`` asks for, for every crystal by label."""
    section = config.mechanism
    if section is None:
        return []
    mechanism = MechanismFlowMaker(
        conductivity_maker=replace(
            maker,
            temperatures=tuple(section.temperatures_kelvin),
            replicas=section.replicas,
            ramp_ps=section.ramp_ps,
            production_ps=section.production_ps,
            frame_interval_ps=section.frame_interval_ps,
        ),
        hindrances=tuple(section.held),
    )
    flows: list[Flow | Job] = [
        mechanism.make(crystal, potential, label) for label, crystal in crystals.items()
    ]
    return in_section("mechanism", flows)
