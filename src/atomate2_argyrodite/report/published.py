"""Published values that the report shows beside its own, for reference: nothing is fitted to them.

All as given by Kim et al., Nano Energy 2024, 109436.
"""

from atomate2_argyrodite.functional_comparison.references import EXPERIMENTAL_CONDUCTIVITIES

__all__ = [
    "EXPERIMENTAL_CONDUCTIVITIES",
    "RANDOM_STRUCTURE_CONDUCTIVITIES",
    "RELATIVE_ENERGIES",
    "experiment",
    "experiment_source",
]

RANDOM_STRUCTURE_CONDUCTIVITIES = {"Cl": 11.5, "Br": 8.8, "I": 2.6}
"""Conductivity in mS/cm of their random structures at 300 K, optB88-vdW (Table 2, 100 %)."""

RELATIVE_ENERGIES = {
    "Cl": {
        "0-F-43m": 23.0,
        "25-R3m": 4.0,
        "50-P222_1": 0.0,
        "50-Pmm2": 11.0,
        "75-R3m": 13.0,
        "100-F-43m": 206.0,
    }
}
"""Energies in meV/atom above the most stable configuration, DFT-PBE, by halide (Table 1)."""


_EXPERIMENTAL_SOURCES = {
    "Cl": "Adeli et al. 2019 and Jung et al. 2020",
    "Br": "Adeli et al. 2019, Jung et al. 2020, Deiseroth et al. 2011",
    "I": "Adeli et al. 2019, Jung et al. 2020, Deiseroth et al. 2011",
}
"""Where Kim et al. take the measured conductivities from; `docs/cite.md` has the references."""


def experiment(halide: str | None) -> str | None:
    """Return the experimental conductivity in words, e.g. ``2.3 to 2.5 mS/cm``; None if unknown."""
    if halide is None or halide not in EXPERIMENTAL_CONDUCTIVITIES:
        return None
    low, high = EXPERIMENTAL_CONDUCTIVITIES[halide]
    return f"{low:g} mS/cm" if low == high else f"{low:g} to {high:g} mS/cm"


def experiment_source(halide: str) -> str:
    """Return where the experimental conductivity of a halide comes from, in words."""
    return f"{_EXPERIMENTAL_SOURCES[halide]}, as quoted by Kim et al. 2024"
