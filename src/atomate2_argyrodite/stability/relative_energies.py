"""Relative energies of crystals of one composition."""

from collections.abc import Mapping

import numpy as np

from atomate2_argyrodite.errors import InputError

MEV_PER_EV = 1000.0


def relative_energies(energies_per_atom: Mapping[str, float]) -> dict[str, float]:
    """Return energies in meV per atom above the lowest.

    Parameters
    ----------
    energies_per_atom
        In eV, by name.

    Raises
    ------
    InputError
        If there is none or one is not finite.
    """
    values = np.array(list(energies_per_atom.values()), dtype=np.float64)
    if not len(values) or not np.isfinite(values).all():
        raise InputError(f"energies per atom {dict(energies_per_atom)!r} must be finite numbers")
    return {
        name: float(MEV_PER_EV * (energy - values.min()))
        for name, energy in energies_per_atom.items()
    }
