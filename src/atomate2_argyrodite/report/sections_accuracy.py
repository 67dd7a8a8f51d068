"""Section on accuracy against cost: the scan over level and cutoff."""

from collections.abc import Iterator

from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_accuracy import accuracy_picture
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.page import picture, table
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.training.scan_schemas import ScanDocument


def accuracy(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Errors and cost of every level and cutoff that was tried."""
    drawn = "".join(picture(item) for item in pictures.values())
    return drawn + "".join(_points(document) for document in records.of(ScanDocument))


def accuracy_pictures(records: CampaignRecords) -> Iterator[Picture]:
    """Draw every scan whose costs were measured."""
    for k, document in enumerate(records.of(ScanDocument)):
        drawn = accuracy_picture(document, f"accuracy_cost_{k + 1}" if k else "accuracy_cost")
        if drawn is not None:
            yield drawn


def _points(document: ScanDocument) -> str:
    rows = [
        [
            f"level {point.level}, {point.cutoff_angstrom:g} Å",
            str(point.n_parameters),
            number(point.errors.energy_mae_mev_per_atom),
            number(point.errors.force_mae_ev_per_angstrom),
            number(point.microseconds_per_atom_step, 2),
            number(point.fit_wall_time_s),
            "" if point.cost_outcome == "completed" else point.cost_outcome,
        ]
        for point in document.points
    ]
    columns = (
        "Potential",
        "Parameters",
        "Energy MAE / meV per atom",
        "Force MAE / eV Å⁻¹",
        "Cost / µs per atom and step",
        "Fit / s",
        "Remark",
    )
    caption = f"Scan over level and cutoff, training set {document.training_set_hash[:16]}"
    return table(caption, columns, rows)
