"""CP2K's analytical stress of an argyrodite against finite differences of the energy.

The 52-atom cube of Li6PS5Cl, its atoms rattled, is strained by +-d (1, 0.6, -0.4) along x, y, z
with a fixed grid (CELL_REF); (E+ - E-) / (2 d V) is compared with the contraction of the stress
with that direction, for each functional. Nine single points: the first takes an SCF from
atoms, the others go on from its wavefunction.

    python tests/benchmarks/cp2k_stress.py [--cutoff 280] [--basis DZVP-MOLOPT-SR-GTH]
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_output import GPA_PER_EV_PER_ANGSTROM3
from atomate2_argyrodite.engines.cp2k_process import run_cp2k
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations

LATTICE_CONSTANT, RATTLE, STRAIN = 10.0, 0.05, 0.004
DIRECTION = np.array([1.0, 0.6, -0.4])


def crystal() -> LabelledConfiguration:
    """The ordered cube with rattled atoms, so that no component vanishes by symmetry."""
    ordered = site_disorder_configurations("Cl", LATTICE_CONSTANT)[0].structure
    start = LabelledConfiguration.from_structure(ordered)
    noise = np.random.default_rng(1).normal(0.0, RATTLE, start.positions.shape)
    return replace(start, positions=start.positions + noise)


def single_point(task: Cp2kTask, folder: Path):
    """Labels of one point, from the wavefunction that the last one left in the folder."""
    start = time.perf_counter()
    output = run_cp2k(input_text(task), folder, task.name)
    labels = output.labels(len(task.configuration))
    print(
        f"    {task.functional}: {labels.energy:.6f} eV, {time.perf_counter() - start:.0f} s",
        flush=True,
    )
    return labels


def main() -> None:
    """Print both values in GPa for each functional."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cutoff", type=float, default=280.0)
    parser.add_argument("--basis", default="DZVP-MOLOPT-SR-GTH")
    parser.add_argument("--folder", type=Path, default=Path("build/cp2k_stress"))
    options = parser.parse_args()
    start = crystal()
    settings = Cp2kSettings(
        cutoff_ry=options.cutoff,
        basis_set=options.basis,
        scf_threshold=1e-7,
        reference_cell=tuple(np.diag(start.cell)),
    )
    task = Cp2kTask(start, Functional.PBE, settings, "point")
    for functional in Functional:
        energies = {}
        for sign in (0, 1, -1):
            stretch = 1 + sign * STRAIN * DIRECTION
            strained = replace(
                start, cell=start.cell * stretch, positions=start.positions * stretch
            )
            point = replace(task, configuration=strained, functional=functional)
            labels = single_point(point, options.folder)
            task = replace(task, has_wavefunction=True)
            energies[sign] = labels.energy
            if sign == 0:
                analytical = float(np.diag(labels.stress) @ DIRECTION)
        difference = (energies[1] - energies[-1]) / (2 * STRAIN * start.volume)
        print(
            f"{functional}: analytical {analytical * GPA_PER_EV_PER_ANGSTROM3:.4f} GPa, "
            f"finite difference {difference * GPA_PER_EV_PER_ANGSTROM3:.4f} GPa",
            flush=True,
        )


if __name__ == "__main__":
    main()
