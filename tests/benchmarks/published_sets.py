"""Accuracy on published sets: ``python tests/benchmarks/published_sets.py FOLDER [Li] [Mo]``.

FOLDER holds ``Li`` and ``Mo`` of materialsvirtuallab/mlearn, each with ``training.json`` and
``test.json`` (Zuo et al., J. Phys. Chem. A 124, 731, 2020). The potentials have the levels and
cutoffs of the published MTPs (92 and 288 basis functions). Nothing is chosen by the test set: it is
read after the fit. A tenth of the training frames decides between four seeded starts and when to
stop; the fit then goes on with all training frames.

Published test errors: Li 0.49 meV/atom and 0.0101 eV/Å, Mo 2.83 meV/atom and 0.090 eV/Å. Measured
with this script: Mo 2.585 meV/atom and 0.0873 eV/Å in 397 CPU-s; Li 0.429 meV/atom and 0.0092 eV/Å
in 71 CPU-s.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.mtp import (
    FitProgress,
    LabelledConfiguration,
    PredictionErrors,
    best_start,
    fit_potential,
    prediction_errors,
    starting_potential,
)

LEVEL_AND_CUTOFF = {"Li": (16, 5.1), "Mo": (20, 5.2)}
KBAR_PER_EV_PER_ANGSTROM3 = 1602.1766208
STARTS, ITERATIONS, FINAL_ITERATIONS = 4, 400, 100


def read(path: Path) -> list[LabelledConfiguration]:
    """Read a file of mlearn; its stress is VASP's: kbar, positive in compression."""
    frames = []
    for entry in json.loads(path.read_text()):
        outputs = entry["outputs"]
        xx, yy, zz, xy, yz, xz = outputs["virial_stress"]
        kbar = -np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        frames.append(
            LabelledConfiguration.from_structure(
                Structure.from_dict(entry["structure"]),
                energy=outputs["energy"],
                forces=np.array(outputs["forces"]),
                stress=kbar / KBAR_PER_EV_PER_ANGSTROM3,
            )
        )
    return frames


def report(progress: FitProgress) -> None:
    """Print one line of progress."""
    print(
        f"  {progress.iteration}: loss {progress.loss:.5g}, validation {progress.validation_loss}",
        flush=True,
    )


def line(name: str, errors: PredictionErrors) -> str:
    """Return the mean absolute errors as text."""
    return (
        f"{name} {errors.energy_mae_mev_per_atom:.3f} meV/atom "
        f"{errors.force_mae_ev_per_angstrom:.4f} eV/Å"
    )


def fit(element: str, folder: Path) -> None:
    """Fit one element and print its errors."""
    level, cutoff = LEVEL_AND_CUTOFF[element]
    frames = read(folder / element / "training.json")
    order = np.random.default_rng(0).permutation(len(frames))
    count = len(frames) // 10
    validation = [frames[k] for k in order[:count]]
    training = [frames[k] for k in order[count:]]
    begun = time.process_time()
    starts = [starting_potential(frames, level, cutoff, [element], seed=k) for k in range(STARTS)]
    start = best_start(starts, training, validation)
    first = fit_potential(
        start, training, validation, maximum_iterations=ITERATIONS, progress=report
    )
    last = fit_potential(
        first.potential, frames, maximum_iterations=FINAL_ITERATIONS, progress=report
    )
    seconds = time.process_time() - begun
    judged = first.validation_errors
    assert judged is not None
    print(
        f"{element}, level {level}, {cutoff} Å, {seconds:.0f} CPU-s: "
        f"{line('validation', judged)}; {line('training', last.training_errors)}; "
        f"{line('test', prediction_errors(last.potential, read(folder / element / 'test.json')))}",
        flush=True,
    )
    last.potential.to_file(f"{element}.mtp")


if __name__ == "__main__":
    for chosen in sys.argv[2:] or LEVEL_AND_CUTOFF:
        fit(chosen, Path(sys.argv[1]))
