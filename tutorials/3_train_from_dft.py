"""A potential from your own DFT data, and what it is worth: a tutorial in cells, see below."""

# %% [markdown]
# # 3. Train a potential from your own DFT data, and judge it
#
# You have single points or AIMD: `vasprun.xml` files, an extended XYZ, a `.cfg` of MLIP. This
# tutorial fits a moment tensor potential to them and finds out whether it is good enough. It needs
# no campaign, store or database.
#
# As it stands it makes its own data with CHGNet; with `python tutorials/3_train_from_dft.py
# MY_FILES ...` it takes yours. Takes 3 minutes, one in the short form.

# %%
import json
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from samples import SPECIES, dynamics_frames, write_vasprun
from shell import SHORT, sh

from atomate2_argyrodite.mtp import (
    MomentTensorPotential,
    parity,
    read_configurations,
    review_data,
    write_configurations,
)

# %% [markdown]
# ## The data, in the three formats
#
# In your case they are there already. What matters: energies and forces of *static* calculations or
# of the steps of dynamics, all with the same settings; several temperatures and strains; and
# trajectories apart, so that the validation does not see the neighbours in time of what was fitted.

# %%
files = sys.argv[1:] if "3_train" in sys.argv[0] else []
if not files:
    temperatures, snapshots = ((500.0, 900.0), 12) if SHORT else ((300.0, 600.0, 900.0, 1200.0), 30)
    frames = dynamics_frames(temperatures, snapshots, strains=(-0.02, 0.02))
    write_configurations("dft_a.cfg", frames[1::2], SPECIES)
    write_configurations("dft_b.extxyz", frames[::2][1:])
    write_vasprun("vasprun.xml", frames[0])
    files = ["dft_a.cfg", "dft_b.extxyz", "vasprun.xml"]

# %% [markdown]
# A `.cfg` does not name its elements: `--species` says which type is which. Reading is strict:
# units and signs are those of the format, NaN and truncated files are refused by line.
#
# ## Look at the data before the fit
#
# Duplicates, outliers, atoms too close, energies that do not belong: a fit would hide them.

# %%
data = [frame for file in files for frame in read_configurations(file, SPECIES)]
for warning in review_data(data).warnings or ["nothing odd was found"]:
    print(warning)
print(len(data), "configurations; energies per atom in eV:", end=" ")
print(np.round(np.percentile([f.energy / len(f.numbers) for f in data], [0, 50, 100]), 4))

# %% [markdown]
# ## Fit
#
# Level and cutoff are the size of the potential, as a basis set is; the paper's are 8 and 5 Å. The
# weights are those of energy, forces and stress. A tenth of the trajectories is set aside.

# %%
together = " ".join(files)
sh(
    f"argyrodite fit {together} --species Li P S Cl --level 8 --cutoff 5 --weights 100 1 0.01 "
    f"--validation 0.2 --iterations {100 if SHORT else 500} -o potential.mtp --force"
)

# %% [markdown]
# ## Judge it
#
# Validation errors far above the training errors: too few data. Both high: the form is too small (a
# higher level), or the data contradict each other. The paper accepts 10 meV/atom and 0.02 eV/Å, but
# at level 8 and these temperatures some 0.06 eV/Å is what the form can do.
#
# A test set must be of other runs. Here: another seed; take other runs of your own.

# %%
test = dynamics_frames((700.0,), 8 if SHORT else 20, seed=7)
write_configurations("test.cfg", test, SPECIES)
sh("argyrodite evaluate potential.mtp test.cfg --species Li P S Cl")

# %% [markdown]
# ## Would a larger potential help?
#
# `scan` fits several sizes and measures each in LAMMPS: accuracy against cost, on your data.

# %%
levels = "--level 4 --level 8" if SHORT else "--level 4 --level 8 --level 12 --level 16"
sh(
    f"argyrodite scan {together} --species Li P S Cl {levels} --cutoff 5 --iterations "
    f"{30 if SHORT else 300} -o scan --force"
)

# %% [markdown]
# ## Is it safe in dynamics?
#
# Small errors on snapshots do not answer that: a potential that was never shown a region may do
# anything there. The extrapolation grade says where that is; up to 1 is interpolation. The active
# set is the part of the training data that spans it. Active learning (tutorial 4) does the rest.

# %%
sh(
    "argyrodite grade potential.mtp dft_a.cfg test.cfg --species Li P S Cl"
    if Path("dft_a.cfg").exists()
    else f"argyrodite grade potential.mtp {files[0]} test.cfg --species Li P S Cl"
)

# %% [markdown]
# ## The figure

# %%
potential = MomentTensorPotential.from_file("potential.mtp")
fitted, tested = parity(potential, data), parity(potential, test)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for compared, name, colour in (
    (fitted, "training and validation", "#56B4E9"),
    (tested, "test", "#D55E00"),
):
    left.plot(
        compared.energy_reference, compared.energy_predicted, "o", color=colour, ms=4, label=name
    )
    right.plot(compared.force_reference, compared.force_predicted, ".", color=colour, ms=2)
for axes, what in ((left, "energy / eV per atom"), (right, "force component / eV Å$^{-1}$")):
    low, high = axes.get_xlim()
    axes.plot([low, high], [low, high], "k-", lw=0.8)
    axes.set_xlabel(f"{what}, labels")
    axes.set_ylabel(f"{what}, potential")
errors = tested.errors
left.legend()
right.set_title(f"test: force MAE {errors.force_mae_ev_per_angstrom:.3f} eV/Å", fontsize=10)
left.set_title(f"test: energy MAE {errors.energy_mae_mev_per_atom:.2f} meV/atom", fontsize=10)
figure.savefig("parity.png", dpi=150)

# %% [markdown]
# ## For scripts
#
# Every command prints JSON with `--json`, so that a loop over data sets needs no parsing of tables.

# %%
done = subprocess.run(
    [sys.executable, "-m", "atomate2_argyrodite.cli", "evaluate", "potential.mtp", "test.cfg",
     "--json"],
    capture_output=True, text=True, check=True,
)  # fmt: skip
print(json.loads(done.stdout)["errors"])

# %% [markdown]
# **To look at:** `parity.png`, `scan/scan.png`. `potential.mtp` is a text file in MLIP's format
# that LAMMPS' `pair_style mtp` reads (`pair_coeff * * Li P S Cl`).
