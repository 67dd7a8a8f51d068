"""All parts of the report in the order of the page: a new stage adds one line here."""

from collections.abc import Iterator

from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.report import sections, sections_mechanism
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_mechanism import all_mechanism_pictures
from atomate2_argyrodite.report.figures_potential import active_learning_picture, parity_picture
from atomate2_argyrodite.report.figures_transport import arrhenius_picture, msd_picture
from atomate2_argyrodite.report.part import Part
from atomate2_argyrodite.report.style import Picture


def _arrhenius(records: CampaignRecords) -> Iterator[Picture]:
    if records.conductivities:
        yield arrhenius_picture(records.conductivities, records.dynamics)


def _displacements(records: CampaignRecords) -> Iterator[Picture]:
    for document in records.conductivities:
        if document.results:
            yield msd_picture(document)


def _mechanism(records: CampaignRecords) -> Iterator[Picture]:
    return all_mechanism_pictures(records.of(MechanismDocument), records.of(Ps4MotionDocument))


def _parity(records: CampaignRecords) -> Iterator[Picture]:
    if records.potential is not None:
        yield parity_picture(records.potential)


def _learning(records: CampaignRecords) -> Iterator[Picture]:
    if records.selections:
        yield active_learning_picture(
            records.selections,
            [document.summary for document in records.iterations],
            _thresholds(records),
        )


def _thresholds(records: CampaignRecords) -> tuple[float, float] | None:
    loop = records.active_learning
    if loop is not None:
        return loop.gamma_select, loop.gamma_break
    section = records.settings.get("active_learning")
    return (section["gamma_select"], section["gamma_break"]) if section else None


PARTS: tuple[Part, ...] = (
    Part("results", "Conductivity", sections.results, _arrhenius),
    Part("displacements", "Diffusion and dynamics", sections.displacements, _displacements),
    Part("bulk", "Bulk", sections_mechanism.bulk),
    Part("mechanism", "Mechanism", sections_mechanism.mechanism, _mechanism),
    Part("potential", "Potential", sections.potential, _parity),
    Part("learning", "Active learning", sections.active_learning, _learning),
    Part("data", "Training data", sections.training_data),
    Part("crystals", "Crystals", sections.crystals),
    Part("provenance", "Provenance", sections.provenance),
)
"""Results first, then what they rest on."""
