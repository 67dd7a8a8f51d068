"""Pictures of crystals, slabs and grain boundaries: ions as discs, PS4 as tetrahedra."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS
from atomate2_argyrodite.structures.units import RigidUnits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]

# fill colour and radius of the disc in Å, chosen to be told apart in grey and by the colour-blind
_LOOK = {
    "Li": ("#b9e3b4", 0.50),
    "S": ("#f2c230", 0.62),
    "Cl": ("#2f7f4f", 0.85),
    "Br": ("#8a4b2a", 0.95),
    "I": ("#5b3a8c", 1.05),
    "P": ("#7f63b8", 0.45),
    "Si": ("#3f6fb5", 0.45),
    "Ge": ("#4f8f9f", 0.45),
    "Sn": ("#7f8f9f", 0.50),
    "Sb": ("#9f6f4f", 0.50),
}
_TETRAHEDRON_ALPHA = 0.35
_FACE = 1e-3  # fraction of an edge; units this near to a face of the cell are drawn on both
_SMALL = 200  # atoms; up to this size units on faces are repeated
_INCHES_PER_ANGSTROM = 0.45
_LARGEST_SIDE = 12.0  # inches


@dataclass(frozen=True, eq=False)
class _Scene:
    """Everything to draw, turned so that the viewer looks along -z."""

    symbols: list[str]
    positions: FloatArray
    tetrahedra: list[FloatArray]
    centre_symbols: list[str]


def structure_figure(
    structure: Structure,
    path: str | Path,
    *,
    along: Sequence[float] | None = None,
    title: str | None = None,
) -> Path:
    """Draw a structure to a file (PNG, PDF or SVG by its name).

    Parameters
    ----------
    structure
        A conventional cell, slab, supercell or boundary with whole PS4 units.
    path
        Where to write.
    along
        Direction of view in Cartesian coordinates. By default cells of up to 200 atoms are seen
        from the front, a little from above and from the right; larger structures along a with c to
        the right, so that boundaries and surfaces are upright lines.
    title
        Written above the picture.

    Returns
    -------
    pathlib.Path
        The file that was written. ``boundary_planes`` or ``surface_planes`` in the structure's
        properties are drawn as dashed lines where the view is along a.

    Raises
    ------
    InputError
        If the folder does not exist or the direction is zero.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    target = Path(path)
    if not target.parent.is_dir():
        raise InputError(f"folder {str(target.parent)!r} does not exist: create it first")
    planes = _planes(structure)
    turn = _turn(structure, along, bool(planes))
    scene = _scene(structure, turn)
    figure = Figure(figsize=_figure_size(scene), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw_cell(axes, structure, turn)
    _draw_ions(axes, scene)
    if along is None:
        _draw_planes(axes, structure, planes)
    _label(axes, scene, title)
    figure.savefig(target, dpi=150)
    return target


def _planes(structure: Structure) -> list[float]:
    found = structure.properties.get("boundary_planes") or structure.properties.get(
        "surface_planes"
    )
    return [float(fraction) for fraction in found or []]


def _turn(structure: Structure, along: Sequence[float] | None, layered: bool) -> FloatArray:
    """Return the rotation into the viewer's axes: x right, y up, z towards the viewer."""
    if along is None and (layered or len(structure) > _SMALL):
        return np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    towards = -np.asarray((-0.30, 1.0, -0.22) if along is None else along, dtype=np.float64)
    norm = float(np.linalg.norm(towards))
    if towards.shape != (3,) or not 0 < norm < np.inf:
        raise InputError(f"direction of view {along!r} must be three numbers, not all zero")
    z = towards / norm
    up = np.array([0.0, 0.0, 1.0]) if abs(z[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    x = np.cross(up, z)
    x = x / np.linalg.norm(x)
    return np.array([x, np.cross(z, x), z])


def _scene(structure: Structure, turn: FloatArray) -> _Scene:
    """Return ions and tetrahedra, with units on faces of a small cell repeated."""
    units = RigidUnits.from_structure(structure)
    fractional = units.centres @ np.linalg.inv(units.cell)
    wrapped = fractional - np.floor(fractional + _FACE)
    symbols: list[str] = []
    positions: list[FloatArray] = []
    tetrahedra: list[FloatArray] = []
    centre_symbols: list[str] = []
    members = np.split(
        np.argsort(units.unit_of_atom, kind="stable"),
        np.cumsum(np.bincount(units.unit_of_atom))[:-1],
    )
    for unit, atoms in enumerate(members):
        names = [Element.from_Z(int(n)).symbol for n in units.numbers[atoms]]
        for image in _images(wrapped[unit], len(structure)):
            places = ((wrapped[unit] + image) @ units.cell + units.offsets[atoms]) @ turn.T
            symbols.extend(names)
            positions.append(places)
            if len(atoms) == 5:
                centre = next(n for n, name in enumerate(names) if name in TETRAHEDRAL_BOND_LENGTHS)
                tetrahedra.append(np.delete(places, centre, axis=0))
                centre_symbols.append(names[centre])
    return _Scene(symbols, np.concatenate(positions), tetrahedra, centre_symbols)


def _images(fractional: FloatArray, atoms: int) -> list[FloatArray]:
    if atoms > _SMALL:
        return [np.zeros(3)]
    choices = [(0.0, 1.0) if abs(x) < _FACE else (0.0,) for x in fractional]
    return [np.array(image) for image in product(*choices)]


def _figure_size(scene: _Scene) -> tuple[float, float]:
    extent = np.ptp(scene.positions[:, :2], axis=0) + 3.0
    inches = extent * min(_INCHES_PER_ANGSTROM, _LARGEST_SIDE / float(extent.max()))
    return max(4.0, float(inches[0])), max(3.0, float(inches[1])) + 0.8


def _draw_cell(axes: "Axes", structure: Structure, turn: FloatArray) -> None:
    corners = np.array(list(product((0, 1), repeat=3)))
    places = corners @ structure.lattice.matrix @ turn.T
    for i, j in combinations(range(8), 2):
        if np.abs(corners[i] - corners[j]).sum() == 1:
            axes.plot(*places[[i, j], :2].T, color="0.35", lw=0.8, zorder=0)


def _draw_ions(axes: "Axes", scene: _Scene) -> None:
    """Draw from back to front: tetrahedra at the depth of their middle, ions at theirs."""
    from matplotlib.collections import EllipseCollection, PolyCollection
    from scipy.spatial import ConvexHull

    depth = np.argsort(scene.positions[:, 2])
    radii = np.array([_LOOK[name][1] for name in scene.symbols])[depth]
    faces = [
        corners[ConvexHull(corners[:, :2]).vertices, :2]
        for corners in sorted(scene.tetrahedra, key=lambda corners: float(corners[:, 2].mean()))
    ]
    colours = [_LOOK[name][0] for name in scene.centre_symbols]
    axes.add_collection(
        PolyCollection(
            faces, facecolors=colours, edgecolors=colours, alpha=_TETRAHEDRON_ALPHA, zorder=1
        )
    )
    axes.add_collection(
        EllipseCollection(
            2 * radii,
            2 * radii,
            np.zeros(len(radii)),
            units="xy",
            offsets=scene.positions[depth, :2],
            offset_transform=axes.transData,
            facecolors=[_LOOK[scene.symbols[n]][0] for n in depth],
            edgecolors="0.2",
            linewidths=0.4,
            zorder=2,
        )
    )


def _draw_planes(axes: "Axes", structure: Structure, planes: list[float]) -> None:
    height = structure.lattice.c
    drawn = [*planes, 1.0] if 0.0 in planes else planes
    for fraction in drawn:
        axes.axvline(fraction * height, color="#c0392b", ls="--", lw=1.4, zorder=3)


def _label(axes: "Axes", scene: _Scene, title: str | None) -> None:
    from matplotlib.lines import Line2D

    present = [name for name in _LOOK if name in scene.symbols]
    handles = [
        Line2D([], [], marker="o", ls="", mfc=_LOOK[name][0], mec="0.2", mew=0.5, label=name)
        for name in present
    ]
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=len(handles),
        frameon=False,
    )
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.axis("off")
    if title:
        axes.set_title(title)
