"""One production run as a document: a potential's text goes in, a trajectory on disk comes out."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.checks import (
    crystal_fault,
    drift_warnings,
    sha256_of,
    temperature_warning,
)
from atomate2_argyrodite.conductivity.schemas import MolecularDynamicsDocument
from atomate2_argyrodite.documents import Attachment, EngineRecord, FileRecord
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.engines.lammps import MolecularDynamicsResult, run_molecular_dynamics
from atomate2_argyrodite.engines.lammps_input import data_text
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError, TrajectoryError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.training.schemas import PotentialDocument
from atomate2_argyrodite.transport import Trajectory

MAXIMUM_ATOMS = 1_000_000


def check_supercell(structure: Structure, repeats: tuple[int, int, int]) -> None:
    """Refuse a supercell that `supercell_of` would refuse, without building it.

    Raises
    ------
    InputError
        If a number of repeats is below 1 or the result has more than a million atoms.
    """
    if len(repeats) != 3 or min(repeats) < 1:
        raise InputError(f"supercell must be three numbers of at least 1, got {list(repeats)}")
    n_atoms = len(structure) * repeats[0] * repeats[1] * repeats[2]
    if n_atoms > MAXIMUM_ATOMS:
        raise InputError(
            f"a supercell {list(repeats)} has {n_atoms} atoms, more than {MAXIMUM_ATOMS}: take a "
            "smaller one"
        )


def supercell_of(structure: Structure, repeats: tuple[int, int, int]) -> LabelledConfiguration:
    """Return the crystal repeated along its lattice vectors.

    Raises
    ------
    InputError
        If a number of repeats is below 1 or the result has more than a million atoms.
    """
    check_supercell(structure, repeats)
    return LabelledConfiguration.from_structure(structure.make_supercell(repeats, in_place=False))


def digest_of(
    crystal: LabelledConfiguration, pair_style: PairStyle, settings: MolecularDynamicsSettings
) -> str:
    """Return a hash of all that a run depends on."""
    content = [
        data_text(crystal, pair_style.species),
        pair_style.commands(),
        dict(pair_style.files),
        asdict(settings),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def run_folder(
    crystal: LabelledConfiguration,
    pair_style: PairStyle,
    settings: MolecularDynamicsSettings,
    name: str,
) -> Path:
    """Return the folder of a run, the same whenever the same run is asked for: so it resumes."""
    digest = digest_of(crystal, pair_style, settings)[:16]
    return load_settings().work_directory.absolute() / "molecular_dynamics" / f"{name}_{digest}"


def run_production(
    structure: Structure,
    potential: PotentialDocument,
    configuration: str,
    replica: int,
    supercell: tuple[int, int, int],
    settings: MolecularDynamicsSettings,
    pair_style: str = "mtp",
) -> MolecularDynamicsDocument:
    """Run one replica at one temperature and describe it; failed dynamics are described too.

    Parameters
    ----------
    structure
        Unit cell.
    potential
        The potential to run.
    configuration
        Label of the crystal.
    replica
        Number of the replica, for the record.
    supercell
        Repeats along the lattice vectors.
    settings
        The protocol.
    pair_style
        Which interface of LAMMPS runs the potential (see `PAIR_STYLES`).

    Raises
    ------
    InputError
        If the supercell makes no sense or the potential lacks an element.
    MissingEngineError, RunError
        If LAMMPS is missing or refuses its input.
    """
    crystal = supercell_of(structure, supercell)
    style = PairStyle.named(pair_style, potential.potential.to_text(), potential.species)
    name = f"{configuration}_{settings.temperature_kelvin:g}K_{replica}".replace("/", "-")
    folder = run_folder(crystal, style, settings, name)
    result = run_molecular_dynamics(folder, crystal, style, settings)
    outcome = _outcome(result, settings)
    temperature = _mean(result, "temperature_kelvin")
    warning = temperature_warning(temperature, settings.temperature_kelvin)
    return MolecularDynamicsDocument(
        **crystal_header(crystal.symbols),
        configuration=configuration,
        functional=potential.functional,
        engine=EngineRecord(name="lammps", version=result.lammps_version),
        potential_id=potential.potential_id,
        temperature_kelvin=settings.temperature_kelvin,
        seeds={"velocities": settings.seed},
        supercell=supercell,
        n_atoms=len(crystal),
        replica=replica,
        time_step_fs=settings.time_step_fs,
        ramp_ps=settings.ramp_ps,
        ps4=settings.ps4,
        pair_style=pair_style,
        production_ps=result.production_ps,
        frame_interval_ps=settings.interval(settings.frame_interval_ps) * settings.time_step_ps,
        outcome=outcome,
        is_complete=outcome == "completed",
        mean_temperature_kelvin=temperature,
        mean_pressure_gpa=_mean(result, "pressure_gpa"),
        mean_volume_angstrom3=_mean(result, "volume_angstrom3"),
        microseconds_per_atom_step=result.microseconds_per_atom_step,
        trajectory=_file_record(result.trajectory),
        species=list(result.species),
        thermo=Attachment.from_arrays("thermo.npz", result.thermo),
        warnings=[*([warning] if warning else []), *drift_warnings(result.thermo)],
    )


def _outcome(result: MolecularDynamicsResult, settings: MolecularDynamicsSettings) -> str:
    if not result.is_complete or result.trajectory is None:
        return result.outcome if not result.is_complete else "the trajectory holds no frame"
    interval = settings.interval(settings.frame_interval_ps) * settings.time_step_ps
    try:
        trajectory = Trajectory.from_file(
            result.trajectory, species=result.species, time_step_ps=interval, wrapped=False
        )
        fault = crystal_fault(trajectory)
    except TrajectoryError as error:
        return str(error)
    return fault or "completed"


def _mean(result: MolecularDynamicsResult, name: str) -> float | None:
    values = result.thermo[name]
    return float(values.mean()) if len(values) else None


def _file_record(path: Path | None) -> FileRecord | None:
    if path is None:
        return None
    return FileRecord(path=str(path), sha256=sha256_of(path), size_bytes=path.stat().st_size)
