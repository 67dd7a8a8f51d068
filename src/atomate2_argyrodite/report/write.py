"""From a store to a folder with ``report.html`` and the figures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobflow import JobStore

from atomate2_argyrodite import __version__
from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.errors import InputError, StoreError
from atomate2_argyrodite.report.cautions import Caution, Severity, cautions
from atomate2_argyrodite.report.collect import CampaignRecords, collect
from atomate2_argyrodite.report.page import cautions_list, details, page, within_budget
from atomate2_argyrodite.report.part import Part, Pictures
from atomate2_argyrodite.report.parts import PARTS
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.summary import summary
from atomate2_argyrodite.report.variants import lowered

REPORT_FILE = "report.html"
_NOTES_SHOWN = 3
_PICTURES_BYTES = 4_000_000
"""Of the page that pictures may take: it can be sent by mail, and opens on a phone."""


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
        Gets ``report.html``, which holds everything, and the figures as PNG and SVG files.
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
        If the store cannot be read; a corrupted attachment costs its figure alone.
    """
    records = collect(
        store, settings=settings, campaign=campaign, halide=halide, functional=functional
    )
    contents, undrawn = _contents(records)
    contents = _limited(contents)
    html = render(records, contents, undrawn)
    target = folder / REPORT_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for _, pictures in contents:
            for name, picture in pictures.items():
                _write_files(folder / name, picture)
        partial = folder / f".{REPORT_FILE}"
        partial.write_text(html, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise InputError(
            f"report folder {str(folder)!r} cannot be written ({error.strerror}): choose another "
            "with -o"
        ) from None
    return target


def _write_files(stem: Path, picture: Picture) -> None:
    stem.with_name(f"{stem.name}.png").write_bytes(picture.png)
    if picture.svg is not None:
        stem.with_name(f"{stem.name}.svg").write_bytes(picture.svg)


def _contents(records: CampaignRecords) -> tuple[list[tuple[Part, Pictures]], list[Caution]]:
    """Return every part with its pictures, and what could not be drawn."""
    contents, cautions_found = [], []
    for part in PARTS:
        pictures: Pictures = {}
        try:
            for picture in part.pictures(records):
                pictures[picture.name] = picture
        except (StoreError, ValueError, KeyError) as error:
            text = f"Figures of the section {part.title} could not be drawn: {error}"
            cautions_found.append(Caution(Severity.PROBLEM, text))
        contents.append((part, pictures))
    return contents, cautions_found


def _limited(contents: Sequence[tuple[Part, Pictures]]) -> list[tuple[Part, Pictures]]:
    """Mark the pictures that the page cannot hold."""
    everything = [picture for _, pictures in contents for picture in pictures.values()]
    chosen = within_budget(everything, _PICTURES_BYTES)
    return [
        (part, {k: replace(v, is_embedded=k in chosen) for k, v in pictures.items()})
        for part, pictures in contents
    ]


def render(
    records: CampaignRecords,
    contents: Sequence[tuple[Part, Pictures]],
    further: Sequence[Caution] = (),
) -> str:
    """Return the page as HTML, from the parts and their pictures."""
    of_parts = [caution for part in PARTS for caution in part.cautions(records)]
    found = cautions(records, [*further, *of_parts])
    shown = [
        ("summary", "In short", summary(records)),
        ("cautions", "What to know first", _cautions(found)),
    ]
    shown += [(p.identifier, p.title, p.section(records, pictures)) for p, pictures in contents]
    now = datetime.now(UTC).isoformat(timespec="minutes")
    return page(
        _title(records),
        _subtitle(records),
        shown,
        f"Written by atomate2-argyrodite {__version__} at {now} from {len(records.documents)} "
        "documents.",
        _state(records),
    )


def _cautions(found: Sequence[Caution]) -> str:
    """Return problems and warnings, and notes folded away where there are many."""
    items = [(str(caution.severity.name).lower(), caution.text) for caution in found]
    notes = [item for item in items if item[0] == "note"]
    if len(notes) <= _NOTES_SHOWN:
        return cautions_list(items)
    first = cautions_list([item for item in items if item[0] != "note"])
    return first + details(f"{len(notes)} notes", cautions_list(notes))


def _title(records: CampaignRecords) -> str:
    if records.run is None and not records.documents:
        return "No campaign yet"
    return f"Campaign {records.name}".removesuffix(" campaign")


def _subtitle(records: CampaignRecords) -> str:
    compositions = sorted({d.composition for d in records.documents if d.composition})
    configurations = sorted({d.configuration for d in records.documents if d.configuration})
    what = ", ".join(lowered(text) for text in compositions) or "no composition yet"
    return f"{what}; configurations {', '.join(configurations)}" if configurations else what


def _state(records: CampaignRecords) -> tuple[str, str]:
    if records.run is None:
        return "no record of a run", "note"
    kinds = {RunState.FINISHED: "good", RunState.FAILED: "problem"}
    return str(records.run.state), kinds.get(records.run.state, "warning")
