"""How long the choice among 10,000 candidate frames of the 520-atom boundary takes.

``python tests/benchmarks/selection.py [--frames N] [--threads N]``: rattled frames of the ordered
and the 50 % boundary, 5 % of which hold a displaced Li that extrapolates, against the active set of
40 others, level 8, 5 Å.
"""

import argparse
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from atomate2_argyrodite.active_learning.selection import select_candidates
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures import grain_boundary, site_disorder_configurations
from mtp.conftest import random_potential

AMPLITUDE, SHIFT = 0.12, 1.0  # Å


def frames(count, seed, share):
    """Return rattled boundaries; a share of them has a displaced Li."""
    rng = np.random.default_rng(seed)
    family = site_disorder_configurations("Cl", 10.28)
    wholes = [LabelledConfiguration.from_structure(grain_boundary(family[k])) for k in (0, 2)]
    for k in range(count):
        whole = wholes[k % 2]
        positions = whole.positions + AMPLITUDE * rng.standard_normal(whole.positions.shape)
        if rng.random() < share:
            lithium = rng.choice(np.flatnonzero(whole.numbers == 3))
            positions[lithium] += SHIFT * rng.standard_normal(3)
        yield replace(whole, positions=positions)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    potential = random_potential(8)
    active_set = ActiveSet.from_configurations(potential, list(frames(40, 1, 0.0)))
    candidates = list(frames(arguments.frames, 2, arguments.share))
    wall, cpu = time.perf_counter(), time.process_time()
    grades = active_set.grade(candidates, arguments.threads)
    graded = time.perf_counter() - wall
    selection = select_candidates(active_set, candidates, 300, threads=arguments.threads)
    wall = time.perf_counter() - wall - graded
    cpu = time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{arguments.frames} frames of 520 atoms, {int((grades > 2.1).sum())} above 2.1, "
        f"{int((grades > 1.001).sum())} above 1.001: grades {graded:.1f} s, selection {wall:.1f} s "
        f"wall ({cpu:.1f} s CPU with the grades), {selection.n_chosen} chosen, "
        f"{len(selection.indices)} selected, peak {memory:.2f} GB"
    )


if __name__ == "__main__":
    main()
