"""Which frames are worth a label? A tutorial in cells, see below."""

# %% [markdown]
# # Which frames are worth a label?
#
# Molecular dynamics gives thousands of snapshots, and neighbours in time are nearly the same frame.
# Labelling all of them by DFT is the most expensive step of the method. This tutorial chooses a
# part of a pool before anything is labelled, fits a potential to it, and compares with a random
# choice.
#
# As it stands it runs in a minute with a small pool that CHGNet labels. The curve at the end was
# measured on 2,126 frames of the six crystals of Li6PS5Cl; the same script draws your own with
# `python tutorials/choosing_labels.py POOL TEST`, two files of labelled configurations.

# %%
import sys

import numpy as np

from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    choose_configurations,
    fit_potential,
    prediction_errors,
    read_configurations,
    starting_potential,
)
from atomate2_argyrodite.structures import site_disorder_configurations, strained_structures

SPECIES = ["Li", "P", "S", "Cl"]

# %% [markdown]
# ## A pool
#
# Two crystals, three strains, atoms displaced by up to 0.3 Å. Most frames are cold and alike, as in
# a pool of molecular dynamics; a few are hot. (Displaced crystals are enough to compare choices. A
# potential for dynamics needs frames of dynamics, and active learning after that.)


# %%
def displaced_frames(count: int, seed: int) -> list[LabelledConfiguration]:
    """Return frames labelled by CHGNet; one in four is hot."""
    rng = np.random.default_rng(seed)
    crystals = [c.structure for c in site_disorder_configurations("Cl", 10.2)[:3:2]]
    frames = []
    for k in range(count):
        strain = float(rng.choice([-0.02, 0.0, 0.02]))
        (structure,) = strained_structures(crystals[k % 2], (strain,))
        frame = LabelledConfiguration.from_structure(structure)
        amplitude = rng.uniform(0.2, 0.3) if k % 4 == 0 else rng.uniform(0.05, 0.1)
        moved = frame.positions + amplitude * rng.standard_normal(frame.positions.shape) / 3**0.5
        frames.append(LabelledConfiguration(frame.numbers, moved, frame.cell))
    labels, failures = split_results(FoundationEngine().static(frames, "pbe"))
    print(f"{len(labels)} labels, {len(failures)} failures")
    return labels


if len(sys.argv) == 3:
    pool, test = (read_configurations(path, SPECIES) for path in sys.argv[1:])
    level, counts, iterations = 8, (27, 54, 108, 216), 150
else:
    pool, test = displaced_frames(40, seed=1), displaced_frames(12, seed=2)
    level, counts, iterations = 4, (10,), 60

# %% [markdown]
# ## Three ways to choose
#
# * `random`;
# * `direct`: the frames are described by mean and spread of the potential's own basis functions
#   over the atoms of each element; principal components are clustered, and each cluster gives one
#   frame (needs `pip install maml`);
# * `maxvol`: the frames that own the atomic neighbourhoods which span the largest volume.
#
# None looks at a label, so the choice comes before labelling. From files:
# `argyrodite select snapshots.extxyz --count 200 -o to_label.extxyz`.

# %%
start = starting_potential(pool, level, 5.0, SPECIES)
for count in counts:
    for method in ("random", "direct", "maxvol"):
        chosen = [pool[k] for k in choose_configurations(pool, count, method)]
        fitted = fit_potential(start, chosen, maximum_iterations=iterations).potential
        errors = prediction_errors(fitted, test)
        print(
            f"{count:5d} frames by {method:6}: test MAE {errors.energy_mae_mev_per_atom:6.2f} "
            f"meV/atom, {errors.force_mae_ev_per_angstrom:.4f} eV/Å"
        )

# %% [markdown]
# ## What was measured
#
# Of the small pool above the outcome is mostly chance. `tests/benchmarks/learning_curves.py` did it
# on 2,126 frames (six crystals, 300 to 1200 K, strains of -3, 0 and 3 %, explored by a potential,
# labelled by CHGNet), level 8, 5 Å, 150 iterations, with a fixed test set of 234 frames of other
# runs. Mean absolute errors of energy in meV/atom and of forces in eV/Å; random: mean of two seeds.
#
# | labels | random        | DIRECT        | MaxVol        |
# |--------|---------------|---------------|---------------|
# | 27     | 3.13 / 0.0752 | 3.91 / 0.0773 | 6.43 / 0.0798 |
# | 54     | 3.21 / 0.0720 | 3.77 / 0.0743 | 3.66 / 0.0832 |
# | 108    | 3.27 / 0.0716 | 3.23 / 0.0710 | 4.05 / 0.0815 |
# | 216    | 3.14 / 0.0677 | 3.33 / 0.0681 | 3.53 / 0.0711 |
# | 432    | 2.84 / 0.0659 | 3.42 / 0.0704 | 3.69 / 0.0731 |
# | 2126   | 2.90 / 0.0675 |               |               |
#
# A tenth of the pool has the force error of the whole: at level 8 it is the form of the potential
# that limits it, not the number of frames. But *which* tenth did not matter: this pool already
# covers crystals, temperatures and strains evenly, and no choice beat chance on the mean error of a
# test set of the same kind. Two fits from different random frames differ by up to 8 %, as much as
# any two methods beyond 100 frames. MaxVol takes the hottest frames first: worse on the average
# frame. The methods are for pools in which the rare is rare.
#
# Cells of 13 atoms in place of cubes, at the same number of electrons (four for one; such cells
# exist for 0 and 100 % Cl on 4c alone), on cubes of these two crystals and on all six:
#
# | cubes' worth | cubes of the two         | 13-atom cells            |
# |--------------|--------------------------|--------------------------|
# | 27           | 0.0645, all six: 0.0830  | 0.0708, all six: 0.1017  |
# | 54           | 0.0656, all six: 0.0854  | 0.0693, all six: 0.0906  |
# | 108          | 0.0607, all six: 0.0774  | 0.0658, all six: 0.0839  |
# | 216          | 0.0569, all six: 0.0676  | 0.0653, all six: 0.0780  |
#
# Small cells were worse here by 6 to 15 % in the forces on the two crystals: they saved nothing at
# equal electrons. (A code whose cost grows with the cube of the electrons makes each of them 64
# times cheaper than a cube, four together 16 times; their k-points take part of that back.)
