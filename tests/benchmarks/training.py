"""Speed and memory of the trainer: ``python tests/benchmarks/training.py FOLDER``.

FOLDER holds ``pool.npz`` of ``argyrodite_pool.py`` (cubes of Li6PS5Cl with CHGNet's labels). CPU
seconds of one thread, all in one run, at level 8, 5 Å, four species (269 parameters):

1. one loss with its full gradient on 135 frames, beside motep's C engine;
2. a complete fit of motep (linear least squares, 120 iterations of BFGS, linear least squares), and
   what the trainer takes to the same loss from the same start;
3. 7,200 frames of 52 atoms: memory of the loop, and the time projected for 500 iterations.

Measured on a busy machine: 1.23 µs per atom beside motep's 319 (ratio 259); motep's fit reached
2.093 in 202 CPU-s, the trainer 1.889 in 2.3 CPU-s (ratio 88) and 1.603 at its end; 7,200 frames
took 0.70 GB and 0.49 CPU-s for each loss and gradient, 5 CPU-min for 500 iterations.

Losses are compared in one definition, that of `FitWeights`: motep is told weights that make its
loss the same for frames of equal size.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from atomate2_argyrodite.mtp import (
    FitProgress,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    read_configurations,
    starting_potential,
)
from atomate2_argyrodite.mtp.ase_conversion import configuration_to_atoms
from atomate2_argyrodite.mtp.curvature import Curvature, curvature_sample
from atomate2_argyrodite.mtp.loss import FitProblem

SPECIES = ("Li", "P", "S", "Cl")
NUMBERS = (3, 15, 16, 17)
FRAMES, LARGE, MOTEP_ITERATIONS, ITERATIONS = 135, 7200, 120, 500
WEIGHTS = FitWeights()
Frames = Sequence[LabelledConfiguration]


def cpu_seconds(task: Callable[[], object], least: float = 1.0) -> float:
    """Return the CPU time of a task, the least of as many repeats as fit in `least` seconds."""
    begun, times = time.process_time(), []
    while not times or time.process_time() - begun < least:
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
    return min(times)


class Motep:
    """motep's trainer on the same frames, from the same start, with the same loss."""

    def __init__(self, frames: Frames, start: MomentTensorPotential, folder: Path) -> None:
        from motep.io.mlip.mtp import read_mtp
        from motep.loss import LossSetting

        start.to_file(folder / "start.mtp")
        self.data = read_mtp(folder / "start.mtp")
        self.data.species = list(NUMBERS)
        self.images = [configuration_to_atoms(frame) for frame in frames]
        self.setting = LossSetting(
            energy_weight=WEIGHTS.energy / len(frames[0]),
            forces_weight=WEIGHTS.force,
            stress_weight=0.0,
            mgrad_weight=0.0,
            energy_per_atom=False,
            forces_per_atom=False,
        )

    def loss_and_gradient(self) -> Callable[[], object]:
        """Return the evaluation that each of its iterations does."""
        from motep.loss import LossFunction

        loss = LossFunction(self.images, self.data, self.setting)
        self.data.optimized = ["species_coeffs", "moment_coeffs", "radial_coeffs"]
        parameters = np.array(self.data.parameters)
        return lambda: (loss(parameters), loss.jac(parameters))

    def fit(self) -> None:
        """Run the whole fit; parameters stay in `data`."""
        from motep.train.trainer import Trainer

        linear = {"method": "LLS", "optimized": ["species_coeffs", "moment_coeffs"]}
        descent = {
            "method": "minimize",
            "kwargs": {"method": "BFGS", "options": {"maxiter": MOTEP_ITERATIONS}},
        }
        steps = [linear, descent, linear]
        Trainer(self.data, seed=1, loss=self.setting, steps=steps).train(self.images)

    def potential(self, folder: Path) -> MomentTensorPotential:
        """Return what it fitted."""
        from motep.io.mlip.mtp import write_mtp

        write_mtp(folder / "final.mtp", self.data, legacy=True)
        return MomentTensorPotential.from_file(folder / "final.mtp", SPECIES)


def compare(frames: Frames) -> None:
    """Print the first two comparisons."""
    start = starting_potential(frames, 8, 5.0, SPECIES)
    problem = FitProblem(start, frames, WEIGHTS)
    parameters = problem.solve_linear(start.parameters, 1e-10)
    solved = start.with_parameters(parameters)
    atoms = sum(map(len, frames))
    ours = cpu_seconds(lambda: problem.loss_and_gradient(parameters))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = cpu_seconds(Motep(frames, solved, folder).loss_and_gradient())
        print(
            f"loss and gradient, {len(frames)} frames: {1e6 * ours / atoms:.2f} µs per atom, motep "
            f"{1e6 * theirs / atoms:.0f} µs: ratio {theirs / ours:.1f}",
            flush=True,
        )
        os.chdir(folder)
        motep = Motep(frames, start, folder)
        begun = time.process_time()
        motep.fit()
        theirs = time.process_time() - begun
        target = problem.loss(motep.potential(folder).parameters)
        print(f"motep's fit: loss {target:.4f} in {theirs:.1f} CPU-s", flush=True)
    reach(frames, start, target, theirs)


def reach(frames: Frames, start: MomentTensorPotential, target: float, theirs: float) -> None:
    """Print what the trainer takes to a loss."""
    begun = time.process_time()
    rounds: list[tuple[int, float, float]] = []

    def note(progress: FitProgress) -> None:
        rounds.append((progress.iteration, progress.loss, time.process_time() - begun))

    fit_potential(start, frames, maximum_iterations=ITERATIONS, progress=note)
    for iteration, loss, seconds in rounds:
        print(f"  iteration {iteration}: loss {loss:.4f} after {seconds:.1f} CPU-s")
    reached = [seconds for _, loss, seconds in rounds if loss <= target]
    if reached:
        print(f"reached in {reached[0]:.1f} CPU-s: ratio {theirs / reached[0]:.1f}", flush=True)
    else:
        print("not reached", flush=True)


def large(pool: Frames) -> None:
    """Print memory and projected time of 7,200 frames, made of those of the pool by rattling."""
    rng = np.random.default_rng(0)
    frames = []
    for index in range(LARGE):
        frame = pool[index % len(pool)]
        moved = frame.positions + 0.01 * rng.standard_normal(frame.positions.shape)
        frames.append(
            LabelledConfiguration(
                frame.numbers, moved, frame.cell, frame.energy, frame.forces, frame.stress
            )
        )
    start = starting_potential(frames, 8, 5.0, SPECIES)
    problem = FitProblem(start, frames, WEIGHTS)
    begun = time.process_time()
    parameters = problem.solve_linear(start.parameters, 1e-10)
    linear = time.process_time() - begun
    iteration = cpu_seconds(lambda: problem.loss_and_gradient(parameters), 10.0)
    sample = FitProblem(start, curvature_sample(frames, len(parameters)), WEIGHTS)
    curvature = cpu_seconds(lambda: Curvature.of(sample, parameters))
    total = 2 * linear + 1.2 * ITERATIONS * iteration + ITERATIONS / 50 * curvature
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{len(frames)} frames of 52 atoms: {memory:.2f} GB; linear solution {linear:.1f}, "
        f"curvature {curvature:.1f}, loss and gradient {iteration:.2f} CPU-s; {ITERATIONS} "
        f"iterations with 1.2 evaluations each: {total / 60:.0f} CPU-min, {total / 120:.0f} min on "
        "two cores",
        flush=True,
    )


if __name__ == "__main__":
    whole = read_configurations(Path(sys.argv[1]) / "pool.npz")
    chosen = np.random.default_rng(0).choice(len(whole), FRAMES, replace=False)
    large(whole)
    compare([whole[k] for k in chosen])
