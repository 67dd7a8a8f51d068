"""Errors against number of labels: ``python tests/benchmarks/learning_curves.py FOLDER``.

FOLDER holds what ``argyrodite_pool.py`` wrote. Level 8, 5 Å, weights 100 : 1 : 0, no validation,
the same start and 150 iterations for every fit; errors are those of the fixed test set.

* Random choice (two seeds), DIRECT and MaxVol from the pool of 52-atom cubes.
* Primitive cells of 13 atoms in place of cubes at the same number of electrons, four for one: only
  0 and 100 % Cl on 4c have such a cell, so cubes of these two are tested and trained on as well.

Results go to FOLDER/learning_curves.json, each as soon as it is there, and to
FOLDER/learning_curves.png; what is in the file is not computed again.
"""

import json
import sys
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    MomentTensorPotential,
    choose_configurations,
    descriptor_potential,
    fit_potential,
    prediction_errors,
    read_configurations,
    starting_potential,
)
from atomate2_argyrodite.mtp.selection import ranked_by_volume

COUNTS = (27, 54, 108, 216, 432)
CUBE_COUNTS = (27, 54, 108, 216)
SPECIES = ("Li", "P", "S", "Cl")
ENDS = ("0-F-43m", "100-F-43m")
ITERATIONS = 150
Frames = Sequence[LabelledConfiguration]


def ends_of(frames: Frames) -> list[LabelledConfiguration]:
    """Return the frames of the two crystals that have a primitive cell of 13 atoms."""
    return [frame for frame in frames if frame.metadata["configuration"] in ENDS]


class Curves:
    """Fits to parts of the pool, and their errors, kept in a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "learning_curves.json"
        self.points: list[dict[str, Any]] = (
            json.loads(self.path.read_text()) if self.path.exists() else []
        )
        self.pool = read_configurations(folder / "pool.npz")
        self.test = read_configurations(folder / "test.npz")
        self.primitive = read_configurations(folder / "primitive.npz")
        self.start = starting_potential(self.pool, 8, 5.0, SPECIES)

    def add(self, name: str, seed: int, frames: Frames, count: int) -> None:
        """Fit to `count` frames chosen by the method that begins `name`; keep the errors."""
        if any(
            p["name"] == name and p["seed"] == seed and p["count"] == count for p in self.points
        ):
            return
        begun = time.process_time()
        method = name.split(" ")[0]
        if method == "maxvol":
            indices = self.by_volume[:count]
        else:
            indices = choose_configurations(frames, count, method, seed=seed)
        chosen = time.process_time()
        chosen_frames = [frames[k] for k in indices]
        result = fit_potential(self.start, chosen_frames, maximum_iterations=ITERATIONS)
        point = {
            "name": name,
            "seed": seed,
            "count": count,
            "atoms": sum(len(frame) for frame in chosen_frames),
            "choice_s": chosen - begun,
            "fit_s": time.process_time() - chosen,
            "iterations": int(result.iterations[-1]),
            **self._errors(result.potential),
        }
        self.points.append(point)
        self.path.write_text(json.dumps(self.points, indent=1))
        print(json.dumps(point), flush=True)

    @cached_property
    def by_volume(self) -> list[int]:
        """MaxVol's choice from the pool in its order: what it takes first for any count."""
        return ranked_by_volume(descriptor_potential(self.pool), self.pool, COUNTS[-1])

    def _errors(self, potential: MomentTensorPotential) -> dict[str, float]:
        errors = {}
        for name, frames in (("all", self.test), ("ends", ends_of(self.test))):
            found = prediction_errors(potential, frames)
            errors[f"energy_mae_{name}"] = found.energy_mae_mev_per_atom
            errors[f"energy_rmse_{name}"] = found.energy_rmse_mev_per_atom
            errors[f"force_mae_{name}"] = found.force_mae_ev_per_angstrom
            errors[f"force_rmse_{name}"] = found.force_rmse_ev_per_angstrom
        return errors

    def run(self) -> None:
        """Fit everything, small sets first."""
        for count in COUNTS:
            for name, seed in (("direct", 0), ("maxvol", 0), ("random", 0), ("random", 1)):
                self.add(name, seed, self.pool, count)
        for count in CUBE_COUNTS:
            for seed in range(2):
                self.add("random cubes of 0 and 100 %", seed, ends_of(self.pool), count)
                self.add("random primitive cells", seed, self.primitive, 4 * count)
        self.add("random", 0, self.pool, len(self.pool))

    def values(self, name: str, quantity: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return cubes' worth of atoms, mean and half the range of a quantity over the seeds."""
        points = [p for p in self.points if p["name"] == name]
        atoms = sorted({p["atoms"] for p in points})
        values = [[p[quantity] for p in points if p["atoms"] == n] for n in atoms]
        centre = np.array([np.mean(v) for v in values])
        spread = np.array([np.ptp(v) / 2 for v in values])
        return np.array(atoms) / 52, centre, spread


LOOKS = {
    "random": ("o-", "random choice"),
    "direct": ("s-", "DIRECT"),
    "maxvol": ("^-", "MaxVol"),
}
CELL_LOOKS = {
    "random": ("o-", "cubes of all six crystals"),
    "random cubes of 0 and 100 %": ("s-", "cubes of 0 and 100 %"),
    "random primitive cells": ("^-", "primitive cells of 0 and 100 %"),
}
PANELS = (("energy_mae", "MAE of energy / meV per atom"), ("force_mae", "MAE of forces / eV/Å"))


def draw(curves: Curves, path: Path) -> None:
    """Draw both comparisons, energies on the left and forces on the right."""
    figure, axes = plt.subplots(2, 2, figsize=(9, 7), constrained_layout=True)
    for row, (looks, tested, title) in enumerate(
        (
            (LOOKS, "all", "test: all six crystals"),
            (CELL_LOOKS, "ends", "test: cubes of 0 and 100 %"),
        )
    ):
        for axis, (quantity, label) in zip(axes[row], PANELS, strict=True):
            for name, (style, legend) in looks.items():
                x, y, spread = curves.values(name, f"{quantity}_{tested}")
                axis.errorbar(x, y, spread, fmt=style, label=legend, capsize=3)
            axis.set(xscale="log", ylabel=label, title=title)
            axis.set_xlabel("labelled atoms / 52 (cubes)")
            axis.grid(visible=True, which="both", alpha=0.3)
        axes[row, 1].legend(fontsize=9)
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    measured = Curves(where)
    measured.run()
    draw(measured, where / "learning_curves.png")
