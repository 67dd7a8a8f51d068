from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.engines.base import Relaxation
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.stability.protocols import RelaxationSettings
from atomate2_argyrodite.stability.relaxation import (
    BulkReference,
    relaxation_record,
    relaxation_warnings,
    relaxed_defects,
)
from atomate2_argyrodite.structures import surface_slab


@pytest.mark.parametrize("strain", [-0.02, 0.0, 0.013])
def test_the_bulk_reference_stretches_a_built_crystal(family, strain):
    built = family[2].structure
    stretched = BulkReference(-4.0, strain).stretched(built)
    assert stretched.lattice.abc == pytest.approx([10.28 * (1 + strain)] * 3)
    assert np.allclose(stretched.frac_coords, built.frac_coords)
    assert built.lattice.a == pytest.approx(10.28)


def test_what_a_reader_must_know():
    frame = LabelledConfiguration([3], [[0.0, 0, 0]], np.eye(3))
    settings = RelaxationSettings(protocol="rattled", rattle=0.03)
    poor = relaxation_record(Relaxation(frame, 7, 0.2, is_converged=False), settings)
    assert poor.rattle_angstrom == 0.03
    assert relaxation_warnings("x", poor, are_intact=False) == [
        "x: not converged after 7 steps, 0.200 eV/Å are left",
        "x: PS4 units broke",
    ]
    good = relaxation_record(Relaxation(frame, 7, 0.01, is_converged=True), settings)
    assert relaxation_warnings("x", good, are_intact=True) == []


def test_a_slab_keeps_its_cell_and_falls_in_energy(family, lennard_jones):
    slab = surface_slab(family[0], (0, 0, 1), thickness=8.0, vacuum=8.0)
    area = slab.properties["area"]
    settings = RelaxationSettings(maximum_steps=15)
    found = relaxed_defects(lennard_jones, "pbe", slab, area, BulkReference(0.0, 0.0), settings)
    assert np.allclose(found.relaxation.configuration.cell, slab.lattice.matrix)
    assert found.energy_per_area < found.unrelaxed_energy_per_area
    energy = found.relaxation.configuration.energy
    assert found.energy_per_area == pytest.approx(energy / (2 * area))


def test_a_slab_that_cannot_be_labelled_has_no_unrelaxed_energy(family, lennard_jones):
    strict = replace(lennard_jones, minimum_distance=2.3)
    slab = surface_slab(family[0], (0, 0, 1), thickness=8.0, vacuum=8.0)
    settings = RelaxationSettings(maximum_steps=1)
    found = relaxed_defects(strict, "pbe", slab, 105.0, BulkReference(0.0, 0.0), settings)
    assert found.unrelaxed_energy_per_area is None
