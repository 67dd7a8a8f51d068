"""Render scenes by OVITO: a program of its own, that needs only ``ovito`` and ``numpy``.

It is run as ``python render_scenes.py FOLDER`` by any Python that has OVITO (see `ovito`), so that
a driver that crashes takes no report with it. The folder holds ``scenes.json``, a list of
``{"name", "width", "height", "direction", "up"}``, and for every scene ``NAME.npz`` with the arrays

- ``positions`` (Å, atoms x 3), ``symbols`` (atoms; ``S (free)`` is S that is in no tetrahedron) and
  ``cell`` (Å, vectors in rows);
- ``density`` (grid of numbers) and ``level``, if an isosurface is to be drawn;
- ``paths`` (Å, points x 3) and ``lengths`` (points of each path), if paths are to be drawn.

It writes ``NAME.png``.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from ovito.data import DataCollection
from ovito.modifiers import (
    CoordinationPolyhedraModifier,
    CreateBondsModifier,
    CreateIsosurfaceModifier,
    SelectTypeModifier,
)
from ovito.pipeline import Pipeline, StaticSource
from ovito.vis import OpenGLRenderer, Viewport

# colour-blind safe, told apart in grey; radius in Å
LOOK = {
    "Li": ((0.34, 0.71, 0.91), 0.34),
    "P": ((0.80, 0.47, 0.65), 0.30),
    "Sb": ((0.80, 0.47, 0.65), 0.36),
    "Si": ((0.80, 0.47, 0.65), 0.30),
    "Ge": ((0.80, 0.47, 0.65), 0.33),
    "Sn": ((0.80, 0.47, 0.65), 0.36),
    "S": ((0.95, 0.78, 0.20), 0.44),
    "S (free)": ((0.84, 0.37, 0.00), 0.62),
    "Cl": ((0.00, 0.62, 0.45), 0.62),
    "Br": ((0.55, 0.32, 0.04), 0.68),
    "I": ((0.48, 0.20, 0.58), 0.76),
}
CENTRES = ("P", "Sb", "Si", "Ge", "Sn")
BOND_LENGTH = 2.75  # Å, longer than Sn-S and shorter than any contact between anions
PATH_COLOUR = (0.0, 0.45, 0.70)
SURFACE_COLOUR = (0.34, 0.71, 0.91)


def collection(arrays: dict[str, Any]) -> DataCollection:
    """Return the atoms, the cell and what else a scene shows."""
    data = DataCollection()
    cell = np.zeros((3, 4))
    cell[:, :3] = arrays["cell"].T
    data.create_cell(cell, pbc=(True, True, True))
    data.cell.vis.line_width = 0.08
    data.cell.vis.rendering_color = (0.35, 0.35, 0.35)
    particles = data.create_particles(count=len(arrays["positions"]))
    particles.create_property("Position", data=arrays["positions"])
    symbols = [str(symbol) for symbol in arrays["symbols"]]
    types = particles.create_property("Particle Type")
    for number, symbol in enumerate(dict.fromkeys(symbols), start=1):
        colour, radius = LOOK.get(symbol, ((0.6, 0.6, 0.6), 0.45))
        kind = types.add_type_id(number, particles, name=symbol)
        kind.color, kind.radius = colour, radius
        types[np.array([s == symbol for s in symbols])] = number
    if "density" in arrays:
        add_density(data, arrays["density"])
    if "paths" in arrays:
        add_paths(data, arrays["paths"], arrays["lengths"])
    return data


def add_density(data: DataCollection, values: Any) -> None:
    """Add a grid over the cell, the first axis along a."""
    grid = data.grids.create(identifier="density", domain=data.cell, shape=values.shape)
    grid.create_property("Density", data=np.asarray(values, dtype=float).flatten(order="F"))
    grid.vis.enabled = False


def add_paths(data: DataCollection, points: Any, lengths: Any) -> None:
    """Add a line for each ion."""
    lines = data.lines.create(identifier="paths", vis_params={"width": 0.09})
    start = 0
    for length in lengths:
        lines.create_line(points[start : start + int(length)])
        start += int(length)
    lines.vis.color = PATH_COLOUR


def pipeline(arrays: dict[str, Any]) -> Pipeline:
    """Return atoms with their MS4 tetrahedra."""
    made = Pipeline(source=StaticSource(data=collection(arrays)))
    present = {str(symbol) for symbol in arrays["symbols"]}
    centres = [symbol for symbol in CENTRES if symbol in present]
    if centres and "S" in present:
        bonds = CreateBondsModifier(mode=CreateBondsModifier.Mode.Pairwise)
        for symbol in centres:
            bonds.set_pairwise_cutoff(symbol, "S", BOND_LENGTH)
        bonds.vis.width = 0.16
        made.modifiers.append(bonds)
        made.modifiers.append(SelectTypeModifier(types=set(centres)))
        polyhedra = CoordinationPolyhedraModifier()
        polyhedra.vis.surface_color = LOOK[centres[0]][0]
        polyhedra.vis.surface_transparency = 0.4
        made.modifiers.append(polyhedra)
        made.modifiers.append(SelectTypeModifier(types=set()))
    if "density" in arrays:
        surface = CreateIsosurfaceModifier(
            operate_on="voxels:density", property="Density", isolevel=float(arrays["level"])
        )
        surface.vis.surface_color = SURFACE_COLOUR
        surface.vis.surface_transparency = 0.35
        surface.vis.show_cap = False
        made.modifiers.append(surface)
    return made


def render(folder: Path, scene: dict[str, Any]) -> None:
    """Render one scene."""
    with np.load(folder / f"{scene['name']}.npz", allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    shown = pipeline(arrays)
    shown.add_to_scene()
    size = (int(scene["width"]), int(scene["height"]))
    view = Viewport(type=Viewport.Type.Ortho)
    view.camera_dir = tuple(scene["direction"])
    view.camera_up = tuple(scene["up"])
    view.zoom_all(size=size)
    view.render_image(
        size=size,
        filename=str(folder / f"{scene['name']}.png"),
        background=(1.0, 1.0, 1.0),
        renderer=OpenGLRenderer(antialiasing_level=3),
    )
    shown.remove_from_scene()


def main() -> None:
    """Render all scenes of the folder that is named on the command line."""
    folder = Path(sys.argv[1])
    for scene in json.loads((folder / "scenes.json").read_text(encoding="utf-8")):
        try:
            render(folder, scene)
        except (LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
            print(f"{scene['name']}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
