"""Input of CP2K: sections as nested lists of lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.cp2k_settings import VALENCE_ELECTRONS, Cp2kSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

FloatArray = NDArray[np.float64]
RunType = Literal["ENERGY_FORCE", "GEO_OPT", "CELL_OPT", "MD"]
_SAFER_MIXING, _MIXING = 0.1, 0.4
_SAFER_BUFFER, _BUFFER = 15, 8
_SAFER_STEPS = 3
_DISPERSION_RANGE = 60.0  # bohr, as in the DFT-D3 program
_EXTRAPOLATION_ORDER = 3


def section(name: str, *content: str | Iterable[str], value: str = "") -> list[str]:
    """Return the lines of a section whose content is keywords and other sections."""
    lines = [f"&{name} {value}".rstrip()]
    for part in content:
        lines += [f"  {line}" for line in ([part] if isinstance(part, str) else part)]
    return [*lines, f"&END {name}"]


@dataclass(frozen=True)
class Cp2kTask:
    """One run of CP2K.

    Parameters
    ----------
    configuration
        Atoms and cell.
    functional
        The functional.
    settings
        Grid, basis, convergence.
    name
        Stem of the files.
    run_type
        What CP2K does.
    motion
        Lines of the section MOTION and of others beside it.
    velocities
        In bohr per atomic time unit, shape (N, 3).
    is_safer
        Whether a failed SCF is tried again: weaker mixing, more steps, from atomic densities.
    wall_time_s
        Wall time in s after which CP2K ends by itself after a full step.
    symmetry
        What CP2K keeps of the shape of the cell.
    has_wavefunction
        Whether the SCF begins with the wavefunction that the folder holds.
    has_fixed_grid
        Whether the grid keeps the number of points that it has in this cell while the cell moves:
        without that the energy jumps where a point is added.
    """

    configuration: LabelledConfiguration
    functional: Functional
    settings: Cp2kSettings
    name: str
    run_type: RunType = "ENERGY_FORCE"
    motion: Sequence[str] = ()
    velocities: FloatArray | None = None
    is_safer: bool = False
    wall_time_s: float | None = None
    symmetry: str = "NONE"
    has_wavefunction: bool = False
    has_fixed_grid: bool = False

    def safer(self) -> "Cp2kTask":
        """Return the task with an SCF that converges slowly and surely."""
        return replace(self, is_safer=True, has_wavefunction=False)

    @property
    def maximum_scf_steps(self) -> int:
        """Most steps of one SCF."""
        return self.settings.maximum_scf_steps * (_SAFER_STEPS if self.is_safer else 1)

    @property
    def is_dynamics(self) -> bool:
        """Whether atoms move in time."""
        return self.run_type == "MD"


def input_text(task: Cp2kTask) -> str:
    """Return the whole input file.

    Raises
    ------
    InputError
        If an element has no basis set, or k-points are asked for where the atoms move.
    """
    if not (task.settings.is_gamma_only or task.run_type == "ENERGY_FORCE"):
        task = replace(task, settings=replace(task.settings, kpoints=(1, 1, 1)))
    force_eval = section(
        "FORCE_EVAL",
        "METHOD QUICKSTEP",
        "STRESS_TENSOR ANALYTICAL",
        _dft(task),
        _subsys(task),
        _labels_printed(),
    )
    lines = [*_global(task), *task.motion, *force_eval]
    return "\n".join(lines) + "\n"


def _global(task: Cp2kTask) -> list[str]:
    limit = [] if task.wall_time_s is None else [f"WALLTIME {task.wall_time_s:.0f}"]
    return section(
        "GLOBAL",
        f"PROJECT {task.name}",
        f"RUN_TYPE {task.run_type}",
        "PRINT_LEVEL LOW",
        *limit,
    )


def _labels_printed() -> list[str]:
    digits = "NDIGITS 12"
    return section(
        "PRINT", section("FORCES", digits, value="ON"), section("STRESS_TENSOR", value="ON")
    )


def _dft(task: Cp2kTask) -> list[str]:
    settings = task.settings
    extrapolation = ["EXTRAPOLATION USE_PREV_P"]
    if settings.is_gamma_only:
        extrapolation = ["EXTRAPOLATION ASPC", f"EXTRAPOLATION_ORDER {_EXTRAPOLATION_ORDER}"]
    return section(
        "DFT",
        "BASIS_SET_FILE_NAME BASIS_MOLOPT",
        "POTENTIAL_FILE_NAME GTH_POTENTIALS",
        section(
            "MGRID", f"CUTOFF {settings.cutoff_ry:g}", f"REL_CUTOFF {settings.relative_cutoff_ry:g}"
        ),
        section("QS", "METHOD GPW", "EPS_DEFAULT 1.0E-12", *extrapolation),
        _kpoints(settings),
        _scf(task),
        exchange_correlation(task.functional),
    )


def _kpoints(settings: Cp2kSettings) -> list[str]:
    if settings.is_gamma_only:
        return []
    a, b, c = settings.kpoints
    return section("KPOINTS", f"SCHEME MONKHORST-PACK {a} {b} {c}", "SYMMETRY F", "FULL_GRID T")


def _scf(task: Cp2kTask) -> list[str]:
    """Diagonalisation with Broyden's density mixing: half the steps of an orbital transformation.

    It also converges where the gap closes, which the orbital transformation does not.
    """
    settings, safer = task.settings, task.is_safer
    threshold = settings.dynamics_scf_threshold if task.is_dynamics else settings.scf_threshold
    return section(
        "SCF",
        f"MAX_SCF {task.maximum_scf_steps}",
        f"EPS_SCF {threshold:.1E}",
        f"SCF_GUESS {'RESTART' if task.has_wavefunction else 'ATOMIC'}",
        f"ADDED_MOS {settings.added_orbitals}",
        section("DIAGONALIZATION", "ALGORITHM STANDARD", value="ON"),
        section(
            "SMEAR",
            "METHOD FERMI_DIRAC",
            f"ELECTRONIC_TEMPERATURE [K] {settings.electronic_temperature_kelvin:g}",
            value="ON",
        ),
        section(
            "MIXING",
            "METHOD BROYDEN_MIXING",
            f"ALPHA {_SAFER_MIXING if safer else _MIXING}",
            f"NBUFFER {_SAFER_BUFFER if safer else _BUFFER}",
        ),
        section("PRINT", section("RESTART", "BACKUP_COPIES 0", value="ON")),
    )


def exchange_correlation(functional: Functional) -> list[str]:
    """Return the section of a functional: PBE (Perdew 1996), D3(BJ) (Grimme 2011), optB88-vdW.

    The last is B88 exchange with the parameters of Klimeš (J. Phys.: Condens. Matter 22, 022201,
    2010), the local correlation of Perdew and Wang, and the non-local one of Dion (2004).
    """
    if functional is Functional.OPTB88_VDW:
        exchange = section("XC_FUNCTIONAL", section("GGA_X_OPTB88_VDW"), section("LDA_C_PW"))
        kernel = section("NON_LOCAL", "TYPE DRSLL", "KERNEL_FILE_NAME vdW_kernel_table.dat")
        return section("XC", exchange, section("VDW_POTENTIAL", "POTENTIAL_TYPE NON_LOCAL", kernel))
    exchange = section("XC_FUNCTIONAL", value="PBE")
    if functional is Functional.PBE:
        return section("XC", exchange)
    pairs = section(
        "PAIR_POTENTIAL",
        "TYPE DFTD3(BJ)",
        "REFERENCE_FUNCTIONAL PBE",
        "PARAMETER_FILE_NAME dftd3.dat",
        f"R_CUTOFF [bohr] {_DISPERSION_RANGE:g}",
    )
    return section("XC", exchange, section("VDW_POTENTIAL", "POTENTIAL_TYPE PAIR_POTENTIAL", pairs))


def _subsys(task: Cp2kTask) -> list[str]:
    configuration = task.configuration
    atoms = zip(configuration.symbols, configuration.positions, strict=True)
    elements = dict.fromkeys(configuration.symbols)
    moving = [] if task.velocities is None else section("VELOCITY", *map(_numbers, task.velocities))
    return section(
        "SUBSYS",
        _cell(task),
        section("COORD", *(f"{symbol} {_numbers(row)}" for symbol, row in atoms)),
        *(_kind(symbol, task.settings.basis_set) for symbol in elements),
        moving,
    )


def _cell(task: Cp2kTask) -> list[str]:
    vectors = _vectors(task.configuration.cell)
    reference: list[list[str]] = []
    if task.settings.reference_cell is not None:
        reference = [section("CELL_REF", f"ABC {_numbers(task.settings.reference_cell)}")]
    elif task.has_fixed_grid:
        reference = [section("CELL_REF", *vectors)]
    return section("CELL", *vectors, f"SYMMETRY {task.symmetry}", *reference)


def _vectors(cell: FloatArray) -> list[str]:
    return [f"{name} {_numbers(row)}" for name, row in zip("ABC", cell, strict=True)]


def _kind(symbol: str, basis_set: str) -> list[str]:
    if symbol not in VALENCE_ELECTRONS:
        raise InputError(
            f"CP2K's basis sets for {symbol} are not known here: its elements are "
            f"{', '.join(VALENCE_ELECTRONS)}"
        )
    potential = f"POTENTIAL GTH-PBE-q{VALENCE_ELECTRONS[symbol]}"
    return section("KIND", f"BASIS_SET {basis_set}", potential, value=symbol)


def _numbers(values: Iterable[float]) -> str:
    return " ".join(f"{value:.14g}" for value in values)
