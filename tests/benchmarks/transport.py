"""Time and memory of the analysis of diffusion: run as ``python tests/benchmarks/transport.py``.

Writes DCD trajectories of hopping Li as LAMMPS would, in a temporary folder, and analyses each in a
fresh process. The limits: 648 Li among 1,404 atoms over 10,000 frames in 15 s and 1 GB; 14,040
atoms over 5,000 frames in 60 s and 2 GB; memory that does not grow with the number of frames.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from atomate2_argyrodite.transport import Trajectory, diffusion
from atomate2_argyrodite.transport.formats.dcd import frame_dtype

CASES = {  # name: atoms, lithium, frames, cell in Å, limits in s and MB
    "1,404 atoms x 10,000 frames": (1404, 648, 10_000, 31.0, 15, 1000),
    "1,404 atoms x 40,000 frames": (1404, 648, 40_000, 31.0, 60, 1000),
    "14,040 atoms x 5,000 frames": (14_040, 6480, 5000, 67.0, 60, 2000),
}
FRAMES_PER_BLOCK = 50
HOPS_PER_FRAME, HOP = 0.02, 2.5


def write_header(file, n_atoms: int, n_frames: int) -> None:
    """Write the three records that begin a DCD file of LAMMPS."""
    control = np.zeros(20, "<i4")
    control[[0, 1, 2, 3, 10, 19]] = n_frames, 0, 1000, 1000 * (n_frames - 1), 1, 24
    control[9] = np.float32(0.001).view("<i4")
    titles = np.int32(2).tobytes() + b"Written by LAMMPS".ljust(160)
    for record in (b"CORD" + control.tobytes(), titles, np.int32(n_atoms).tobytes()):
        length = np.int32(len(record)).tobytes()
        file.write(length + record + length)


def write_trajectory(path: Path, n_atoms: int, n_ions: int, n_frames: int, cell: float) -> None:
    """Write ions that hop among atoms that vibrate, in a cell that breathes."""
    rng = np.random.default_rng(0)
    sites = rng.random((n_atoms, 3)) * cell
    with path.open("wb") as file:
        write_header(file, n_atoms, n_frames)
        for _ in range(0, n_frames, FRAMES_PER_BLOCK):
            frames = np.zeros(FRAMES_PER_BLOCK, frame_dtype(n_atoms))
            steps = np.zeros((FRAMES_PER_BLOCK, n_atoms, 3))
            frame, ion = np.nonzero(rng.random((FRAMES_PER_BLOCK, n_ions)) < HOPS_PER_FRAME)
            steps[frame, ion, rng.integers(0, 3, len(ion))] = rng.choice([-HOP, HOP], len(ion))
            paths = sites + np.cumsum(steps, axis=0)
            sites = paths[-1]
            lengths = cell * (1 + 0.002 * rng.normal(size=(FRAMES_PER_BLOCK, 1)))
            x = (paths + 0.2 * rng.normal(size=paths.shape)) * (lengths / cell)[:, :, None]
            frames["begin_cell"] = frames["end_cell"] = 48
            frames["cell"][:, [0, 2, 5]] = lengths
            for index, axis in enumerate("xyz"):
                frames[f"begin_{axis}"] = frames[f"end_{axis}"] = 4 * n_atoms
                frames[axis] = x[:, :, index]
            file.write(frames.tobytes())


def analyse(path: str, n_atoms: int, n_ions: int) -> None:
    """Analyse one file and print time, memory and D over the D that was put in."""
    start = time.perf_counter()
    species = ["Li"] * n_ions + ["S"] * (n_atoms - n_ions)
    result = diffusion(Trajectory.from_file(path, species=species, temperature=400.0))
    seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratio = result.diffusivity / (HOPS_PER_FRAME * HOP**2 / 6 * 1e-4)
    error = result.standard_error / result.diffusivity
    print(
        f"{seconds:.1f} s  {megabytes:.0f} MB  D / truth {ratio:.4f} ± {error:.4f}  "
        f"Haven ratio {result.haven_ratio:.3f} ± {result.haven_ratio_standard_error:.3f}"
    )


def main() -> None:
    """Run all cases, each in a process of its own."""
    if len(sys.argv) == 4:
        analyse(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        return
    for name, (n_atoms, n_ions, n_frames, cell, seconds, megabytes) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectory.dcd"
            write_trajectory(path, n_atoms, n_ions, n_frames, cell)
            print(f"{name} (limits {seconds} s, {megabytes} MB): ", end="", flush=True)
            subprocess.run(
                [sys.executable, __file__, str(path), str(n_atoms), str(n_ions)], check=True
            )


if __name__ == "__main__":
    main()
