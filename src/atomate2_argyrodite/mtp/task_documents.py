"""Labelled configurations from the documents of atomate2's calculations."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_KBAR_PER_EV_PER_ANGSTROM3 = 1602.1766208


def configuration_from_task(document: Any) -> LabelledConfiguration:
    """Return the final structure of an atomate2 calculation, with its labels.

    Documents of VASP and of force fields keep the stress as VASP prints it: in kbar, positive in
    compression. A static calculation gives labels that belong together; of a relaxation, the last
    ionic step counts.

    Parameters
    ----------
    document
        A ``TaskDoc`` or ``ForceFieldTaskDocument``, or the mapping that a store holds of it.

    Raises
    ------
    InputError
        If it is no such document, or its calculation did not succeed.
    """
    output = _get(document, "output")
    structure = _get(output, "structure") or _get(document, "structure")
    if isinstance(structure, Mapping):
        structure = Structure.from_dict(dict(structure))
    if not isinstance(structure, Structure):
        raise InputError("the document has no final structure: give one of an atomate2 calculation")
    state = _get(document, "state")
    if state is not None and "success" not in str(state).lower():
        raise InputError(f"the calculation of the document ended with state {state}: leave it out")
    stress = _get(output, "stress")
    return LabelledConfiguration.from_structure(
        structure,
        energy=_get(output, "energy"),
        forces=_get(output, "forces"),
        stress=None if stress is None else -np.asarray(stress) / _KBAR_PER_EV_PER_ANGSTROM3,
        metadata=_origin(document),
    )


def _get(item: Any, name: str) -> Any:
    return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


def _origin(document: Any) -> dict[str, Any]:
    """Return which program and functional gave the labels, where the document says so."""
    names = {"engine": ("forcefield_name", "vasp_version"), "functional": ("run_type",)}
    found = {}
    for key, fields in names.items():
        value = next((v for v in (_get(document, field) for field in fields) if v), None)
        if value is not None:
            found[key] = str(getattr(value, "value", value))
    return found
