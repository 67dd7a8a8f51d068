"""Figures of a grain boundary: diffusivity and number of Li by slab, what lies across it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from numpy.typing import NDArray

from atomate2_argyrodite.grain_boundary.dynamics_schemas import (
    GrainBoundaryDocument,
    SlabDiffusivityResult,
)
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.style import (
    COLOURS,
    GREY,
    MARKERS,
    SEQUENCE,
    Picture,
    draw,
    file_stem,
    formula,
    new_figure,
    plain,
    styled,
)

FloatArray = NDArray[np.float64]
SLAB_COLOURS = ("#555555", "#D55E00", "#E69F00", "#0072B2")
"""Boundary grey, then red, orange and blue, as in Fig. 5c of Kim et al. (2024)."""
_SMALLEST_SHOWN = 0.1
"""Å; smaller displacements of mean places all look alike."""
_SHOWN_DIRECTIONS = {"in_plane": "in the plane", "across": "across", "total": "all directions"}
_RULES = {"start": "by the slab where it begins", "residence": "of Li that stays in the slab"}


def boundary_pictures(document: GrainBoundaryDocument) -> Iterator[Picture]:
    """Draw all that a document holds; nothing of a run that failed."""
    if document.arrays is None or not document.slabs:
        return
    arrays = document.arrays.to_arrays()
    yield slab_diffusivity_picture(document)
    yield lithium_number_picture(document, arrays)
    yield profile_picture(document, arrays)
    yield displacement_picture(document, arrays)
    if "g_early" in arrays:
        yield pair_distribution_picture(document, arrays)


def all_boundary_pictures(documents: Sequence[GrainBoundaryDocument]) -> Iterator[Picture]:
    """Draw the boundaries of a campaign."""
    for document in documents:
        yield from boundary_pictures(document)


def name_of(kind: str, document: GrainBoundaryDocument) -> str:
    """Return the name of a picture's file; it tells apart the runs of one campaign."""
    parts = [kind]
    if document.configuration:
        parts.append(_label(document))
    return file_stem("_".join(parts))


def _label(document: GrainBoundaryDocument) -> str:
    seeds = "".join(f"-{seed}" for seed in document.seeds.values())
    return f"{document.configuration}-{document.temperature_kelvin:.0f}K{seeds}"


def _title(document: GrainBoundaryDocument) -> str:
    name = plain(document.configuration or document.boundary or "")
    parts = [formula(document.composition or ""), name]
    parts.append(f"{document.n_atoms:,} atoms")
    if document.temperature_kelvin is not None:
        parts.append(f"{document.temperature_kelvin:.0f} K")
    parts.append(f"{number(document.duration_ps)} ps")
    return ", ".join(part for part in parts if part)


def _colour(index: int, count: int) -> str:
    """Return the colour of a slab: the last one is always the bulk's."""
    if index == count - 1:
        return SLAB_COLOURS[-1]
    return SLAB_COLOURS[:-1][min(index, len(SLAB_COLOURS) - 2)]


@styled
def slab_diffusivity_picture(document: GrainBoundaryDocument) -> Picture:
    """Diffusivity by distance from the boundary (Fig. 5c of the paper), by both rules."""
    figure, panels = new_figure(9.4, 4.2, columns=2)
    for axes, (rule, words) in zip(panels, _RULES.items(), strict=True):
        _shade(axes, document)
        _draw_bulk_cell(axes, document)
        for position, direction in enumerate(_SHOWN_DIRECTIONS):
            offset = (position - 1) * 0.2
            for k, slab in enumerate(document.slabs):
                label = _SHOWN_DIRECTIONS[direction] if k == 0 else None
                _draw_point(axes, k + offset, slab.diffusivity(rule, direction), position, label)
        axes.set_yscale("log")
        axes.set_xlim(-0.5, len(document.slabs) - 0.5)
        ticks = [
            f"{s.name}\n{round(s.from_angstrom, 1):g}–{round(s.to_angstrom, 1):g} Å"
            for s in document.slabs
        ]
        axes.set_xticks(range(len(document.slabs)), ticks, fontsize=8.5)
        axes.set_title(f"D {words}", loc="left")
        axes.set_ylabel("D(Li) / cm$^2$ s$^{-1}$")
    low = min(axes.get_ylim()[0] for axes in panels)
    high = max(axes.get_ylim()[1] for axes in panels)
    for axes in panels:
        axes.set_ylim(low, high)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    figure.suptitle(_title(document), x=0.02, ha="left", fontsize=10)
    return draw(
        figure,
        name_of("boundary_diffusivity", document),
        "Diffusivity of Li by distance from the nearer boundary plane, with 95 % intervals; arrows "
        "are upper limits, nothing is drawn where too few Li were there. Left: displacements count "
        "for the slab where they begin; right: only Li that stays in a slab counts.",
        " ".join(
            f"{slab.name}: {number(slab.diffusivity().diffusivity_cm2_per_s)} cm² s⁻¹."
            for slab in document.slabs
        ),
    )


def _shade(axes: Axes, document: GrainBoundaryDocument) -> None:
    count = len(document.slabs)
    for k in range(count):
        axes.axvspan(k - 0.5, k + 0.5, color=_colour(k, count), alpha=0.1, linewidth=0)


def _draw_bulk_cell(axes: Axes, document: GrainBoundaryDocument) -> None:
    bulk = document.bulk_cell
    if bulk is None or bulk.diffusivity_cm2_per_s is None:
        return
    axes.axhline(
        bulk.diffusivity_cm2_per_s, color=GREY, linestyle="--", linewidth=1, label="bulk cell, all"
    )
    if bulk.diffusivity_interval_95_cm2_per_s:
        axes.axhspan(*bulk.diffusivity_interval_95_cm2_per_s, color=GREY, alpha=0.15, linewidth=0)


def _draw_point(
    axes: Axes, x: float, result: SlabDiffusivityResult, position: int, label: str | None
) -> None:
    style: dict[str, Any] = {
        "color": COLOURS[position], "marker": MARKERS[position], "markersize": 6, "capsize": 3,
        "linestyle": "none", "label": label,
    }  # fmt: skip
    value, interval = result.diffusivity_cm2_per_s, result.diffusivity_interval_95_cm2_per_s
    limit = result.diffusivity_upper_limit_cm2_per_s
    if value is not None and interval is not None:
        low, high = interval
        axes.errorbar([x], [value], yerr=[[value - low], [high - value]], **style)
    elif limit is not None:
        style["markerfacecolor"] = "white"
        axes.errorbar([x], [limit], yerr=[[0.3 * limit], [0.0]], uplims=True, **style)
    elif label is not None:  # keeps its place in the legend
        axes.plot([], [], **{k: v for k, v in style.items() if k != "capsize"})


@styled
def lithium_number_picture(
    document: GrainBoundaryDocument, arrays: dict[str, FloatArray]
) -> Picture:
    """Draw the number of Li in every slab against time, over that at the beginning (Fig. 5d)."""
    figure, panels = new_figure(9.4, 3.8, columns=2)
    time, counts = arrays["count_time_ps"], arrays["counts"]
    errors, count = arrays["count_errors"], len(document.slabs)
    for k, slab in enumerate(document.slabs):
        first, colour = counts[k, 0], _colour(k, count)
        if first <= 0:
            continue
        ratio, width = counts[k] / first, 1.96 * errors[k] / first
        if k == 0:
            panels[0].fill_between(time, 1 - width, 1 + width, color=GREY, alpha=0.15, linewidth=0)
        panels[0].plot(time, ratio, color=colour, label=slab.name)
    panels[0].axhline(1, color=GREY, linewidth=0.8)
    panels[0].set_xlabel("time / ps")
    panels[0].set_ylabel("number of Li / that of the first interval")
    panels[0].legend(loc="best", ncols=2)
    _draw_changes(panels[1], document)
    figure.suptitle(_title(document), x=0.02, ha="left", fontsize=10)
    changes = [
        f"{slab.name}: {100 * slab.accumulation.relative_change:+.1f} %, "
        f"p = {number(slab.accumulation.p_value, 2)}."
        for slab in document.slabs
    ]
    return draw(
        figure,
        name_of("boundary_lithium", document),
        "Left: number of Li in every slab; the band shows how far that of the first slab would "
        "wander in equilibrium (95 %, from the Li that was exchanged). Right: change "
        "from the first to the last quarter with 95 % intervals; filled where it is real (p < "
        "0.01).",
        " ".join(changes),
    )


def _draw_changes(axes: Axes, document: GrainBoundaryDocument) -> None:
    count = len(document.slabs)
    for k, slab in enumerate(document.slabs):
        change = slab.accumulation
        colour = _colour(k, count)
        error = change.relative_change_standard_error
        axes.errorbar(
            [k], [100 * change.relative_change],
            yerr=None if error is None else [100 * 1.96 * error],
            color=colour, marker="o", markersize=7, capsize=4,
            markerfacecolor=colour if change.is_real else "white",
        )  # fmt: skip
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_xticks(range(count), [slab.name for slab in document.slabs])
    axes.set_ylabel("change of the number of Li / %")


def _shade_slabs(axes: Axes, document: GrainBoundaryDocument, height: float) -> None:
    """Shade the first slab around every plane, in Å from the first plane."""
    width = document.slabs[0].to_angstrom
    first = document.boundary_planes[0]
    for plane in [(p - first) % 1.0 for p in document.boundary_planes] + [1.0]:
        low, high = max(0.0, plane * height - width), min(height, plane * height + width)
        axes.axvspan(low, high, color=SLAB_COLOURS[0], alpha=0.12, linewidth=0)


@styled
def profile_picture(document: GrainBoundaryDocument, arrays: dict[str, FloatArray]) -> Picture:
    """Density of every kind of atom along the normal, over its mean."""
    kinds = sorted(name.removeprefix("density_") for name in arrays if name.startswith("density_"))
    place = arrays["place_angstrom"]
    height = float(place[-1] + place[0])
    figure, (axes,) = new_figure(9.0, 1.0 + 1.1 * len(kinds))
    ticks: list[tuple[float, str]] = []
    for k, kind in enumerate(kinds):
        density = arrays[f"density_{kind}"]
        mean = float(density.mean()) or 1.0
        scale = 0.9 / max(1e-12, float(density.max()) / mean)
        base = len(kinds) - 1 - k
        colour = COLOURS[k % len(COLOURS)]
        edges = np.linspace(0, height, len(place) + 1)
        values = base + density / mean * scale
        axes.stairs(values, edges, baseline=base, fill=True, color=colour, alpha=0.6)
        axes.plot([0, height], [base + scale] * 2, color=GREY, linewidth=0.6, linestyle=":")
        axes.text(1.01 * height, base + 0.3, kind, va="center", clip_on=False)
        ticks += [(base, "0"), (base + scale, "1")]
    axes.set_yticks(*zip(*ticks, strict=True))
    axes.set_ylabel("number density / its mean")
    axes.set_xlim(0, height)
    axes.set_ylim(0, len(kinds))
    _shade_slabs(axes, document, height)
    axes.set_xlabel("distance from the first boundary plane along the normal / Å")
    axes.set_title(_title(document), loc="left")
    return draw(
        figure,
        name_of("boundary_profile", document),
        "Number density of every kind of atom along the normal of the boundary over its mean "
        "(dotted), time average; each kind has a scale of its own. Grey: the first slab around the "
        "two planes.",
        f"Density of {', '.join(kinds)} across two boundary planes.",
    )


@styled
def displacement_picture(document: GrainBoundaryDocument, arrays: dict[str, Any]) -> Picture:
    """Map of the displacement of every atom, element by element (after Fig. S12)."""
    kinds = [str(kind) for kind in np.unique(arrays["kinds"])]
    starts = arrays["start_angstrom"]
    length = np.linalg.norm(arrays["displacement_angstrom"], axis=1)
    height = float(arrays["place_angstrom"][-1] + arrays["place_angstrom"][0])
    figure, panels = new_figure(2.3 * len(kinds) + 1.2, 4.6, columns=len(kinds))
    norm = LogNorm(_SMALLEST_SHOWN, max(10 * _SMALLEST_SHOWN, float(np.quantile(length, 0.99))))
    size = float(np.clip(12_000 / len(length), 3.0, 24))
    points = None
    for axes, kind in zip(panels, kinds, strict=True):
        chosen = np.flatnonzero(arrays["kinds"] == kind)
        chosen = chosen[np.argsort(length[chosen])]  # the largest on top
        points = axes.scatter(
            starts[chosen, 1], starts[chosen, 2], s=size,
            c=np.maximum(length[chosen], _SMALLEST_SHOWN), cmap=SEQUENCE,
            norm=norm, linewidths=0, rasterized=True,
        )  # fmt: skip
        axes.set_title(f"{kind}, rms {number(_rms(length[chosen]))} Å", loc="left", fontsize=8.5)
        axes.set_ylim(0, height)
        axes.set_xlabel("in the plane / Å")
        axes.tick_params(labelleft=axes is panels[0])
        for plane in document.boundary_planes:
            place = (plane - document.boundary_planes[0]) % 1.0 * height
            axes.axhline(place, color=GREY, linewidth=1, linestyle="--")
    panels[0].set_ylabel("from the first plane, along the normal / Å")
    if points is not None:
        bar = figure.colorbar(points, ax=panels, shrink=0.8, extend="both")
        bar.set_label("displacement / Å")
    figure.suptitle(_title(document), x=0.02, ha="left", fontsize=10)
    words = [f"{kind}: rms {number(_rms(length[arrays['kinds'] == kind]))} Å." for kind in kinds]
    return draw(
        figure,
        name_of("boundary_displacements", document),
        "Displacement of every atom from its mean place in the first tenth of the run to that in "
        "the last; dashed: the boundary planes.",
        " ".join(words),
    )


def _rms(values: FloatArray) -> float:
    return float(np.sqrt((values**2).mean())) if values.size else 0.0


@styled
def pair_distribution_picture(
    document: GrainBoundaryDocument, arrays: dict[str, FloatArray]
) -> Picture:
    """Li-Li g(r) in the boundary, early and late."""
    figure, (axes,) = new_figure(5.6, 3.8)
    r = arrays["g_distance_angstrom"]
    for when, colour in (("early", COLOURS[1]), ("late", COLOURS[0])):
        if f"g_{when}" not in arrays:
            continue
        g, error = arrays[f"g_{when}"], arrays[f"g_{when}_error"]
        axes.fill_between(r, g - 2 * error, g + 2 * error, color=colour, alpha=0.2, linewidth=0)
        axes.plot(r, g, color=colour, label=f"{when}, {number(float(arrays['window_ps']))} ps")
    axes.axhline(1, color=GREY, linewidth=0.8)
    axes.set_xlim(1, float(r[-1]))
    axes.set_ylim(bottom=0)
    axes.set_xlabel("r / Å")
    axes.set_ylabel(f"g(Li–Li) in {document.slabs[0].name}")
    axes.legend(loc="lower right")
    axes.set_title(_title(document), loc="left", fontsize=8.5)
    return draw(
        figure,
        name_of("boundary_pairs", document),
        "Pair distribution of Li around Li of the boundary slab, over the mean density of Li in "
        "the whole cell, at the begin and at the end; bands are two standard errors by the spread "
        "between frames.",
        "Two curves, early and late.",
    )
