"""Active learning on the 520-atom Sigma5[100](021) boundary, and 100 ps runs after it.

First the campaign, which goes on where it was when it is killed and started again::

    argyrodite run tests/benchmarks/boundary_learning.yaml --store WORK/store

then ``python tests/benchmarks/boundary_learning.py WORK/store WORK``: it prints the iterations of
the loop, runs NPT dynamics of every bicrystal at 500 K with other seeds, says whether a frame was
beyond gamma_select or gamma_break or a PS4 unit was lost, and writes the potential, its active set
and its training set into WORK/potential. Figures that it gave are in docs/limits.md.
"""

import argparse
import json
import time
from pathlib import Path

from atomate2_argyrodite.active_learning import (
    ActiveLearningDocument,
    RelaxedStartDocument,
)
from atomate2_argyrodite.active_learning.exploration import judge_run
from atomate2_argyrodite.active_learning.relaxation import start_of
from atomate2_argyrodite.active_learning.schemas import BOUNDARY_LOOP
from atomate2_argyrodite.engines.base import derived_seed
from atomate2_argyrodite.engines.exploration import (
    ExplorationSettings,
    ExplorationStart,
    GradeThresholds,
    explore,
)
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.mtp import LabelledConfiguration, write_configurations
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.training.documents import active_set_of, potential_of, training_set_of

TARGET_KELVIN = 500.0


def report(document):
    """Print the iterations."""
    print("iteration, ps, survived, candidates, labels, largest grade, honest errors and errors on")
    print("the test set (meV/atom, eV/Å)")
    for i in document.iterations:
        errors = [
            f"{e.energy_mae_mev_per_atom:.2f} {e.force_mae_ev_per_angstrom:.4f}" if e else "- -"
            for e in (i.honest_errors, i.test_errors)
        ]
        print(
            f"{i.iteration:3d} {i.requested_ps:6g} {i.n_survived:4d}/{i.n_runs:<4d}"
            f"{i.n_candidates:6d} {i.n_labelled:5d} {i.maximum_grade:6.2f}",
            *errors,
        )
    print(f"{document.stop_reason}; new labels {document.n_new_labels}", flush=True)


def verify(document, starts, arguments):
    """Run the target dynamics with other seeds and judge them."""
    potential, thresholds = document.potential, GradeThresholds()
    style = PairStyle.mtp_extrapolation(
        potential.potential.to_text(), potential.species, active_set_of(potential).to_bytes()
    )
    settings = ExplorationSettings(arguments.ps, thresholds=thresholds, watch_interval_steps=50)
    results = []
    for relaxed in starts:
        label = relaxed.configuration
        crystal = LabelledConfiguration.from_structure(
            start_of(relaxed), metadata={"configuration": label}
        )
        seeds = [derived_seed(987, label, k) for k in range(arguments.runs)]
        begin = time.perf_counter()
        runs = explore(
            arguments.work / "verification" / label.replace(" ", "_"),
            [ExplorationStart(crystal, TARGET_KELVIN, seed) for seed in seeds],
            style,
            settings,
        )
        seconds = (time.perf_counter() - begin) / len(runs)
        results += [told(run, thresholds, arguments.ps, seconds) for run in runs]
    return results


def told(run, thresholds, time_ps, seconds):
    """Print how a run went and return it as numbers."""
    judged = judge_run(run, thresholds, time_ps).run
    above = int((run.grades > thresholds.select).sum())
    print(
        f"{judged.configuration} {judged.temperature_kelvin:g} K: {judged.outcome} "
        f"{judged.survived_ps:g} ps, largest grade {run.grades.max():.2f}, {above} of "
        f"{len(run.grades)} frames above gamma_select ({seconds:.0f} s)",
        flush=True,
    )
    return {**judged.model_dump(), "frames_above_select": above}


def save(document, results, folder):
    """Write the potential with what belongs to it."""
    folder.mkdir(parents=True, exist_ok=True)
    potential = document.potential
    potential_of(potential).to_file(folder / "potential.mtp")
    active_set_of(potential).to_file(folder / "potential.mtpas")
    training, validation = training_set_of(potential)
    write_configurations(folder / "training.cfg", training, potential.species)
    write_configurations(folder / "validation.cfg", validation, potential.species)
    summary = {
        "species": potential.species,
        "potential_id": potential.potential_id,
        "n_labels": potential.n_labels,
        "ended_by": document.ended_by,
        "stop_reason": document.stop_reason,
        "n_new_labels": document.n_new_labels,
        "iterations": [i.model_dump() for i in document.iterations],
        "verification": results,
    }
    (folder / "summary.json").write_text(json.dumps(summary, indent=1, default=str))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", help="of the campaign")
    parser.add_argument("work", type=Path, help="folder for runs and potential")
    parser.add_argument("--ps", type=float, default=100.0)
    parser.add_argument("--runs", type=int, default=2, help="of each bicrystal")
    arguments = parser.parse_args()
    found = [f.document for f in find_documents(open_store(arguments.store, must_exist=True))]
    loops = [d for d in found if isinstance(d, ActiveLearningDocument) and d.loop == BOUNDARY_LOOP]
    starts = {d.configuration: d for d in found if isinstance(d, RelaxedStartDocument)}
    bicrystals = [d for label, d in starts.items() if label.endswith("boundary")]
    for document in loops:
        report(document)
    save(loops[-1], verify(loops[-1], bicrystals, arguments), arguments.work / "potential")


if __name__ == "__main__":
    main()
