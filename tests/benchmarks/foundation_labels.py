"""CHGNet labels of 52 atoms per second and core: its own calculator, this package, batches.

CPU time of one thread, so that other work on the machine does not count; the numbers of all three
are compared as well. The ratio is the claim, not the absolute numbers.

    python tests/benchmarks/foundation_labels.py [--frames 24]
"""

import argparse
import time
from dataclasses import replace

import numpy as np
import torch
from chgnet.model.dynamics import CHGNetCalculator

from atomate2_argyrodite.engines.chgnet_evaluator import crystal_graph, load_model
from atomate2_argyrodite.engines.evaluators import AseEvaluator
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations

RATTLE = 0.1


def crystals(count: int) -> list[LabelledConfiguration]:
    """Rattled cubes of Li6PS5Cl."""
    structure = site_disorder_configurations("Cl", 10.0)[2].structure
    start = LabelledConfiguration.from_structure(structure)
    random = np.random.default_rng(0)
    return [
        replace(start, positions=start.positions + random.normal(0, RATTLE, (len(start), 3)))
        for _ in range(count)
    ]


def own_calculator(frames: list[LabelledConfiguration]) -> list[float]:
    """Energies by CHGNet's ASE calculator, forces and stress included."""
    evaluate = AseEvaluator(CHGNetCalculator(load_model(), use_device="cpu"))
    return [evaluate(f.numbers, f.positions, f.cell).energy for f in frames]


def engine(frames: list[LabelledConfiguration]) -> list[float]:
    """Energies by the engine."""
    return [label.energy for label in FoundationEngine().static(frames, "pbe")]


def batched(frames: list[LabelledConfiguration], size: int) -> list[float]:
    """Energies of `size` graphs at once, differentiated by all positions and cells."""
    model, energies = load_model(), []
    for first in range(0, len(frames), size):
        batch = frames[first : first + size]
        graphs = [crystal_graph(f.numbers, f.positions, f.cell) for f in batch]
        values = model(graphs, task="e")["e"] * len(batch[0])
        variables = [x for g in graphs for x in (g.atom_frac_coord, g.lattice)]
        torch.autograd.grad(values.sum(), variables)
        energies += values.tolist()
    return energies


def main() -> None:
    """Print CPU seconds per frame, frames per second and core, and the largest difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=24)
    frames = crystals(parser.parse_args().frames)
    ways = {"CHGNet's calculator": own_calculator, "this engine, one by one": engine}
    for size in (2, 4, 8):
        ways[f"graphs of {size} at once"] = lambda some, size=size: batched(some, size)
    reference = None
    for name, way in ways.items():
        way(frames[:2])
        start = time.process_time()
        energies = np.array(way(frames))
        seconds = (time.process_time() - start) / len(frames)
        reference = energies if reference is None else reference
        off = 1000 * np.abs(energies - reference).max() / len(frames[0])
        print(
            f"{name:26s} {1000 * seconds:6.1f} ms/frame {1 / seconds:6.1f} frames/s/core, "
            f"off by {off:.4f} meV/atom",
            flush=True,
        )


if __name__ == "__main__":
    main()
