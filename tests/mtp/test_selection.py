"""Choices from a pool cover what is rare in it, and depend on nothing but their arguments."""

import builtins

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    choose_configurations,
    descriptor_potential,
    structure_descriptors,
)

from .conftest import rattled


@pytest.fixture(scope="module")
def pool(thin: Structure) -> list[LabelledConfiguration]:
    """Sixty frames of one cold crystal, three of hot ones, three of strained ones."""
    crystal = thin * (2, 2, 2)
    cold = [rattled(crystal, 0.01, seed=k) for k in range(60)]
    hot = [rattled(crystal, 0.25, seed=100 + k) for k in range(3)]
    strained = []
    for k in range(3):
        structure = rattled(crystal, 0.01, seed=200 + k)
        structure.apply_strain(0.04 * (k + 1))
        strained.append(structure)
    return [LabelledConfiguration.from_structure(s) for s in (*cold, *hot, *strained)]


@pytest.mark.parametrize("method", ["direct", "maxvol"])
def test_rare_configurations_are_chosen(method: str, pool: list[LabelledConfiguration]) -> None:
    chosen = choose_configurations(pool, 12, method)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == 12
    rare = [k for k in chosen if k >= 60]
    assert len(rare) >= 5
    by_chance = choose_configurations(pool, 12, "random")
    assert len([k for k in by_chance if k >= 60]) < len(rare)
    assert choose_configurations(pool, 12, method) == chosen


def test_maxvol_goes_on_after_one_active_set(pool: list[LabelledConfiguration]) -> None:
    chosen = choose_configurations(pool, 64, "maxvol")
    assert len(set(chosen)) == 64


def test_descriptors_are_invariant(cubic: Structure) -> None:
    potential = descriptor_potential([cubic])
    order = np.random.default_rng(0).permutation(len(cubic))
    shuffled = Structure(
        cubic.lattice, [cubic.species[k] for k in order], cubic.frac_coords[order] + 0.37
    )
    one, two = structure_descriptors(potential, [cubic, shuffled])
    assert one == pytest.approx(two, rel=1e-9, abs=1e-12)
    assert len(one) == 2 * 4 * potential.model.scalar_count
    basis = potential.parameters[-potential.model.scalar_count :]
    means = one[: len(one) // 2].reshape(4, -1)
    counts = [sum(site.specie.symbol == symbol for site in cubic) for symbol in potential.species]
    energy = sum(n * float(mean @ basis) for n, mean in zip(counts, means, strict=True))
    assert energy == pytest.approx(potential.evaluate(cubic).energy, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "method", "message"),
    [
        (0, "direct", "cannot choose 0 of 66"),
        (67, "maxvol", "cannot choose 67 of 66"),
        (5, "best", "'best' is unknown"),
    ],
)
def test_senseless_choices_are_refused(
    pool: list[LabelledConfiguration], count: int, method: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        choose_configurations(pool, count, method)  # type: ignore[arg-type]


def test_equal_configurations_cannot_be_told_apart(pool: list[LabelledConfiguration]) -> None:
    with pytest.raises(InputError, match="only 1 of 4 configurations differ"):
        choose_configurations([pool[0]] * 4, 2, "direct")


def test_without_maml_direct_says_what_to_install(
    pool: list[LabelledConfiguration], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: object, **options: object) -> object:
        if name.startswith("maml"):
            raise ImportError(name)
        return real(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingEngineError, match="pip install maml"):
        choose_configurations(pool, 3, "direct")
