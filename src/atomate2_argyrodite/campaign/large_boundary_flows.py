"""What a campaign makes of a potential that knows boundaries: the dynamics of a bicrystal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jobflow import Flow, Job, Response

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.large_boundary_section import boundary_recipe
from atomate2_argyrodite.campaign.stages import in_section
from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.grain_boundary.dynamics_flows import GrainBoundaryFlowMaker
from atomate2_argyrodite.references import passed_on, to_pass_on
from atomate2_argyrodite.structures import (
    BoundaryRecipe,
    RandomStructureRecipe,
    SiteDisorderConfiguration,
)

LARGE_BOUNDARY = "large_boundary"


def large_boundary_flows(
    config: CampaignConfig,
    family: Sequence[SiteDisorderConfiguration],
    potential: Any,
    stability: Any = None,
) -> list[Flow | Job]:
    """Return what the section ``large_boundary`` asks for.

    Parameters
    ----------
    config
        A campaign of one halide and functional.
    family
        All crystals of the halide.
    potential
        Reference to the potential: the one that learned boundaries, where the campaign has that.
    stability
        Reference to the relative energies that the campaign computes; the random structure is drawn
        by them where the section bulk gives none.

    Raises
    ------
    InputError
        If a setting makes no sense.
    MissingEngineError
        If LAMMPS is not installed.
    """
    if config.large_boundary is None:
        return []
    weights = {} if config.bulk is None else config.bulk.weights(family)
    recipe, maker = boundary_recipe(config, weights), large_boundary_maker(config)
    if isinstance(recipe.source, RandomStructureRecipe) and not recipe.source.weights:
        job: Job = simulate_by_stability(maker, recipe, stability.weights, to_pass_on(potential))
        job.name = "draw boundary"
        return in_section(LARGE_BOUNDARY, [job])
    return in_section(LARGE_BOUNDARY, [maker.make(recipe, potential)])


@document_job(None)
def simulate_by_stability(
    maker: GrainBoundaryFlowMaker,
    recipe: BoundaryRecipe,
    weights: dict[str, float],
    potential: Any,
) -> Response[Any]:
    """Replace this job by the dynamics of the boundary of a structure drawn by `weights`."""
    if not isinstance(recipe.source, RandomStructureRecipe):
        raise TypeError("only a random structure is drawn by weights")
    drawn = replace(recipe, source=replace(recipe.source, weights=weights))
    return Response(replace=maker.make(drawn, passed_on(potential)))


def large_boundary_maker(config: CampaignConfig) -> GrainBoundaryFlowMaker:
    """Return the Maker that the section ``large_boundary`` describes."""
    section = config.large_boundary
    if section is None:
        raise ValueError("the campaign has no dynamics of a boundary")
    supercell = section.bulk_supercell
    return GrainBoundaryFlowMaker(
        md_maker=ConductivityFlowMaker(
            name="boundary dynamics",
            temperatures=tuple(section.temperatures_kelvin),
            replicas=section.replicas,
            ramp_ps=section.ramp_ps,
            production_ps=section.production_ps,
            time_step_fs=section.time_step_fs,
            frame_interval_ps=section.frame_interval_ps,
            seed=config.seed,
            minimise=True,
        ),
        bulk_supercell=None if supercell is None else (supercell[0], supercell[1], supercell[2]),
        slab_thickness=section.slab_thickness_angstrom,
        slab_names=tuple(section.slabs),
    )
