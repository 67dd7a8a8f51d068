"""From runs of a bicrystal and of its bulk to the document of the boundary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from monty.json import MSONable

from atomate2_argyrodite.conductivity.analysis import (
    common_run,
    diffusivity_result,
    trajectory_of,
    usable_trajectories,
)
from atomate2_argyrodite.conductivity.schemas import (
    DiffusivityResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.grain_boundary.candidates import BoundaryCandidate
from atomate2_argyrodite.grain_boundary.dynamics import MOBILE_SPECIES, analysed_boundary
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.structures import BoundaryRecipe
from atomate2_argyrodite.transport import diffusion
from atomate2_argyrodite.transport.boundary import WINDOW_PS
from atomate2_argyrodite.transport.slabs import (
    SLAB_NAMES,
    SLAB_THICKNESS_ANGSTROM,
    BoundarySlabs,
)


@dataclass(frozen=True)
class SlabSettings(MSONable):
    """How a trajectory of a bicrystal is divided (see `GrainBoundaryFlowMaker`)."""

    thickness: float = SLAB_THICKNESS_ANGSTROM
    names: tuple[str, ...] = SLAB_NAMES
    window_ps: float = WINDOW_PS


def boundary_document(
    run: MolecularDynamicsDocument,
    bulk_runs: Sequence[MolecularDynamicsDocument],
    boundary: BoundaryRecipe,
    settings: SlabSettings,
) -> GrainBoundaryDocument:
    """Analyse one run of a bicrystal.

    A run that failed is analysed as far as it came, to show where the structure was lost; its
    document says that it is a diagnosis, and compares with nothing.

    Parameters
    ----------
    run
        The run of the bicrystal.
    bulk_runs
        Runs of the bulk at the same temperature, which are pooled; may be empty.
    boundary
        Recipe of the bicrystal, in which the boundary planes are known.
    settings
        How slabs are cut.

    Raises
    ------
    InputError
        If bulk runs are of another potential or temperature, or slabs are too thick.
    TrajectoryError
        If the trajectory of a complete run is gone or has changed.
    """
    if bulk_runs:
        names = ("potential_id", "temperature_kelvin", "composition", "time_step_fs")
        common_run([run, *bulk_runs], names, "cannot be compared")
    if not run.is_complete:
        return _diagnosis(run, boundary, settings)
    bulk, reasons = _bulk_diffusivity(bulk_runs)
    name = bulk_runs[0].configuration if bulk_runs else None
    document = _analysed(run, boundary, settings, bulk=bulk, bulk_configuration=name)
    document.warnings = [*run.warnings, *reasons, *document.warnings]
    return document


def _analysed(
    run: MolecularDynamicsDocument, boundary: BoundaryRecipe, settings: SlabSettings, **more: Any
) -> GrainBoundaryDocument:
    structure = boundary.build()
    planes = tuple(float(plane) for plane in structure.properties["boundary_planes"])
    return analysed_boundary(
        trajectory_of(run),
        BoundarySlabs(planes, settings.thickness, tuple(settings.names)),
        reference=structure.frac_coords,
        window_ps=settings.window_ps,
        **_header(run, boundary),
        **more,
    )


def _diagnosis(
    run: MolecularDynamicsDocument, boundary: BoundaryRecipe, settings: SlabSettings
) -> GrainBoundaryDocument:
    """Return what a failed run shows, which is no result."""
    sentence = (
        f"The run failed ({run.outcome}): what is shown of its {run.production_ps:g} ps is a "
        "diagnosis of where the structure was lost, no result."
    )
    try:
        document = _analysed(run, boundary, settings)
    except TrajectoryError:
        return _without_analysis(run, settings, _header(run, boundary))
    document.outcome, document.is_complete, document.ratios = run.outcome, False, []
    document.unresolved = [sentence]
    document.warnings = [*run.warnings, *document.warnings]
    return document


def _header(run: MolecularDynamicsDocument, boundary: BoundaryRecipe) -> dict[str, Any]:
    crystal = (boundary.sigma, boundary.axis, boundary.plane, boundary.angle)
    return {
        "configuration": run.configuration,
        "functional": run.functional,
        "engine": run.engine,
        "potential_id": run.potential_id,
        "seeds": run.seeds,
        "boundary": BoundaryCandidate(*crystal).name,
    }


def _without_analysis(
    run: MolecularDynamicsDocument, settings: SlabSettings, header: dict[str, Any]
) -> GrainBoundaryDocument:
    return GrainBoundaryDocument(
        **crystal_header(run.species),
        **header,
        temperature_kelvin=run.temperature_kelvin,
        n_atoms=run.n_atoms,
        n_ions=run.species.count(MOBILE_SPECIES),
        duration_ps=run.production_ps,
        frame_interval_ps=run.frame_interval_ps,
        cell_lengths_angstrom=None,
        boundary_planes=[],
        slab_thickness_angstrom=settings.thickness,
        outcome=run.outcome,
        is_complete=False,
        is_diffusive=False,
        fit_window_ps=None,
        slabs=[],
        unresolved=[f"The run has failed, and shows no transport: {run.outcome}."],
    )


def _bulk_diffusivity(
    runs: Sequence[MolecularDynamicsDocument],
) -> tuple[DiffusivityResult | None, list[str]]:
    """Return the diffusion of pooled bulk runs, and why runs were left out."""
    reasons = [f"bulk #{run.replica} failed: {run.outcome}" for run in runs if not run.is_complete]
    trajectories, unusable = usable_trajectories([run for run in runs if run.is_complete])
    reasons += [f"bulk, {reason}" for reason in unusable]
    if not trajectories:
        return None, reasons
    try:
        return diffusivity_result(diffusion(trajectories, MOBILE_SPECIES)), reasons
    except TrajectoryError as error:
        return None, [*reasons, f"bulk: {error}"]
