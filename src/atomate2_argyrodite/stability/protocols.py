"""Relaxation protocols by name: the relative energies of argyrodites depend on them.

Li on 24g is a saddle point: with its symmetry kept the ordered crystal lies far above the
disordered ones, rattled it falls into a valley, and the gaps shrink to a few meV per atom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypedDict

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.engines.base import check_relaxation_limits
from atomate2_argyrodite.errors import InputError

MAXIMUM_RATTLE = 0.3
"""Å; beyond it PS4 units would be torn before the relaxation begins."""


class RelaxationProtocol(StrEnum):
    """What a relaxation keeps and where it starts."""

    CUBIC = "cubic"
    """From the built positions; the cell keeps its cubic shape, only its volume changes."""
    SYMMETRIC = "symmetric"
    """Positions and cell stay within the space group of the built crystal."""
    FREE = "free"
    """From the built positions; nothing is imposed, but symmetric positions feel no other force."""
    RATTLED = "rattled"
    """Atoms are displaced at random first; positions and cell are free."""
    RATTLED_CUBIC = "rattled-cubic"
    """Atoms are displaced at random first; the cell keeps its cubic shape."""

    @property
    def is_rattled(self) -> bool:
        """Whether atoms are displaced before the relaxation."""
        return self in (RelaxationProtocol.RATTLED, RelaxationProtocol.RATTLED_CUBIC)

    @property
    def keeps_cubic_cell(self) -> bool:
        """Whether a cubic cell stays cubic, as supercells, slabs and boundaries need it."""
        return self in (RelaxationProtocol.CUBIC, RelaxationProtocol.RATTLED_CUBIC)


class RelaxOptions(TypedDict):
    """Keywords of `Engine.relax` that a protocol sets."""

    keep_shape: bool
    keep_symmetry: bool


_OPTIONS: Mapping[RelaxationProtocol, RelaxOptions] = MappingProxyType(
    {
        RelaxationProtocol.CUBIC: {"keep_shape": True, "keep_symmetry": False},
        RelaxationProtocol.SYMMETRIC: {"keep_shape": False, "keep_symmetry": True},
        RelaxationProtocol.FREE: {"keep_shape": False, "keep_symmetry": False},
        RelaxationProtocol.RATTLED: {"keep_shape": False, "keep_symmetry": False},
        RelaxationProtocol.RATTLED_CUBIC: {"keep_shape": True, "keep_symmetry": False},
    }
)


@dataclass(frozen=True)
class RelaxationSettings(MSONable):
    """How crystals, slabs and boundaries are relaxed.

    Parameters
    ----------
    protocol
        Name of a `RelaxationProtocol`. Slabs and boundaries keep their cell whatever it says of
        cells, and are rattled if it rattles.
    maximum_force
        Threshold in eV/Å; 0.04 is that of Kim et al. (Nano Energy 2024, 109436).
    maximum_steps
        Steps after which a relaxation ends unconverged, which its document says.
    rattle
        Standard deviation in Å of the random displacements along each axis.
    seed
        Of the displacements.

    Raises
    ------
    InputError
        If the protocol is unknown or a number makes no sense.
    """

    protocol: str = RelaxationProtocol.CUBIC.value
    maximum_force: float = 0.04
    maximum_steps: int = 500
    rattle: float = 0.05
    seed: int = 1

    def __post_init__(self) -> None:
        if self.protocol not in tuple(RelaxationProtocol):
            raise InputError(
                f"relaxation protocol {self.protocol!r} is unknown: choose one of "
                f"{', '.join(RelaxationProtocol)}"
            )
        check_relaxation_limits(self.maximum_force, self.maximum_steps)
        if not 0 < self.rattle <= MAXIMUM_RATTLE:
            raise InputError(
                f"rattle {self.rattle} Å must be above 0 and at most {MAXIMUM_RATTLE} Å: more "
                "tears PS4 units"
            )

    @property
    def kind(self) -> RelaxationProtocol:
        """The protocol."""
        return RelaxationProtocol(self.protocol)

    @property
    def options(self) -> RelaxOptions:
        """Keywords of `Engine.relax` for a crystal whose cell moves."""
        return _OPTIONS[self.kind]

    @property
    def seeds(self) -> dict[str, int]:
        """Seeds that the result depends on."""
        return {"rattle": self.seed} if self.kind.is_rattled else {}

    def start(self, structure: Structure) -> Structure:
        """Return the structure from which the relaxation starts: rattled if the protocol says so.

        Displacements are Gaussian, without net translation, and the same for the same seed.
        """
        if not self.kind.is_rattled:
            return structure
        noise = np.random.default_rng(self.seed).normal(0.0, self.rattle, (len(structure), 3))
        moved = structure.cart_coords + noise - noise.mean(axis=0)
        return Structure(
            structure.lattice,
            structure.species,
            moved,
            coords_are_cartesian=True,
            site_properties=structure.site_properties,
            properties=structure.properties,
        )
