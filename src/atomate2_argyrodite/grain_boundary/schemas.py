"""Documents of the stage `grain_boundary`."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.stability.crystal_geometry import TetrahedraGeometry
from atomate2_argyrodite.stability.schemas import RelaxationRecord, RelaxedCrystal


class BoundaryEnergy(BaseModel):
    """One relaxed bicrystal; its two boundaries are counted alike."""

    name: str = Field(description="Sigma, axis, plane and kind.")
    kind: str
    sigma: int
    axis: tuple[int, int, int]
    plane: tuple[int, int, int]
    turned_plane: tuple[int, int, int] = Field(description="In the axes of the second grain.")
    angle_degrees: float
    rank: int = Field(description="Place among the candidate's shifts by overlap, from 0.")
    shift_angstrom: tuple[float, float] = Field(description="Of the second grain, in the plane.")
    overlap_before_angstrom2: float = Field(description="Before contacts were resolved.")
    residual_charges_e: tuple[float, float] = Field(description="Of the grains' ends.")
    n_atoms: int
    area_angstrom2: float
    cell_lengths_angstrom: tuple[float, float, float]
    boundary_planes: tuple[float, float] = Field(description="Fractions of c.")
    energy_ev: float
    boundary_energy_j_per_m2: float
    boundary_energy_mev_per_angstrom2: float
    unrelaxed_boundary_energy_j_per_m2: float | None = Field(
        description="Before atoms moved; None where the engine could not label it."
    )
    tetrahedra: TetrahedraGeometry
    relaxation: RelaxationRecord


class BoundaryDocument(ArgyroditeDocument):
    """One relaxed bicrystal."""

    stage: str = "grain_boundary"
    boundary: BoundaryEnergy
    n_frames: int = 1
    frames: Attachment = Field(
        description="The relaxed bicrystal with its labels, packed by "
        "mtp.configurations_to_arrays; metadata hold boundary_planes and the site's grain."
    )


class BoundaryScreeningDocument(ArgyroditeDocument):
    """Boundary energies of a crystal, by rising energy."""

    stage: str = "grain_boundary"
    bulk: RelaxedCrystal
    boundaries: list[BoundaryEnergy] = Field(description="All shifts, by rising energy.")
    ranking: list[str] = Field(description="Candidates by the energy of their best shift.")
    best_by_kind: dict[str, str] = Field(description="Kind to the lowest candidate of it.")
    tilt_minus_twist_mev_per_angstrom2: float | None = Field(
        description="Lowest tilt less lowest twist; None unless both were screened."
    )
