"""From a store to a folder with ``report.html`` and the figures."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobflow import JobStore

from atomate2_argyrodite import __version__
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.report.cautions import cautions
from atomate2_argyrodite.report.collect import CampaignRecords, collect
from atomate2_argyrodite.report.page import cautions_list, page
from atomate2_argyrodite.report.part import Part, Pictures
from atomate2_argyrodite.report.parts import PARTS

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
    contents = list(_contents(records))
    html = render(records, contents)
    target = folder / REPORT_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _, pictures in contents:
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


def _contents(records: CampaignRecords) -> Iterator[tuple[Part, Pictures]]:
    for part in PARTS:
        yield part, {picture.name: picture for picture in part.pictures(records)}


def render(records: CampaignRecords, contents: Sequence[tuple[Part, Pictures]]) -> str:
    """Return the page as HTML, from the parts and their pictures."""
    found = cautions(records, (caution for part in PARTS for caution in part.cautions(records)))
    items = [(str(c.severity.name).lower(), c.text) for c in found]
    shown = [("cautions", "What to know first", cautions_list(items))]
    shown += [(p.identifier, p.title, p.section(records, pictures)) for p, pictures in contents]
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return page(
        f"Campaign {records.name}",
        _subtitle(records),
        shown,
        f"Written by atomate2-argyrodite {__version__} at {now} from {len(records.documents)} "
        "documents.",
    )


def _subtitle(records: CampaignRecords) -> str:
    compositions = sorted({d.composition for d in records.documents if d.composition})
    configurations = sorted({d.configuration for d in records.documents if d.configuration})
    state = f"state: {records.run.state}" if records.run else "no record of a run"
    what = ", ".join(compositions) or "no composition yet"
    return f"{what}; configurations {', '.join(configurations) or 'none yet'}; {state}."
