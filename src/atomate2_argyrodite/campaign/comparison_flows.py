"""What a campaign of several functionals makes of them: their comparison, one for each halide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jobflow import Flow, Job

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functional_comparison.flows import (
    FunctionalOutputs,
    comparison_job,
    comparison_settings,
)
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.structures import (
    SiteDisorderConfiguration,
    find_configuration,
    site_disorder_configurations,
)

_NOT_ASKED_FOR = "not part of this campaign: name it in other_functionals"


@dataclass
class Variant:
    """The campaign of one halide and one functional, and references to its results.

    Parameters
    ----------
    config
        The campaign.
    flow
        Its flow.
    potential, stability
        References to its final potential and its relative energies, if it has them.
    conductivities
        References by label of the crystal.
    """

    config: CampaignConfig
    flow: Flow
    potential: Any
    stability: Any
    conductivities: dict[str, Any]

    @property
    def functional(self) -> str:
        """Name of the functional."""
        return self.config.functional

    @property
    def halide(self) -> str:
        """Cl, Br or I."""
        return self.config.crystal.halide


def comparison_jobs(config: CampaignConfig, variants: Sequence[Variant]) -> list[Job]:
    """Return the job that compares the functionals of every halide, if that is wanted.

    Parameters
    ----------
    config
        The whole campaign.
    variants
        Its parts of one halide and functional each.
    """
    if config.functional_comparison is None:
        return []
    halides = list(dict.fromkeys(variant.halide for variant in variants))
    missing = _missing(config)
    return [
        _comparison(config, [v for v in variants if v.halide == halide], missing)
        for halide in halides
    ]


def _comparison(
    config: CampaignConfig, variants: Sequence[Variant], missing: dict[str, str]
) -> Job:
    section = config.functional_comparison
    if section is None:
        raise ValueError("the campaign compares no functionals")
    outputs = {
        variant.functional: FunctionalOutputs(
            variant.potential, variant.stability, variant.conductivities
        )
        for variant in variants
    }
    settings = comparison_settings(
        _crystals(variants[0].config),
        section.weight_temperature_kelvin,
        section.crystallinity_factor,
        section.slow_factor,
    )
    return comparison_job(outputs, missing, settings)


def _crystals(config: CampaignConfig) -> list[SiteDisorderConfiguration]:
    crystal = config.crystal
    family = site_disorder_configurations(crystal.halide, crystal.lattice_constant_angstrom)
    return [find_configuration(family, label) for label in crystal.configurations]


def _missing(config: CampaignConfig) -> dict[str, str]:
    """Return why functionals are not compared: the engine cannot, or nobody asked for them."""
    asked = (config.functional, *config.other_functionals)
    others = [functional for functional in Functional if functional not in asked]
    engine = config.engine.build()
    reasons = {}
    for functional in others:
        try:
            engine.require(functional)
        except InputError as error:
            reasons[functional.value] = str(error)
        else:
            reasons[functional.value] = _NOT_ASKED_FOR
    return reasons
