"""A campaign on a cluster with FireWorks and MongoDB: a tutorial in cells, see below."""

# %% [markdown]
# # 7. A VASP or CP2K campaign on a cluster, with FireWorks and MongoDB
#
# You know how to put VASP into a queue. FireWorks does that for thousands of jobs: a *launchpad* in
# MongoDB lists them with their dependencies; *workers* (`rlaunch`) inside queue jobs fetch what is
# ready; results go to a store in MongoDB. Nothing about a campaign changes: the file that ran on
# your laptop is submitted.
#
# This script writes the files that you need once, counts a campaign with DFT, and submits a toy
# campaign, runs its workers here, and watches. It needs a MongoDB server: yours
# (`ARGYRODITE_TUTORIAL_MONGO=mongodb://...`), or a stand-in on this machine (see `mongo.py`);
# without one only the parts that need none are run. No queue is used. One minute.

# %%
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import matplotlib.pyplot as plt
import yaml
from fireworks import LaunchPad
from fireworks.user_objects.queue_adapters.common_adapter import CommonAdapter
from jobflow import JobStore
from mongo import server_uri
from shell import edit, sh

from atomate2_argyrodite.campaign.config_file import read_campaign
from atomate2_argyrodite.store import find_documents

HERE = Path.cwd()


def write(name: str, text: str) -> None:
    """Write one of the files of a cluster, and show it."""
    Path(name).write_text(text, encoding="utf-8")
    print(f"--- {name}\n{text}")


# %% [markdown]
# ## Count before you compute
#
# The preset `paper` is the whole method with its numbers. Here it is cut down to one halide and
# PBE, and given to CP2K, which is free; for VASP write `name: vasp` (the licence and the POTCARs
# are yours, and `~/.atomate2.yaml` and `~/.pmgrc.yaml` say where they are). `--dry-run` needs none
# of the programs.

# %%
sh("argyrodite init --preset paper -o chloride.yaml --force")
edit("chloride.yaml", "name: paper", "name: chloride")
edit("chloride.yaml", "name: vasp", "name: cp2k")
edit("chloride.yaml", "other_halides: [Br, I]", "other_halides: []")
edit("chloride.yaml", "other_functionals: [pbe-d3bj, optb88-vdw]", "other_functionals: []")
sh("argyrodite run chloride.yaml --dry-run")

# %% [markdown]
# ## Once, on the login node
#
# 1. `jobflow.yaml`: where results go. Documents into MongoDB, arrays into GridFS beside them.
# 2. `my_launchpad.yaml`: where the list of jobs is. FireWorks looks for it in the working folder
#    and in `~/.fireworks`. Passwords stay in these two files: readable by you alone (`chmod 600`).
# 3. `my_fworker.yaml`: what this kind of node is; `env` holds what only the machine knows.
# 4. `my_qadapter.yaml`: the head of your job script.

# %%
uri = server_uri("mongo_stand_in")
address = urlsplit(uri or "mongodb://db.example.org:27017")
host, port = address.hostname, address.port or 27017
write("jobflow.yaml", f"""JOB_STORE:
  docs_store: {{type: MongoStore, host: {host}, port: {port}, database: tutorial,
    collection_name: documents}}
  additional_stores:
    data: {{type: GridFSStore, host: {host}, port: {port}, database: tutorial,
      collection_name: documents_data}}
""")  # fmt: skip
write("my_launchpad.yaml", f"""host: {host}
port: {port}
name: tutorial_jobs
strm_lvl: WARNING
""")  # fmt: skip
write("my_fworker.yaml", """name: cpu
category: cpu
query: "{}"
env: {ARGYRODITE_LAMMPS_COMMAND: "lmp"}   # on a cluster for example: srun lmp
""")  # fmt: skip
write("my_qadapter.yaml", """_fw_name: CommonAdapter
_fw_q_type: SLURM
rocket_launch: rlaunch -w my_fworker.yaml singleshot
nodes: 1
ntasks_per_node: 64
walltime: "24:00:00"
account: my_project
pre_rocket: source ~/argyrodite/.venv/bin/activate
""")  # fmt: skip
os.environ["JOBFLOW_CONFIG_FILE"] = str(HERE / "jobflow.yaml")
os.environ["ARGYRODITE_STORE"] = "jobflow"

# %% [markdown]
# ## The campaign
#
# The toy: Lennard-Jones for an engine, seconds of everything. Its numbers mean nothing; all
# programs and the whole graph are real. `workers` says where the jobs of each stage run; it changes
# no result, so that it is no part of a job's identity.

# %%
write("toy.yaml", """name: toy
engine: {model: "ase.calculators.lj:LennardJones"}
crystal: {configurations: [0-F-43m]}
sampling: {strains: [-0.01, 0.01], temperatures_kelvin: [300], equilibration_ps: 0.004,
  production_ps: 0.01, snapshots_per_run: 4}
training: {level: 2, cutoff_angstrom: 4, maximum_iterations: 5}
active_learning: {temperatures_kelvin: [300], replicas: 1, initial_exploration_ps: 0.05,
  exploration_ps: 0.05, maximum_iterations: 1, maximum_labels_per_iteration: 5}
conductivity: {supercell: [1, 1, 1], temperatures_kelvin: [300], replicas: 1, ramp_ps: 0.05,
  production_ps: 0.5, frame_interval_ps: 0.01}
workers:
  default: {category: cpu, cores: 1}
  conductivity: {cores: 64, mpi_command: srun -n 64, queue: {nodes: 1, walltime: "48:00:00"}}
""")  # fmt: skip
adapter = yaml.safe_load(Path("my_qadapter.yaml").read_text(encoding="utf-8"))
queue = read_campaign(Path("toy.yaml")).workers.of("conductivity").queue
print("what FireWorks would hand to sbatch for a job of the stage conductivity:\n")
print(CommonAdapter.from_dict({**adapter, **queue}).get_script_str("."))

# %% [markdown]
# (Here, without `srun`, the toy must not ask for it.)
#
# ## Submit, work, watch
#
# `submit` puts each job on the launchpad once. On a cluster, `qlaunch -r rapidfire --nlaunches
# infinite -m 20` keeps 20 queue jobs waiting, each of which runs what it finds; here one worker
# does all.

# %%
WORKER = "rlaunch -s -l ../my_launchpad.yaml -w ../my_fworker.yaml rapidfire --nlaunches 0"
edit("toy.yaml", "{cores: 64, mpi_command: srun -n 64, queue:", "{queue:")
if uri is not None:
    launchpad = LaunchPad.from_file("my_launchpad.yaml")
    launchpad.reset("", require_password=False)  # as `lpad reset`: it empties the launchpad
    sh("argyrodite submit toy.yaml --launchpad my_launchpad.yaml --work-dir runs")
    sh("argyrodite status --launchpad my_launchpad.yaml")
    Path("launches").mkdir(exist_ok=True)
    sh(WORKER, folder="launches")
    sh("argyrodite status --launchpad my_launchpad.yaml")

# %% [markdown]
# ## Go on, change, repair
#
# Submit again to go on: what is finished is found by content, failed jobs are set to run again, and
# after a change only what is new is added. FireWorks' own commands work as ever: `lpad get_wflows`,
# `lpad rerun_fws -i 12`, `lpad detect_lostruns --rerun` (workers that a queue killed), `lpad
# defuse_fws`.

# %%
if uri is not None:
    edit("toy.yaml", "production_ps: 0.5", "production_ps: 0.6")
    sh("argyrodite submit toy.yaml --launchpad my_launchpad.yaml --work-dir runs")
    sh(WORKER, folder="launches")
    sh("argyrodite query --stage molecular_dynamics")

# %% [markdown]
# ## Who waited for whom

# %%
if uri is not None:
    settings = yaml.safe_load(Path("jobflow.yaml").read_text(encoding="utf-8"))
    store = JobStore.from_dict_spec(settings["JOB_STORE"])
    store.connect()
    documents = [s for s in find_documents(store) if s.document.wall_time_s is not None]
    ends = [datetime.fromisoformat(s.document.created_at).timestamp() for s in documents]
    spans = [(end - s.document.wall_time_s, end) for s, end in zip(documents, ends, strict=True)]
    first = min(begin for begin, _ in spans)
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    colours = {
        stage: f"C{k}" for k, stage in enumerate(dict.fromkeys(s.document.stage for s in documents))
    }
    for row, (stored, (begin, end)) in enumerate(zip(documents, spans, strict=True)):
        axes.barh(
            row, max(end - begin, 0.3), left=begin - first, color=colours[stored.document.stage]
        )
    for stage, colour in colours.items():
        axes.barh(0, 0, color=colour, label=stage.replace("_", " "))
    axes.set_yticks(range(len(documents)), [s.job_name for s in documents], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("time / s")
    axes.legend(fontsize=7)
    figure.savefig("jobs.png", dpi=150)

# %% [markdown]
# ## Before the real thing
#
# * The work directory (`--work-dir /scratch/me/argyrodite`) must be the same folder on every node.
# * Run the toy on your cluster first, through the queue.
# * Then one crystal with your engine: short `sampling`, `active_learning: null`, `conductivity:
#   null`.
# * No cluster, queue or mongod was at hand when this was written; VASP was never run. See the page
#   *Limits*.
#
# **To look at:** `jobs.png`, and `argyrodite report`.
