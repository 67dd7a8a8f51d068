"""CP2K's sections for moving atoms: canonical dynamics and relaxations."""

import math

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_input import section
from atomate2_argyrodite.engines.cp2k_output import BOHR_ANGSTROM, HARTREE_EV

THERMOSTAT_PERIOD_STEPS = 100.0  # as in `ase_dynamics`
_CHAIN_LENGTH = 3
_BAR_PER_EV_PER_ANGSTROM3 = 1.602176634e6
_LARGEST_PRESSURE_BAR = 1000.0
_WIDE = 10.0  # bohr; steps are not a criterion


def _each(kind: str, interval: int) -> list[str]:
    return section("EACH", f"{kind} {interval}")


def snapshot_stride(settings: NVTSettings) -> int:
    """Return the largest interval in steps that meets every snapshot."""
    return math.gcd(settings.equilibration_steps, settings.snapshot_interval_steps)


def dynamics_motion(settings: NVTSettings, steps: int) -> list[str]:
    """Return the section MOTION of `steps` steps of canonical dynamics.

    The thermostat is a Nose-Hoover chain (Martyna, J. Chem. Phys. 97, 2635, 1992); energies and
    the restart file are written at every step, positions where a snapshot may be taken.
    """
    period = THERMOSTAT_PERIOD_STEPS * settings.time_step_fs
    nose = section(
        "NOSE", f"LENGTH {_CHAIN_LENGTH}", "YOSHIDA 3", f"TIMECON [fs] {period:g}", "MTS 2"
    )
    motion = section(
        "MD",
        "ENSEMBLE NVT",
        f"STEPS {steps}",
        f"TIMESTEP [fs] {settings.time_step_fs:g}",
        f"TEMPERATURE [K] {settings.temperature_kelvin:g}",
        section("THERMOSTAT", "TYPE NOSE", "REGION GLOBAL", nose),
        section("PRINT", section("ENERGY", _each("MD", 1), value="ON")),
    )
    printed = section(
        "PRINT",
        section("TRAJECTORY", "FORMAT XYZ", _each("MD", snapshot_stride(settings)), value="ON"),
        section("RESTART", "BACKUP_COPIES 2", _each("MD", 1), value="ON"),
        section("RESTART_HISTORY", value="OFF"),
    )
    return section("MOTION", motion, printed)


def relaxation_motion(
    *,
    relax_cell: bool,
    keep_shape: bool,
    keep_symmetry: bool,
    maximum_force: float,
    maximum_steps: int,
    volume_per_atom: float,
) -> list[str]:
    """Return the section MOTION of a relaxation with conjugate gradients and line searches.

    CP2K's BFGS begins with a model Hessian that is too soft for ionic crystals and takes its steps
    unseen: rattled LiCl went uphill with it for nine steps.

    CP2K compares components with its threshold, so it gets `maximum_force` (eV/Å) over the root of
    three: then every norm is below. The pressure may be what the force threshold means for the
    cell, as in `relax_with_ase`, but at most 0.1 GPa.
    """
    force = maximum_force / math.sqrt(3) * BOHR_ANGSTROM / HARTREE_EV
    pressure = min(
        _LARGEST_PRESSURE_BAR, maximum_force / volume_per_atom * _BAR_PER_EV_PER_ANGSTROM3
    )
    kind = "CELL_OPT" if relax_cell else "GEO_OPT"
    optimiser = section(
        kind,
        "OPTIMIZER CG",
        section("CG", section("LINE_SEARCH", "TYPE 2PNT")),
        f"MAX_ITER {maximum_steps}",
        f"MAX_FORCE {force:.6g}",
        f"RMS_FORCE {force:.6g}",
        f"MAX_DR {_WIDE:g}",
        f"RMS_DR {_WIDE:g}",
        *([f"PRESSURE_TOLERANCE [bar] {pressure:.6g}"] if relax_cell else []),
        *(["KEEP_SYMMETRY T"] if relax_cell and keep_shape else []),
        *(["KEEP_SPACE_GROUP T", "EPS_SYMMETRY 1.0E-2"] if keep_symmetry else []),
    )
    printed = section(
        "PRINT",
        section("TRAJECTORY", value="OFF"),
        section("RESTART", "BACKUP_COPIES 1", _each(kind, 1), value="ON"),
        section("RESTART_HISTORY", value="OFF"),
    )
    return section("MOTION", optimiser, printed)


def restart_section(name: str) -> list[str]:
    """Return the lines that make CP2K go on from the restart file called `name`."""
    return section("EXT_RESTART", f"RESTART_FILE_NAME {name}")
