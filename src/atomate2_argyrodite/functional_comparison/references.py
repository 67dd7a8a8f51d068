"""What functionals are compared with: experiment, and the values that Kim et al. published."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from atomate2_argyrodite.functionals import Functional

EXPERIMENTAL_CONDUCTIVITIES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"Cl": (2.3, 2.5), "Br": (1.0, 1.0), "I": (0.004, 0.004)}
)
"""Range in mS/cm at room temperature of Li6PS5X by halide, as quoted by Kim et al., Nano Energy
2024, 109436: powders of partial crystallinity and unknown disorder."""


@dataclass(frozen=True)
class PublishedRow:
    """One line of a published table.

    Parameters
    ----------
    label
        Configuration.
    relative_energy_mev_per_atom
        DFT-PBE for every functional of the table.
    activation_energy_ev
        In eV.
    conductivity_ms_per_cm
        At 300 K; None where it is given as "too low".
    """

    label: str
    relative_energy_mev_per_atom: float
    activation_energy_ev: float
    conductivity_ms_per_cm: float | None


@dataclass(frozen=True)
class PublishedFunctional:
    """The published values of one functional; `bulk_ms_per_cm` is "corrected" to 80 %."""

    rows: tuple[PublishedRow, ...]
    bulk_ms_per_cm: float


_LABELS = ("0-F-43m", "25-R3m", "50-P222_1", "50-Pmm2", "75-R3m", "100-F-43m")
_ENERGIES = (23.0, 4.0, 0.0, 11.0, 13.0, 206.0)


def _published(
    barriers_mev: tuple[float, ...], conductivities: tuple[float | None, ...], bulk: float
) -> PublishedFunctional:
    rows = zip(_LABELS, _ENERGIES, barriers_mev, conductivities, strict=True)
    return PublishedFunctional(
        tuple(PublishedRow(label, e, barrier / 1000, sigma) for label, e, barrier, sigma in rows),
        bulk,
    )


KIM_2024: Mapping[Functional, PublishedFunctional] = MappingProxyType(
    {
        Functional.PBE: _published(
            (529, 219, 217, 209, 239, 249), (0.007, 25.1, 34.2, 41.9, 23.4, 3.7), 4.19
        ),
        Functional.PBE_D3BJ: _published(
            (997, 286, 290, 290, 337, 271), (None, 3.6, 2.7, 4.4, 1.9, 3.7), 0.55
        ),
        Functional.OPTB88_VDW: _published(
            (502, 220, 256, 246, 250, 406), (0.008, 19.2, 12.7, 15.7, 13.3, 0.01), 2.46
        ),
    }
)
"""Table 1 of Kim et al., Nano Energy 2024, 109436: MTPs of three functionals, Li6PS5Cl.

Its conductivities seem to contain a factor of a fifth (the same group's published fits give 4.9
times its AIMD values): compare plain Nernst-Einstein values with five times these.
"""
