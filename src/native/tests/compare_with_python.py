# SPDX-License-Identifier: BSD-3-Clause
"""Compare energy, forces and grades of an lmp and a plugin with the Python package.

Usage: ``python compare_with_python.py LMP FOLDER_OF_THE_PLUGIN``. Exits with 1 if they differ.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from atomate2_argyrodite.engines.lammps_input import data_text
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration, MomentTensorPotential
from atomate2_argyrodite.structures import site_disorder_configurations

SPECIES = ("Li", "P", "S", "Cl")
SCRIPT = """units metal
atom_style atomic
boundary p p p
read_data crystal.data
pair_style mtp/extrapolation p.mtp p.mtpas
pair_coeff * * Li P S Cl
fix grades all pair 1 mtp/extrapolation gamma 1
dump all all custom 1 atoms.txt id x y z fx fy fz f_grades
dump_modify all sort id format float %.15g
thermo_style custom step pe
thermo_modify format float %.15g
run 0
pair_style mtp p.mtp
pair_coeff * * Li P S Cl
unfix grades
undump all
run 0
"""


def potential() -> MomentTensorPotential:
    """Return a potential with random coefficients."""
    untrained = MomentTensorPotential.untrained(8, 5.0, SPECIES, 1.5)
    noise = np.random.default_rng(0).standard_normal(len(untrained.parameters))
    return untrained.with_parameters(0.05 * untrained.parameters + 0.05 * noise)


def frames(count: int) -> list[LabelledConfiguration]:
    """Return rattled crystals."""
    crystal = LabelledConfiguration.from_structure(
        site_disorder_configurations("Cl", 10.0)[3].structure
    )
    rng = np.random.default_rng(1)
    return [
        LabelledConfiguration(
            crystal.numbers,
            crystal.positions + 0.15 * rng.standard_normal(crystal.positions.shape),
            crystal.cell,
        )
        for _ in range(count)
    ]


def main(lmp: str, plugin: str) -> int:
    """Run both pair styles and print the largest differences."""
    model, (crystal, *training) = potential(), frames(9)
    active = ActiveSet.from_configurations(model, training)
    environment = {**os.environ, "LAMMPS_PLUGIN_PATH": plugin, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.to_file(folder / "p.mtp")
        active.to_file(folder / "p.mtpas")
        (folder / "crystal.data").write_text(data_text(crystal, SPECIES))
        (folder / "in.lammps").write_text(SCRIPT)
        command = [lmp, "-in", "in.lammps", "-log", "none"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stdout[-2000:], done.stderr[-2000:], sep="\n")
            return 1
        table = np.loadtxt(folder / "atoms.txt", skiprows=9)
    version = done.stdout.splitlines()[0]
    rows = [line.split() for line in done.stdout.splitlines()]
    energies = [float(row[1]) for row in rows if len(row) == 2 and row[0] == "0" and row[1] != "0"]
    wrapped = LabelledConfiguration(crystal.numbers, table[:, 1:4], crystal.cell)
    expected, grades = model.evaluate(wrapped), active.grade_atoms(wrapped)
    differences = {
        "energy": max(abs(energy / expected.energy - 1) for energy in energies),
        "forces": np.abs(table[:, 4:7] - expected.forces).max() / np.abs(expected.forces).max(),
        "grades": np.abs(table[:, 7] / grades - 1).max(),
    }
    print(version, {key: f"{value:.1e}" for key, value in differences.items()})
    return 0 if len(energies) == 2 and max(differences.values()) < 1e-8 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
