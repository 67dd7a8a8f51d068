"""What all larger structures share: the crystal they start from, their size, their site order."""

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
from atomate2_argyrodite.structures.prototype import ELEMENT_ORDER
from atomate2_argyrodite.structures.validation import assert_argyrodite, assert_cubic


class AtomCountError(InputError):
    """A structure would have more atoms than its limit; nothing was built.

    Parameters
    ----------
    count, maximum
        Atoms that it would have, and the limit.
    """

    def __init__(self, count: int, maximum: int) -> None:
        self.count = count
        self.maximum = maximum
        super().__init__(
            f"the structure would have {count:,} atoms, more than the limit of {maximum:,}: "
            "reduce its size or raise maximum_atoms"
        )


def cubic_crystal(configuration: SiteDisorderConfiguration | Structure) -> Structure:
    """Return the crystal to build from, after checking that it is a cubic argyrodite.

    Raises
    ------
    StructureError
        If it is no argyrodite or not cubic.
    """
    structure = configuration if isinstance(configuration, Structure) else configuration.structure
    assert_cubic(structure)
    assert_argyrodite(structure)
    return structure


def check_atom_count(count: int, maximum: int) -> None:
    """Refuse to build more than `maximum` atoms.

    Raises
    ------
    AtomCountError
        If `count` exceeds `maximum`.
    """
    if count > maximum:
        raise AtomCountError(count, maximum)


def sorted_sites(structure: Structure) -> Structure:
    """Return a copy with sites grouped by element (Li, P, ..., S, halides), order kept within."""
    rank = np.array([ELEMENT_ORDER.index(site.specie.symbol) for site in structure])
    ordered = [structure[int(n)] for n in np.argsort(rank, kind="stable")]
    return Structure.from_sites(ordered, properties=structure.properties)
