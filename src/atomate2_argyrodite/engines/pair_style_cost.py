"""What a potential costs in LAMMPS: CPU time per atom and step of a short real run."""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atomate2_argyrodite.engines.lammps_input import write_data
from atomate2_argyrodite.engines.lammps_process import run_lammps
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import ArgyroditeSettings

_ATOMS = 1000  # at least: smaller cells spend their time outside the pair style
_STEPS = 200
_TIME_STEP_PS = 0.001
_TEMPERATURE = 300.0  # K
_LARGEST_STEP = 0.02  # Å: a few times what a thermal atom moves
_DATA, _END = "crystal.data", "argyrodite: cost is measured"
_MOST_ATOMS = 100_000


@dataclass(frozen=True)
class PairStyleCost:
    """Cost of a pair style.

    Parameters
    ----------
    microseconds_per_atom_step
        CPU time of the dynamics, None if the run ended early.
    n_atoms
        Atoms of the run.
    outcome
        ``'completed'``, or the cause of failure in one phrase.
    """

    microseconds_per_atom_step: float | None
    n_atoms: int
    outcome: str


def pair_style_cost(
    pair_style: PairStyle,
    configuration: LabelledConfiguration,
    *,
    steps: int = _STEPS,
    atoms: int = _ATOMS,
    installation: ArgyroditeSettings | None = None,
) -> PairStyleCost:
    """Run short dynamics of a crystal in LAMMPS and return its CPU time per atom and step.

    CPU time of all ranks: other processes on the machine hardly change it.

    Parameters
    ----------
    pair_style
        The potential.
    configuration
        A crystal, repeated until it has at least `atoms` atoms.
    steps
        Time steps.
    atoms
        Least number of atoms.
    installation
        Where LAMMPS is; by default the settings of this installation.

    Raises
    ------
    InputError
        If steps or atoms make no sense, or the potential lacks an element.
    MissingEngineError, RunError
        If LAMMPS is missing or refuses its input.
    """
    if steps < 1 or not 1 <= atoms <= _MOST_ATOMS:
        raise InputError(
            f"a cost needs at least one step and 1 to {_MOST_ATOMS} atoms, got {steps}, {atoms}"
        )
    crystal = repeated(configuration, atoms)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder / _DATA, crystal, pair_style.species)
        pair_style.write_files(folder)
        output = run_lammps(_script(pair_style, steps), folder, "cost", settings=installation)
    output.raise_if_not_started()
    seconds, atom_steps = output.cost()
    if not output.printed(_END) or not atom_steps:
        return PairStyleCost(None, len(crystal), output.cause)
    return PairStyleCost(1e6 * seconds / atom_steps, len(crystal), "completed")


def _script(pair_style: PairStyle, steps: int) -> str:
    """Return dynamics at constant energy in which no atom moves far, however bad the potential."""
    lines = [
        "units metal",
        "atom_style atomic",
        "boundary p p p",
        "box tilt large",
        f"read_data {_DATA}",
        "neighbor 1.0 bin",
        "neigh_modify every 1 delay 0 check yes",
        *pair_style.commands(),
        f"velocity all create {_TEMPERATURE:g} 1 mom yes rot no dist gaussian loop geom",
        f"fix move all nve/limit {_LARGEST_STEP:g}",
        f"timestep {_TIME_STEP_PS:g}",
        "thermo_style custom step temp pe press vol",
        f"thermo {steps}",
        f"run {steps}",
        f'print "{_END}"',
    ]
    return "\n".join(lines) + "\n"


def repeated(configuration: LabelledConfiguration, atoms: int) -> LabelledConfiguration:
    """Return the crystal with each cell vector repeated equally often, at least `atoms` atoms."""
    count = math.ceil((atoms / len(configuration)) ** (1 / 3) - 1e-9)
    shifts = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), -1).reshape(-1, 3)
    positions = configuration.positions[None] + (shifts @ configuration.cell)[:, None]
    return LabelledConfiguration(
        numbers=np.tile(configuration.numbers, len(shifts)),
        positions=positions.reshape(-1, 3),
        cell=count * configuration.cell,
    )
