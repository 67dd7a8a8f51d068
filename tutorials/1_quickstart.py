"""The quickstart, explained: a tutorial in cells, see below."""

# %% [markdown]
# # 1. The quickstart, explained
#
# You know VASP, but not jobflow. In this tutorial one file describes a whole study, from crystals
# to conductivities; you run it, stop it, change it, run it again, and look at what came out.
#
# Nothing here needs DFT: a foundation model (CHGNet) stands in for it. It is marked as a surrogate
# in every result, and its conductivities are too high. The steps are those of a campaign with VASP.
#
# Takes some 5 minutes on two cores, or two in the short form (`ARGYRODITE_TUTORIAL_SHORT=1`).

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from shell import SHORT, edit, sh

from atomate2_argyrodite.queries import conductivities

# %% [markdown]
# ## One file
#
# `argyrodite init` writes a campaign file that holds every setting, its meaning and its unit. It is
# the INCAR, KPOINTS, job script and notebook of the study in one.

# %%
sh("argyrodite init --preset quickstart -o quickstart.yaml --force")
print("\n".join(Path("quickstart.yaml").read_text(encoding="utf-8").splitlines()[:48]))

# %% [markdown]
# The sections follow the method: `crystal`, `sampling` (dynamics with the engine; like an AIMD
# run), `labelling` (single points of snapshots), `training` (the fit of the moment tensor
# potential), `active_learning` (LAMMPS explores with the potential; what is new to it is labelled
# and learned), `conductivity` (long LAMMPS runs). A section that is `null` is left out.
#
# In the short form we make everything smaller. You would edit the file in an editor.

# %%
if SHORT:
    for old, new in (
        ('["0-F-43m", "50-P222_1"]', '["50-P222_1"]'),
        ("temperatures_kelvin: [400, 800, 1200] ", "temperatures_kelvin: [400, 1200] "),
        ("equilibration_ps: 0.04 ", "equilibration_ps: 0.02 "),
        ("production_ps: 0.16 ", "production_ps: 0.1 "),
        ("  replicas: 8  ", "  replicas: 4  "),
        ("  exploration_ps: 10  ", "  exploration_ps: 5  "),
        ("maximum_labels_per_iteration: 100", "maximum_labels_per_iteration: 60"),
        ("production_ps: 300", "production_ps: 30"),
    ):
        edit("quickstart.yaml", old, new)

# %% [markdown]
# ## What would run?
#
# Like a job script that is only checked. A wrong value is refused here, with its line, before
# anything is computed.

# %%
sh("argyrodite run quickstart.yaml --dry-run")
wrong = Path("quickstart.yaml").read_text(encoding="utf-8").replace("level: 8", "level: 7")
Path("wrong.yaml").write_text(wrong, encoding="utf-8")
sh("argyrodite run wrong.yaml --dry-run", fails=True)

# %% [markdown]
# ## Run it
#
# Jobs run side by side, one per core. A *job* is one piece of work: a dynamics run, a batch of
# labels, a fit. Its result is a *document* in the *store* (the folder `argyrodite_store`); its
# files lie in `argyrodite_runs`. You may press Ctrl-C at any time: nothing that is finished is
# lost.

# %%
sh("argyrodite run quickstart.yaml")

# %% [markdown]
# The table at the end says what matters: the conductivity at 300 K, extrapolated, with a 95 %
# interval, and where the labels came from. `<` marks an upper limit: where ions moved too little in
# the simulated time there is no number, and the software does not make one up.
#
# ## Change something, and run again
#
# A job is known by what it computes. So the same command goes on after an interruption, and after a
# change only what depends on it is computed. Let us ask for one more temperature:

# %%
edit("quickstart.yaml", "[400, 450, 500, 550]", "[400, 450, 500, 550, 600]")
sh("argyrodite run quickstart.yaml")

# %% [markdown]
# "Finished before and not repeated": sampling, labels, fits and the runs at the other temperatures
# were found in the store.
#
# ## Look
#
# `status` is one screen; `query` lists documents, for people as a table and for programs as JSON or
# CSV; the report, `report-quickstart/report.html`, is the page that you send to a colleague.

# %%
sh("argyrodite status")
sh("argyrodite query --stage conductivity")

# %%
documents = conductivities("argyrodite_store")
newest = list({d.configuration: d for d in documents}.values())
for document in newest:
    for result in document.results:
        print(
            document.configuration,
            f"{result.temperature_kelvin:g} K",
            f"D = {result.diffusivity_cm2_per_s} cm2/s" if result.is_diffusive else result.reason,
        )

figure, axes = plt.subplots(figsize=(5.5, 4), layout="constrained")
for document, colour in zip(newest, ("#0072B2", "#D55E00"), strict=False):
    for result in document.results:
        x, name = 1000 / result.temperature_kelvin, document.configuration
        if result.is_diffusive:
            value, (low, high) = (
                result.diffusivity_cm2_per_s,
                result.diffusivity_interval_95_cm2_per_s,
            )
            error = [[value - low], [high - value]]
            axes.errorbar(x, value, yerr=error, fmt="o", capsize=3, color=colour, label=name)
        else:
            limit = result.diffusivity_upper_limit_cm2_per_s
            axes.plot(x, limit, "v", mfc="none", color=colour, label=f"{name}, upper limit")
axes.set_yscale("log")
axes.set_xlabel("1000 K / T")
axes.set_ylabel("D of Li / cm$^2$ s$^{-1}$, with 95 % intervals")
handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
axes.legend(handles.values(), handles.keys())
axes.set_title("a potential trained on CHGNet: a surrogate of PBE", fontsize=10)
figure.savefig("quickstart_diffusivities.png", dpi=150)

# %% [markdown]
# ## To remember
#
# * One file, one command; the same command resumes.
# * What a number is worth stands beside it: interval, engine, warnings.
# * Another halide: `halide: Br`, and `lattice_constant_angstrom: null` (the file names the
#   chloride's). Give it another `name`. All crystals: the preset `laptop`.
#
# **To look at:** `quickstart_diffusivities.png`, `report-quickstart/report.html`.
#
# Next: your own composition (tutorial 2), your own DFT data (tutorial 3).
