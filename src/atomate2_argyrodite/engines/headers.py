"""Header fields of documents that follow from a crystal."""

from collections.abc import Iterable
from typing import TypedDict

from pymatgen.core import Composition

from atomate2_argyrodite.structures.chemistry import HALIDES


class CrystalHeader(TypedDict):
    """Fields `composition` and `halide` of a document."""

    composition: str
    halide: str | None


def crystal_header(symbols: Iterable[str]) -> CrystalHeader:
    """Return reduced formula and halides of the atoms with these chemical `symbols`.

    Several halides are joined in the order Cl, Br, I, for example ``'Cl-Br'``.
    """
    atoms = list(symbols)
    composition = Composition({symbol: atoms.count(symbol) for symbol in set(atoms)})
    halides = [halide for halide in HALIDES if halide in set(atoms)]
    return {
        "composition": composition.reduced_formula,
        "halide": "-".join(halides) or None,
    }
