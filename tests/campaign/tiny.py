"""The whole graph of the quickstart with an engine that costs nothing: its numbers mean nothing."""

TINY = """
name: tiny
engine: {model: "ase.calculators.lj:LennardJones"}
crystal: {configurations: [0-F-43m, 50-P222_1]}
sampling: {strains: [-0.01, 0.01], temperatures_kelvin: [300], equilibration_ps: 0.004,
  production_ps: 0.01, snapshots_per_run: 4}
training: {level: 2, cutoff_angstrom: 4, maximum_iterations: 5}
active_learning: {temperatures_kelvin: [300], replicas: 1, initial_exploration_ps: 0.05,
  exploration_ps: 0.05, maximum_iterations: 1, maximum_labels_per_iteration: 5}
conductivity: {supercell: [1, 1, 1], temperatures_kelvin: [300], replicas: 1, ramp_ps: 0.05,
  production_ps: 0.5, frame_interval_ps: 0.01}
"""
DOCUMENTS = {
    "sampling": 4,
    "labelling": 1,
    "training": 1,
    "exploration": 2,
    "selection": 1,
    "active_learning": 1,
    "molecular_dynamics": 2,
    "conductivity": 2,
    "campaign": 1,
}
