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
