"""Pictures of crystals, slabs and grain boundaries: ions as discs, PS4 as tetrahedra.

S that belongs to no tetrahedron is drawn apart, for site disorder is where it and the halide sit.
"""

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

FIGURE_SUFFIXES = (".png", ".pdf", ".svg")
_FREE_SULPHUR = "S (free)"
# fill colour and radius of the disc in Å, chosen to be told apart in grey and by the colour-blind
_LOOK = {
    "Li": ("#cfe8f7", 0.38),
    "S": ("#f5d76e", 0.42),
    _FREE_SULPHUR: ("#d9822b", 0.72),
    "Cl": ("#2f7f4f", 0.72),
    "Br": ("#8a4b2a", 0.80),
    "I": ("#3d2a6b", 0.90),
    "P": ("#7f63b8", 0.36),
    "Si": ("#3f6fb5", 0.36),
    "Ge": ("#4f8f9f", 0.36),
    "Sn": ("#7f8f9f", 0.40),
    "Sb": ("#9f6f4f", 0.40),
}
_TETRAHEDRON_ALPHA = 0.28
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
        If the folder does not exist, the name ends in none of these, or the direction is zero.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    target = Path(path)
    check_figure_path(target)
    planes = _planes(structure)
    turn = _turn(structure, along, bool(planes))
    scene = _scene(structure, turn)
    figure = Figure(figsize=_figure_size(structure, scene, turn), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw_cell(axes, structure, turn)
    _draw_ions(axes, scene)
    if along is None:
        _draw_planes(axes, structure, planes)
    _label(axes, scene, title)
    figure.savefig(target, dpi=150)
    return target


def check_figure_path(path: Path) -> None:
    """Refuse a path that no figure can be written to.

    Raises
    ------
    InputError
        If the folder does not exist or the name ends in none of .png, .pdf and .svg.
    """
    if not path.parent.is_dir():
        raise InputError(f"folder {str(path.parent)!r} does not exist: create it first")
    if path.suffix.lower() not in FIGURE_SUFFIXES:
        raise InputError(
            f"figure {path.name!r} is of no known kind: end its name in "
            f"{', '.join(FIGURE_SUFFIXES)}"
        )


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
        names = [_FREE_SULPHUR] if names == ["S"] else names
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


def _figure_size(structure: Structure, scene: _Scene, turn: FloatArray) -> tuple[float, float]:
    points = np.concatenate([scene.positions, _corners() @ structure.lattice.matrix @ turn.T])
    extent = np.ptp(points[:, :2], axis=0) + 3.0
    inches = extent * min(_INCHES_PER_ANGSTROM, _LARGEST_SIDE / float(extent.max()))
    return max(4.0, float(inches[0])), max(3.0, float(inches[1])) + 0.8


def _corners() -> FloatArray:
    return np.array(list(product((0.0, 1.0), repeat=3)))


def _draw_cell(axes: "Axes", structure: Structure, turn: FloatArray) -> None:
    corners = _corners()
    places = corners @ structure.lattice.matrix @ turn.T
    for i, j in combinations(range(8), 2):
        if np.abs(corners[i] - corners[j]).sum() == 1:
            axes.plot(*places[[i, j], :2].T, color="0.35", lw=0.8, zorder=0)


def _draw_ions(axes: "Axes", scene: _Scene) -> None:
    """Draw from back to front: faces of tetrahedra at the depth of their middle, ions at theirs."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle, Patch, Polygon

    patches: list[tuple[float, Patch]] = []
    for corners, symbol in zip(scene.tetrahedra, scene.centre_symbols, strict=True):
        colour = _LOOK[symbol][0]
        for face in combinations(range(4), 3):
            triangle = corners[list(face)]
            fill, edge = (colour, _TETRAHEDRON_ALPHA), (colour, 0.7)
            patch = Polygon(triangle[:, :2], fc=fill, ec=edge, lw=0.5)
            patches.append((float(triangle[:, 2].mean()), patch))
    for symbol, (x, y, z) in zip(scene.symbols, scene.positions, strict=True):
        colour, radius = _LOOK[symbol]
        patches.append((float(z), Circle((x, y), radius, fc=colour, ec="0.2", lw=0.4)))
    ordered = [patch for _, patch in sorted(patches, key=lambda entry: entry[0])]
    axes.add_collection(PatchCollection(ordered, match_original=True, zorder=1))


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
