import json

import numpy as np
import pytest
from monty.json import MontyEncoder

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.grain_boundary import (
    BoundaryCandidate,
    BoundaryDocument,
    BoundaryScreeningFlowMaker,
    boundary_candidates,
)
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.stability import CrystalRelaxationMaker, RelaxationSettings
from atomate2_argyrodite.stability.relaxation import BulkReference
from atomate2_argyrodite.structures import (
    RandomStructureRecipe,
    screened_boundaries,
    strained_structures,
    structure_arrays,
)
from stability.square_well import DEPTH, contacts

(TILT,) = boundary_candidates([(0, 2, 1)], ["tilt"])
(TWIST,) = boundary_candidates([(0, 0, 1)], ["twist"])


def maker(engine, protocol="cubic", steps=2, **values):
    relaxation = CrystalRelaxationMaker(
        engine=engine, settings=RelaxationSettings(protocol=protocol, maximum_steps=steps)
    )
    settings = {"candidates": (TILT, TWIST), "shifts": 2, "grain_thickness": 9.0, **values}
    return BoundaryScreeningFlowMaker(relaxation_maker=relaxation, **settings)


def count(structure):
    return contacts(*structure_arrays(structure))


def test_boundary_energies_are_the_contacts_lost(family, square_well, run):
    crystal = family[2]
    document, _ = run(maker(square_well).make(crystal.structure, crystal.label))
    bulk = count(crystal.structure) / 52
    built_of = BulkReference.of(document.bulk).stretched(crystal.structure)
    assert len(document.boundaries) == 4
    for found in document.boundaries:
        built = screened_boundaries(
            built_of, found.sigma, found.axis, found.plane, grain_thickness=9.0, count=2
        )[found.rank]
        area = np.linalg.norm(np.cross(*built.lattice.matrix[:2]))
        expected = DEPTH * (bulk * len(built) - count(built)) / (2 * area)
        assert found.boundary_energy_mev_per_angstrom2 == pytest.approx(1000 * expected)
        assert found.boundary_energy_j_per_m2 == pytest.approx(16.0217663 * expected)
        assert found.unrelaxed_boundary_energy_j_per_m2 == pytest.approx(16.0217663 * expected)
        assert found.shift_angstrom == pytest.approx(built.properties["shift"])
        assert found.boundary_planes == pytest.approx(built.properties["boundary_planes"])
        assert found.n_atoms == len(built)
        assert found.area_angstrom2 == pytest.approx(area)


def test_tilt_and_twist_are_ranked_against_each_other(family, square_well, run):
    document, _ = run(maker(square_well, shifts=3).make(family[3].structure, "50-Pmm2"))
    energies = [b.boundary_energy_mev_per_angstrom2 for b in document.boundaries]
    assert energies == sorted(energies)
    lowest = {
        kind: min(
            b.boundary_energy_mev_per_angstrom2 for b in document.boundaries if b.kind == kind
        )
        for kind in ("tilt", "twist")
    }
    assert document.best_by_kind == {"tilt": TILT.name, "twist": TWIST.name}
    difference = lowest["tilt"] - lowest["twist"]
    assert document.tilt_minus_twist_mev_per_angstrom2 == pytest.approx(difference)
    assert abs(difference) > 1e-6
    assert document.ranking[0] == (TILT.name if difference < 0 else TWIST.name)
    assert (document.configuration, document.halide) == ("50-Pmm2", "Cl")


def test_bicrystals_stay_in_the_store_with_their_planes(family, square_well, run):
    flow = maker(square_well, candidates=(TILT,), shifts=1).make(family[0].structure, "0-F-43m")
    document, store = run(flow)
    assert document.tilt_minus_twist_mev_per_angstrom2 is None
    found = flow.jobs[1].output.resolve(store)
    assert isinstance(found, BoundaryDocument)
    (frame,) = configurations_from_arrays(found.frames.to_arrays())
    expected = screened_boundaries(family[0], 5, (1, 0, 0), (0, 2, 1), grain_thickness=9.0)[0]
    assert np.allclose(frame.positions, expected.cart_coords)
    assert frame.metadata["boundary_planes"] == [0.0, 0.5]
    assert frame.metadata["grain"] == expected.site_properties["grain"]


def test_boundaries_of_a_random_structure_are_built_inside_the_jobs(square_well, run):
    recipe = RandomStructureRecipe({"25-R3m": 1.0, "50-P222_1": 1.0}, repeats=2, seed=2)
    flow = maker(square_well, candidates=(TILT,), shifts=1).make(recipe, recipe.label)
    for job in flow.jobs:
        assert len(json.dumps(job, cls=MontyEncoder)) < 10_000
    document, _ = run(flow)
    (boundary,) = document.boundaries
    assert boundary.n_atoms == TILT.atom_count(recipe.build(), 9.0)
    assert boundary.n_atoms > 416
    assert document.configuration == "random-2x2x2-seed2"


def test_the_large_boundary_travels_as_a_recipe(square_well):
    recipe = RandomStructureRecipe({"50-P222_1": 1.0}, lattice_constant=10.2795)
    flow = maker(square_well, candidates=(TILT,), shifts=1, grain_thickness=60.0).make(
        recipe, recipe.label
    )
    assert all(len(json.dumps(job, cls=MontyEncoder)) < 10_000 for job in flow.jobs)


def test_bad_input_is_refused_before_any_compute(family, square_well):
    ordered = family[0].structure
    (stretched,) = strained_structures(ordered, [0.02], kind="uniaxial")[:1]
    with pytest.raises(StructureError, match="not cubic"):
        maker(square_well).make(stretched, "a")
    with pytest.raises(InputError, match="'symmetric' does not keep"):
        maker(square_well, "symmetric").make(ordered, "a")
    oblique = BoundaryCandidate(5, (1, 0, 0), (1, 2, 1))
    for values, message in (
        ({"candidates": ()}, "different candidates"),
        ({"candidates": (TILT, TILT)}, "different candidates"),
        ({"shifts": 0}, "at least one shift"),
        ({"grain_thickness": 0.0}, "must be positive"),
        ({"candidates": (oblique,)}, "neither contains the axis"),
        ({"maximum_atoms": 100}, "208 atoms, more than the limit of 100"),
    ):
        with pytest.raises(InputError, match=message):
            maker(square_well, **values).make(ordered, "a")


@pytest.mark.slow
def test_chgnet_boundary_costs_energy_and_less_once_relaxed(family, run):
    flow = maker(
        FoundationEngine(),
        "rattled-cubic",
        steps=120,
        candidates=tuple(boundary_candidates([(1, 1, 1)], ["tilt"])),
        shifts=1,
        grain_thickness=5.9,
    ).make(family[0].structure, "0-F-43m")
    document, _ = run(flow)
    (boundary,) = document.boundaries
    assert 0 < boundary.boundary_energy_j_per_m2 < boundary.unrelaxed_boundary_energy_j_per_m2
    assert boundary.tetrahedra.are_intact
