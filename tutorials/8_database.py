"""Querying and plotting from the database: a tutorial in cells, see below."""

# %% [markdown]
# # 8. Querying and plotting results from the database
#
# Every job of a campaign left a document. This tutorial finds them again: on the shell, in Python
# as typed objects and tables, and with MongoDB's own queries; and plots from them. A store is a
# folder, a `mongodb://` URI, or `jobflow` (the store of your `jobflow.yaml`): all calls are the
# same.
#
# Takes the store of tutorial 1 (and runs it if it is not here); then seconds.

# %%
import csv
import io
import json
import subprocess
import sys
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
from shell import need, sh

from atomate2_argyrodite.queries import (
    as_table,
    conductivities,
    conductivity_table,
    labelled_sets,
    molecular_dynamics,
    potentials,
)
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.transport import Trajectory, diffusion

need("argyrodite_store", "1_quickstart.py")
STORE = "argyrodite_store"  # or "mongodb://user@host/database", or "jobflow"

# %% [markdown]
# ## On the shell
#
# Every document has a header: halide, configuration, functional, engine, potential, temperature,
# versions, seeds. `query` filters by it; `--format csv` is for spreadsheets, `--json` for programs.

# %%
sh(f"argyrodite query --store {STORE} --stage training")
sh(f"argyrodite query --store {STORE} --stage molecular_dynamics --min-temperature 500")
done = subprocess.run(
    [sys.executable, "-m", "atomate2_argyrodite.cli", "query", "--store", STORE,
     "--per-temperature", "--format", "csv"],
    capture_output=True, text=True, check=True,
)  # fmt: skip
rows = list(csv.DictReader(io.StringIO(done.stdout)))
print(len(rows), "rows with", len(rows[0]), "columns, such as", list(rows[0])[:8])

# %% [markdown]
# ## In Python: typed documents
#
# A store is opened once and queried often. Documents are objects with units in their names: an
# editor completes them, and a misspelt field is an error and not an empty plot.

# %%
store = open_store(STORE, must_exist=True)
everything = find_documents(store)
print(Counter(stored.document.stage for stored in everything))

found = conductivities(store, halide="Cl", functional="pbe", min_temperature=400.0)
newest = list({document.configuration: document for document in found}.values())
for document in newest:
    fit = document.arrhenius
    activation = f"E_a {fit.activation_energy_ev:.3f} eV" if fit else document.arrhenius_reason
    print(document.configuration, "|", activation, "| simulated by", document.engine.name)

# %% [markdown]
# ## Where did this number come from?
#
# A potential is known by the hash of its content. It leads from a conductivity to the runs, to the
# fit, to the labels.

# %%
document = newest[0]
runs = molecular_dynamics(store, potential_id=document.potential_id)
fits = potentials(store, potential_id=document.potential_id)
labels = labelled_sets(store)
print(f"{document.configuration} <- {len(runs)} runs <- potential {document.potential_id[:12]} <-")
print(f"fit of {fits[-1].created_at} <- {len(labels)} batches of labels by", labels[0].engine.name)
print("versions:", json.dumps(document.software_versions))

# %% [markdown]
# ## Tables
#
# Flat rows for pandas or a spreadsheet: `pandas.DataFrame(rows)`.

# %%
rows = conductivity_table(newest)
print(len(rows), "rows;", [name for name in rows[0] if "conductivity" in name])
runs_table = as_table(molecular_dynamics(store))
print("simulated:", sum(row.get("production_ps") or 0.0 for row in runs_table), "ps")

# %% [markdown]
# ## MongoDB's own language
#
# The raw documents are jobflow's: `uuid`, `name`, `output`. Any MongoDB query works, on the folder
# too.

# %%
raw = store.query(
    {"output.stage": "molecular_dynamics", "output.temperature_kelvin": {"$gte": 500.0}},
    properties=["uuid", "output.configuration", "output.temperature_kelvin"],
)
for entry in raw:
    output = entry["output"]
    print(entry["uuid"][:8], output["configuration"], output["temperature_kelvin"], "K")

# %% [markdown]
# ## Arrays
#
# They lie beside the documents and are fetched when they are asked for: the MSD of a conductivity,
# for example. Trajectories stay files; the document knows path and hash, so that a run can be
# analysed again, here leaving out the first fifth.

# %%
curves = newest[0].curves.to_arrays()
print({name: values.shape for name, values in list(curves.items())[:3]})
run = max(runs, key=lambda candidate: candidate.temperature_kelvin)
print(run.trajectory)
trajectory = Trajectory.from_file(
    run.trajectory.path, species=run.species, temperature=run.temperature_kelvin
)
again = diffusion(trajectory.after(0.2 * run.production_ps))
print("again:", again.diffusivity, "cm2/s,", "; ".join(again.reasons) or "diffusive")

# %% [markdown]
# ## A plot from the documents
#
# Intervals come with the values; limits are drawn as limits; the engine is named.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.9), layout="constrained")
for document, colour in zip(newest, ("#0072B2", "#D55E00", "#009E73"), strict=False):
    known = [r for r in document.results if r.is_diffusive]
    sigma = np.array([r.conductivity_ms_per_cm for r in known])
    bounds = np.array([r.conductivity_interval_95_ms_per_cm for r in known]).reshape(-1, 2).T
    left.errorbar(
        [1000 / r.temperature_kelvin for r in known], sigma,
        yerr=[sigma - bounds[0], bounds[1] - sigma], fmt="o", capsize=3, color=colour,
        label=document.configuration,
    )  # fmt: skip
    limits = [r for r in document.results if not r.is_diffusive]
    left.plot(
        [1000 / r.temperature_kelvin for r in limits],
        [r.conductivity_upper_limit_ms_per_cm for r in limits],
        "v", mfc="none", color=colour,
    )  # fmt: skip
left.set_yscale("log")
left.set_xlabel("1000 K / T")
left.set_ylabel("σ, Nernst-Einstein / mS cm$^{-1}$")
left.set_title(f"labels by {labels[0].engine.name}, a surrogate of DFT", fontsize=10)
left.legend()

fits = potentials(store)
errors = [fit.validation_errors or fit.training_errors for fit in fits]
right.plot(
    range(len(fits)), [1000 * e.force_mae_ev_per_angstrom for e in errors], "s-", color="#009E73"
)
right.set_ylim(bottom=0)
right.set_xticks(range(len(fits)))
right.set_xlabel("fit, in the order of active learning")
right.set_ylabel("force MAE, validation / meV Å$^{-1}$")
figure.savefig("from_the_database.png", dpi=150)

# %% [markdown]
# **To look at:** `from_the_database.png`. All documents and their fields: page *Documents* of the
# documentation.
