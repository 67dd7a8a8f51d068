"""Typed queries: documents of one kind by the fields of their headers, and tables of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from jobflow import JobStore
from pydantic import BaseModel

from atomate2_argyrodite.campaign.belonging import uuids_of_campaign
from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import ArgyroditeDocument, Attachment
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.training.schemas import PotentialDocument

Kind = TypeVar("Kind", bound=ArgyroditeDocument)
Row = dict[str, Any]
Place = JobStore | str | Path | None
_HEADER = ("composition", "halide", "configuration", "functional", "potential_id", "created_at")
_LEFT_OUT = ("settings", "software_versions", "seeds", "warnings", "schema_version")


def documents_of(
    kind: type[Kind], store: Place = None, *, campaign: str | None = None, **header: Any
) -> list[Kind]:
    """Return the documents of one kind, oldest first.

    Parameters
    ----------
    kind
        Class of the documents, such as `PotentialDocument`.
    store
        A connected store, or where one is (see `open_store`); by default that of the settings
        (ARGYRODITE_STORE).
    campaign
        Name of a campaign: what its runs computed, and what they found computed.
    header
        Conditions on the header: halide, configuration, functional, composition, potential_id,
        min_temperature_kelvin, max_temperature_kelvin (see `find_documents`).

    Raises
    ------
    InputError
        If a functional is unknown, or no campaign of that name was run with the store.
    StoreError
        If the store cannot be opened.
    """
    given = store if isinstance(store, JobStore) else _open(store)
    stage = kind.model_fields["stage"].default
    if campaign is not None:
        header["uuids"] = uuids_of_campaign(given, campaign)
    found = find_documents(given, stage=stage, **header)
    return [stored.document for stored in found if isinstance(stored.document, kind)]


def _open(place: str | Path | None) -> JobStore:
    return open_store(place if place is not None else load_settings().store, must_exist=True)


def conductivities(
    store: Place = None,
    *,
    min_temperature: float | None = None,
    max_temperature: float | None = None,
    **header: Any,
) -> list[ConductivityDocument]:
    """Return the conductivities of crystals, oldest first.

    Parameters
    ----------
    store
        See `documents_of`.
    min_temperature, max_temperature
        Bounds in K, inclusive: documents with a result between them, with those results alone.
    header
        campaign, halide, configuration, functional, composition, potential_id.

    Examples
    --------
    >>> conductivities(halide="Cl", functional="pbe", min_temperature=400.0)  # doctest: +SKIP
    """
    found = documents_of(ConductivityDocument, store, **header)
    low = float("-inf") if min_temperature is None else min_temperature
    high = float("inf") if max_temperature is None else max_temperature
    for document in found:
        document.results = [r for r in document.results if low <= r.temperature_kelvin <= high]
    everything = min_temperature is None and max_temperature is None
    return found if everything else [document for document in found if document.results]


def molecular_dynamics(
    store: Place = None,
    *,
    min_temperature: float | None = None,
    max_temperature: float | None = None,
    **header: Any,
) -> list[MolecularDynamicsDocument]:
    """Return the LAMMPS runs within bounds of their temperature in K, oldest first."""
    return documents_of(
        MolecularDynamicsDocument,
        store,
        min_temperature_kelvin=min_temperature,
        max_temperature_kelvin=max_temperature,
        **header,
    )


def potentials(store: Place = None, **header: Any) -> list[PotentialDocument]:
    """Return the fitted potentials, oldest first (see `documents_of`)."""
    return documents_of(PotentialDocument, store, **header)


def labelled_sets(store: Place = None, **header: Any) -> list[LabelledSetDocument]:
    """Return the batches of labels and the sets made of them (``is_collected``), oldest first."""
    return documents_of(LabelledSetDocument, store, **header)


def relative_stabilities(store: Place = None, **header: Any) -> list[RelativeStabilityDocument]:
    """Return the comparisons of crystals by energy, oldest first (see `documents_of`)."""
    return documents_of(RelativeStabilityDocument, store, **header)


def functional_comparisons(
    store: Place = None, **header: Any
) -> list[FunctionalComparisonDocument]:
    """Return the comparisons of functionals, oldest first (see `documents_of`)."""
    return documents_of(FunctionalComparisonDocument, store, **header)


def functional_table(documents: Iterable[FunctionalComparisonDocument]) -> list[Row]:
    """Return one flat row per functional and crystal: the paper's Table 1 for a spreadsheet."""
    return [
        {
            "composition": document.composition,
            "functional": result.functional.value,
            "is_surrogate": result.engine.is_surrogate if result.engine else None,
            "potential_id": result.potential_id,
            "bulk_conductivity_ms_per_cm": result.bulk.conductivity_ms_per_cm,
            **dict(_flat(crystal)),
        }
        for document in documents
        for result in document.functionals
        for crystal in result.configurations
    ]


def as_table(documents: Iterable[ArgyroditeDocument]) -> list[Row]:
    """Return one flat row per document: its header and every number and text in it.

    Fields of parts are named ``part.field``, bounds of intervals ``field.low`` and ``field.high``;
    lists, arrays and settings are left out. ``pandas.DataFrame(as_table(...))`` makes a data frame.
    """
    return [dict(_flat(document)) for document in documents]


def conductivity_table(documents: Sequence[ConductivityDocument]) -> list[Row]:
    """Return one flat row per crystal and temperature, ready for a plot or a spreadsheet."""
    rows = []
    for document in documents:
        header = {name: getattr(document, name) for name in _HEADER}
        header["engine"] = document.engine.name if document.engine else None
        header["is_surrogate"] = document.engine.is_surrogate if document.engine else None
        rows += [{**header, **dict(_flat(result))} for result in document.results]
    return rows


def _flat(model: BaseModel, prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in _LEFT_OUT or isinstance(value, list | dict | Attachment):
            continue
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, tuple):
            if "interval" in name and len(value) == 2:
                yield f"{prefix}{name}.low", value[0]
                yield f"{prefix}{name}.high", value[1]
        else:
            yield f"{prefix}{name}", value
