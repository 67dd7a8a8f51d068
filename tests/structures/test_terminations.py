import numpy as np
import pytest

from atomate2_argyrodite.structures import PAPER_FACETS, site_disorder_configurations
from atomate2_argyrodite.structures.terminations import layer_block, terminations

CONFIGURATIONS = site_disorder_configurations("Cl", 10.28)


@pytest.mark.parametrize("plane", PAPER_FACETS)
@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.label)
def test_no_more_than_half_a_charge_remains_and_the_best_come_first(configuration, plane):
    found = terminations(layer_block(configuration.structure, plane))
    charges = [round(abs(t.residual_charge), 3) for t in found]
    assert max(charges) <= 0.5
    assert charges == sorted(charges)
    assert all(t.broken_valence > 0 for t in found)


@pytest.mark.parametrize("plane", PAPER_FACETS)
def test_ordered_crystal_has_non_polar_terminations_of_every_facet(plane):
    best = terminations(layer_block(CONFIGURATIONS[0].structure, plane))[0]
    assert not best.is_polar


def test_a_larger_surface_cell_cancels_the_half_charge_of_the_disordered_crystal():
    structure = CONFIGURATIONS[2].structure
    small = terminations(layer_block(structure, (0, 2, 1)))[0]
    large = terminations(layer_block(structure, (0, 2, 1), repeats=(2, 1)))[0]
    assert abs(small.residual_charge) == pytest.approx(0.5)
    assert not large.is_polar


def test_terminations_are_different_slabs():
    block = layer_block(CONFIGURATIONS[0].structure, (0, 2, 1))
    found = terminations(block)
    slabs = [block.above(termination.cuts).centres for termination in found]
    shapes = {tuple((centres - centres[0]).round(3).ravel().tolist()) for centres in slabs}
    assert len(shapes) == len(found) > 1


def test_moved_lithium_of_one_layer_is_spread_out():
    block = layer_block(CONFIGURATIONS[0].structure, (0, 0, 1))
    best = next(t for t in terminations(block) if abs(t.moved_lithium) == 2)
    moved = np.flatnonzero(np.abs(best.cuts - best.height) > 1e-9)
    first, second = block.centres[moved][:, :2]
    difference = (first - second) / block.cell[0, 0]
    assert len(moved) == 2
    assert np.linalg.norm(difference - np.round(difference)) > 0.6  # of an edge: not neighbours
