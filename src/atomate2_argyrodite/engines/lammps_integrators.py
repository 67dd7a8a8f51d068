"""LAMMPS commands that move atoms: all of them, or with PS4 units held rigid or in place.

With rigid units the barostat belongs to ``fix rigid/npt/small``, which scales the whole cell, and
the other ions have a Nose-Hoover thermostat of their own. With units in place the other ions are
integrated alone; the barostat carries the units along, so that they keep their place in the cell.
"""

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.lammps_process import MINIMISED
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures.geometry import ps4_units_intact, tetrahedral_bonds

BAR_PER_GPA = 1.0e4
_MAP = "atom_modify map yes"  # rigid bodies look atoms up by their number
_BODIES = "fix bodies all property/atom i_body"
# Å and eV/Å: units that will not deform must start from a shape that the potential likes.
_MINIMISATION = "minimize 0 0.005 500 5000"


def unit_of_each_atom(configuration: LabelledConfiguration) -> NDArray[np.int64]:
    """Return the number of the PS4 unit of every atom, from 1; 0 for atoms of none.

    Raises
    ------
    InputError
        If the crystal has no PS4 units, or a broken one.
    """
    numbers, positions, cell = configuration.numbers, configuration.positions, configuration.cell
    if not ps4_units_intact(numbers, positions, cell):
        raise InputError(
            "PS4 units can be held only where every P has four S of its own, which is not so in "
            "this crystal: choose ps4 = 'free'"
        )
    centres, sulphurs, _ = tetrahedral_bonds(numbers, positions, cell)
    units = np.zeros(len(configuration), dtype=np.int64)
    units[np.unique(centres)] = np.arange(len(np.unique(centres))) + 1
    units[sulphurs] = units[centres]
    return units


def images_of_units(configuration: LabelledConfiguration) -> NDArray[np.int64]:
    """Return the image of every atom, shape (N, 3), in which units are not cut by the cell's faces.

    Atoms are taken as wrapped into the cell; the image is in units of the cell vectors.
    """
    inverse = np.linalg.inv(configuration.cell)
    fractional = configuration.positions @ inverse % 1.0
    centres, sulphurs, vectors = tetrahedral_bonds(
        configuration.numbers, configuration.positions, configuration.cell
    )
    images = np.zeros(fractional.shape, dtype=np.int64)
    whole = fractional[centres] + vectors @ inverse
    images[sulphurs] = np.rint(whole - fractional[sulphurs]).astype(np.int64)
    return images


def bodies_section(configuration: LabelledConfiguration) -> str:
    """Return the section of a data file that says to which unit every atom belongs."""
    units = unit_of_each_atom(configuration)
    rows = [f"{atom + 1} {unit}" for atom, unit in enumerate(units.tolist())]
    return "\n".join(["", "PS4Units", "", *rows, ""])


def reading(
    settings: MolecularDynamicsSettings, data_file: str, restart_file: str | None
) -> list[str]:
    """Lines that read the crystal, and the groups of atoms that are held and not held."""
    is_free = settings.ps4 == "free"
    if restart_file is not None:
        read = [f"read_restart {restart_file}"]
        return read if is_free else [_MAP, *read, _BODIES, *_groups(settings)]
    if is_free:
        return [f"read_data {data_file}"]
    read = [_MAP, _BODIES, f"read_data {data_file} fix bodies NULL PS4Units"]
    return [*read, *_groups(settings)]


def _groups(settings: MolecularDynamicsSettings) -> list[str]:
    lines = [
        'variable held atom "i_body > 0"',
        "group ps4 variable held",
        "group mobile subtract all ps4",
    ]
    if settings.ps4 == "fixed":
        lines.append("compute mobile_temperature mobile temp")
    return lines


def thermometer(settings: MolecularDynamicsSettings) -> list[str]:
    """Lines that measure temperature and pressure by the atoms that move."""
    return ["thermo_modify temp mobile_temperature"] if settings.ps4 == "fixed" else []


def velocities(settings: MolecularDynamicsSettings, temperature: float) -> list[str]:
    """Lines that draw velocities, after what was built or is to be held has relaxed."""
    draw = f"create {temperature:g} {settings.seed} mom yes rot no dist gaussian loop geom"
    if settings.ps4 == "free" and not settings.minimise:
        return [f"velocity all {draw}"]
    begin = [_MINIMISATION, f'print "{MINIMISED}"', "reset_timestep 0"]
    if settings.ps4 == "fixed":
        return [*begin, f"velocity mobile {draw}", "velocity ps4 set 0.0 0.0 0.0"]
    return [*begin, f"velocity all {draw}"]


def ramp(settings: MolecularDynamicsSettings, start: float) -> tuple[list[str], list[str]]:
    """Lines that begin a ramp at constant volume from `start` (K), and lines that end it."""
    temperatures = f"temp {start:g} {settings.temperature_kelvin:g} {_thermostat(settings):g}"
    if settings.ps4 == "free":
        return [f"fix ramp all nvt {temperatures}"], ["unfix ramp"]
    begin, end = [f"fix ramp mobile nvt {temperatures}"], ["unfix ramp"]
    if settings.ps4 == "rigid":
        begin.append(f"fix units ps4 rigid/nvt/small custom i_body {temperatures}")
        end.append("unfix units")
    return begin, end


def production(settings: MolecularDynamicsSettings) -> list[str]:
    """Lines that integrate at constant temperature and pressure."""
    target, pressure = settings.temperature_kelvin, settings.pressure_gpa * BAR_PER_GPA
    thermostat = f"temp {target:g} {target:g} {_thermostat(settings):g}"
    period = settings.barostat_period_steps * settings.time_step_ps
    axes = ("x", "y") if settings.coupling == "plane" else (settings.coupling,)
    barostat = " ".join(f"{axis} {pressure:g} {pressure:g} {period:g}" for axis in axes)
    if settings.ps4 == "rigid":
        # Without "reinit no" each run between checkpoints would take the shape of bodies anew.
        options = f"{thermostat} {barostat} dilate all reinit no"
        return [
            f"fix units ps4 rigid/npt/small custom i_body {options}",
            f"fix production mobile nvt {thermostat}",
        ]
    if settings.ps4 == "fixed":
        return [
            f"fix production mobile npt {thermostat} {barostat}",
            "fix_modify production temp mobile_temperature",  # npt measures all atoms otherwise
        ]
    return [f"fix production all npt {thermostat} {barostat}"]


def _thermostat(settings: MolecularDynamicsSettings) -> float:
    return settings.thermostat_period_steps * settings.time_step_ps
