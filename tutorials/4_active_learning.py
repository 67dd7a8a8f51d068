"""Active learning: what a potential does not know, and how it learns it: a tutorial in cells."""

# %% [markdown]
# # 4. Active learning
#
# A potential that fits AIMD snapshots well may still tear the crystal apart after a picosecond: it
# was never shown where its own dynamics go. Active learning lets it go there, stops in time, labels
# what is new, and fits again. First one round by hand, to see every step; then the loop as a flow.
#
# Takes the potential and data of tutorial 3 (and runs it if they are not here). Then 5 minutes, one
# and a half in the short form.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from samples import SPECIES
from shell import SHORT, need, sh

from atomate2_argyrodite.campaign import CampaignFlowMaker
from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.exploration import (
    Exploration,
    ExplorationSettings,
    ExplorationStart,
    explore,
)
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    prediction_errors,
    read_configurations,
    write_configurations,
)
from atomate2_argyrodite.structures import is_physical_frame, site_disorder_configurations

need("potential.mtp", "3_train_from_dft.py")
need("test.cfg", "3_train_from_dft.py")
potential = MomentTensorPotential.from_file("potential.mtp")
training = [
    frame for file in ("dft_a.cfg", "dft_b.extxyz") for frame in read_configurations(file, SPECIES)
]

# %% [markdown]
# ## The grade
#
# The energy of an atom depends on the parameters; its derivatives with respect to them are a
# vector. The *active set* is the set of training neighbourhoods whose vectors span the largest
# volume. Any other neighbourhood is a combination of them; the largest coefficient is its grade γ.
# Up to 1 the potential interpolates. By habit, above 2.1 a frame is worth a label, and above 10
# nothing is believed any more.

# %%
active = ActiveSet.from_configurations(potential, training)
n_atoms = sum(len(frame.numbers) for frame in training)
print(f"{len(active.members)} neighbourhoods of {n_atoms} span the space")
print("largest grade in the training set:", round(float(active.grade(training).max()), 3))

# %% [markdown]
# ## Let it run, and watch γ
#
# Short NPT runs in LAMMPS from the crystal, without a ramp, at the temperatures of interest and
# above.

# %%
crystal = LabelledConfiguration.from_structure(
    site_disorder_configurations("Cl", 10.28)[2].structure
)
TEMPERATURES = (500.0, 800.0)
TIME_PS = 1.0 if SHORT else 4.0
SELECT, BREAK = 2.1, 10.0


def runs_of(model: MomentTensorPotential, folder: str) -> list[Exploration]:
    """Return one run at each temperature and seed."""
    starts = [ExplorationStart(crystal, t, seed) for t in TEMPERATURES for seed in (1, 2, 3)]
    style = PairStyle.mtp(model.to_text(), model.species)
    return explore(Path(folder), starts, style, ExplorationSettings(TIME_PS))


def until_break(grades: np.ndarray) -> int:
    """Return the number of frames before the first that is not believed."""
    beyond = np.flatnonzero(~(grades <= BREAK))
    return int(beyond[0]) if len(beyond) else len(grades)


def survival(runs: list[Exploration], graded: list[np.ndarray]) -> None:
    """Print how long each run stayed below the break."""
    for run, grades in zip(runs, graded, strict=True):
        end = until_break(grades)
        words = "survived" if end == len(grades) and run.is_complete else "broke"
        last = run.frames[end - 1].metadata["time_ps"] if end else 0.0
        print(f"{run.start.temperature_kelvin:g} K: {words} at {last:.2f} ps, {run.outcome}")


first_runs = runs_of(potential, "explore_1")
first_grades = [active.grade(run.frames) for run in first_runs]
survival(first_runs, first_grades)

# %% [markdown]
# ## Choose, label, fit
#
# Candidates are frames between 2.1 and 10 that are still physical; what comes after the break is
# garbage and would teach garbage. (Where a run breaks at once, its first frame beyond 10 is taken.)
# Among the candidates MaxVol takes those that extend the active set the most. They are labelled by
# the engine of the training set (here CHGNet; in your case VASP single points of `selected.cfg`),
# and the fit goes on from the old potential.


# %%
def candidates_of(runs: list[Exploration], graded: list[np.ndarray]) -> list[LabelledConfiguration]:
    """Return the frames that are worth a label."""
    found = []
    for run, grades in zip(runs, graded, strict=True):
        end = until_break(grades)
        window = [
            frame for frame, g in zip(run.frames[:end], grades[:end], strict=True) if g > SELECT
        ]
        found += window or run.frames[end : end + 1]
    return [f for f in found if is_physical_frame(f.numbers, f.positions, f.cell)]


history = [sum(map(until_break, first_grades)) / len(first_grades)]
runs, graded = first_runs, first_grades
for turn in range(2, 2 + (5 if SHORT else 10)):
    candidates = candidates_of(runs, graded)
    if not candidates:
        print("nothing is new: it has converged")
        break
    chosen = active.select(candidates, 20 if SHORT else 40) or [0]
    selected = [candidates[k] for k in chosen]
    write_configurations("selected.cfg", selected, SPECIES)
    labels, failures = split_results(FoundationEngine().static(selected, "pbe"))
    honest = prediction_errors(potential, labels)
    training += labels
    potential = fit_potential(
        potential, training, weights=FitWeights(100, 1, 0.01),
        maximum_iterations=100 if SHORT else 300,
    ).potential  # fmt: skip
    active = ActiveSet.from_configurations(potential, training)
    runs = runs_of(potential, f"explore_{turn}")
    graded = [active.grade(run.frames) for run in runs]
    history.append(sum(map(until_break, graded)) / len(graded))
    print(
        f"round {turn - 1}: {len(candidates)} candidates, {len(labels)} labels, {len(failures)} "
        f"failures; the old potential errs on them by {honest.force_mae_ev_per_angstrom:.3f} eV/Å"
    )
    survival(runs, graded)
potential.to_file("potential_learned.mtp")
write_configurations("training_learned.cfg", training, SPECIES)

# %% [markdown]
# (That is the honest error: on frames that its own dynamics reached and that it had not seen. It is
# larger than the validation error as a rule.)

# %%
figure, panels = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
for axes, some_runs, some_grades, title in (
    (panels[0], first_runs, first_grades, "first exploration"),
    (panels[1], runs, graded, f"after {len(history) - 1} rounds"),
):
    for run, grades in zip(some_runs, some_grades, strict=True):
        times = [frame.metadata["time_ps"] for frame in run.frames]
        colour = {500.0: "#0072B2", 800.0: "#D55E00"}[run.start.temperature_kelvin]
        axes.semilogy(times, np.clip(grades, 0.3, 1e4), color=colour, lw=1)
    for level, style in ((1.0, ":"), (SELECT, "--"), (BREAK, "-")):
        axes.axhline(level, color="black", lw=0.8, ls=style)
    axes.set_ylim(0.3, 2e4)
    axes.set_xlabel("time / ps")
    axes.set_title(title, fontsize=10)
panels[0].set_ylabel("extrapolation grade γ of the frame")
panels[1].plot([], [], color="#0072B2", label="500 K")
panels[1].plot([], [], color="#D55E00", label="800 K")
panels[1].legend(loc="upper left")
panels[2].plot(range(len(history)), 0.02 * np.array(history), "o-", color="#009E73")
panels[2].axhline(TIME_PS, color="black", lw=0.8, ls="--")
panels[2].set_xlabel("round")
panels[2].set_ylabel("mean time below γ = 10 / ps")
figure.savefig("extrapolation.png", dpi=150)

# %% [markdown]
# ## From the shell, with VASP
#
# The same steps on files, where labelling is your own job in between:
#
# 1. `argyrodite grade potential.mtp training.cfg --save-active-set potential.mtpas`, and a LAMMPS
#    run with `pair_style mtp/extrapolation` that collects frames (page *LAMMPS pair style* of the
#    documentation);
# 2. `argyrodite grade potential.mtp training.cfg collected.extxyz --select 40 -o selected.cfg`;
# 3. VASP single points of `selected.cfg`;
# 4. `argyrodite fit training.cfg vasprun_*.xml --start potential.mtp -o potential_2.mtp`.

# %%
sh(
    "argyrodite grade potential_learned.mtp training_learned.cfg "
    "--save-active-set learned.mtpas --force"
)
sh("argyrodite grade potential_learned.mtp learned.mtpas test.cfg")

# %% [markdown]
# ## The loop as a flow
#
# A campaign does all of this by itself (section `active_learning`), with runs that get longer from
# iteration to iteration, PS4 units watched, and every iteration a document. The loop is a *flow*: a
# graph of jobs that jobflow runs, here in memory; the same flow goes to FireWorks (tutorial 7). It
# has converged when all runs of the full time survive.

# %%
sections = """
name: loop
active_learning: {temperatures_kelvin: [500, 800], replicas: 4, exploration_ps: 10}
"""
maker = CampaignFlowMaker(parse_campaign(sections)).active_learning_maker
print(
    f"{maker.name}: at most {maker.maximum_iterations} rounds of {maker.replicas} runs at each of"
)
print(
    maker.temperatures_kelvin,
    "K, then",
    maker.labelling_maker.name,
    "and",
    maker.training_maker.name,
)

# %% [markdown]
# **To look at:** `extrapolation.png`. In the report of a campaign: grade and honest error per
# iteration.
