"""Jobs of the stage `sampling`."""

from pymatgen.core import Structure

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import Engine, NVTSettings
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.sampling.snapshots import mean_after, physical_snapshots


@document_job(SamplingDocument)
def sample_crystal(
    engine: Engine,
    functional: str,
    structure: Structure,
    configuration: str,
    strain: float,
    settings: NVTSettings,
) -> SamplingDocument:
    """Move one strained crystal at one temperature and keep snapshots.

    A run that fails on the way is a document too: with the snapshots until then, and the cause.
    """
    wanted = Functional.parse(functional)
    run = engine.molecular_dynamics(
        LabelledConfiguration.from_structure(structure), wanted, settings
    )
    trajectory = f"{configuration}/{strain:+g}/{settings.temperature_kelvin:g}K/seed{settings.seed}"
    frames, n_unphysical = physical_snapshots(
        run,
        {
            "configuration": configuration,
            "strain": strain,
            "temperature_kelvin": settings.temperature_kelvin,
            "trajectory": trajectory,
        },
    )
    return SamplingDocument(
        **crystal_header(site.specie.symbol for site in structure),
        configuration=configuration,
        functional=wanted,
        engine=engine.record(wanted),
        temperature_kelvin=settings.temperature_kelvin,
        seeds={"velocities": settings.seed},
        strain=strain,
        time_step_fs=settings.time_step_fs,
        steps=len(run.temperatures_kelvin),
        snapshot_interval_steps=settings.snapshot_interval_steps,
        equilibration_steps=settings.equilibration_steps,
        n_frames=len(frames),
        n_unphysical=n_unphysical,
        outcome=run.outcome,
        mean_temperature_kelvin=mean_after(
            run.temperatures_kelvin.tolist(), settings.equilibration_steps
        ),
        is_physical=run.is_complete and n_unphysical == 0,
        frames=Attachment.from_arrays("snapshots.npz", configurations_to_arrays(frames)),
        warnings=[] if run.is_complete else [f"the run {run.outcome}"],
    )
