"""Section of the campaign file for the dynamics of a grain boundary, and what must hold for it."""

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field, model_validator

from atomate2_argyrodite.campaign.sections import (
    NotNegative,
    Positive,
    Section,
    Temperatures,
    TimeStep,
    distinct,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    BoundaryRecipe,
    ConfigurationRecipe,
    RandomStructureRecipe,
)
from atomate2_argyrodite.transport.slabs import SLAB_NAMES, BoundarySlabs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atomate2_argyrodite.campaign.config import CampaignConfig

RANDOM = "random"
_FEWEST_FRAMES = 32  # as `transport.boundary` demands


class LargeBoundarySection(Section):
    """Dynamics of a Sigma5[100](021) grain boundary, analysed by distance from its planes."""

    crystal: str = Field(
        RANDOM,
        description="What is cut: random (the random structure of the section bulk: 14,040 atoms), "
        "or the label of a crystal (520 atoms).",
    )
    grain_thickness_angstrom: Positive | None = Field(
        None, description="Least thickness of a grain; null: one period, 23 Å for a label."
    )
    temperatures_kelvin: Temperatures = Field([350.0], description="NPT runs.")
    replicas: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="Runs per temperature.")
    ramp_ps: NotNegative = Field(
        100.0, description="Time of the NVT ramp from 10 K, after a relaxation."
    )
    production_ps: Positive = Field(10_000.0, description="Time of a run.")
    time_step_fs: TimeStep = Field(2.0, description="Time step.")
    frame_interval_ps: Positive = Field(2.0, description="Time between two frames.")
    slab_thickness_angstrom: Positive = Field(
        10.0, description="Of every slab but the last, on each side of a boundary plane."
    )
    slabs: list[str] = Field(
        list(SLAB_NAMES), min_length=2, description="Names of slabs, from the plane inwards."
    )
    bulk_supercell: list[Annotated[int, Field(ge=1, le=20)]] | None = Field(
        [1, 1, 1],
        min_length=3,
        max_length=3,
        description="Repetitions of the crystal in the bulk run to compare with; null for none.",
    )

    @model_validator(mode="after")
    def _check_run(self) -> "LargeBoundarySection":
        distinct(self.temperatures_kelvin, "temperatures_kelvin")
        n_frames = self.production_ps / self.frame_interval_ps
        if n_frames < _FEWEST_FRAMES:
            raise InputError(
                f"frame_interval_ps = {self.frame_interval_ps:g} gives {n_frames:.0f} frames in "
                f"production_ps = {self.production_ps:g}: an analysis needs {_FEWEST_FRAMES} or "
                "more"
            )
        return self


def boundary_recipe(
    config: "CampaignConfig", weights: "Mapping[str, float] | None" = None
) -> BoundaryRecipe:
    """Return what builds the bicrystal of the section ``large_boundary``.

    Parameters
    ----------
    config
        A campaign with that section.
    weights
        Of the crystals in the random structure, by label.
    """
    section, crystal = config.large_boundary, config.crystal
    if section is None:
        raise ValueError("the campaign has no dynamics of a boundary")
    edge = crystal.lattice_constant_angstrom
    source: ConfigurationRecipe | RandomStructureRecipe
    if section.crystal == RANDOM and config.bulk is not None:
        source = RandomStructureRecipe(
            dict(weights or {}),
            crystal.halide,
            edge,
            config.bulk.random_structure_repeats,
            config.bulk.random_structure_seed,
        )
    else:
        source = ConfigurationRecipe(section.crystal, crystal.halide, edge)
    return BoundaryRecipe(source, grain_thickness=section.grain_thickness_angstrom)


def check_large_boundary(config: "CampaignConfig") -> None:
    """Refuse a boundary that cannot be built, or slabs that do not fit into it.

    Raises
    ------
    InputError
        With what is wrong and what would do.
    """
    section = config.large_boundary
    if section is None:
        return
    if section.crystal == RANDOM and config.bulk is None:
        raise InputError(
            "large_boundary.crystal: the random structure is drawn by the relative energies of the "
            "section bulk, which is null: add that section, or name a crystal, such as 50-P222_1"
        )
    labels = config.crystal.known_labels
    if section.crystal != RANDOM and section.crystal not in labels:
        raise InputError(
            f"large_boundary.crystal: {section.crystal!r} is unknown, choose {RANDOM} or one of "
            f"{', '.join(labels)}"
        )
    first, second = boundary_recipe(config).grain_heights
    try:
        BoundarySlabs(
            (0.0, first / (first + second)),
            section.slab_thickness_angstrom,
            tuple(section.slabs),
        ).check(np.diag([1.0, 1.0, first + second]))
    except InputError as error:
        raise InputError(f"large_boundary: {error}") from None
