"""Bulk values, random crystals and boundaries by the energies that the campaign computes."""

import pytest
from jobflow import run_locally
from tiny import TINY

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.structures import boltzmann_weights

BULK = """
bulk: {random_structure_repeats: 1}
stability: {maximum_steps: 1}
large_boundary: {temperatures_kelvin: [300], ramp_ps: 0.02, production_ps: 0.4,
  frame_interval_ps: 0.01, slab_thickness_angstrom: 3.5, bulk_supercell: null}
"""


def test_energies_of_the_campaign_weight_its_bulk_and_draw_its_random_crystals(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    store = open_store("memory")
    flow = CampaignFlowMaker(parse_campaign(TINY + BULK)).make()
    run_locally(flow, store=store, create_folders=True, log=False, ensure_success=True)
    documents = [stored.document for stored in find_documents(store)]
    by_type = {type(document): document for document in documents}
    stability = by_type[RelativeStabilityDocument]
    bulk = by_type[BulkConductivityDocument]
    random = by_type[RandomStructureDocument]
    mixed = {c.label: c.relative_energy_mev_per_atom for c in bulk.configurations}
    assert mixed == stability.relative_energies_mev_per_atom
    expected = boltzmann_weights(
        [e / 1000 for e in stability.relative_energies_mev_per_atom.values()],
        300.0,
        list(stability.multiplicities.values()),
    )
    assert list(stability.weights.values()) == pytest.approx(expected)
    assert random.weights == pytest.approx(stability.weights)
    boundary = by_type[GrainBoundaryDocument]
    assert boundary.configuration.startswith("random-1x1x1")
