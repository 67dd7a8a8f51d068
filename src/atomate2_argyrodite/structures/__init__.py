"""Every crystal of the method: site disorder, strain, random structures, surfaces, boundaries.

Pure functions on pymatgen Structures. Each structure that they return is neutral, has whole PS4
units and no two atoms too close: `assert_argyrodite` is called on all of them.
"""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.structures.chemistry import (
        DEFAULT_LATTICE_CONSTANTS,
        EXPERIMENTAL_LATTICE_CONSTANTS,
        HALIDES,
    )
    from atomate2_argyrodite.structures.coincidence import boundary_geometry, coincidence_rotations
    from atomate2_argyrodite.structures.compositions import composition_configurations
    from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
    from atomate2_argyrodite.structures.figures import structure_figure
    from atomate2_argyrodite.structures.files import write_structure
    from atomate2_argyrodite.structures.geometry import (
        is_physical,
        is_physical_frame,
        minimum_distances,
        neighbour_pairs,
        ps4_units_intact,
        structure_arrays,
    )
    from atomate2_argyrodite.structures.grain_boundaries import grain_boundary, screened_boundaries
    from atomate2_argyrodite.structures.interface_recipes import (
        BoundaryRecipe,
        InterfaceRecipe,
        SlabRecipe,
    )
    from atomate2_argyrodite.structures.random_structure import (
        apportioned_counts,
        boltzmann_weights,
        random_supercell,
    )
    from atomate2_argyrodite.structures.recipes import (
        ConfigurationRecipe,
        CrystalRecipe,
        RandomStructureRecipe,
        built_crystal,
        find_configuration,
    )
    from atomate2_argyrodite.structures.site_disorder import site_disorder_configurations
    from atomate2_argyrodite.structures.strain import (
        StrainKind,
        strain_tensors,
        strained_structures,
    )
    from atomate2_argyrodite.structures.supercells import AtomCountError
    from atomate2_argyrodite.structures.surfaces import (
        PAPER_FACETS,
        surface_slab,
        surface_terminations,
    )
    from atomate2_argyrodite.structures.terminations import Termination
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
    "PAPER_FACETS",
    "AtomCountError",
    "BoundaryRecipe",
    "ConfigurationRecipe",
    "CrystalRecipe",
    "InterfaceRecipe",
    "RandomStructureRecipe",
    "SiteDisorderConfiguration",
    "SlabRecipe",
    "StrainKind",
    "Termination",
    "apportioned_counts",
    "assert_argyrodite",
    "assert_cubic",
    "assert_geometry",
    "assert_stoichiometry",
    "boltzmann_weights",
    "boundary_geometry",
    "built_crystal",
    "coincidence_rotations",
    "composition_configurations",
    "find_configuration",
    "grain_boundary",
    "is_physical",
    "is_physical_frame",
    "minimum_distances",
    "neighbour_pairs",
    "net_charge",
    "ps4_units_intact",
    "random_supercell",
    "screened_boundaries",
    "site_disorder_configurations",
    "strain_tensors",
    "strained_structures",
    "structure_arrays",
    "structure_figure",
    "surface_slab",
    "surface_terminations",
    "write_structure",
]

__getattr__ = lazy_names(
    __name__,
    {
        "DEFAULT_LATTICE_CONSTANTS": "chemistry",
        "EXPERIMENTAL_LATTICE_CONSTANTS": "chemistry",
        "HALIDES": "chemistry",
        "PAPER_FACETS": "surfaces",
        "AtomCountError": "supercells",
        "BoundaryRecipe": "interface_recipes",
        "ConfigurationRecipe": "recipes",
        "CrystalRecipe": "recipes",
        "InterfaceRecipe": "interface_recipes",
        "RandomStructureRecipe": "recipes",
        "SiteDisorderConfiguration": "configurations",
        "SlabRecipe": "interface_recipes",
        "StrainKind": "strain",
        "Termination": "terminations",
        "apportioned_counts": "random_structure",
        "assert_argyrodite": "validation",
        "assert_cubic": "validation",
        "assert_geometry": "validation",
        "assert_stoichiometry": "validation",
        "boltzmann_weights": "random_structure",
        "boundary_geometry": "coincidence",
        "built_crystal": "recipes",
        "coincidence_rotations": "coincidence",
        "composition_configurations": "compositions",
        "find_configuration": "recipes",
        "grain_boundary": "grain_boundaries",
        "is_physical": "geometry",
        "is_physical_frame": "geometry",
        "minimum_distances": "geometry",
        "neighbour_pairs": "geometry",
        "net_charge": "validation",
        "ps4_units_intact": "geometry",
        "random_supercell": "random_structure",
        "screened_boundaries": "grain_boundaries",
        "site_disorder_configurations": "site_disorder",
        "strain_tensors": "strain",
        "strained_structures": "strain",
        "structure_arrays": "geometry",
        "structure_figure": "figures",
        "surface_slab": "surfaces",
        "surface_terminations": "surfaces",
        "write_structure": "files",
    },
)
