"""Time and memory of the analysis of a boundary: run as ``python tests/benchmarks/boundary.py``.

Writes DCD trajectories of the 14,040-atom Sigma5[100](021) bicrystal of Li6PS5Cl in which Li hops
and everything vibrates, as LAMMPS would, in a temporary folder, and analyses each in a fresh
process. The limits: 5,000 frames in 60 s and 2 GB; memory that does not grow with the frames.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.structures import grain_boundary, site_disorder_configurations
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.boundary import boundary_transport
from atomate2_argyrodite.transport.formats.dcd import frame_dtype
from atomate2_argyrodite.transport.slabs import BoundarySlabs
from transport import FRAMES_PER_BLOCK, HOP, HOPS_PER_FRAME, write_header

CASES = {2000: (60, 2000), 5000: (60, 2000)}  # frames: limits in s and MB


def bicrystal() -> Structure:
    """Return 14,040 atoms: as many as of the paper's random structure, built faster."""
    cell = site_disorder_configurations("Cl")[2].structure
    return grain_boundary(cell.make_supercell((3, 3, 3), in_place=False))


def write_trajectory(path: Path, structure: Structure, n_frames: int) -> None:
    """Write Li that hops and atoms that vibrate, in a cell that breathes."""
    rng = np.random.default_rng(0)
    lithium = np.array(structure.indices_from_symbol("Li"))
    places, lengths = structure.cart_coords.copy(), np.array(structure.lattice.abc)
    n_atoms = len(structure)
    with path.open("wb") as file:
        write_header(file, n_atoms, n_frames)
        for _ in range(0, n_frames, FRAMES_PER_BLOCK):
            frames = np.zeros(FRAMES_PER_BLOCK, frame_dtype(n_atoms))
            strain = 1 + 0.002 * rng.normal(size=(FRAMES_PER_BLOCK, 3))
            frames["begin_cell"] = frames["end_cell"] = 48
            frames["cell"][:, [0, 2, 5]] = lengths * strain
            for axis in "xyz":
                frames[f"begin_{axis}"] = frames[f"end_{axis}"] = 4 * n_atoms
            for k in range(FRAMES_PER_BLOCK):
                ions = lithium[rng.random(len(lithium)) < HOPS_PER_FRAME]
                places[ions, rng.integers(0, 3, len(ions))] += rng.choice([-HOP, HOP], len(ions))
                x = (places + 0.1 * rng.normal(size=places.shape)) * strain[k]
                for index, axis in enumerate("xyz"):
                    frames[axis][k] = x[:, index]
            file.write(frames.tobytes())


def analyse(path: str, structure_file: str) -> None:
    """Analyse one file; print time, memory and D over the D that was put in."""
    structure = Structure.from_file(structure_file)
    species = [site.specie.symbol for site in structure]
    start = time.perf_counter()
    trajectory = Trajectory.from_file(path, species=species, temperature=350.0)
    result = boundary_transport(
        trajectory, BoundarySlabs((0.0, 0.5)), reference=structure.frac_coords
    )
    seconds = time.perf_counter() - start
    processor = time.process_time()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    truth = HOPS_PER_FRAME * HOP**2 / 6 * 1e-4
    found = [
        f"{d.slab} {d.diffusivity / truth:.3f} ± {d.standard_error / truth:.3f}"
        for d in result.diffusivities
        if (d.rule, d.direction) == ("residence", "in_plane") and d.diffusivity is not None
    ]
    print(
        f"{seconds:.1f} s ({processor:.1f} s of CPU with imports)  {megabytes:.0f} MB  D / truth: "
        f"{', '.join(found)}"
    )


def main() -> None:
    """Run all cases, each in a process of its own."""
    if len(sys.argv) == 3:
        analyse(sys.argv[1], sys.argv[2])
        return
    structure = bicrystal()
    for n_frames, (seconds, megabytes) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            path, crystal = Path(folder) / "trajectory.dcd", Path(folder) / "bicrystal.json"
            structure.to(str(crystal))
            write_trajectory(path, structure, n_frames)
            what = f"{len(structure):,} atoms x {n_frames:,} frames"
            print(f"{what} (limits {seconds} s, {megabytes} MB): ", end="", flush=True)
            subprocess.run([sys.executable, __file__, str(path), str(crystal)], check=True)


if __name__ == "__main__":
    main()
