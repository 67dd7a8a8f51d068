import numpy as np
import pytest
from pymatgen.io.ase import AseAtomsAdaptor

from atomate2_argyrodite.engines.chgnet_evaluator import (
    angle_pairs,
    crystal_graph,
    evaluate_chgnet,
    load_model,
)
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def test_numbers_are_those_of_chgnets_own_calculator(sheared: LabelledConfiguration) -> None:
    from chgnet.model.dynamics import CHGNetCalculator

    atoms = AseAtomsAdaptor.get_atoms(sheared.structure)
    atoms.calc = CHGNetCalculator(model=load_model(), use_device="cpu")
    labels = evaluate_chgnet(sheared.numbers, sheared.positions, sheared.cell)
    assert labels.energy == pytest.approx(atoms.get_potential_energy(), abs=1e-4)
    np.testing.assert_allclose(labels.forces, atoms.get_forces(), atol=2e-5)
    np.testing.assert_allclose(labels.stress, atoms.get_stress(voigt=False), atol=1e-6)


@pytest.mark.parametrize("repeats", [(1, 1, 1), (1, 1, 2)])
def test_graph_has_the_edges_and_angles_of_chgnets_converter(
    sheared: LabelledConfiguration, repeats: tuple[int, int, int]
) -> None:
    structure = sheared.structure.make_supercell(repeats)
    theirs = load_model().graph_converter(structure)
    whole = LabelledConfiguration.from_structure(structure)
    ours = crystal_graph(whole.numbers, whole.positions, whole.cell)
    for name in ("atom_graph", "undirected2directed", "bond_graph"):
        assert getattr(ours, name).shape == getattr(theirs, name).shape
    for graph in (ours, theirs):  # an undirected edge joins the same two atoms both ways
        atoms = np.sort(graph.atom_graph.numpy(), axis=1)
        first = graph.undirected2directed.numpy()[graph.directed2undirected.numpy()]
        np.testing.assert_array_equal(atoms, atoms[first])


def test_energy_is_extensive(argyrodite: LabelledConfiguration) -> None:
    double = LabelledConfiguration.from_structure(argyrodite.structure.make_supercell((2, 1, 1)))
    one, two = (
        evaluate_chgnet(c.numbers, c.positions, c.cell).energy for c in (argyrodite, double)
    )
    assert two == pytest.approx(2 * one, abs=1e-3)


def test_angles_pair_all_short_edges_of_an_atom() -> None:
    center = np.array([1, 0, 1, 0, 1, 2])
    is_short = np.array([True, True, True, False, True, True])
    first, second = angle_pairs(center, is_short)
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    assert pairs == {(0, 2), (0, 4), (2, 0), (2, 4), (4, 0), (4, 2)}
