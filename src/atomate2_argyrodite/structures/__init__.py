"""Every crystal of the method: site disorder, strain, and the checks of what is built."""

from atomate2_argyrodite.structures.chemistry import (
    DEFAULT_LATTICE_CONSTANTS,
    EXPERIMENTAL_LATTICE_CONSTANTS,
    HALIDES,
)
from atomate2_argyrodite.structures.geometry import (
    is_physical,
    is_physical_frame,
    minimum_distances,
    neighbour_pairs,
    ps4_units_intact,
    structure_arrays,
)
from atomate2_argyrodite.structures.site_disorder import (
    SiteDisorderConfiguration,
    site_disorder_configurations,
)
from atomate2_argyrodite.structures.strain import StrainKind, strain_tensors, strained_structures
from atomate2_argyrodite.structures.validation import (
    assert_argyrodite,
    assert_cubic,
    assert_geometry,
    assert_stoichiometry,
    net_charge,
)

__all__ = [
    "DEFAULT_LATTICE_CONSTANTS",
    "EXPERIMENTAL_LATTICE_CONSTANTS",
    "HALIDES",
    "SiteDisorderConfiguration",
    "StrainKind",
    "assert_argyrodite",
    "assert_cubic",
    "assert_geometry",
    "assert_stoichiometry",
    "is_physical",
    "is_physical_frame",
    "minimum_distances",
    "neighbour_pairs",
    "net_charge",
    "ps4_units_intact",
    "site_disorder_configurations",
    "strain_tensors",
    "strained_structures",
    "structure_arrays",
]
