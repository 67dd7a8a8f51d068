"""Conductivity and its uncertainty from your own trajectory: a tutorial in cells, see below."""

# %% [markdown]
# # 5. Conductivity and its uncertainty from your own trajectory
#
# You have an XDATCAR, a LAMMPS dump, a DCD. What is the diffusivity, how sure is it, and what
# follows for room temperature? A straight line through an MSD always gives a number, and a
# least-squares error that is much too small, since the points are correlated. This tutorial uses
# trajectories whose truth is known, so that you can see whether the intervals hold it.
#
# For your own: `argyrodite diffusion XDATCAR -T 600 --time-step-ps 0.1 --figures figures`. Takes 2
# minutes, half of one in the short form.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from samples import write_walk
from shell import SHORT, sh

from atomate2_argyrodite.transport import Trajectory, arrhenius, diffusion

# %% [markdown]
# ## Trajectories with a known answer
#
# Li hop between sites of Li6PS5Cl, 416 atoms, at a rate with an activation energy of 0.30 eV; all
# else vibrates. Frames every 0.5 ps, atoms wrapped into the cell as VASP writes them. Walks have no
# ballistic part and no cages beyond a site, but what a fit has to fight with is there: vibration,
# few hops, correlated points.

# %%
rng = np.random.default_rng(5)
temperatures = (400.0, 450.0, 500.0, 550.0, 600.0)
frames = 400 if SHORT else 2000
truth = {t: write_walk(f"walk_{t:.0f}K.extxyz", t, frames, rng) for t in temperatures}
for temperature, diffusivity in truth.items():
    print(f"{temperature:g} K: true D {diffusivity:.3g} cm2/s")

# %% [markdown]
# ## One command
#
# One file per temperature; files at one temperature would be taken as replicas. The format is found
# by the name; times and temperatures that it does not hold are yours to say.

# %%
names = " ".join(f"walk_{t:.0f}K.extxyz" for t in temperatures)
kelvins = " ".join(f"-T {t:g}" for t in temperatures)
sh(f"argyrodite diffusion {names} {kelvins} --time-step-ps 0.5 --figures figures --force")

# %% [markdown]
# Read the table from the right: how long was simulated, how many hops were seen, over which times
# the MSD was fitted. Where too little happened the result is an upper limit (`<`) with its reason:
# more simulation, not more fitting, is the remedy. The Haven ratio compares the motion of single
# ions with that of the charge; these Li hop alone, so that it is 1 within its error.
#
# ## The same in Python, against the truth

# %%
results = [
    diffusion(Trajectory.from_file(f"walk_{t:.0f}K.extxyz", time_step_ps=0.5, temperature=t))
    for t in temperatures
]
held = 0
for result in results:
    exact = truth[result.temperature]
    if result.is_diffusive:
        low, high = result.interval_95
        held += low <= exact <= high
        print(
            f"{result.temperature:g} K: {result.diffusivity:.3g} ({low:.3g} to {high:.3g}), true "
            f"{exact:.3g} cm2/s"
        )
    else:
        print(f"{result.temperature:g} K: below {result.upper_limit:.3g}, true {exact:.3g} cm2/s")
print(f"{held} of {sum(r.is_diffusive for r in results)} intervals of 95 % hold the truth")

# %% [markdown]
# The project's tests do this for hundreds of walks: intervals hold the truth as often as they say
# (`tests/transport/test_coverage.py`).
#
# ## Room temperature
#
# The fit weighs every temperature by its error; limits are left out. The interval of an
# extrapolation grows with its distance. It knows nothing of a change of mechanism: the test of
# curvature, and the fit without each temperature in turn, are there to doubt it.

# %%
fit = arrhenius(results)
low, high = fit.activation_energy_interval_95_ev
room = fit.extrapolate(300.0)
print(f"E_a {fit.activation_energy_ev:.3f} eV ({low:.3f} to {high:.3f}); true 0.300")
print(
    f"sigma(300 K) {room.conductivity_mS_per_cm:.3g} mS/cm, 95 % "
    f"{room.conductivity_interval_95_mS_per_cm[0]:.3g} to "
    f"{room.conductivity_interval_95_mS_per_cm[1]:.3g}"
)

# %% [markdown]
# ## When ions move together
#
# Nernst-Einstein with the tracer diffusivity assumes that ions do not know of each other. Here 60 %
# of the hops are made in pairs: the tracer D is the same, but the charge moves faster, and the
# Haven ratio is below 1. It needs much more data than D does; where they are too few it is left
# out.

# %%
exact = write_walk("pairs.extxyz", 600.0, 3 * frames, rng, together=0.6)
pairs = diffusion(Trajectory.from_file("pairs.extxyz", time_step_ps=0.5, temperature=600.0))
haven = "unknown" if pairs.haven_ratio is None else f"{pairs.haven_ratio:.2f}"
print(f"D {pairs.diffusivity:.3g} (true {exact:.3g}) cm2/s; Haven ratio {haven}")
print(f"true Haven ratio {1 / (1 + 0.6):.2f}")

# %%
figure, axes = plt.subplots(figsize=(5.5, 4), layout="constrained")
inverse = [1000 / t for t in temperatures]
axes.semilogy(inverse, list(truth.values()), "k-", lw=1, label="truth")
known = [r for r in results if r.is_diffusive]
values = np.array([r.diffusivity for r in known])
bounds = np.array([r.interval_95 for r in known]).T
axes.errorbar(
    [1000 / r.temperature for r in known], values,
    yerr=[values - bounds[0], bounds[1] - values], fmt="o", color="#0072B2", capsize=3,
    label="diffusion(), 95 %",
)  # fmt: skip
for r in results:
    if not r.is_diffusive:
        axes.plot(1000 / r.temperature, r.upper_limit, "v", color="#D55E00", label="upper limit")
axes.set_xlabel("1000 K / T")
axes.set_ylabel("D / cm$^2$ s$^{-1}$")
axes.legend()
figure.savefig("walks_against_truth.png", dpi=150)
assert Path("figures/arrhenius.png").is_file()

# %% [markdown]
# **To look at:** `walks_against_truth.png`, `figures/msd_trajectory.png`, `figures/arrhenius.png`.
# How ions move (cages, jumps, density): `argyrodite mechanism --help`.
