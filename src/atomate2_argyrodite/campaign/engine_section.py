"""Section of the campaign file for the program that samples and labels."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from atomate2_argyrodite.campaign.sections import Positive, Section
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.errors import InputError

DFT_ENGINES = ("vasp", "cp2k")
ENGINES = ("foundation", *DFT_ENGINES)

KPoints = Annotated[list[Annotated[int, Field(ge=1, le=20)]], Field(min_length=3, max_length=3)]


class Cp2kSection(Section):
    """CP2K, read if name is cp2k. Where and how it runs: ARGYRODITE_CP2K_COMMAND, _MPI_RANKS."""

    is_spelled_out = True
    cutoff_ry: Positive = Field(350.0, description="Cutoff of the finest grid.")
    relative_cutoff_ry: Positive = Field(40.0, description="Cutoff for the choice of the grid.")
    basis_set: str = Field("DZVP-MOLOPT-SR-GTH", description="One for every element.")
    kpoints: KPoints = Field(
        [1, 1, 1], description="Of single points; dynamics and relaxations use Gamma."
    )
    electronic_temperature_kelvin: Positive = Field(300.0, description="Of the smearing.")


class VaspSection(Section):
    """VASP, read if name is vasp. Commands: ~/.atomate2.yaml, POTCARs: PMG_VASP_PSP_DIR."""

    is_spelled_out = True
    cutoff_ev: Positive = Field(500.0, description="Plane-wave cutoff.")
    kpoints: KPoints = Field(
        [2, 2, 2], description="Of single points and relaxations; dynamics use Gamma."
    )
    electronic_convergence_ev: Positive = Field(1e-6, description="EDIFF; dynamics: 1e-5.")
    potcar_functional: str = Field("PBE_54", description="Release of the PAW potentials.")
    version: str = Field("unknown", description="Version of your VASP, for the record.")


class EngineSection(Section):
    """The program that samples and labels."""

    name: str = Field(
        "foundation",
        description="foundation: a pretrained model, recorded as a surrogate, never as DFT. cp2k: "
        "DFT with free software. vasp: DFT with your licence.",
    )
    model: str = Field(
        "chgnet",
        description="Of foundation: chgnet, sevenn, or an ASE calculator as package.module:Name.",
    )
    cp2k: Cp2kSection = Field(default_factory=Cp2kSection)
    vasp: VaspSection = Field(default_factory=VaspSection)

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if name not in ENGINES:
            raise InputError(f"engine {name!r} is unknown: choose from {', '.join(ENGINES)}")
        return name

    @model_validator(mode="after")
    def _check_settings(self) -> "EngineSection":
        self.build()
        return self

    @property
    def is_dft(self) -> bool:
        """Whether its numbers are those of density-functional theory."""
        return self.name in DFT_ENGINES

    def build(self) -> Engine:
        """Return the engine.

        Raises
        ------
        InputError
            If a setting makes no sense.
        """
        if self.name == "cp2k":
            from atomate2_argyrodite.engines.cp2k import Cp2kEngine
            from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings

            return Cp2kEngine(Cp2kSettings(**self.cp2k.model_dump()))
        if self.name == "vasp":
            from atomate2_argyrodite.engines.vasp import VaspEngine
            from atomate2_argyrodite.engines.vasp_settings import VaspSettings

            return VaspEngine(VaspSettings(**self.vasp.model_dump()))
        from atomate2_argyrodite.engines.foundation import FoundationEngine

        return FoundationEngine(model=self.model)
