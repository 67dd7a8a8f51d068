"""Read files by OVITO and tell as JSON what it saw: ``python read_by_ovito.py FILE...``.

With ``--topology DATA``, atoms come from the LAMMPS data file and their places from each FILE.
"""

import json
import sys

from ovito.io import import_file
from ovito.modifiers import LoadTrajectoryModifier
from ovito.pipeline import FileSource


def pipeline_of(path, topology):
    if topology is None:
        return import_file(path)
    pipeline = import_file(topology, atom_style="atomic")
    loaded = LoadTrajectoryModifier(source=FileSource())
    loaded.source.load(path)
    pipeline.modifiers.append(loaded)
    return pipeline


def seen(path, topology):
    pipeline = pipeline_of(path, topology)
    data = pipeline.compute(pipeline.num_frames - 1)
    types = data.particles.particle_types
    names = {kind.id: kind.name for kind in types.types}
    return {
        "frames": pipeline.num_frames,
        "symbols": [names[int(number)] for number in types[...]],
        "positions": data.particles.positions[...].tolist(),
        "cell": data.cell[:, :3].T.tolist(),
        "grids": [
            {"shape": list(grid.shape), "values": next(iter(grid.values()))[...].tolist()}
            for grid in data.grids.values()
        ],
    }


def main():
    arguments = sys.argv[1:]
    topology = None
    if arguments[0] == "--topology":
        topology, arguments = arguments[1], arguments[2:]
    print(json.dumps({path: seen(path, topology) for path in arguments}))


main()
