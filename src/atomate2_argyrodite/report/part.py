"""What a stage gives to the report: figures, a section, and what limits its results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atomate2_argyrodite.report.cautions import Caution
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.style import Picture

Pictures = dict[str, Picture]


def no_pictures(_records: CampaignRecords) -> Iterator[Picture]:
    """Yield nothing: the part has no figures."""
    yield from ()


def no_cautions(_records: CampaignRecords) -> Iterator[Caution]:
    """Yield nothing: the part adds no limits of its own."""
    yield from ()


@dataclass(frozen=True)
class Part:
    """A section of the report.

    Parameters
    ----------
    identifier
        The section's anchor in the page.
    title
        Its heading.
    section
        Returns its HTML (see `page`) from the records and the part's own pictures by name; an empty
        text where the campaign holds nothing of it.
    pictures
        Yields its figures; their names are those of the files beside the page, so they must be
        unique in the report.
    cautions
        Yields what a reader must know about its results.
    """

    identifier: str
    title: str
    section: Callable[[CampaignRecords, Pictures], str]
    pictures: Callable[[CampaignRecords], Iterator[Picture]] = no_pictures
    cautions: Callable[[CampaignRecords], Iterator[Caution]] = no_cautions
