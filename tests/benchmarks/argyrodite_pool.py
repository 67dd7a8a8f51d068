"""Li6PS5Cl frames with CHGNet's labels: ``python tests/benchmarks/argyrodite_pool.py FOLDER``.

A moment tensor potential explores and CHGNet labels: dynamics by CHGNet itself takes a hundred
times as long. The explorer learns from short dynamics of CHGNet (144 frames), then in five rounds
from frames of its own at 1200 K, in runs of 0.1, 0.4 and 2 ps. With it, runs of 2 ps after 0.2 ps
of equilibration give

* ``pool.npz``: the six configurations as 52-atom cubes at 300, 600, 900 and 1200 K and strains of
  -3, 0 and +3 %, 30 frames each, 2,160 altogether;
* ``test.npz``: other velocities and strains of -2 or +2 % at the same temperatures, 10 frames each,
  240 altogether: no neighbour in time of any pool frame;
* ``primitive.npz``: the two configurations that have a primitive cell of 13 atoms (0 and 100 % Cl
  on 4c), at the temperatures and strains of the pool, 40 frames each, 960 altogether.

Every batch of labels is a file of its own in FOLDER/parts and is not computed again: the script can
be stopped and started. It takes ten minutes on a free core.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.engines.ase_dynamics import canonical_dynamics
from atomate2_argyrodite.engines.base import NVTSettings, derived_seed, split_results
from atomate2_argyrodite.engines.evaluators import Evaluator, Labels
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    read_configurations,
    starting_potential,
    write_configurations,
)
from atomate2_argyrodite.structures import site_disorder_configurations, strained_structures

LATTICE_CONSTANT = 10.2  # Å
TEMPERATURES = (300.0, 600.0, 900.0, 1200.0)
STRAINS = (-0.03, 0.0, 0.03)
SPECIES = ("Li", "P", "S", "Cl")
STEPS, EQUILIBRATION_STEPS = 1000, 100  # of 2 fs
HOT_STEPS = (56, 200, 1000, 1000, 1000)  # of the rounds that teach the explorer
LARGEST_FORCE = 30.0  # eV/Å: beyond it the explorer has torn the crystal

Frames = list[LabelledConfiguration]


@dataclass(frozen=True)
class Run:
    """One run of molecular dynamics."""

    kind: str
    label: str
    structure: Structure
    temperature: float
    strain: float
    frames: int

    @property
    def name(self) -> str:
        """Unique name, also that of the file."""
        return f"{self.kind}-{self.label}-{self.temperature:g}K-{self.strain:+.2f}"

    @property
    def start(self) -> LabelledConfiguration:
        """The strained crystal."""
        (strained,) = strained_structures(self.structure, (self.strain,))
        return LabelledConfiguration.from_structure(strained)

    def settings(self, steps: int, equilibration: int) -> NVTSettings:
        """Return the settings of dynamics at 2 fs."""
        seed = derived_seed(0, self.name)
        return NVTSettings(
            self.temperature, 2.0, steps + equilibration, equilibration, self.frames, seed
        )


def runs(kind: str) -> Iterator[Run]:
    """Yield the runs of one part of the data."""
    for index, crystal in enumerate(site_disorder_configurations("Cl", LATTICE_CONSTANT)):
        for structure, temperature, strain, frames in _plan(kind, index, crystal.structure):
            yield Run(kind, crystal.label, structure, temperature, strain, frames)


def _plan(kind: str, index: int, cube: Structure) -> Iterator[tuple[Structure, float, float, int]]:
    """Yield structure, temperature in K, strain and frames of the runs of one crystal."""
    grid = list(product(TEMPERATURES, STRAINS))
    if kind == "seed":
        for k, temperature in enumerate((600.0, 1200.0)):
            yield cube, temperature, STRAINS[(index + k) % 3], 12
    elif kind.startswith("hot"):
        yield from ((cube, 1200.0, strain, 8) for strain in STRAINS)
    elif kind == "test":
        for k, temperature in enumerate(TEMPERATURES):
            yield cube, temperature, (-0.02, 0.02)[(index + k) % 2], 10
    elif kind == "pool":
        yield from ((cube, *point, 30) for point in grid)
    elif index in (0, 5):
        yield from ((cube.get_primitive_structure(), *point, 40) for point in grid)


def potential_evaluator(potential: MomentTensorPotential) -> Evaluator:
    """Return a potential as what `canonical_dynamics` moves atoms by."""

    def evaluate(numbers, positions, cell) -> Labels:
        result = potential.evaluate(LabelledConfiguration(numbers, positions, cell))
        return Labels(energy=result.energy, forces=result.forces, stress=result.stress)

    return evaluate


def labelled_by_dynamics(run: Run, engine: FoundationEngine) -> Frames:
    """Return frames of dynamics by CHGNet itself."""
    return engine.molecular_dynamics(run.start, "pbe", run.settings(96, 24)).snapshots


def labelled_after_exploration(
    run: Run, engine: FoundationEngine, explorer: MomentTensorPotential, steps: int, rest: int
) -> Frames:
    """Return frames of dynamics by the explorer, labelled by CHGNet."""
    dynamics = canonical_dynamics(
        run.start, potential_evaluator(explorer), run.settings(steps, rest)
    )
    if not dynamics.is_complete:
        print(f"{run.name}: {dynamics.outcome}", flush=True)
    labels, failures = split_results(engine.static(dynamics.snapshots, "pbe"))
    whole = [f for f in labels if np.abs(np.asarray(f.forces)).max() < LARGEST_FORCE]
    if failures or len(whole) < len(labels):
        print(f"{run.name}: {len(dynamics.snapshots) - len(whole)} frames dropped", flush=True)
    return whole


def collected(folder: Path, kind: str, label: Callable[[Run], Frames]) -> Frames:
    """Return the frames of all runs of a kind, computing those without a file."""
    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    frames: Frames = []
    for run in runs(kind):
        path = parts / f"{run.name}.npz"
        if not path.exists():
            begun = time.perf_counter()
            found = [
                f.with_metadata(
                    trajectory=run.name, configuration=run.label, temperature_kelvin=run.temperature
                )
                for f in label(run)
            ]
            if found:
                write_configurations(path, found)
            seconds = time.perf_counter() - begun
            print(f"{run.name}: {len(found)} frames in {seconds:.0f} s", flush=True)
        frames += read_configurations(path) if path.exists() else []
    return frames


def explorer(frames: Sequence[LabelledConfiguration]) -> MomentTensorPotential:
    """Return a level-8 potential for the exploration."""
    start = starting_potential(frames, 8, 5.0, SPECIES)
    return fit_potential(start, frames, maximum_iterations=200).potential


def main(folder: Path) -> None:
    """Compute what is not in `folder` yet."""
    engine = FoundationEngine()
    known = collected(folder, "seed", lambda run: labelled_by_dynamics(run, engine))
    for number, steps in enumerate(HOT_STEPS):
        current = explorer(known)
        explore = partial(
            labelled_after_exploration, engine=engine, explorer=current, steps=steps, rest=0
        )
        known += collected(folder, f"hot{number}", explore)
    explore = partial(
        labelled_after_exploration,
        engine=engine,
        explorer=explorer(known),
        steps=STEPS,
        rest=EQUILIBRATION_STEPS,
    )
    for kind in ("test", "pool", "primitive"):
        frames = collected(folder, kind, explore)
        write_configurations(folder / f"{kind}.npz", frames)
        print(f"{folder / kind}.npz: {len(frames)} frames", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
