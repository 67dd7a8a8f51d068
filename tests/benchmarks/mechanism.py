"""Time and memory of the mechanism's analysis: ``python tests/benchmarks/mechanism.py``.

Writes a DCD trajectory of 1,404 atoms of Li6PS5Cl, 10,000 frames, in which Li vibrates on its sites
and hops between them, and analyses cages, jumps, density and PS4 in a fresh process.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.cages import find_cages
from atomate2_argyrodite.transport.density import ion_density
from atomate2_argyrodite.transport.formats.dcd import frame_dtype
from atomate2_argyrodite.transport.jumps import jump_statistics
from atomate2_argyrodite.transport.mean_framework import MeanFramework
from atomate2_argyrodite.transport.tetrahedra import tetrahedron_motion
from transport import FRAMES_PER_BLOCK, write_header

JUMPS_PER_FRAME = 0.05


def write_trajectory(path: Path, n_frames: int) -> list[str]:
    """Write the trajectory and return the species."""
    structure = site_disorder_configurations("Cl")[2].structure.make_supercell((3, 3, 3))
    species = [site.specie.symbol for site in structure]
    still = Trajectory.from_arrays(
        structure.cart_coords[None], structure.lattice.matrix, species, 0.1
    )
    sites = find_cages(MeanFramework.of(still)).sites.reshape(-1, 3) @ structure.lattice.matrix
    lithium = np.array(structure.indices_from_symbol("Li"))
    rng = np.random.default_rng(0)
    n_atoms, edge = len(structure), structure.lattice.a
    at = rng.permutation(len(sites))[: len(lithium)]
    dtype = frame_dtype(n_atoms)
    with path.open("wb") as file:
        write_header(file, n_atoms, n_frames)
        for _ in range(0, n_frames, FRAMES_PER_BLOCK):
            frames = np.zeros(FRAMES_PER_BLOCK, dtype)
            x = structure.cart_coords + 0.2 * rng.normal(size=(FRAMES_PER_BLOCK, n_atoms, 3))
            for frame in x:
                moved = rng.random(len(lithium)) < JUMPS_PER_FRAME
                at = np.where(moved, at ^ 1, at)  # across the doublet
                frame[lithium] += sites[at] - structure.cart_coords[lithium]
            frames["begin_cell"] = frames["end_cell"] = 48
            frames["cell"][:, [0, 2, 5]] = edge
            for index, axis in enumerate("xyz"):
                frames[f"begin_{axis}"] = frames[f"end_{axis}"] = 4 * n_atoms
                frames[axis] = x[:, :, index]
            file.write(frames.tobytes())
    return species


def analyse(path: str, species: list[str]) -> None:
    """Analyse one file; print the time of each part and the memory of all."""
    trajectory = Trajectory.from_file(path, species=species, temperature=600.0, wrapped=False)
    parts = {
        "jumps": jump_statistics,
        "PS4": tetrahedron_motion,
        "density": lambda run: ion_density(run, repeats=(3, 3, 3)),
    }
    for name, part in parts.items():
        start = time.perf_counter()
        found = part(trajectory)
        print(f"{name} {time.perf_counter() - start:.1f} s", end="  ")
        if name == "jumps":
            rate = found.rates["doublet"].count / (found.n_ions * trajectory.n_frames)
            print(f"(doublet jumps found / made {rate / JUMPS_PER_FRAME:.3f})", end="  ")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Write and analyse, each in a process of its own."""
    if len(sys.argv) == 3:
        analyse(sys.argv[1], sys.argv[2].split(","))
        return
    for n_frames in (2000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectory.dcd"
            species = write_trajectory(path, n_frames)
            print(f"1,404 atoms x {n_frames:,} frames: ", end="", flush=True)
            subprocess.run([sys.executable, __file__, str(path), ",".join(species)], check=True)


if __name__ == "__main__":
    main()
