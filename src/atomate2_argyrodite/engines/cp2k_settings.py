"""What fixes the numbers of CP2K: grid, basis, convergence."""

from dataclasses import asdict, dataclass
from typing import Any

from monty.json import MSONable

from atomate2_argyrodite.errors import InputError

VALENCE_ELECTRONS = {
    "H": 1, "B": 3, "C": 4, "N": 5, "O": 6, "F": 7, "Li": 3, "Na": 9, "Mg": 10, "Al": 3, "Si": 4,
    "P": 5, "S": 6, "Cl": 7, "K": 9, "Ca": 10, "Cu": 11, "Zn": 12, "Ga": 13, "Ge": 4, "As": 5,
    "Se": 6, "Br": 7, "Ag": 11, "Cd": 12, "In": 13, "Sn": 4, "Sb": 5, "Te": 6, "I": 7,
}  # fmt: skip
"""Elements that have a DZVP-MOLOPT-SR-GTH basis set, and the valence of that GTH potential."""


@dataclass(frozen=True)
class Cp2kSettings(MSONable):
    """Settings of CP2K's Quickstep (GPW method).

    Parameters
    ----------
    cutoff_ry
        Cutoff of the finest grid in Ry. With 350 the energy of Li6PS5Cl is within 0.4 meV/atom of
        that with 400 Ry, with 280 within 3.3 meV/atom and 0.19 GPa.
    relative_cutoff_ry
        Cutoff in Ry at which a Gaussian of exponent 1 is mapped onto the grids.
    basis_set
        Name of a basis set that ``BASIS_MOLOPT`` has for every element.
    kpoints
        Divisions of a Monkhorst-Pack grid for single points, in full, since CP2K's stress is wrong
        with a reduced one. (1, 1, 1) is the Gamma point; dynamics and relaxations always use that.
    scf_threshold
        Convergence of the density in single points and relaxations.
    dynamics_scf_threshold
        The same in molecular dynamics.
    maximum_scf_steps
        SCF steps; the second try, with safer settings, takes three times as many.
    electronic_temperature_kelvin
        Of the Fermi-Dirac smearing. A crystal with a gap does not feel it. The half disordered
        cell as it is built (50-P222_1, lithium on 24g) has none with PBE: seven states of 120 are
        partly filled.
    added_orbitals
        Empty orbitals for the smearing.
    reference_cell
        Lengths in Å of an orthorhombic cell that fixes the number of grid points; None takes the
        cell of the configuration. Needed where energies of strained cells are subtracted.

    Raises
    ------
    InputError
        If a value makes no sense.
    """

    cutoff_ry: float = 350.0
    relative_cutoff_ry: float = 40.0
    basis_set: str = "DZVP-MOLOPT-SR-GTH"
    kpoints: tuple[int, int, int] = (1, 1, 1)
    scf_threshold: float = 1e-6
    dynamics_scf_threshold: float = 1e-5
    maximum_scf_steps: int = 80
    electronic_temperature_kelvin: float = 300.0
    added_orbitals: int = 10
    reference_cell: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kpoints", tuple(self.kpoints))  # JSON gives lists
        if self.reference_cell is not None:
            object.__setattr__(self, "reference_cell", tuple(self.reference_cell))
        if not 50 <= self.cutoff_ry <= 3000 or not 10 <= self.relative_cutoff_ry <= 300:
            raise InputError(
                f"grid cutoffs of {self.cutoff_ry:g} and {self.relative_cutoff_ry:g} Ry make no "
                "sense: use 350 and 40, or more"
            )
        if len(self.kpoints) != 3 or not all(1 <= k <= 20 for k in self.kpoints):
            raise InputError(f"kpoints must be three numbers from 1 to 20, got {self.kpoints}")
        for name in ("scf_threshold", "dynamics_scf_threshold"):
            if not 0 < getattr(self, name) <= 1e-3:
                raise InputError(f"{name} must lie between 0 and 1e-3, got {getattr(self, name)}")
        if not self.electronic_temperature_kelvin > 0 or self.added_orbitals < 1:
            raise InputError("the smearing needs a temperature above 0 K and an empty orbital")
        if self.maximum_scf_steps < 1:
            raise InputError(f"maximum_scf_steps is {self.maximum_scf_steps}: at least 1")
        if not self.basis_set.replace("-", "").isalnum():
            raise InputError(f"{self.basis_set!r} is no name of a basis set")

    @property
    def is_gamma_only(self) -> bool:
        """Whether single points use the Gamma point alone."""
        return self.kpoints == (1, 1, 1)

    def content(self) -> dict[str, Any]:
        """Return the settings as JSON-compatible values."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
