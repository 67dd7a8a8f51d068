"""From a trajectory of a bicrystal to its document."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.conductivity.analysis import diffusivity_result
from atomate2_argyrodite.conductivity.schemas import DiffusivityResult
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.grain_boundary.dynamics_schemas import (
    GrainBoundaryDocument,
    RatioResult,
    SlabAccumulationResult,
    SlabDiffusivityResult,
    SlabResult,
    SlabStructureResult,
)
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.accumulation import SlabAccumulation
from atomate2_argyrodite.transport.boundary import WINDOW_PS, BoundaryTransport, boundary_transport
from atomate2_argyrodite.transport.ratio import MeasuredDiffusivity, diffusivity_ratio
from atomate2_argyrodite.transport.slab_diffusion import DIRECTIONS, SlabDiffusivity
from atomate2_argyrodite.transport.slab_structure import SlabStructure
from atomate2_argyrodite.transport.slab_sums import RULES
from atomate2_argyrodite.transport.slabs import BoundarySlabs

MOBILE_SPECIES = "Li"
WHOLE_CELL, BULK_CELL = "bicrystal", "bulk cell"
_FEW_STAY = 0.5

Watch = Callable[[Trajectory, str], Trajectory]


def _unwatched(trajectory: Trajectory, _name: str) -> Trajectory:
    return trajectory


def analysed_boundary(
    trajectory: Trajectory,
    slabs: BoundarySlabs,
    *,
    reference: NDArray[np.float64] | None = None,
    bulk: DiffusivityResult | None = None,
    bulk_configuration: str | None = None,
    window_ps: float = WINDOW_PS,
    watch: Watch = _unwatched,
    **header: Any,
) -> GrainBoundaryDocument:
    """Return the document of any trajectory of a bicrystal.

    Parameters
    ----------
    trajectory
        The trajectory.
    slabs
        Its boundary planes and how slabs are cut.
    reference
        Fractional coordinates (atoms, 3) of the structure in which the planes are known.
    bulk, bulk_configuration
        Diffusion in a bulk cell under the same conditions, and what that cell is.
    window_ps
        Length of the windows for g(r) and coordination (see `boundary_transport`).
    watch
        Makes a trajectory tell how far it has been read.
    **header
        Other fields of the document.

    Raises
    ------
    TrajectoryError, InputError
        As `boundary_transport`.
    """
    found = boundary_transport(
        watch(trajectory, "in several passes"),
        slabs,
        MOBILE_SPECIES,
        reference=reference,
        window_ps=window_ps,
    )
    whole = diffusivity_result(found.whole)
    lengths = np.linalg.norm(found.mean_cell, axis=1)
    return GrainBoundaryDocument(
        **{**crystal_header(trajectory.species), **header},
        temperature_kelvin=trajectory.temperature,
        n_atoms=trajectory.n_atoms,
        n_ions=found.n_ions,
        duration_ps=found.duration_ps,
        frame_interval_ps=trajectory.time_step_ps,
        cell_lengths_angstrom=(float(lengths[0]), float(lengths[1]), float(lengths[2])),
        boundary_planes=[round(float(plane), 6) % 1.0 for plane in found.slabs.planes],
        slab_thickness_angstrom=found.slabs.thickness,
        is_diffusive=found.is_diffusive,
        fit_window_ps=found.fit_window_ps,
        slabs=_slab_results(found),
        whole_cell=whole,
        bulk_cell=bulk,
        bulk_configuration=bulk_configuration,
        ratios=_ratios(found, whole, bulk),
        unresolved=unresolved(found),
        arrays=Attachment.from_arrays("boundary.npz", _arrays(found)),
    )


def _slab_results(found: BoundaryTransport) -> list[SlabResult]:
    limits = found.slabs.limits(found.mean_cell)
    fractions = found.slabs.volume_fractions(found.mean_cell)
    last = int(np.argmin(np.abs(found.lag_times_ps - found.fit_window_ps[1])))
    return [
        SlabResult(
            name=name,
            from_angstrom=limits[k][0],
            to_angstrom=limits[k][1],
            volume_fraction=float(fractions[k]),
            staying_fraction=_finite(found.staying[k, last]),
            diffusivities=[_diffusivity(d) for d in found.diffusivities if d.slab == name],
            accumulation=_accumulation(found.accumulations[k]),
            structure_early=_structure(found.structures_early[k]),
            structure_late=_structure(found.structures_late[k]),
        )
        for k, name in enumerate(found.slabs.names)
    ]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _diffusivity(item: SlabDiffusivity) -> SlabDiffusivityResult:
    return SlabDiffusivityResult(
        rule=item.rule,
        direction=item.direction,
        diffusivity_cm2_per_s=item.diffusivity,
        diffusivity_standard_error_cm2_per_s=item.standard_error,
        diffusivity_interval_95_cm2_per_s=item.interval_95,
        diffusivity_upper_limit_cm2_per_s=item.upper_limit,
        reason=item.reason,
    )


def _accumulation(item: SlabAccumulation) -> SlabAccumulationResult:
    return SlabAccumulationResult(
        early=item.early,
        late=item.late,
        relative_change=item.relative_change,
        relative_change_standard_error=item.relative_error,
        p_value=item.p_value,
        is_real=item.is_real,
        late_density_over_mean=item.late_density,
        exchanged=item.exchanged,
    )


def _structure(item: SlabStructure) -> SlabStructureResult:
    return SlabStructureResult(
        ps4_units=item.units,
        ps4_intact_fraction=item.intact_fraction,
        ps_bond_angstrom=item.bond_length,
        ps4_angle_deviation_degrees=item.angle_deviation_degrees,
        lithium_around=item.lithium_around,
        anions_around_lithium=item.anions_around_lithium,
    )


def _ratios(
    found: BoundaryTransport, whole: DiffusivityResult, bulk: DiffusivityResult | None
) -> list[RatioResult]:
    """Return boundary over bulk: slab over slab, and, if there is one, over the bulk cell."""
    names = found.slabs.names
    results = [
        _ratio(_measured(found.of(names[0], rule, way)), _measured(found.of(names[-1], rule, way)),
               rule, way)
        for rule in RULES
        for way in DIRECTIONS
    ]  # fmt: skip
    if bulk is None:
        return results
    reference = measured_result(bulk, BULK_CELL)
    for name in names:
        for rule in RULES:
            first = _measured(found.of(name, rule, "total"))
            results.append(_ratio(first, reference, rule, "total"))
    first = measured_result(whole, WHOLE_CELL)
    return [*results, _ratio(first, reference, "all ions", "total")]


def _measured(item: SlabDiffusivity) -> MeasuredDiffusivity:
    low = item.interval_95[0] if item.interval_95 else None
    return MeasuredDiffusivity(
        item.slab, item.diffusivity, item.standard_error, item.upper_limit, low
    )


def measured_result(result: DiffusivityResult, name: str) -> MeasuredDiffusivity:
    """Return what a ratio needs of the diffusion in a whole cell."""
    interval = result.diffusivity_interval_95_cm2_per_s
    return MeasuredDiffusivity(
        name,
        result.diffusivity_cm2_per_s,
        result.diffusivity_standard_error_cm2_per_s,
        result.diffusivity_upper_limit_cm2_per_s,
        interval[0] if interval else None,
    )


def _ratio(
    first: MeasuredDiffusivity, second: MeasuredDiffusivity, rule: str, direction: str
) -> RatioResult:
    found = diffusivity_ratio(first, second)
    return RatioResult(
        first=first.name,
        second=second.name,
        rule=rule,
        direction=direction,
        ratio=found.value,
        standard_error=found.standard_error,
        interval_95=found.interval_95,
        upper_limit=found.upper_limit,
        is_significant=found.is_significant,
        reason=found.reason,
    )


def unresolved(found: BoundaryTransport) -> list[str]:
    """Return what a simulation cannot tell, one sentence each."""
    names, sentences = found.slabs.names, []
    last = int(np.argmin(np.abs(found.lag_times_ps - found.fit_window_ps[1])))
    mixed = [name for k, name in enumerate(names) if found.staying[k, last] < _FEW_STAY]
    if mixed:
        sentences.append(
            f"Within the fitted lags (up to {found.fit_window_ps[1]:g} ps) more than half of the "
            f"Li of {', '.join(mixed)} leave that slab: by the rule 'start' slabs look more alike "
            "than they are, and those that stay, by 'residence', are the slower ones; only a "
            "larger cell with thicker slabs separates them."
        )
    silent = [n for n in names if found.of(n, "residence", "in_plane").diffusivity is None]
    if silent and found.is_diffusive:
        sentences.append(
            f"Too few Li stay in {', '.join(silent)} for a diffusivity by residence: simulate "
            "longer, at a lower temperature, or with thicker slabs."
        )
    if not found.is_diffusive:
        sentences.append(
            f"Over {found.duration_ps:g} ps the mean square displacement never becomes linear: "
            "diffusivities are upper limits; simulate longer."
        )
    still = [item.slab for item in found.accumulations if item.p_value is None]
    if still:
        sentences.append(
            f"Too few Li were exchanged with {', '.join(still)} to tell whether their number "
            "changes: simulate longer."
        )
    half = min(width for width in found.slabs.widths(found.mean_cell))
    if half < found.slabs.thickness / 2:
        sentences.append(
            f"The slab {names[-1]} is only {half:.1f} Å thick: it is no bulk far from any boundary."
        )
    return sentences


def _arrays(found: BoundaryTransport) -> dict[str, Any]:
    profile = found.profile
    arrays: dict[str, Any] = {
        "lag_ps": found.lag_times_ps,
        **{f"msd_{rule}": squares for rule, squares in found.mean_squares.items()},
        "staying": found.staying,
        "count_time_ps": found.count_times_ps,
        "counts": found.counts,
        "count_errors": found.count_errors,
        "place_angstrom": profile.places,
        **{f"density_{kind}": values for kind, values in profile.densities.items()},
        "start_angstrom": profile.starts.astype(np.float32),
        "displacement_angstrom": profile.displacements.astype(np.float32),
        "kinds": profile.kinds,
        "atom_slabs": profile.slabs,
        "window_ps": profile.window_ps,
    }
    for when, pairs in zip(("early", "late"), found.pair_distributions, strict=True):
        if pairs is not None:
            arrays["g_distance_angstrom"] = pairs.distances
            arrays[f"g_{when}"], arrays[f"g_{when}_error"] = pairs.values, pairs.errors
    return arrays
