"""A grain boundary: build it, ask whether the potential knows it, teach it: a tutorial in cells."""

# %% [markdown]
# # 6. A grain boundary
#
# Which boundaries are there, how do they look, and does a potential that was trained on crystals
# know anything about them? This tutorial builds the paper's Σ5 boundary, grades it atom by atom,
# labels what is new, fits again, and runs the dynamics.
#
# Takes the potential of tutorial 4 (and runs it if it is not here). Then 10 minutes, one in the
# short form.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from samples import SPECIES
from shell import SHORT, need, sh

from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.exploration import ExplorationStart, explore
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.grain_boundary import boundary_candidates
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    read_configurations,
)
from atomate2_argyrodite.structures import (
    grain_boundary,
    is_physical_frame,
    site_disorder_configurations,
)

need("potential_learned.mtp", "4_active_learning.py")

# %% [markdown]
# ## Candidates
#
# A boundary is named by Σ (one site in Σ coincides), the rotation axis and the plane. *Tilt*: the
# axis lies in the plane; *twist*: it is normal to it. On each of the stable facets, the tilt and
# the twist with the smallest cell:

# %%
crystals = {c.label: c for c in site_disorder_configurations("Cl", 10.28)}
disordered = crystals["50-P222_1"]
for candidate in boundary_candidates():
    atoms = candidate.atom_count(disordered.structure, 20.0)
    print(f"{candidate.name:28} {atoms:6} atoms")

# %% [markdown]
# Their energies need relaxations of hundreds of atoms: give a campaign the section
# `grain_boundary`.
#
# ## The paper's choice
#
# Two equal boundaries, since the cell is periodic. No atom is removed, so that the stoichiometry is
# that of the crystal; the builder refuses what would put atoms on top of each other.

# %%
sh(
    "argyrodite structures boundary 50-P222_1 --sigma 5 --axis 1,0,0 --plane 0,2,1 "
    "-o boundary.json --figure boundary.png --force"
)
boundary = grain_boundary(disordered)
assert len(boundary) == 520
planes = [fraction * boundary.lattice.c for fraction in boundary.properties["boundary_planes"]]
print("boundaries at z =", [f"{z:.2f}" for z in planes], "Å")

# %% [markdown]
# For LAMMPS and OVITO: `-o boundary.data`; for VASP: `-o boundary.vasp`.
#
# ## Does the potential know it?
#
# The grade of every atom, against its height. What was trained on crystals extrapolates at the
# planes.

# %%
potential = MomentTensorPotential.from_file("potential_learned.mtp")
training = read_configurations("training_learned.cfg", SPECIES)
active = ActiveSet.from_configurations(potential, training)
start = LabelledConfiguration.from_structure(boundary)


def explored(
    model: MomentTensorPotential, folder: str, time_ps: float
) -> list[LabelledConfiguration]:
    """Return the frames of a short run of the boundary at 600 K, until it fails or ends."""
    style = PairStyle.mtp(model.to_text(), model.species)
    (run,) = explore(
        Path(folder), [ExplorationStart(start, 600.0, 1)], style, time_ps=time_ps,
        frame_interval_steps=5,
    )  # fmt: skip
    print(f"{folder}: {run.outcome} after {run.time_ps:.2f} ps")
    return run.frames


frames = explored(potential, "boundary_before", 0.3 if SHORT else 1.0)
graded = active.grade(frames)
print("largest grade of each frame:", np.round(graded[:: max(1, len(graded) // 8)], 1))

# %% [markdown]
# ## Teach it
#
# As in tutorial 4: the frames before the break, physical ones, the best of them by MaxVol. A label
# of 520 atoms costs ten times one of the crystal; DFT may prefer smaller cells, or slabs. The
# stress now counts in the fit, as in the paper: 100 : 1 : 0.01.

# %%
known = [
    frame for frame, grade in zip(frames, graded, strict=True)
    if grade <= 10.0 and is_physical_frame(frame.numbers, frame.positions, frame.cell)
] or frames[:1]  # fmt: skip
chosen = active.select(known, 3 if SHORT else 12)
wanted = [known[k] for k in chosen] or known[:1]
labels, failures = split_results(FoundationEngine().static(wanted, "pbe"))
print(f"{len(known)} frames, {len(labels)} labelled, {len(failures)} failures")
extended = [*training, *labels]
refitted = fit_potential(
    potential, extended, weights=FitWeights(100, 1, 0.01), maximum_iterations=60 if SHORT else 300
).potential
refitted.to_file("potential_boundary.mtp")
active_after = ActiveSet.from_configurations(refitted, extended)
frames_after = explored(refitted, "boundary_after", 0.3 if SHORT else 1.0)

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
late = len(frames) // 2
for axes, model_set, frame, title in (
    (panels[0], active, frames[late], "trained on crystals"),
    (
        panels[1],
        active_after,
        frames_after[len(frames_after) // 2],
        f"with {len(labels)} frames more",
    ),
):
    grades = model_set.grade_atoms(frame)
    for symbol, number, colour in (("Li", 3, "#0072B2"), ("P, S, Cl", None, "#D55E00")):
        mask = frame.numbers == 3 if number else frame.numbers != 3
        axes.semilogy(
            frame.positions[mask, 2] % frame.cell[2, 2], grades[mask], ".", color=colour, ms=4,
            label=symbol,
        )  # fmt: skip
    for z in planes:
        axes.axvline(z, color="black", lw=0.8, ls=":")
    axes.axhline(1.0, color="black", lw=0.8)
    axes.set_xlabel("z / Å (dotted: boundary planes)")
    axes.set_title(title, fontsize=10)
panels[0].set_ylabel("extrapolation grade γ of the atom")
panels[0].legend()
figure.savefig("boundary_grades.png", dpi=150)

# %% [markdown]
# One round is not enough for a potential that one would trust: repeat until runs survive, for the
# ordered and the disordered crystal.
#
# ## Dynamics
#
# The same command as for a crystal, with the file in place of the label.

# %%
sh(
    "argyrodite md boundary.json potential_boundary.mtp -T 600 --supercell 1,1,1 --ramp-ps 1 "
    f"--production-ps {5 if SHORT else 200} --frame-interval-ps 0.1 --seed 3 -o boundary_run",
    check=False,
)

# %% [markdown]
# A run that loses its crystal ends by itself and says when: then the potential has to learn more.
#
# **To look at:** `boundary.png`, `boundary_grades.png`.
