"""Atoms in the order in which VASP gets them, and its results in ours."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Structure

from atomate2_argyrodite.engines.vasp_output import VaspRun, VaspStep
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def sorting(configuration: LabelledConfiguration) -> NDArray[np.int64]:
    """Return the order in which VASP gets the atoms: by electronegativity, elements together."""
    keys = [(Element(symbol).X, symbol) for symbol in configuration.symbols]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def sorted_structure(configuration: LabelledConfiguration) -> Structure:
    """Return the configuration as VASP gets it."""
    return Structure.from_sites([configuration.structure[k] for k in sorting(configuration)])


def labelled(
    configuration: LabelledConfiguration, run: VaspRun, number: int, **metadata: Any
) -> LabelledConfiguration:
    """Return a step of VASP with its atoms in the order of `configuration`.

    Raises
    ------
    RunError
        If the atoms are others, or a number is missing or not finite.
    """
    order = sorting(configuration)
    if run.symbols != tuple(configuration.symbols[k] for k in order):
        raise RunError("VASP's atoms are not those that it was given")
    step: VaspStep | None = run.steps.get(number)
    if step is None or not step.labels.is_finite:
        raise RunError("VASP gave an energy, forces or a stress that are not finite")
    back = np.argsort(order)
    return replace(
        configuration,
        positions=step.positions[back],
        cell=step.cell,
        energy=step.labels.energy,
        forces=step.labels.forces[back],
        stress=step.labels.stress,
        metadata={**configuration.metadata, **metadata, "vasp_version": run.version},
    )
