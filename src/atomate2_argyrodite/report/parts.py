"""All parts of the report in the order of the page: a new stage adds one line here."""

from collections.abc import Iterator

from atomate2_argyrodite.conductivity.bulk_schemas import RandomStructureDocument
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.report import sections, sections_mechanism, sections_run
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_arrhenius import arrhenius_picture, random_structure_picture
from atomate2_argyrodite.report.figures_energies import energy_pictures, interface_pictures
from atomate2_argyrodite.report.figures_grain_boundary import all_boundary_pictures
from atomate2_argyrodite.report.figures_mechanism import all_mechanism_pictures
from atomate2_argyrodite.report.figures_potential import active_learning_picture, parity_picture
from atomate2_argyrodite.report.figures_transport import msd_picture
from atomate2_argyrodite.report.loops import loop_stem, loops, potentials
from atomate2_argyrodite.report.part import Part
from atomate2_argyrodite.report.sections_accuracy import accuracy, accuracy_pictures
from atomate2_argyrodite.report.sections_energies import crystals, energy_cautions, surfaces
from atomate2_argyrodite.report.sections_functional_comparison import (
    functional_cautions,
    functional_comparison,
    functional_pictures,
)
from atomate2_argyrodite.report.sections_grain_boundary import (
    boundary_cautions,
    grain_boundaries,
)
from atomate2_argyrodite.report.sections_learning import active_learning
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import variant_stem, variants
from atomate2_argyrodite.report.views import boundary_views, crystal_views, lithium_views


def _by_variant(records: CampaignRecords) -> Iterator[tuple[CampaignRecords, str]]:
    found = variants(records)
    for variant in found:
        yield variant, variant_stem(variant, len(found))


def _arrhenius(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        if variant.conductivities:
            name = f"arrhenius{stem}"
            yield arrhenius_picture(variant.conductivities, variant.dynamics, name)


def _displacements(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        for document in variant.conductivities:
            if document.results:
                yield msd_picture(document, stem)


def _bulk(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        for document in variant.of(RandomStructureDocument):
            yield random_structure_picture(document, f"random_structure{stem}")


def _mechanism(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        documents = variant.of(MechanismDocument)
        yield from all_mechanism_pictures(documents, variant.of(Ps4MotionDocument), stem)


def _grain_boundaries(records: CampaignRecords) -> Iterator[Picture]:
    return all_boundary_pictures(records.of(GrainBoundaryDocument))


def _interfaces(records: CampaignRecords) -> Iterator[Picture]:
    yield from interface_pictures(records)
    yield from boundary_views(records)


def _crystals(records: CampaignRecords) -> Iterator[Picture]:
    yield from energy_pictures(records)
    yield from crystal_views(records)


def _parity(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        found = potentials(variant)
        for name, document in found.items():
            of_potential = loop_stem(name, list(found))
            yield parity_picture(document, f"parity{of_potential}{stem}")


def _learning(records: CampaignRecords) -> Iterator[Picture]:
    for variant, stem in _by_variant(records):
        found = loops(variant)
        for name, loop in found.items():
            if loop.selections:
                yield active_learning_picture(
                    loop.selections,
                    [document.summary for document in loop.iterations],
                    _thresholds(name, loop),
                    f"active_learning{loop_stem(name, list(found))}{stem}",
                )


def _thresholds(name: str, records: CampaignRecords) -> tuple[float, float] | None:
    loop = records.active_learning
    if loop is not None:
        return loop.gamma_select, loop.gamma_break
    settings = records.settings
    section = settings.get(name.replace(" ", "_")) or settings.get("active_learning")
    return (section["gamma_select"], section["gamma_break"]) if section else None


PARTS: tuple[Part, ...] = (
    Part("progress", "Progress", sections_run.progress),
    Part("results", "Conductivity", sections.results, _arrhenius),
    Part("displacements", "Diffusion and dynamics", sections.displacements, _displacements),
    Part("bulk", "Bulk", sections_mechanism.bulk, _bulk),
    Part(
        "functionals",
        "Functionals",
        functional_comparison,
        functional_pictures,
        functional_cautions,
    ),
    Part("mechanism", "Mechanism", sections_mechanism.mechanism, _mechanism),
    Part("lithium", "Where Li goes", sections_mechanism.lithium, lithium_views),
    Part(
        "grain_boundaries",
        "Grain boundaries",
        grain_boundaries,
        _grain_boundaries,
        boundary_cautions,
    ),
    Part("interfaces", "Energies of surfaces and boundaries", surfaces, _interfaces),
    Part("potential", "Potential", sections.potential, _parity),
    Part("accuracy", "Accuracy against cost", accuracy, accuracy_pictures),
    Part("learning", "Active learning", active_learning, _learning),
    Part("data", "Training data", sections.training_data),
    Part("crystals", "Crystals", crystals, _crystals, energy_cautions),
    Part("provenance", "Provenance", sections_run.provenance),
)
"""Results first, then what they rest on."""
