"""The flows of a campaign that compute energies: crystals, surfaces, grain boundaries."""

from collections.abc import Sequence

from jobflow import Flow

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.stages import in_section
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.grain_boundary.flows import BoundaryScreeningFlowMaker
from atomate2_argyrodite.stability import (
    CrystalRelaxationMaker,
    RelativeStabilityFlowMaker,
    RelaxationProtocol,
    RelaxationSettings,
    SurfaceEnergyFlowMaker,
)
from atomate2_argyrodite.structures import SiteDisorderConfiguration, find_configuration

# Surfaces and boundaries break the symmetry of Li; only a rattled bulk is a fair reference.
_RATTLED = RelaxationProtocol.RATTLED_CUBIC.value


def energy_flows(
    config: CampaignConfig, engine: Engine, family: Sequence[SiteDisorderConfiguration]
) -> list[Flow]:
    """Return the flows of relative stability, surface energies and boundary screening, if wanted.

    Parameters
    ----------
    config
        A campaign of one halide and functional.
    engine
        What relaxes.
    family
        All crystals of the halide.

    Raises
    ------
    InputError
        If a label is unknown or a setting is impossible.
    MissingEngineError
        If the engine is not installed.
    """
    flows = []
    stability, boundary = config.stability, config.grain_boundary
    if stability is not None:
        force, steps = stability.maximum_force_ev_per_angstrom, stability.maximum_steps
        used = [find_configuration(family, label) for label in config.crystal.configurations]
        maker = RelativeStabilityFlowMaker(
            relaxation_maker=relaxation_maker(config, engine, stability.protocol, force, steps),
            temperature_kelvin=stability.temperature_kelvin,
        )
        flows.append(maker.make(used))
        cubic = relaxation_maker(config, engine, _RATTLED, force, steps)
        surfaces = SurfaceEnergyFlowMaker(relaxation_maker=cubic)
        flows += [
            surfaces.make(find_configuration(family, label).structure, label)
            for label in stability.surfaces_of
        ]
    if boundary is not None:
        force = boundary.maximum_force_ev_per_angstrom
        screening = BoundaryScreeningFlowMaker(
            relaxation_maker=relaxation_maker(config, engine, _RATTLED, force),
            shifts=boundary.shifts,
            grain_thickness=boundary.grain_thickness_angstrom,
        )
        crystal = find_configuration(family, boundary.crystal)
        flows += in_section("grain_boundary", [screening.make(crystal.structure, crystal.label)])
    return flows


def relaxation_maker(
    config: CampaignConfig, engine: Engine, protocol: str, maximum_force: float, steps: int = 500
) -> CrystalRelaxationMaker:
    """Return the Maker of the campaign's relaxations by a protocol.

    Stages that ask for the same protocol, thresholds and functional get the same jobs.
    """
    return CrystalRelaxationMaker(
        engine=engine,
        functional=Functional.parse(config.functional),
        settings=RelaxationSettings(
            protocol=protocol, maximum_force=maximum_force, maximum_steps=steps, seed=config.seed
        ),
    )
