"""The campaign file: every number of a campaign, with its unit in its name."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from atomate2_argyrodite.campaign.comparison_section import FunctionalComparisonSection
from atomate2_argyrodite.campaign.engine_section import EngineSection
from atomate2_argyrodite.campaign.large_boundary_section import (
    LargeBoundarySection,
    check_large_boundary,
)
from atomate2_argyrodite.campaign.learning_sections import (
    BoundaryLearningSection,
    SlabSamplingSection,
)
from atomate2_argyrodite.campaign.method_sections import (
    BulkSection,
    GrainBoundarySection,
    MechanismSection,
    StabilitySection,
)
from atomate2_argyrodite.campaign.sections import Section
from atomate2_argyrodite.campaign.stage_sections import (
    ActiveLearningSection,
    ConductivitySection,
    CrystalSection,
    LabellingSection,
    SamplingSection,
    TrainingSection,
)
from atomate2_argyrodite.campaign.workers import WorkersSection
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.structures.chemistry import DEFAULT_LATTICE_CONSTANTS

FILE_VERSION = 1
_MAXIMUM_SEED = 2**31 - 2
OF_FIRST_HALIDE = ("slab_sampling", "boundary_learning", "large_boundary")
"""Sections that are done for the halide of the crystal section alone, not for the others."""


class CampaignConfig(Section):
    """A campaign, from crystals to conductivities."""

    version: Literal[1] = Field(1, description="Version of this file format.")
    name: str = Field(
        "campaign",
        pattern=r"^[A-Za-z0-9][\w.-]{0,63}$",
        description="Letters, digits, dot, dash, underscore.",
    )
    seed: int = Field(
        1,
        ge=1,
        le=_MAXIMUM_SEED,
        description="Every random choice of the campaign follows from it.",
    )
    functional: str = Field(
        "pbe", description="pbe, pbe-d3bj or optb88-vdw, as far as the engine can do it."
    )
    other_functionals: list[str] = Field(
        default_factory=list,
        description="The same snapshots are labelled with these too, and all that follows.",
    )
    engine: EngineSection = Field(default_factory=EngineSection)
    crystal: CrystalSection = Field(default_factory=CrystalSection)
    sampling: SamplingSection = Field(default_factory=SamplingSection)
    labelling: LabellingSection = Field(default_factory=LabellingSection)
    training: TrainingSection = Field(default_factory=TrainingSection)
    active_learning: ActiveLearningSection | None = Field(default_factory=ActiveLearningSection)
    conductivity: ConductivitySection | None = Field(default_factory=ConductivitySection)
    bulk: BulkSection | None = None
    mechanism: MechanismSection | None = None
    stability: StabilitySection | None = None
    functional_comparison: FunctionalComparisonSection | None = None
    grain_boundary: GrainBoundarySection | None = None
    slab_sampling: SlabSamplingSection | None = None
    boundary_learning: BoundaryLearningSection | None = None
    large_boundary: LargeBoundarySection | None = None
    workers: WorkersSection = Field(default_factory=WorkersSection)

    @field_validator("functional")
    @classmethod
    def _check_functional(cls, name: str) -> str:
        return str(Functional.parse(name))

    @field_validator("other_functionals")
    @classmethod
    def _check_functionals(cls, names: list[str]) -> list[str]:
        return [str(Functional.parse(name)) for name in names]

    @model_validator(mode="after")
    def _check_together(self) -> "CampaignConfig":
        functionals = [self.functional, *self.other_functionals]
        for name in self.other_functionals:
            if functionals.count(name) > 1:
                raise InputError(f"other_functionals: {name!r} is named twice, remove one")
        for name in [*functionals, self.sampling.functional or self.functional]:
            self._check_engine_does(name)
        shortest = self.smallest_cell_edge_angstrom
        if self.training.cutoff_angstrom >= shortest:
            raise InputError(
                f"training.cutoff_angstrom = {self.training.cutoff_angstrom:g} reaches an atom's "
                f"own periodic image in the smallest training cell ({shortest:.2f} Å), whose "
                "distance sampling never changes: use a smaller cutoff"
            )
        return self

    @model_validator(mode="after")
    def _check_validation(self) -> "CampaignConfig":
        sampling = self.sampling
        runs = len(self.crystal.configurations) * len(sampling.strains)
        runs *= len(sampling.temperatures_kelvin)
        if runs == 1 and self.slab_sampling is None and self.training.validation_fraction > 0:
            raise InputError(
                f"training.validation_fraction = {self.training.validation_fraction:g} sets whole "
                "sampling runs aside, and there is one: sample another temperature or strain, or "
                "set it to 0"
            )
        return self

    @model_validator(mode="after")
    def _check_interfaces(self) -> "CampaignConfig":
        for name in ("slab_sampling", "boundary_learning"):
            section = getattr(self, name)
            for label in [] if section is None else section.configurations:
                if label not in self.crystal.known_labels:
                    raise InputError(
                        f"{name}.configurations: {label!r} is unknown, choose from "
                        f"{', '.join(self.crystal.known_labels)}"
                    )
        check_large_boundary(self)
        return self

    @model_validator(mode="after")
    def _check_bulk(self) -> "CampaignConfig":
        for name in ("bulk", "mechanism", "functional_comparison"):
            if getattr(self, name) is not None and self.conductivity is None:
                raise InputError(f"{name} needs the section conductivity, which is null")
        if self.functional_comparison is not None and self.stability is None:
            raise InputError("functional_comparison needs the section stability, which is null")
        if self.bulk is None:
            return self
        self._check_energies(self.bulk)
        return self

    def _check_energies(self, bulk: BulkSection) -> None:
        """Refuse relative energies that are not known for every crystal of every halide."""
        if not bulk.relative_energies_mev_per_atom:
            if self.stability is None:
                raise InputError(
                    "bulk needs relative energies: add the section stability, which computes them, "
                    "or give bulk.relative_energies_mev_per_atom"
                )
            if self.stability.temperature_kelvin != bulk.weight_temperature_kelvin:
                raise InputError(
                    "stability.temperature_kelvin and bulk.weight_temperature_kelvin are both that "
                    f"of the weights, but {self.stability.temperature_kelvin:g} and "
                    f"{bulk.weight_temperature_kelvin:g} K differ"
                )
            return
        if self.crystal.other_halides:
            raise InputError(
                "bulk.relative_energies_mev_per_atom are those of one halide, but "
                "crystal.other_halides names more: leave them out and add the section stability"
            )
        known = set(bulk.relative_energies_mev_per_atom)
        missing = [label for label in self.crystal.configurations if label not in known]
        unknown = sorted(known - set(self.crystal.configurations))
        if missing or unknown:
            raise InputError(
                "bulk.relative_energies_mev_per_atom must name the configurations of the crystal "
                f"section: {', '.join(missing) or 'none'} missing, {', '.join(unknown) or 'none'} "
                "too many"
            )

    def _check_engine_does(self, functional: str) -> None:
        try:
            self.engine.build().require(functional)
        except InputError as error:
            raise InputError(f"functional = {functional!r}: {error}") from None

    @property
    def variants(self) -> list["CampaignConfig"]:
        """The campaigns of one halide and one functional of which this one consists."""
        crystals = [self.crystal] + [
            self.crystal.model_copy(
                update={
                    "halide": halide,
                    "lattice_constant_angstrom": DEFAULT_LATTICE_CONSTANTS[halide],
                }
            )
            for halide in self.crystal.other_halides
        ]
        functionals = [self.functional, *self.other_functionals]
        if len(crystals) * len(functionals) == 1:
            return [self]
        moving = self.sampling.functional or self.functional
        return [
            self.model_copy(
                update={
                    "crystal": crystal.model_copy(update={"other_halides": []}),
                    "functional": functional,
                    "other_functionals": [],
                    "sampling": self.sampling.model_copy(update={"functional": moving}),
                    **({} if crystal is self.crystal else dict.fromkeys(OF_FIRST_HALIDE)),
                }
            )
            for crystal in crystals
            for functional in functionals
        ]

    @property
    def settings(self) -> dict[str, Any]:
        """Everything on which results depend: the file without what fits it to a machine."""
        return self.model_dump(
            mode="json", exclude={"workers": True, "sampling": {"segment_hours"}}
        )

    @property
    def smallest_cell_edge_angstrom(self) -> float:
        """Edge of the most compressed cell of the sampling."""
        edge = self.crystal.lattice_constant_angstrom or 0.0
        return edge * (1 + min(0.0, *self.sampling.strains))
