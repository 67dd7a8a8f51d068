"""Views of crystals, boundaries, the density of Li and its paths."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Lattice, Structure

from atomate2_argyrodite.conductivity.analysis import trajectory_of
from atomate2_argyrodite.conductivity.mechanism_schemas import MechanismDocument
from atomate2_argyrodite.conductivity.schemas import MolecularDynamicsDocument
from atomate2_argyrodite.errors import InputError, TrajectoryError
from atomate2_argyrodite.grain_boundary.schemas import BoundaryDocument
from atomate2_argyrodite.mtp import configurations_from_arrays
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.rendering import Scene, render_by_ovito
from atomate2_argyrodite.report.rendering.scenes import ALONG_A, ALONG_C, OBLIQUE, with_free_sulphur
from atomate2_argyrodite.report.style import Picture, file_stem
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.structures.figures import structure_figure

FloatArray = NDArray[np.float64]
_COLOURS = {
    "P": "PS4 pink",
    "S": "S of PS4 yellow",
    "S (free)": "other S orange",
    "Cl": "Cl green",
    "Br": "Br brown",
    "I": "I violet",
    "Li": "Li light blue",
}
_CRYSTALS_SHOWN = 6
_BOUNDARIES_SHOWN = 4
_PATHS_SHOWN = 3
_FRAMES = 600
_POSITIONS = 4_000_000  # 100 MB
_SMOOTHED = 4  # frames
_LEVEL = 0.06
"""Isosurface of the density, of its largest value: it encloses the cages and the links."""
_QUARTER = 0.25
"""Shift of a cubic cell that brings whole PS4 units inside it; 4c sites are at this height."""
_HALF_LAYER = 0.2
"""Of the lattice constant: half the thickness of a layer of cages."""
_NEAR = 0.08
"""Of the lattice constant: how far a cell may be from whole cubes for its layers to be known."""


@dataclass(frozen=True, eq=False)
class View:
    """A scene, what it shows, and the structure that stands for it where OVITO is missing."""

    scene: Scene
    caption: str
    plain: Structure | None = None


def crystal_views(records: CampaignRecords) -> Iterator[Picture]:
    """Draw the crystals that a campaign computed with, as they were built."""
    yield from pictures_of([*_crystals(records)])


def boundary_views(records: CampaignRecords) -> Iterator[Picture]:
    """Draw the relaxed boundaries, those of lowest energy first."""
    yield from pictures_of([*_boundaries(records)])


def lithium_views(records: CampaignRecords) -> Iterator[Picture]:
    """Draw surfaces of the density of Li, and its paths where trajectories are still there."""
    yield from pictures_of([*_densities(records), *_paths(records)])


def pictures_of(views: Sequence[View]) -> Iterator[Picture]:
    """Yield the pictures of views: by OVITO, or plain ones of those that have a structure."""
    rendered = render_by_ovito([view.scene for view in views])
    for view in views:
        scene = view.scene
        png = rendered.get(scene.name)
        if png is not None:
            caption = f"{view.caption} Drawn by OVITO{_legend(scene)}."
            size = scene.width_px, scene.height_px
            yield Picture(scene.name, caption, view.caption, png, None, *size)
        elif view.plain is not None:
            yield Picture(scene.name, view.caption, view.caption, _plain(view.plain))


def _legend(scene: Scene) -> str:
    """Return in words which colour is which."""
    shown = [words for symbol, words in _COLOURS.items() if symbol in set(scene.symbols)]
    paths = ["paths of Li dark blue"] if "Li" not in scene.symbols and len(scene.paths) else []
    return f": {', '.join([*shown, *paths])}" if shown else ""


def _plain(structure: Structure) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return structure_figure(structure, Path(folder) / "structure.png").read_bytes()


def _crystals(records: CampaignRecords) -> Iterator[View]:
    campaign = records.campaign
    used = {c.label: c for c in campaign.crystals if c.is_used} if campaign else {}
    halide = campaign.halide if campaign else None
    if halide is None or not used:
        return
    constant = next(iter(used.values())).lattice_constant_angstrom
    family = site_disorder_configurations(halide, constant)
    for crystal in [c for c in family if c.label in used][:_CRYSTALS_SHOWN]:
        structure = crystal.structure
        inside = (structure.frac_coords + _QUARTER) % 1.0
        scene = Scene(
            f"crystal_{file_stem(crystal.label)}",
            inside @ structure.lattice.matrix,
            with_free_sulphur(
                [site.specie.symbol for site in structure],
                structure.cart_coords,
                structure.lattice.matrix,
            ),
            structure.lattice.matrix,
            width_px=480,
            height_px=420,
        )
        caption = (
            f"{crystal.label} as built: {100 * crystal.halide_fraction_4c:.0f} % of {halide} on "
            "4c, PS4 as tetrahedra."
        )
        yield View(scene, caption, structure)


def _boundaries(records: CampaignRecords) -> Iterator[View]:
    documents = records.of(BoundaryDocument)
    documents.sort(key=lambda d: d.boundary.boundary_energy_mev_per_angstrom2)
    for document in documents[:_BOUNDARIES_SHOWN]:
        (frame, *_) = configurations_from_arrays(document.frames.to_arrays())
        symbols = [Element.from_Z(int(z)).symbol for z in frame.numbers]
        structure = Structure(
            Lattice(frame.cell), symbols, frame.positions, coords_are_cartesian=True,
            properties={"boundary_planes": list(document.boundary.boundary_planes)},
        )  # fmt: skip
        inside = (structure.frac_coords % 1.0) @ structure.lattice.matrix
        name = f"boundary_{document.boundary.name}_{document.configuration}"
        scene = Scene(
            f"{file_stem(name)}_{document.boundary.rank}", inside,
            with_free_sulphur(symbols, inside, frame.cell), frame.cell,
            paths=_outlines(frame.cell, document.boundary.boundary_planes),
            width_px=760, height_px=440, direction=ALONG_A, up=(0.0, 1.0, 0.0),
        )  # fmt: skip
        energy = number(document.boundary.boundary_energy_j_per_m2)
        planes = " and ".join(f"{fraction:.2f}" for fraction in document.boundary.boundary_planes)
        caption = (
            f"{document.boundary.name}, {document.configuration}, relaxed, {energy} J/m², seen "
            f"along a with c to the right; boundaries at {planes} of c."
        )
        yield View(scene, caption, structure)


def _outlines(cell: FloatArray, fractions: Sequence[float]) -> list[FloatArray]:
    """Return the outline of the cell's section at each fraction of c."""
    a, b, c = cell
    section = np.array([0 * a, a, a + b, b, 0 * a])
    return [section + fraction * c for fraction in fractions]


def _densities(records: CampaignRecords) -> Iterator[View]:
    for document in records.of(MechanismDocument):
        if document.arrays is None or document.replica != 1 or document.ps4 != "free":
            continue
        arrays = document.arrays.to_arrays()
        density, shift = _shifted(arrays["density"])
        inside = (arrays["framework_fractional"] + shift) % 1.0
        cell = arrays["density_cell_angstrom"]
        symbols = [Element.from_Z(int(z)).symbol for z in arrays["framework_numbers"]]
        scene = Scene(
            _name("isosurface", document),
            inside @ cell,
            with_free_sulphur(symbols, inside @ cell, cell),
            cell,
            density=density,
            level=_LEVEL * float(density.max()),
        )
        caption = (
            f"Where Li is in {document.configuration or 'the crystal'} at "
            f"{number(document.temperature_kelvin)} K: surface at {100 * _LEVEL:.0f} % of the "
            "largest density, over the mean places of the other ions."
        )
        yield View(scene, caption)


def _shifted(density: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the grid rolled by a quarter of the cell, and the exact shift in fractions."""
    steps = [round(_QUARTER * n) for n in density.shape]
    rolled: FloatArray = np.roll(density, steps, axis=(0, 1, 2)).astype(np.float64)
    return rolled, np.array(steps) / np.array(density.shape)


def _name(kind: str, document: MechanismDocument | MolecularDynamicsDocument) -> str:
    kelvin = f"{document.temperature_kelvin or 0.0:.0f}K"
    parts = [kind, document.composition, document.functional, document.configuration, kelvin]
    return file_stem("_".join(str(part) for part in parts if part))


def _paths(records: CampaignRecords) -> Iterator[View]:
    """Yield the paths of the hottest run of each configuration whose trajectory is there."""
    hottest: dict[tuple[str | None, ...], MolecularDynamicsDocument] = {}
    for run in records.dynamics:  # by rising temperature
        if run.is_complete and run.ps4 == "free" and run.replica == 1:
            hottest[run.composition, run.functional, run.configuration] = run
    found = [run for run in hottest.values() if _is_there(run)]
    for run in found[:_PATHS_SHOWN]:
        try:
            yield _path_view(run)
        except (TrajectoryError, InputError):
            continue  # a file that is not what was recorded costs its picture


def _is_there(run: MolecularDynamicsDocument) -> bool:
    return run.trajectory is not None and Path(run.trajectory.path).is_file()


def _path_view(run: MolecularDynamicsDocument) -> View:
    frames, cell = _sampled(run)
    symbols = np.array(run.species)
    layer = _cage_layer(cell, int((symbols == "P").sum()))
    framework = frames[:, symbols != "Li"].mean(axis=0) @ np.linalg.inv(cell) % 1.0
    drawn = np.array(with_free_sulphur(list(symbols[symbols != "Li"]), framework @ cell, cell))
    is_shown = framework[:, 2] < 1.0 if layer is None else _is_inside(framework[:, 2], layer)
    lithium = smoothed(frames[:, symbols == "Li"]).transpose(1, 0, 2)
    paths = [piece for path in lithium for piece in folded(path, cell, layer)]
    scene = Scene(
        _name("paths", run),
        framework[is_shown] @ cell,
        [str(symbol) for symbol in drawn[is_shown]],
        cell,
        paths=paths,
        direction=OBLIQUE if layer is None else ALONG_C,
        height_px=640,
    )
    where = "" if layer is None else " in one layer of cages, seen along c"
    caption = (
        f"Paths of Li{where}, in {run.configuration or 'the crystal'} at "
        f"{number(run.temperature_kelvin)} K over {number(run.production_ps)} ps: {len(frames)} "
        f"frames, smoothed over {_SMOOTHED}, folded into the cell; other ions at their mean places."
    )
    return View(scene, caption)


def _cage_layer(cell: FloatArray, n_centres: int) -> tuple[float, float] | None:
    """Return the fractions of c between which a layer of cages lies; None but in cubic crystals."""
    if not n_centres:
        return None
    constant = (4 * abs(np.linalg.det(cell)) / n_centres) ** (1 / 3)
    repeats = cell / constant
    if np.abs(repeats - np.diag(np.round(np.diag(repeats)))).max() > _NEAR:
        return None
    height = 1 / repeats[2, 2]
    return ((_QUARTER - _HALF_LAYER) * height, (_QUARTER + _HALF_LAYER) * height)


def _is_inside(fractions: FloatArray, layer: tuple[float, float]) -> NDArray[np.bool_]:
    return (fractions >= layer[0]) & (fractions <= layer[1])


def smoothed(positions: FloatArray) -> FloatArray:
    """Return running means over a few frames (frames first): paths without most vibrations."""
    if len(positions) <= _SMOOTHED:
        return positions
    total = np.cumsum(positions, axis=0)
    means: FloatArray = total[_SMOOTHED:] - total[:-_SMOOTHED]
    return means / _SMOOTHED


def _sampled(run: MolecularDynamicsDocument) -> tuple[FloatArray, FloatArray]:
    """Return evenly spaced frames (Å, frames x atoms x 3) and the first cell."""
    trajectory = trajectory_of(run)
    wanted = max(2, min(_FRAMES, _POSITIONS // trajectory.n_atoms))
    stride = max(1, trajectory.n_frames // wanted)
    kept, cell, seen = [], None, 0
    for block in trajectory.blocks():
        chosen = np.arange(len(block.positions))
        chosen = chosen[(seen + chosen) % stride == 0]
        kept.append(np.asarray(block.positions[chosen], dtype=np.float64))
        cell = np.asarray(block.cells[0], dtype=np.float64) if cell is None else cell
        seen += len(block.positions)
    if cell is None:
        raise TrajectoryError(f"the trajectory of {run.configuration} holds no frame")
    return np.concatenate(kept), cell


def folded(
    path: FloatArray, cell: FloatArray, layer: tuple[float, float] | None = None
) -> list[FloatArray]:
    """Return an unwrapped path (Å, points x 3) as pieces inside the cell, or a layer of it."""
    fractional = path @ np.linalg.inv(cell)
    image = np.floor(fractional)
    inside = fractional - image
    is_shown = np.ones(len(path), dtype=bool) if layer is None else _is_inside(inside[:, 2], layer)
    breaks = (np.diff(image, axis=0) != 0).any(axis=1) | (is_shown[1:] != is_shown[:-1])
    pieces = np.split(np.arange(len(path)), np.flatnonzero(breaks) + 1)
    return [inside[piece] @ cell for piece in pieces if len(piece) > 1 and is_shown[piece[0]]]
