"""Figures of energies: the site-disorder family, surfaces, grain boundaries."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes

from atomate2_argyrodite.grain_boundary.schemas import BoundaryScreeningDocument
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.published import RELATIVE_ENERGIES
from atomate2_argyrodite.report.style import (
    COLOURS,
    MARKERS,
    Picture,
    draw,
    formula,
    new_figure,
    plain,
    styled,
)
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument, SurfaceEnergyDocument


def energy_pictures(records: CampaignRecords) -> Iterator[Picture]:
    """Draw the relative energies of crystals, if any were computed."""
    documents = records.of(RelativeStabilityDocument)
    if documents:
        yield relative_energies_picture(documents)


def interface_pictures(records: CampaignRecords) -> Iterator[Picture]:
    """Draw energies of surfaces and boundaries, if any were computed."""
    surfaces = records.of(SurfaceEnergyDocument)
    if surfaces:
        yield surface_energies_picture(surfaces)
    boundaries = records.of(BoundaryScreeningDocument)
    if boundaries:
        yield boundary_energies_picture(boundaries)


@styled
def relative_energies_picture(documents: Sequence[RelativeStabilityDocument]) -> Picture:
    """Energy of each crystal above the lowest of its composition, beside the published values."""
    figure, (axes,) = new_figure(6.6, 3.8)
    labels = list(dict.fromkeys(c.configuration for d in documents for c in d.crystals))
    series = [
        (_series_name(d), d.relative_energies_mev_per_atom, COLOURS[k % len(COLOURS)])
        for k, d in enumerate(documents)
    ]
    published = RELATIVE_ENERGIES.get(documents[0].halide or "")
    if published:
        series.append(("Kim et al. 2024, DFT-PBE", published, "black"))
    for k, (name, energies, colour) in enumerate(series):
        known = [(i, energies[label]) for i, label in enumerate(labels) if label in energies]
        x = np.array([i for i, _ in known]) + 0.12 * (k - (len(series) - 1) / 2)
        marker = "*" if colour == "black" else MARKERS[k % len(MARKERS)]
        size = 11 if colour == "black" else 6
        axes.plot(x, [e for _, e in known], linestyle="none", marker=marker, color=colour,
                  markersize=size, label=name)  # fmt: skip
    axes.set_yscale("symlog", linthresh=10.0)
    axes.set_yticks([0, 5, 10, 20, 50, 100, 200], ["0", "5", "10", "20", "50", "100", "200"])
    axes.set_ylim(bottom=-1.0)
    axes.set_xticks(range(len(labels)), [plain(label) for label in labels], rotation=20)
    axes.set_ylabel("E$_{rel}$ / meV per atom")
    figure.legend(loc="outside upper center", ncols=2)
    words = [
        f"{_series_name(d)}: "
        + ", ".join(f"{k} {number(v)}" for k, v in d.relative_energies_mev_per_atom.items())
        for d in documents
    ]
    return draw(
        figure,
        "relative_energies",
        "Energies of the relaxed configurations above the lowest one. The scale is linear up to "
        "10 meV per atom and logarithmic above.",
        "Relative energies in meV per atom. " + "; ".join(words) + ".",
    )


def _series_name(document: RelativeStabilityDocument) -> str:
    engine = document.engine.name if document.engine else ""
    functional = str(document.functional or "").upper()
    parts = [formula(document.composition or ""), engine, functional, str(document.protocol)]
    return ", ".join(part for part in parts if part)


@styled
def surface_energies_picture(documents: Sequence[SurfaceEnergyDocument]) -> Picture:
    """Energy of the best termination of each plane, open where others were tried."""
    figure, (axes,) = new_figure(5.6, 3.8)
    planes = list(dict.fromkeys(p for d in documents for p in d.cited_order + d.ranking))
    for k, document in enumerate(documents):
        x, y, best = _positions(document, planes)
        shift = 0.15 * (k - (len(documents) - 1) / 2)
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        name = plain(document.configuration or "crystal")
        _scatter(axes, x + shift, y, best, (colour, marker, name))
    names = ["(" + "".join(map(str, plane)) + ")" for plane in planes]
    axes.set_xticks(range(len(planes)), names)
    axes.set_xlim(-0.5, len(planes) - 0.5)
    axes.set_ylim(0, 1.1 * axes.get_ylim()[1])
    axes.set_xlabel("plane, in the order that Kim et al. (2024) cite")
    axes.set_ylabel("surface energy / J m$^{-2}$")
    axes.legend(loc="best")
    words = [
        f"{d.configuration}: " + " < ".join("".join(map(str, plane)) for plane in d.ranking)
        for d in documents
    ]
    return draw(
        figure,
        "surface_energies",
        "Energies of relaxed surfaces. Filled: the best termination of a plane; open: others.",
        "Surface energies by plane; planes by rising energy: " + "; ".join(words) + ".",
    )


def _positions(
    document: SurfaceEnergyDocument, planes: Sequence[tuple[int, int, int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return place and energy of every termination, and whether it is the best of its plane."""
    x = np.array([planes.index(surface.plane) for surface in document.surfaces], dtype=float)
    y = np.array([surface.surface_energy_j_per_m2 for surface in document.surfaces])
    best = np.array([energy == y[x == place].min() for place, energy in zip(x, y, strict=True)])
    return x, y, best


def _scatter(
    axes: Axes, x: np.ndarray, y: np.ndarray, best: np.ndarray, look: tuple[str, str, str]
) -> None:
    colour, marker, name = look
    axes.scatter(x[best], y[best], color=colour, marker=marker, s=42, label=name, zorder=3)
    axes.scatter(x[~best], y[~best], facecolors="none", edgecolors=colour, marker=marker, s=42)


@styled
def boundary_energies_picture(documents: Sequence[BoundaryScreeningDocument]) -> Picture:
    """Energy of every boundary and shift, the best of each candidate filled."""
    shown = [(d, name) for d in documents for name in reversed(d.ranking)]
    figure, (axes,) = new_figure(6.6, 1.7 + 0.32 * len(shown))
    kinds = list(dict.fromkeys(b.kind for d in documents for b in d.boundaries))
    for place, (document, name) in enumerate(shown):
        own = [boundary for boundary in document.boundaries if boundary.name == name]
        energies = np.array([boundary.boundary_energy_j_per_m2 for boundary in own])
        colour = COLOURS[kinds.index(own[0].kind) % len(COLOURS)]
        marker = MARKERS[kinds.index(own[0].kind) % len(MARKERS)]
        look = (colour, marker, "_" + name)
        _scatter(axes, energies, np.full(len(own), place), energies == energies.min(), look)
    for k, kind in enumerate(kinds):
        axes.scatter([], [], color=COLOURS[k], marker=MARKERS[k], s=42, label=plain(kind))
    axes.set_yticks(range(len(shown)), [plain(_boundary_name(d, n, documents)) for d, n in shown])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlim(0, 1.05 * axes.get_xlim()[1])
    axes.set_xlabel("boundary energy / J m$^{-2}$")
    figure.legend(loc="outside upper right", ncols=max(1, len(kinds)))
    words = [f"{d.configuration}: lowest is {d.ranking[0]}" for d in documents if d.ranking]
    return draw(
        figure,
        "boundary_energies",
        "Energies of relaxed grain boundaries, candidate by candidate. Filled: the best shift of "
        "the second grain; open: the others that were tried.",
        "Boundary energies. " + "; ".join(words) + ".",
    )


def _boundary_name(
    document: BoundaryScreeningDocument, name: str, documents: Sequence[BoundaryScreeningDocument]
) -> str:
    return f"{name}, {document.configuration}" if len(documents) > 1 else name
