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
import shutil

import matplotlib.pyplot as plt
import numpy as np
from samples import SPECIES
from shell import SHORT, need, sh

from atomate2_argyrodite.engines.base import split_results
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.grain_boundary import boundary_candidates
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    prediction_errors,
    read_configurations,
)
from atomate2_argyrodite.structures import (
    grain_boundary,
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
# The grade of every atom of a slightly displaced boundary, against its height. What was trained on
# crystals extrapolates at the planes.

# %%
potential = MomentTensorPotential.from_file("potential_learned.mtp")
training = read_configurations("training_learned.cfg", SPECIES)
active = ActiveSet.from_configurations(potential, training)
start = LabelledConfiguration.from_structure(boundary)


def displaced(amplitude: float, seed: int) -> LabelledConfiguration:
    """Return the boundary with atoms displaced at random by some Å along each axis."""
    rng = np.random.default_rng(seed)
    moved = start.positions + amplitude * rng.standard_normal(start.positions.shape)
    return LabelledConfiguration(start.numbers, moved, start.cell)


probe = displaced(0.06, seed=100)
before = active.grade_atoms(probe)
print(f"atoms beyond 10: {np.sum(before > 10)} of {len(before)}; largest grade {before.max():.3g}")

# %% [markdown]
# ## Teach it
#
# In a campaign dynamics of slabs and active learning on the boundary do this. Here: some displaced
# boundaries, labelled. A label of 520 atoms costs ten times one of the crystal with CHGNet, and far
# more with DFT, which may prefer slabs. The stress counts in the fit now, as in the paper: 100 : 1
# : 0.01.

# %%
wanted = [displaced(0.02 + 0.015 * k, seed=k) for k in range(5 if SHORT else 16)]
labels, failures = split_results(FoundationEngine().static(wanted, "pbe"))
print(f"{len(labels)} labelled, {len(failures)} failures")
print(
    f"force MAE before: {prediction_errors(potential, labels).force_mae_ev_per_angstrom:.3f} eV/Å"
)
extended = [*training, *labels]
refitted = fit_potential(
    potential, extended, weights=FitWeights(100, 1, 0.01), maximum_iterations=60 if SHORT else 300
).potential
learned = prediction_errors(refitted, labels).force_mae_ev_per_angstrom
print(f"force MAE after: {learned:.3f} eV/Å")
refitted.to_file("potential_boundary.mtp")
active_after = ActiveSet.from_configurations(refitted, extended)
after = active_after.grade_atoms(probe)
print(f"atoms beyond 10: {np.sum(after > 10)} of {len(after)}; largest grade {after.max():.3g}")

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
heights = probe.positions[:, 2] % probe.cell[2, 2]
for axes, grades, title in (
    (panels[0], before, "trained on crystals"),
    (panels[1], after, f"with {len(labels)} boundaries more"),
):
    for name, mask, colour in (
        ("Li", probe.numbers == 3, "#0072B2"),
        ("P, S, Cl", probe.numbers != 3, "#D55E00"),
    ):
        axes.semilogy(heights[mask], grades[mask], ".", color=colour, ms=4, label=name)
    for z in planes:
        axes.axvline(z, color="black", lw=0.8, ls=":")
    for level in (1.0, 10.0):
        axes.axhline(level, color="black", lw=0.8)
    axes.set_xlabel("z / Å (dotted: boundary planes)")
    axes.set_title(title, fontsize=10)
panels[0].set_ylabel("extrapolation grade γ of the atom")
panels[1].legend(loc="upper right")
figure.savefig("boundary_grades.png", dpi=150)

# %% [markdown]
# One round is not enough for a potential that one would trust: repeat until runs survive, for the
# ordered and the disordered crystal.
#
# ## Dynamics
#
# The same command as for a crystal, with the file in place of the label.

# %%
shutil.rmtree("boundary_run", ignore_errors=True)  # of an earlier call, with another potential
sh(
    "argyrodite md boundary.json potential_boundary.mtp -T 600 --supercell 1,1,1 --ramp-ps 1 "
    f"--production-ps {5 if SHORT else 200} --frame-interval-ps 0.1 --seed 3 -o boundary_run",
    check=False,
)

# %% [markdown]
# A run that loses its crystal ends by itself and says when: then the potential has to learn more.
#
# ## Diffusion by distance from the boundary
#
# `boundary` sorts Li into slabs by their distance from the nearer plane: diffusivities along and
# across with intervals, the number of Li against time, and what the simulation cannot resolve. In
# the short form that is nearly everything: read what it says of itself.

# %%
sh(
    "argyrodite boundary boundary_run/production_0000.dcd --structure "
    "boundary_run/configuration.data --planes 0,0.5 -T 600 --thickness 4 --slabs GB,Bulk "
    "-o boundary_slabs --force",
    check=False,
)

# %% [markdown]
# **To look at:** `boundary.png`, `boundary_grades.png`.
