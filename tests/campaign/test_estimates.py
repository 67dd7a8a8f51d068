"""Counts are those of the method; costs follow from counts."""

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.estimates import estimate_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.presets import preset

SMALL = """
crystal: {configurations: [0-F-43m, 50-Pmm2]}
sampling: {strains: [0.0], temperatures_kelvin: [300, 600]}
active_learning: {maximum_iterations: 3}
conductivity: {temperatures_kelvin: [400, 500], replicas: 2, supercell: [1, 1, 2]}
"""


def by_stage(text):
    return {e.stage: e for e in estimate_campaign(parse_campaign(text))}


def test_runs_and_atom_steps_are_counted():
    stages = by_stage(SMALL)
    assert stages["sampling"].work.startswith("4 runs, 20,000 engine steps")
    assert "up to 3 iterations of 16 runs" in stages["active_learning"].work
    text = "8 runs of 104 atoms and 5,050,000 steps: 4.2e+09"
    assert stages["conductivity"].work.startswith(text)
    assert stages["labelling"].labels == 400


def test_the_paper_preset_counts_what_the_method_says():
    stages = {e.stage: e for e in estimate_campaign(preset("paper")[1])}
    compositions, functionals, configurations = 3, 3, 6
    runs = compositions * configurations * 12  # 3 strains at 4 temperatures
    assert stages["sampling"].engine_steps == runs * 5_000  # 10 ps of 2 fs
    assert "relaxations" not in stages["sampling"].work  # they are those of stability
    assert stages["labelling"].labels == 7_200 * compositions * functionals
    production = configurations * 7 * 2 * 1_404 * 5_050_000
    assert stages["conductivity"].atom_steps == production * compositions * functionals
    assert stages["slab_sampling"].labels == 1_200 * functionals
    assert stages["large_boundary"].atom_steps == functionals * 14_040 * 5_050_000
    assert stages["bulk beside the boundary"].atom_steps == functionals * 1_404 * 5_050_000
    random = 7 * 2 * 1_404 * 5_050_000  # one structure of 3 x 3 x 3 cells for each potential
    assert stages["random structure"].atom_steps == random * compositions * functionals


def test_relaxations_before_the_strain_are_counted_once():
    """Two crystals, some 60 steps each; not again where stability does the same."""
    relaxed = SMALL.replace("[300, 600]}", "[300, 600], relaxation: {protocol: cubic}}")
    stages = by_stage(relaxed)
    assert stages["sampling"].work.startswith("2 relaxations and 4 runs, 20,120 engine steps")
    assert stages["sampling"].engine_steps == by_stage(SMALL)["sampling"].engine_steps + 120
    shared = by_stage(relaxed + "stability: {protocol: cubic}\n")
    assert shared["sampling"] == by_stage(SMALL)["sampling"]
    assert shared["stability"].work.startswith("2 relaxations")
    other = by_stage(relaxed + "stability: {protocol: free}\n")
    assert other["sampling"] == stages["sampling"]


def test_bulk_values_and_mechanisms_are_counted():
    further = """
bulk: {relative_energies_mev_per_atom: {0-F-43m: 23, 50-Pmm2: 11}, random_structure_repeats: 2}
mechanism: {replicas: 2, held: [rigid]}
"""
    stages = by_stage(SMALL + further)
    random, mechanism = stages["random structure"], stages["mechanism"]
    assert random.work.startswith("4 runs of 416 atoms and 5,050,000 steps")
    assert mechanism.work.startswith("8 runs of 104 atoms and 550,000 steps")


def test_costs_grow_with_what_they_are_for():
    base = by_stage(SMALL)
    twice = by_stage(SMALL.replace("replicas: 2", "replicas: 4"))
    assert twice["conductivity"].core_hours == pytest.approx(2 * base["conductivity"].core_hours)
    assert twice["conductivity"].storage_gb == pytest.approx(2 * base["conductivity"].storage_gb)
    higher = by_stage(SMALL + "training: {level: 16}\n")
    assert higher["conductivity"].core_hours > 4 * base["conductivity"].core_hours
    dft = by_stage(SMALL + "engine: {name: cp2k}\n")
    assert dft["sampling"].core_hours > 100 * base["sampling"].core_hours


def test_the_first_trajectories_are_as_large_as_estimated():
    """A frame of float32 positions: 12 bytes per atom, once per frame interval."""
    stage = by_stage(SMALL)["conductivity"]
    assert stage.storage_gb == pytest.approx(8 * 10_000 * 104 * 12 / 1e9)


@pytest.mark.slow
def test_the_graph_of_the_paper_is_small_in_every_job():
    jobs = plan_flow(CampaignFlowMaker(preset("paper")[1], is_plan=True).make())
    assert len(jobs) > 1_000
    assert max(len(job.content) for job in jobs) < 100_000
