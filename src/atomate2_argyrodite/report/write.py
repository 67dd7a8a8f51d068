"""From a store to a folder with ``report.html`` and the figures."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobflow import JobStore

from atomate2_argyrodite import __version__
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.report import sections, sections_grain_boundary, sections_mechanism
from atomate2_argyrodite.report.cautions import cautions
from atomate2_argyrodite.report.collect import CampaignRecords, collect
from atomate2_argyrodite.report.figures_grain_boundary import all_boundary_pictures
from atomate2_argyrodite.report.figures_mechanism import all_mechanism_pictures
from atomate2_argyrodite.report.figures_potential import active_learning_picture, parity_picture
from atomate2_argyrodite.report.figures_transport import arrhenius_picture, msd_picture
from atomate2_argyrodite.report.page import cautions_list, page
from atomate2_argyrodite.report.style import Picture

REPORT_FILE = "report.html"


def write_report(
    store: JobStore,
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    campaign: str | None = None,
    halide: str | None = None,
    functional: str | None = None,
) -> Path:
    """Write the report of a campaign, as far as it has come.

    Parameters
    ----------
    store
        A connected store.
    folder
        Gets ``report.html``, which holds everything, and the figures as PNG files.
    settings, campaign, halide, functional
        Which campaign, and which part of it; see `collect`.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If there is no such campaign, or the folder cannot be written.
    StoreError
        If an attachment is missing or corrupted.
    """
    records = collect(
        store, settings=settings, campaign=campaign, halide=halide, functional=functional
    )
    pictures = {picture.name: picture for picture in _pictures(records)}
    html = render(records, pictures)
    target = folder / REPORT_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            (folder / f"{name}.png").write_bytes(picture.png)
        partial = folder / f".{REPORT_FILE}"
        partial.write_text(html, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise InputError(
            f"report folder {str(folder)!r} cannot be written ({error.strerror}): choose another "
            "with -o"
        ) from None
    return target


def _pictures(records: CampaignRecords) -> Iterator[Picture]:
    documents = records.conductivities
    if documents:
        yield arrhenius_picture(documents, records.dynamics)
    for document in documents:
        if document.results:
            yield msd_picture(document)
    yield from all_mechanism_pictures(records.of(MechanismDocument), records.of(Ps4MotionDocument))
    yield from all_boundary_pictures(records.of(GrainBoundaryDocument))
    if records.potential is not None:
        yield parity_picture(records.potential)
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


def render(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """Return the page as HTML."""
    items = [(str(c.severity.name).lower(), c.text) for c in cautions(records)]
    parts = [
        ("cautions", "What to know first", cautions_list(items)),
        ("results", "Conductivity", sections.results(records, pictures)),
        ("displacements", "Diffusion and dynamics", sections.displacements(records, pictures)),
        ("bulk", "Bulk", sections_mechanism.bulk(records)),
        ("mechanism", "Mechanism", sections_mechanism.mechanism(records, pictures)),
        (
            "grain_boundaries",
            "Grain boundaries",
            sections_grain_boundary.grain_boundaries(records, pictures),
        ),
        ("potential", "Potential", sections.potential(records, pictures)),
        ("learning", "Active learning", sections.active_learning(records, pictures)),
        ("data", "Training data", sections.training_data(records)),
        ("crystals", "Crystals", sections.crystals(records)),
        ("provenance", "Provenance", sections.provenance(records)),
    ]
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return page(
        f"Campaign {records.name}",
        _subtitle(records),
        parts,
        f"Written by atomate2-argyrodite {__version__} at {now} from {len(records.documents)} "
        "documents.",
    )


def _subtitle(records: CampaignRecords) -> str:
    compositions = sorted({d.composition for d in records.documents if d.composition})
    configurations = sorted({d.configuration for d in records.documents if d.configuration})
    state = f"state: {records.run.state}" if records.run else "no record of a run"
    what = ", ".join(compositions) or "no composition yet"
    return f"{what}; configurations {', '.join(configurations) or 'none yet'}; {state}."
