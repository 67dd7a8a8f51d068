"""Your own composition and site disorder: a tutorial in cells, see below."""

# %% [markdown]
# # 2. Your own composition and site disorder
#
# In Li6PS5X the free sulphur and the halide X share two sites, 4a and 4c. How they are mixed
# changes the conductivity by orders of magnitude, and a POSCAR can hold only one arrangement. This
# tutorial lists the arrangements of Li6PS5Br and of compositions of your own, ranks them by energy,
# draws a random structure from them, and writes files for VASP and LAMMPS.
#
# Takes half a minute.

# %%
import matplotlib.pyplot as plt
import numpy as np
from shell import SHORT, edit, sh

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.structures import (
    boltzmann_weights,
    composition_configurations,
    random_supercell,
    site_disorder_configurations,
    structure_figure,
)

HALIDE = "Br"

# %% [markdown]
# ## The six arrangements
#
# Four X and four S can be placed over 4a and 4c of the cubic cell in 70 ways. By symmetry only six
# differ. The label says the percentage of X on 4c and the space group; the multiplicity, how many
# of the 70 ways it stands for.

# %%
sh(f"argyrodite structures configurations --halide {HALIDE}")
crystals = site_disorder_configurations(HALIDE)
assert sum(crystal.multiplicity for crystal in crystals) == 70

# %% [markdown]
# As files, for VESTA, VASP or LAMMPS. `.json` keeps everything that the package knows of a crystal.

# %%
sh(f"argyrodite structures configurations --halide {HALIDE} -o crystals --format poscar --force")

# %% [markdown]
# ## Other compositions
#
# Mixed halides, more halide than one per formula unit (with less Li, so that the charge is right),
# and another centre of the tetrahedra. Where a composition has many arrangements the command lists
# those that a cubic cell can hold.

# %%
sh("argyrodite structures configurations --halides Cl=0.5,Br=0.5")
mixed = composition_configurations({"Cl": 0.5, "Br": 0.5})
rich = composition_configurations({"Cl": 1.5})
print(len(mixed), "arrangements of", mixed[0].composition)
print(len(rich), "arrangements of", rich[0].composition)

# %% [markdown]
# You may also start from a CIF of your own: wherever a command takes a label it takes a file, such
# as `argyrodite structures slab my.cif -o slab.vasp` or `argyrodite md my.cif potential.mtp ...`.
# Campaign files, however, know the six arrangements of Li6PS5X with X = Cl, Br, I only.
#
# ## Which of them are there at a temperature?
#
# Weights follow from energies: $p_i \propto m_i \exp(-E_i / kT)$, with the energy per atom, which
# is the convention of the paper. Energies come from your DFT, or from the section `stability` of a
# campaign. How the crystals are relaxed decides the result: Li on 24g sits on a saddle point, so
# that the crystals as built, and relaxed, come out in different orders. Here CHGNet does both, by
# the protocol `cubic` (positions and volume, from the built positions).

# %%
engine = FoundationEngine()
configurations = [LabelledConfiguration.from_structure(c.structure) for c in crystals]
built = engine.static(configurations, "pbe")
relaxed = [
    engine.relax(c, "pbe", keep_shape=True, maximum_steps=20 if SHORT else 300)
    for c in configurations
]
energies = {
    "as built": np.array([label.energy / len(label.numbers) for label in built]),
    "relaxed": np.array([r.configuration.energy / len(r.configuration.numbers) for r in relaxed]),
}
relative = energies["relaxed"] - energies["relaxed"].min()  # eV per atom
multiplicities = [crystal.multiplicity for crystal in crystals]
weights = {t: boltzmann_weights(relative, t, multiplicities) for t in (300.0, 800.0)}
for k, crystal in enumerate(crystals):
    print(
        f"{crystal.label:12} {1000 * relative[k]:6.1f} meV/atom, {weights[300.0][k]:.3f} at 300 K"
        + ("" if relaxed[k].is_converged else " (relaxation stopped early)")
    )

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
place = np.arange(len(crystals))
for k, (name, values) in enumerate(energies.items()):
    panels[0].bar(
        place - 0.2 + 0.4 * k, 1000 * (values - values.min()), 0.4, label=name,
        color=("#BBBBBB", "#0072B2")[k],
    )  # fmt: skip
for k, (temperature, values) in enumerate(weights.items()):
    panels[1].bar(
        place - 0.2 + 0.4 * k, values, 0.4, label=f"{temperature:g} K",
        color=("#56B4E9", "#D55E00")[k],
    )  # fmt: skip
panels[0].set_ylabel("E above the lowest / meV atom$^{-1}$")
panels[1].set_ylabel("weight, relaxed, with multiplicity")
for axes in panels:
    axes.set_xticks(place, [crystal.label for crystal in crystals], rotation=45)
    axes.legend()
figure.suptitle(f"Li6PS5{HALIDE} by CHGNet, a surrogate of PBE", fontsize=11)
figure.savefig("site_disorder.png", dpi=150)

# %% [markdown]
# ## A random structure
#
# A supercell of unit cells that are drawn by these weights: disorder without choosing one
# arrangement. With `repeats=3` it has 1,404 atoms, and one simulation of it stands for the bulk.

# %%
repeats = 2 if SHORT else 3
random = random_supercell(crystals, weights[800.0], repeats=repeats, seed=1)
print(random.composition.reduced_formula, len(random), "atoms;", random.properties["counts"])
structure_figure(random, "random_structure.png", title=f"{repeats**3} cells, drawn at 800 K")

# %% [markdown]
# From the shell: `argyrodite structures random --halide Br -e 50-P222_1=0,25-R3m=4,0-F-43m=23 -T
# 800 -o random.json`, with your energies in meV/atom.
#
# ## Into a campaign
#
# For a campaign with this halide and four of the crystals:

# %%
sh("argyrodite init --preset laptop -o bromide.yaml --force")
edit("bromide.yaml", "name: laptop", "name: bromide")
edit("bromide.yaml", "halide: Cl ", "halide: Br ")
sh("argyrodite run bromide.yaml --dry-run")

# %% [markdown]
# **To look at:** `site_disorder.png`, `random_structure.png`, and `crystals/` in VESTA.
