"""Input of LAMMPS: data files and scripts for ramps, productions and explorations."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.engines.base import explosion_temperature
from atomate2_argyrodite.engines.lammps_integrators import (
    bodies_section,
    images_of_units,
    production,
    ramp,
    reading,
    thermometer,
    velocities,
)
from atomate2_argyrodite.engines.lammps_settings import (
    VOLUME_FACTOR,
    MolecularDynamicsSettings,
)
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

PRODUCTION_BEGINS = "argyrodite: production begins"
PRODUCTION_ENDS = "argyrodite: production is complete"
CHECKPOINT = "checkpoint.restart"
_GUARD_INTERVAL_STEPS = 10


def lammps_cell(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cell (rows, Å) as LAMMPS wants it: a along x, b in the xy plane."""
    lower = np.linalg.qr(cell.T)[1].T
    return np.asarray(lower * np.sign(np.diag(lower)), dtype=np.float64)


def data_text(
    configuration: LabelledConfiguration,
    species: Sequence[str],
    images: NDArray[np.int64] | None = None,
) -> str:
    """Return the LAMMPS data file of a configuration, atoms wrapped and in their order.

    Parameters
    ----------
    configuration
        Any periodic configuration; it is rotated where LAMMPS needs that.
    species
        Chemical symbols in the order of the atom types; some may be absent.
    images
        Periodic image of every atom, shape (N, 3); by default that in the cell.

    Raises
    ------
    InputError
        If an element of the configuration is not among `species`.
    """
    missing = sorted(set(configuration.symbols) - set(species))
    if missing:
        raise InputError(
            f"the potential knows {', '.join(species)}, but not {', '.join(missing)}: train one "
            "with all elements of the crystal"
        )
    types = {symbol: k + 1 for k, symbol in enumerate(species)}
    cell = lammps_cell(configuration.cell)
    fractional = configuration.positions @ np.linalg.inv(configuration.cell) % 1.0
    lines = ["configuration", "", f"{len(configuration)} atoms", f"{len(species)} atom types"]
    lines += [f"0.0 {cell[k, k]:.16g} {axis}lo {axis}hi" for k, axis in enumerate("xyz")]
    tilts = (cell[1, 0], cell[2, 0], cell[2, 1])
    if max(map(abs, tilts)) > 1e-10 * configuration.volume ** (1 / 3):
        lines.append(" ".join(f"{tilt:.16g}" for tilt in tilts) + " xy xz yz")
    lines += ["", "Masses", ""]
    lines += [f"{k} {float(Element(symbol).atomic_mass)}" for symbol, k in types.items()]
    lines += ["", "Atoms # atomic", ""]
    flags = [""] * len(configuration)
    if images is not None:
        flags = [f" {a} {b} {c}" for a, b, c in images.tolist()]
    for k, (symbol, (x, y, z)) in enumerate(
        zip(configuration.symbols, fractional @ cell, strict=True)
    ):
        lines.append(f"{k + 1} {types[symbol]} {x:.16g} {y:.16g} {z:.16g}{flags[k]}")
    return "\n".join(lines) + "\n"


def beginning(
    read: list[str], pair_style: PairStyle, settings: MolecularDynamicsSettings
) -> list[str]:
    """Lines before any dynamics: the crystal, the potential, what is printed."""
    to_triclinic = ["change_box all triclinic"] if settings.coupling == "tri" else []
    return [
        "units metal",
        "atom_style atomic",
        "boundary p p p",
        "box tilt large",
        *read,
        *to_triclinic,
        f"neighbor {settings.neighbor_skin:g} bin",
        "neigh_modify every 1 delay 0 check yes",
        *pair_style.commands(),
        f"timestep {settings.time_step_ps:.10g}",
        "thermo_style custom step temp pe press vol",
        "thermo_modify flush yes",
        *thermometer(settings),
        f"thermo {settings.interval(settings.thermo_interval_ps)}",
    ]


def guard(volume: float, settings: MolecularDynamicsSettings, reaction: str) -> list[str]:
    """Lines that end a run whose temperature or volume is out of bounds or not a number."""
    hot = explosion_temperature(settings.temperature_kelvin)
    small, large = volume / VOLUME_FACTOR, volume * VOLUME_FACTOR
    return [
        f'variable sane equal "(temp<{hot:g})&&(vol>{small:.10g})&&(vol<{large:.10g})"',
        f"fix guard all halt {_GUARD_INTERVAL_STEPS} v_sane == 0 error {reaction}",
    ]


def trajectory_dump(name: str, interval_steps: int) -> list[str]:
    """Lines that write an unwrapped trajectory."""
    return [
        f"dump trajectory all dcd {interval_steps} {name}",
        "dump_modify trajectory unwrap yes",
    ]


def _ramp(settings: MolecularDynamicsSettings) -> list[str]:
    """Lines of the NVT ramp; without one, velocities at the target temperature."""
    steps, target = settings.steps(settings.ramp_ps), settings.temperature_kelvin
    if steps < 1:
        return velocities(settings, target)
    start = min(settings.ramp_start_kelvin, target)
    begin, end = ramp(settings, start)
    return [*velocities(settings, start), *begin, f"run {steps}", *end, "reset_timestep 0"]


def production_script(
    volume: float,
    pair_style: PairStyle,
    settings: MolecularDynamicsSettings,
    *,
    data_file: str,
    trajectory: str,
    resume: bool,
) -> str:
    """Return the script of a ramp and a production, or of the rest of a production.

    Parameters
    ----------
    volume
        Volume of the starting cell in Å^3; a run that leaves half or twice of it is ended.
    pair_style
        The potential.
    settings
        The protocol.
    data_file
        Name of the data file that a new run starts from.
    trajectory
        Name of the trajectory file to write.
    resume
        Go on from `CHECKPOINT`: velocities, thermostat and barostat continue as they were.
    """
    read = reading(settings, data_file, CHECKPOINT if resume else None)
    lines = beginning(read, pair_style, settings) + guard(volume, settings, "hard")
    if not resume:
        lines += _ramp(settings)
    segment = settings.interval(settings.checkpoint_interval_ps)
    commands = f'"write_restart next.restart" "shell mv next.restart {CHECKPOINT}"'
    lines += [
        f'print "{PRODUCTION_BEGINS}"',
        *production(settings),
        *trajectory_dump(trajectory, settings.interval(settings.frame_interval_ps)),
        # Renaming is atomic: whenever the process is killed, the checkpoint is a complete one.
        f"run {settings.steps(settings.production_ps)} upto every {segment} {commands}",
        f'print "{PRODUCTION_ENDS}"',
    ]
    return "\n".join(lines) + "\n"


def write_data(
    path: Path,
    configuration: LabelledConfiguration,
    species: Sequence[str],
    *,
    with_units: bool = False,
) -> None:
    """Write the data file of a configuration (see `data_text`), with its PS4 units if wanted."""
    images = images_of_units(configuration) if with_units else None
    text = data_text(configuration, species, images)
    if with_units:
        text += bodies_section(configuration)
    path.write_text(text, encoding="utf-8")
