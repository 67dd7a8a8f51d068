"""Document of the dynamics of a grain boundary."""

from pydantic import BaseModel, Field

from atomate2_argyrodite.conductivity.schemas import DiffusivityResult
from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment


class SlabDiffusivityResult(BaseModel):
    """Diffusion of Li in one slab and direction."""

    rule: str = Field(
        description="start: displacements count for the slab where they begin; residence: only "
        "those of ions that stay there, or less than 3 Å outside, all the time."
    )
    direction: str = Field(
        description="along (first cell vector, the tilt axis), in_plane_normal (normal to it in "
        "the plane), across, in_plane (mean of the first two), total."
    )
    diffusivity_cm2_per_s: float | None
    diffusivity_standard_error_cm2_per_s: float | None
    diffusivity_interval_95_cm2_per_s: tuple[float, float] | None
    diffusivity_upper_limit_cm2_per_s: float | None
    reason: str | None = Field(default=None, description="Why no diffusivity is given.")


class SlabAccumulationResult(BaseModel):
    """Number of Li in one slab, in the first and in the last quarter of the run."""

    early: float
    late: float
    relative_change: float
    relative_change_standard_error: float | None
    p_value: float | None = Field(
        description="Of a change at least as large in equilibrium, by exchange ion by ion; None "
        "where too few ions were exchanged."
    )
    is_real: bool = Field(description="Whether p is below 0.01.")
    late_density_over_mean: float = Field(
        description="Li per volume in the last quarter over that of the whole cell."
    )
    exchanged: float = Field(description="Ions, in effect, that changed their part of time there.")


class SlabStructureResult(BaseModel):
    """PS4 units and coordination in one slab; contacts are within 3.2 Å."""

    ps4_units: float
    ps4_intact_fraction: float | None
    ps_bond_angstrom: float | None
    ps4_angle_deviation_degrees: float | None = Field(
        description="Root mean square deviation from the tetrahedral angle."
    )
    lithium_around: dict[str, float] = Field(description="Kind of anion to its number of Li.")
    anions_around_lithium: float | None


class SlabResult(BaseModel):
    """One slab."""

    name: str
    from_angstrom: float = Field(description="Distance from the nearer plane at which it begins.")
    to_angstrom: float
    volume_fraction: float
    staying_fraction: float | None = Field(
        description="Ions that had not left by the last lag of the fit."
    )
    diffusivities: list[SlabDiffusivityResult]
    accumulation: SlabAccumulationResult
    structure_early: SlabStructureResult
    structure_late: SlabStructureResult

    def diffusivity(self, rule: str = "start", direction: str = "total") -> SlabDiffusivityResult:
        """Return the diffusivity by one rule in one direction."""
        return next(
            item for item in self.diffusivities if (item.rule, item.direction) == (rule, direction)
        )


class RatioResult(BaseModel):
    """A diffusivity of the boundary over one of the bulk."""

    first: str = Field(description="For example GB.")
    second: str = Field(description="For example Bulk (slab) or the random bulk cell.")
    rule: str
    direction: str
    ratio: float | None
    standard_error: float | None
    interval_95: tuple[float, float] | None
    upper_limit: float | None = Field(
        description="95 % limit where the first has only an upper limit of D."
    )
    is_significant: bool = Field(description="Whether it differs from 1 with 95 % confidence.")
    reason: str | None = None


class GrainBoundaryDocument(ArgyroditeDocument):
    """Dynamics of one bicrystal: diffusion and structure by distance from its boundary planes."""

    stage: str = "grain_boundary_dynamics"
    boundary: str | None = Field(default=None, description="For example Sigma5[100](021) tilt.")
    n_atoms: int
    n_ions: int = Field(description="Mobile ions.")
    duration_ps: float
    frame_interval_ps: float
    cell_lengths_angstrom: tuple[float, float, float] | None = Field(
        description="Of the mean cell."
    )
    boundary_planes: list[float] = Field(
        description="Fractions of the period along the normal, in the first frame."
    )
    slab_thickness_angstrom: float
    outcome: str = Field(default="completed", description="Of the run, in one phrase.")
    is_complete: bool = True
    is_diffusive: bool = Field(description="Whether all Li together are, over the fitted lags.")
    fit_window_ps: tuple[float, float] | None
    slabs: list[SlabResult]
    whole_cell: DiffusivityResult | None = Field(
        default=None, description="All Li of the bicrystal, pooled."
    )
    bulk_cell: DiffusivityResult | None = Field(
        default=None, description="The bulk cell under the same potential, temperature, settings."
    )
    bulk_configuration: str | None = None
    ratios: list[RatioResult] = Field(default_factory=list)
    unresolved: list[str] = Field(
        default_factory=list, description="What this simulation cannot tell, and why."
    )
    arrays: Attachment | None = Field(
        default=None,
        description="lag_ps; msd_start, msd_residence (slabs, lags, 3); staying (slabs, lags); "
        "count_time_ps, counts, count_errors (slabs, bins); place_angstrom, density_<kind>; "
        "start_angstrom, displacement_angstrom (atoms, 3), kinds, atom_slabs; g_distance_angstrom, "
        "g_early, g_late and their _error.",
    )
