"""Documents of the stage `stability`: relaxed crystals, their energies, their surfaces."""

import math

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.stability.crystal_geometry import LithiumContacts, TetrahedraGeometry
from atomate2_argyrodite.stability.protocols import RelaxationProtocol
from atomate2_argyrodite.structures import RandomStructureRecipe


class RelaxationRecord(BaseModel):
    """How a relaxation was done and how it ended."""

    protocol: RelaxationProtocol
    maximum_force_setting_ev_per_angstrom: float
    rattle_angstrom: float | None = Field(description="None where nothing was displaced.")
    steps: int
    maximum_force_ev_per_angstrom: float = Field(description="Largest force that is left.")
    is_converged: bool


class RelaxedCrystal(BaseModel):
    """Energy and geometry of a relaxed crystal."""

    configuration: str
    n_atoms: int
    energy_ev: float
    energy_per_atom_ev: float
    lattice_lengths_angstrom: tuple[float, float, float]
    lattice_angles_degrees: tuple[float, float, float]
    volume_angstrom3: float
    linear_strain: float = Field(
        description="Cube root of the volume over that of the crystal as built, minus 1."
    )
    largest_stress_gpa: float = Field(description="Largest component that is left, by size.")
    space_group_symbol: str = Field(description="Of all atoms, within symmetry_tolerance.")
    symmetry_tolerance_angstrom: float
    tetrahedra: TetrahedraGeometry = Field(description="P-S lengths in Å, S-P-S angles in degrees.")
    lithium_contacts: dict[str, LithiumContacts] = Field(description="By element of the anion.")
    mean_displacement_angstrom: float = Field(description="From the crystal as built, not rattled.")
    relaxation: RelaxationRecord


class RelaxedCrystalDocument(ArgyroditeDocument):
    """One relaxed crystal."""

    stage: str = "stability"
    crystal: RelaxedCrystal
    n_frames: int = 1
    frames: Attachment = Field(
        description="The relaxed crystal with its labels, packed by mtp.configurations_to_arrays."
    )


class RelativeStabilityDocument(ArgyroditeDocument):
    """Relative energies of crystals of one composition that were relaxed by one protocol."""

    stage: str = "stability"
    protocol: RelaxationProtocol
    crystals: list[RelaxedCrystal]
    relative_energies_mev_per_atom: dict[str, float] = Field(description="By label; lowest is 0.")
    multiplicities: dict[str, int] | None = Field(
        description="Factors of the weights by label; None where they were left out."
    )
    weights: dict[str, float] = Field(
        description="Boltzmann weights by label at temperature_kelvin, normalised."
    )

    @property
    def lattice_constant(self) -> float:
        """Mean over the crystals, by weight, of the cube root of the volume in Å."""
        edges = {c.configuration: math.cbrt(c.volume_angstrom3) for c in self.crystals}
        return sum(self.weights[label] * edge for label, edge in edges.items())

    def random_structure(self, repeats: int = 3, seed: int = 0) -> RandomStructureRecipe:
        """Return the recipe of a supercell drawn by these weights, at the mean lattice constant.

        Raises
        ------
        InputError
            If the crystals are not those of one Li6PS5X.
        """
        if self.composition != f"Li6PS5{self.halide}":
            raise InputError(
                f"there is no recipe for {self.composition}: draw from its crystals by "
                "random_supercell(configurations, weights)"
            )
        return RandomStructureRecipe(
            weights=dict(self.weights),
            halide=str(self.halide),
            lattice_constant=self.lattice_constant,
            repeats=repeats,
            seed=seed,
        )


class SurfaceEnergy(BaseModel):
    """One relaxed slab; its two surfaces are counted alike."""

    plane: tuple[int, int, int]
    termination: int
    n_atoms: int
    thickness_angstrom: float
    vacuum_angstrom: float
    area_angstrom2: float
    moved_lithium: int
    residual_charge_e: float = Field(description="Of a surface cell; 0 if not polar.")
    is_symmetric: bool = Field(description="As built, both surfaces were equivalent.")
    energy_ev: float
    surface_energy_j_per_m2: float
    surface_energy_mev_per_angstrom2: float
    unrelaxed_surface_energy_j_per_m2: float | None = Field(
        description="Before atoms moved; None where the engine could not label it."
    )
    tetrahedra: TetrahedraGeometry
    relaxation: RelaxationRecord


class SurfaceDocument(ArgyroditeDocument):
    """One relaxed slab."""

    stage: str = "stability"
    surface: SurfaceEnergy
    n_frames: int = 1
    frames: Attachment = Field(
        description="The relaxed slab with its labels, packed by mtp.configurations_to_arrays."
    )


class SurfaceEnergyDocument(ArgyroditeDocument):
    """Surface energies of a crystal on several planes, by rising energy."""

    stage: str = "stability"
    bulk: RelaxedCrystal
    surfaces: list[SurfaceEnergy] = Field(description="All terminations, by rising energy.")
    ranking: list[tuple[int, int, int]] = Field(
        description="Planes by the energy of their best termination, the lowest first."
    )
    cited_order: list[tuple[int, int, int]] = Field(
        description="The order that Kim et al. (2024), section 3.3, cite."
    )
    pairs_out_of_cited_order: list[tuple[tuple[int, int, int], tuple[int, int, int]]] = Field(
        description="(found lower, cited as lower); empty where the ranking agrees."
    )
    agrees_with_cited_order: bool
