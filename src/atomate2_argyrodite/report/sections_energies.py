"""Sections on energies: the site-disorder family, surfaces, and grain boundaries."""

from collections.abc import Iterator, Sequence

from atomate2_argyrodite.grain_boundary.schemas import BoundaryScreeningDocument
from atomate2_argyrodite.report.cautions import Caution, Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import NONE, engine_name, number
from atomate2_argyrodite.report.page import paragraph, shown, side_by_side, table
from atomate2_argyrodite.report.published import RELATIVE_ENERGIES
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import lowered
from atomate2_argyrodite.stability.crystal_geometry import Spread
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxedCrystal,
    SurfaceEnergyDocument,
)

_YES_NO = {True: "yes", False: "no"}


def crystals(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """List the site-disorder family and its relative energies."""
    views = side_by_side([p for name, p in pictures.items() if name.startswith("crystal_")])
    return (
        _family(records)
        + views
        + shown(pictures, "relative_energies")
        + "".join(_relative_energies(d) for d in records.of(RelativeStabilityDocument))
    )


def _family(records: CampaignRecords) -> str:
    campaign = records.campaign
    if campaign is None:
        return ""
    energies = campaign.relative_energies_mev_per_atom or {}
    published = RELATIVE_ENERGIES.get(campaign.halide or "", {})
    rows = [
        [
            crystal.label,
            f"{100 * crystal.halide_fraction_4c:.0f} %",
            f"{crystal.space_group_symbol} (No. {crystal.space_group_number})",
            str(crystal.multiplicity),
            f"{crystal.lattice_constant_angstrom:g}",
            _YES_NO[crystal.is_used],
            number(energies.get(crystal.label)),
            _as_published(published.get(crystal.label)),
        ]
        for crystal in campaign.crystals
    ]
    columns = (
        "Crystal",
        "Halide on 4c",
        "Space group",
        "Multiplicity",
        "a / Å, as built",
        "Used here",
        "E_rel / meV per atom",
        "E_rel of Kim et al., DFT-PBE / meV per atom",
    )
    return table("The symmetry-distinct site-disorder configurations", columns, rows)


def _relative_energies(document: RelativeStabilityDocument) -> str:
    rows = [
        [
            crystal.configuration,
            number(document.relative_energies_mev_per_atom.get(crystal.configuration)),
            number(document.weights.get(crystal.configuration)),
            *_geometry(crystal),
            _YES_NO[crystal.relaxation.is_converged],
        ]
        for crystal in document.crystals
    ]
    columns = (
        "Crystal",
        "E_rel / meV per atom",
        f"Weight at {number(document.temperature_kelvin)} K",
        "V^(1/3) / Å",
        "Linear strain / %",
        "Space group after",
        "P-S / Å",
        "Largest force left / eV Å⁻¹",
        "Converged",
    )
    caption = (
        f"Relaxed crystals of {lowered(document.composition or '')}, protocol {document.protocol}, "
        f"{engine_name(document)}: the protocol decides the order, so compare only within one"
    )
    return table(caption, columns, rows)


def _geometry(crystal: RelaxedCrystal) -> list[str]:
    return [
        f"{crystal.volume_angstrom3 ** (1 / 3):.3f}",
        f"{100 * crystal.linear_strain:+.2f}",
        crystal.space_group_symbol,
        _spread(crystal.tetrahedra.bond_lengths),
        number(crystal.relaxation.maximum_force_ev_per_angstrom, 2),
    ]


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return NONE
    return f"{spread.mean:.3f} ({spread.smallest:.3f} to {spread.largest:.3f})"


def surfaces(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Surface energies by plane, and energies of the boundaries that were screened."""
    parts = [_surfaces(document) for document in records.of(SurfaceEnergyDocument)]
    parts += [_boundaries(document) for document in records.of(BoundaryScreeningDocument)]
    energies = shown(pictures, "surface_energies") + shown(pictures, "boundary_energies")
    found = [p for p in pictures.values() if not p.name.endswith("_energies")]
    return energies + "".join(parts) + side_by_side(found)


def _surfaces(document: SurfaceEnergyDocument) -> str:
    rows = [
        [
            _plane(surface.plane),
            str(surface.termination),
            number(surface.surface_energy_j_per_m2),
            number(surface.unrelaxed_surface_energy_j_per_m2),
            str(surface.n_atoms),
            number(surface.thickness_angstrom),
            number(surface.vacuum_angstrom),
            number(surface.residual_charge_e, 2),
            _YES_NO[surface.tetrahedra.are_intact],
            _YES_NO[surface.relaxation.is_converged],
        ]
        for surface in document.surfaces
    ]
    columns = (
        "Plane",
        "Termination",
        "Surface energy / J m⁻²",
        "Before relaxation / J m⁻²",
        "Atoms",
        "Slab / Å",
        "Vacuum / Å",
        "Charge left / e",
        "PS4 intact",
        "Converged",
    )
    cited = " < ".join(_plane(plane) for plane in document.cited_order)
    verdict = "agrees with" if document.agrees_with_cited_order else "differs from"
    found = " < ".join(_plane(plane) for plane in document.ranking)
    text = f"The order found, {found}, {verdict} the one that Kim et al. (2024) cite, {cited}."
    caption = f"Surfaces of {document.configuration}, {engine_name(document)}, by rising energy"
    return table(caption, columns, rows) + paragraph(text)


def _plane(plane: Sequence[int]) -> str:
    return f"({' '.join(map(str, plane))})" if any(i < 0 for i in plane) else _joined(plane)


def _joined(plane: Sequence[int]) -> str:
    return f"({''.join(map(str, plane))})"


def _boundaries(document: BoundaryScreeningDocument) -> str:
    rows = [
        [
            boundary.name,
            number(boundary.boundary_energy_j_per_m2),
            number(boundary.unrelaxed_boundary_energy_j_per_m2),
            str(boundary.n_atoms),
            " × ".join(f"{length:.2f}" for length in boundary.cell_lengths_angstrom),
            f"{boundary.angle_degrees:.2f}",
            ", ".join(f"{shift:.2f}" for shift in boundary.shift_angstrom),
            _YES_NO[boundary.tetrahedra.are_intact],
            _YES_NO[boundary.relaxation.is_converged],
        ]
        for boundary in document.boundaries
    ]
    columns = (
        "Boundary",
        "Energy / J m⁻²",
        "Before relaxation / J m⁻²",
        "Atoms",
        "Cell / Å",
        "Angle / °",
        "Shift / Å",
        "PS4 intact",
        "Converged",
    )
    caption = f"Grain boundaries of {document.configuration}, {engine_name(document)}"
    return table(f"{caption}, by rising energy", columns, rows)


def energy_cautions(records: CampaignRecords) -> Iterator[Caution]:
    """Yield relaxations that did not converge, and PS4 units that were torn."""
    for document in records.of(RelativeStabilityDocument):
        unfinished = [c.configuration for c in document.crystals if not c.relaxation.is_converged]
        if unfinished:
            text = f"Relaxation did not converge ({document.protocol}): {', '.join(unfinished)}."
            yield Caution(Severity.WARNING, text)
        torn = [c.configuration for c in document.crystals if not c.tetrahedra.are_intact]
        if torn:
            text = f"PS4 units were torn in relaxation ({document.protocol}): {', '.join(torn)}."
            yield Caution(Severity.WARNING, text)


def _as_published(value: float | None) -> str:
    return NONE if value is None else f"{value:g}"
