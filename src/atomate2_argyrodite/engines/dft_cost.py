"""What density-functional calculations of argyrodites take, measured with CP2K 2023.1."""

from atomate2_argyrodite.functionals import Functional

CELL_ATOMS = 52
LABEL_S = {Functional.PBE: 61.0, Functional.PBE_D3BJ: 64.0, Functional.OPTB88_VDW: 86.0}
"""Core-seconds of a Gamma-only single point of 52 atoms (DZVP, 280 Ry, one core of 2024)."""
STEP_SHARE = 0.5
"""A step of dynamics starts from a good guess: half the SCF steps."""
_EXPONENT = 2.0
"""Growth with the number of atoms, between 1 and 3."""


def dft_size_factor(n_atoms: int) -> float:
    """Return the cost of `n_atoms` relative to that of 52."""
    return float((n_atoms / CELL_ATOMS) ** _EXPONENT)
