"""A campaign of several compositions or functionals, one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.page import heading
from atomate2_argyrodite.report.style import file_stem
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.training.schemas import PotentialDocument

Key = tuple[str | None, str | None]
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def variants(records: CampaignRecords) -> list[CampaignRecords]:
    """Return the records of each composition and functional that has a potential or a result.

    Documents that belong to all, such as snapshots that every functional labels, are in each. A
    campaign of one composition and one functional is returned whole.
    """
    found = [*records.of(PotentialDocument), *records.of(ConductivityDocument)]
    keys = list(dict.fromkeys(_key(document) for document in found))
    if len(keys) < 2:
        return [records]
    return [
        replace(records, documents=[d for d in records.documents if _belongs(d, key)])
        for key in sorted(keys, key=str)
    ]


def _key(document: ArgyroditeDocument) -> Key:
    return document.composition, str(document.functional) if document.functional else None


def _belongs(document: ArgyroditeDocument, key: Key) -> bool:
    composition, functional = _key(document)
    if composition not in (None, key[0]):
        return False
    return isinstance(document, SamplingDocument) or functional in (None, key[1])


def variant_name(records: CampaignRecords) -> str:
    """Return composition and functional of a variant, e.g. ``Li₆PS₅Cl, PBE``."""
    return ", ".join(_parts(records)) or "the campaign"


def _parts(records: CampaignRecords) -> Iterator[str]:
    compositions = sorted({d.composition for d in records.documents if d.composition})
    functionals = {str(d.functional) for d in records.labelled_sets if d.functional}
    functionals |= {str(d.functional) for d in records.conductivities if d.functional}
    yield from (lowered(composition) for composition in compositions)
    yield from (functional.upper() for functional in sorted(functionals))


def variant_stem(records: CampaignRecords, siblings: int) -> str:
    """Return what tells a variant's files from those of its siblings; nothing if it has none."""
    if siblings < 2:
        return ""
    composition, functional = _first_key(records)
    return "_" + file_stem("_".join(part for part in (composition, functional) if part))


def _first_key(records: CampaignRecords) -> Key:
    found = [*records.of(ConductivityDocument), *records.of(PotentialDocument)]
    return _key(found[0]) if found else (None, None)


def per_variant(records: CampaignRecords, content: Callable[[CampaignRecords, str], str]) -> str:
    """Return the content of each variant, under its name where there are several.

    `content` gets a variant and what its pictures' names end with.
    """
    parts = []
    found = variants(records)
    for variant in found:
        html = content(variant, variant_stem(variant, len(found)))
        title = heading(variant_name(variant), 3) if html and len(found) > 1 else ""
        parts.append(title + html)
    return "".join(parts)


def lowered(composition: str) -> str:
    """Return a formula with lowered numbers, e.g. Li₆PS₅Cl."""
    return composition.translate(_LOWERED)
