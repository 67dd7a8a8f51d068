"""Operations and bytes of the pair style: run as ``python tests/benchmarks/arithmetic.py``.

Prints, for each level, the floating-point operations that the kernel needs per atom and step
(counted below, term by term, for its code of basis size 8; a multiply-add is two, a root or a
division one), the bytes it reads and writes, the rate that LAMMPS reaches with it, and what part
that is of the rate of a matrix product (OpenBLAS) on the same core: the practical peak. Padding
does not count.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pair_styles import (
    BIN,
    POTENTIAL,
    SPECIES,
    Case,
    crystal,
    data_text,
    engines,
    run,
    write_potential,
)
from threadpoolctl import threadpool_limits

from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.mtp.contractions import ContractionTable, contraction_table

BASIS_SIZE = 8
SKIN = 2.0  # Å, LAMMPS' default in units metal


@dataclass(frozen=True)
class Counts:
    """Operations and bytes per atom and step."""

    flops: float
    bytes: float


def contraction_flops(table: ContractionTable) -> int:
    """Products of moments forward and backward; those that only the energy uses, once for both."""
    used = {row[k] for row in table.times for k in (0, 1)}
    inner = sum(row[3] in used for row in table.times)
    quadratic = len(table.times) - inner
    kept = len(table.basic) + len({row[3] for row in table.times if row[3] in used})
    return 3 * inner + 2 * 3 * inner + 2 * 2 * quadratic + 6 * kept


def pair_flops(table: ContractionTable) -> int:
    """Operations for one neighbour."""
    mus = table.radial_funcs_count
    degree = max(sum(row[1:]) for row in table.basic)
    monomials = (degree + 1) * (degree + 2) * (degree + 3) // 6
    geometry = 3 + 5 + 2 + 3  # vector, square, root and reciprocal, unit vector
    horner = 8 * (BASIS_SIZE // 2 - 1)  # even and odd part, each with its derivative
    radial = 7 + mus * (horner + 2 + 5 + 1 + 5)
    forward = (monomials - 4) + 2 * len(table.basic)
    scatter = 6
    if table.level == 8:  # written out: linear and quadratic form
        backward = 5 + 18 + 5 + 3 + 1 + 5 + 9
    else:
        backward = (monomials - 4) + 4 * len(table.basic) + 2 * mus
        backward += 4 * (monomials - 4) + 3 + 5 + 2 + 9
    return geometry + radial + forward + backward + scatter


def counts(table: ContractionTable, neighbours: float, candidates: float) -> Counts:
    """Operations and bytes for an atom with so many neighbours among so many candidates."""
    flops = 8 * candidates + neighbours * pair_flops(table) + contraction_flops(table)
    record, mus = 32, table.radial_funcs_count  # an atom: position and species
    candidate = 4 + record
    pair = 4 + record + 2 * 32 + 2 * 8 * (4 + 2 * mus) + 2 * 24 + 2 * record
    moments = 8 * 2 * (2 * len(table.basic) + 3 * len(table.times))
    return Counts(flops, candidates * candidate + neighbours * pair + moments)


def matrix_product_rate(size: int = 1200, repeats: int = 7) -> float:
    """GFlop/s of a product of square matrices on one core."""
    a = np.random.default_rng(0).standard_normal((size, size))
    best = np.inf
    with threadpool_limits(1, user_api="blas"):
        for _ in range(repeats):
            begin = time.process_time()
            a @ a
            best = min(best, time.process_time() - begin)
    return 2e-9 * size**3 / best


def neighbours_within(cutoff: float) -> float:
    structure = crystal(52)
    return len(structure.get_neighbor_list(cutoff)[0]) / len(structure)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--levels", type=int, nargs="+", default=[8, 12, 16])
    parser.add_argument("--cutoff", type=float, default=5.0)
    arguments = parser.parse_args()
    options = argparse.Namespace(
        seconds=0.7, temperature=300.0, lammps=str(BIN / "lmp"), other=[], engines=[]
    )
    engine = engines(options)[0]
    print("| level | flop | bytes | µs | GFlop/s | GB/s | of a matrix product |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = LabelledConfiguration.from_structure(crystal(1404))
        (folder / "1404.data").write_text(data_text(frame, SPECIES))
        for level in arguments.levels:
            write_potential(folder / POTENTIAL, level, arguments.cutoff, 30)
            case = Case(level, arguments.cutoff, 1404, 1, "nve")
            peak, cpu = 0.0, np.inf
            for _ in range(5):  # interleaved, so that both meet the same clock
                peak = max(peak, matrix_product_rate(repeats=2))
                cpu = min(cpu, run(folder, engine, case, options).cpu)
            near, far = (
                neighbours_within(arguments.cutoff),
                neighbours_within(arguments.cutoff + SKIN),
            )
            found = counts(contraction_table(level), near, far)
            rate = 1e-3 * found.flops / cpu
            print(
                f"| {level} | {found.flops:,.0f} | {found.bytes:,.0f} | {cpu:.2f} | {rate:.1f} | "
                f"{1e-3 * found.bytes / cpu:.1f} | {100 * rate / peak:.0f} % of {peak:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
