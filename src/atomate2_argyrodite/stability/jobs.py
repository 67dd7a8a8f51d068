"""Jobs of the stage `stability`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.stability.crystal_geometry import tetrahedra_geometry
from atomate2_argyrodite.stability.interface_energies import JOULE_PER_M2, pairs_out_of_order
from atomate2_argyrodite.stability.protocols import RelaxationProtocol, RelaxationSettings
from atomate2_argyrodite.stability.relative_energies import MEV_PER_EV, relative_energies
from atomate2_argyrodite.stability.relaxation import (
    BulkReference,
    RelaxedDefects,
    packed,
    relaxation_warnings,
    relaxed_crystal,
    relaxed_defects,
)
from atomate2_argyrodite.stability.schemas import (
    RelativeStabilityDocument,
    RelaxedCrystalDocument,
    SurfaceDocument,
    SurfaceEnergy,
    SurfaceEnergyDocument,
)
from atomate2_argyrodite.structures import (
    PAPER_FACETS,
    CrystalRecipe,
    boltzmann_weights,
    built_crystal,
    surface_slab,
)


@dataclass(frozen=True)
class SlabSettings(MSONable):
    """Which slab to build (see `surface_slab`)."""

    plane: tuple[int, int, int]
    thickness: float
    vacuum: float
    termination: int
    maximum_atoms: int


@document_job(RelaxedCrystalDocument)
def relax_crystal(
    engine: Engine,
    functional: str,
    source: Structure | CrystalRecipe,
    configuration: str,
    settings: RelaxationSettings,
) -> RelaxedCrystalDocument:
    """Relax one crystal by a protocol."""
    wanted = Functional.parse(functional)
    structure = built_crystal(source)
    crystal, relaxed = relaxed_crystal(engine, wanted, structure, configuration, settings)
    return RelaxedCrystalDocument(
        **crystal_header(relaxed.symbols),
        configuration=configuration,
        functional=wanted,
        engine=engine.record(wanted),
        seeds=settings.seeds,
        crystal=crystal,
        frames=packed(relaxed, configuration=configuration, protocol=settings.protocol),
        warnings=relaxation_warnings(
            configuration, crystal.relaxation, crystal.tetrahedra.are_intact
        ),
    )


@document_job(RelativeStabilityDocument)
def compare_stability(
    documents: Sequence[RelaxedCrystalDocument],
    temperature_kelvin: float,
    multiplicities: Mapping[str, int] | None,
) -> RelativeStabilityDocument:
    """Relative energies of relaxed crystals and the weights that follow from them."""
    first = documents[0]
    crystals = [document.crystal for document in documents]
    energies = {c.configuration: c.energy_per_atom_ev for c in crystals}
    relative = relative_energies(energies)
    counts = None if multiplicities is None else [multiplicities[label] for label in energies]
    weights = boltzmann_weights(
        [energy / MEV_PER_EV for energy in relative.values()], temperature_kelvin, counts
    )
    return RelativeStabilityDocument(
        composition=first.composition,
        halide=first.halide,
        functional=first.functional,
        engine=first.engine,
        temperature_kelvin=temperature_kelvin,
        seeds=first.seeds,
        protocol=crystals[0].relaxation.protocol,
        crystals=crystals,
        relative_energies_mev_per_atom=relative,
        multiplicities=None if multiplicities is None else dict(multiplicities),
        weights=dict(zip(energies, weights, strict=True)),
        warnings=[warning for document in documents for warning in document.warnings],
    )


@document_job(SurfaceDocument)
def relax_slab(
    engine: Engine,
    functional: str,
    source: Structure | CrystalRecipe,
    configuration: str,
    bulk: RelaxedCrystalDocument,
    slab: SlabSettings,
    settings: RelaxationSettings,
) -> SurfaceDocument:
    """Build a slab at the lattice constant of the relaxed bulk, and relax its atoms."""
    wanted = Functional.parse(functional)
    reference = BulkReference.of(bulk.crystal)
    structure = surface_slab(
        reference.stretched(built_crystal(source)),
        slab.plane,
        thickness=slab.thickness,
        vacuum=slab.vacuum,
        termination=slab.termination,
        maximum_atoms=slab.maximum_atoms,
    )
    area = float(structure.properties["area"])
    result = relaxed_defects(engine, wanted, structure, area, reference, settings)
    surface = _surface_energy(structure, slab, result)
    name = f"{configuration} slab {surface_name(slab.plane, slab.termination)}"
    return SurfaceDocument(
        **crystal_header(site.specie.symbol for site in structure),
        configuration=configuration,
        functional=wanted,
        engine=engine.record(wanted),
        seeds=settings.seeds,
        surface=surface,
        frames=packed(
            result.relaxation.configuration,
            configuration=configuration,
            plane=list(slab.plane),
            termination=slab.termination,
            surface_planes=structure.properties["surface_planes"],
        ),
        warnings=relaxation_warnings(name, surface.relaxation, surface.tetrahedra.are_intact),
    )


def _surface_energy(
    structure: Structure, slab: SlabSettings, result: RelaxedDefects
) -> SurfaceEnergy:
    relaxed, properties = result.relaxation.configuration, structure.properties
    if relaxed.energy is None:
        raise RunError("the relaxed slab has no energy")
    before = result.unrelaxed_energy_per_area
    return SurfaceEnergy(
        plane=slab.plane,
        termination=slab.termination,
        n_atoms=len(structure),
        thickness_angstrom=properties["thickness"],
        vacuum_angstrom=slab.vacuum,
        area_angstrom2=properties["area"],
        moved_lithium=properties["moved_lithium"],
        residual_charge_e=properties["residual_charge"],
        is_symmetric=properties["is_symmetric"],
        energy_ev=relaxed.energy,
        surface_energy_j_per_m2=JOULE_PER_M2 * result.energy_per_area,
        surface_energy_mev_per_angstrom2=MEV_PER_EV * result.energy_per_area,
        unrelaxed_surface_energy_j_per_m2=None if before is None else JOULE_PER_M2 * before,
        tetrahedra=tetrahedra_geometry(relaxed.numbers, relaxed.positions, relaxed.cell),
        relaxation=result.record,
    )


def surface_name(plane: Sequence[int], termination: int) -> str:
    """Return, for example, ``(0 2 1) termination 0``."""
    return f"({' '.join(map(str, plane))}) termination {termination}"


@document_job(SurfaceEnergyDocument)
def compare_surfaces(
    bulk: RelaxedCrystalDocument, documents: Sequence[SurfaceDocument]
) -> SurfaceEnergyDocument:
    """Rank the surfaces of a crystal and compare their order with the cited one."""
    surfaces = sorted(
        (document.surface for document in documents), key=lambda s: s.surface_energy_j_per_m2
    )
    ranking = list(dict.fromkeys(surface.plane for surface in surfaces))
    reversed_pairs = pairs_out_of_order(ranking, PAPER_FACETS)
    return SurfaceEnergyDocument(
        composition=bulk.composition,
        halide=bulk.halide,
        configuration=bulk.configuration,
        functional=bulk.functional,
        engine=bulk.engine,
        seeds=bulk.seeds,
        bulk=bulk.crystal,
        surfaces=surfaces,
        ranking=ranking,
        cited_order=list(PAPER_FACETS),
        pairs_out_of_cited_order=reversed_pairs,
        agrees_with_cited_order=not reversed_pairs,
        warnings=[
            *bulk.warnings,
            *(warning for document in documents for warning in document.warnings),
            *_doubtful_surfaces(surfaces),
        ],
    )


def _doubtful_surfaces(surfaces: Sequence[SurfaceEnergy]) -> list[str]:
    warnings = []
    for surface in surfaces:
        name = surface_name(surface.plane, surface.termination)
        if surface.surface_energy_j_per_m2 < 0:
            warnings.append(
                f"{name}: its energy is negative, the slab found a lower state than the bulk: "
                f"relax both by {RelaxationProtocol.RATTLED_CUBIC.value!r}, or better"
            )
        if abs(surface.residual_charge_e) > 1e-3:
            warnings.append(
                f"{name}: a charge of {surface.residual_charge_e:+g} e per surface cell is left, "
                "its energy grows with the thickness"
            )
    return warnings
