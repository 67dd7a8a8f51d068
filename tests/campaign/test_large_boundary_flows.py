"""What a campaign makes of the dynamics of a boundary."""

import json
from collections import Counter

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.estimates import estimate_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.large_boundary_flows import large_boundary_maker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.presets import preset
from atomate2_argyrodite.errors import InputError

SMALL = """
conductivity: null
large_boundary: {crystal: 50-P222_1, temperatures_kelvin: [400, 500], replicas: 2, ramp_ps: 10,
  production_ps: 90, frame_interval_ps: 0.5, slab_thickness_angstrom: 3.5,
  bulk_supercell: [2, 2, 3]}
"""
LEARNING = "boundary_learning: {configurations: [50-P222_1]}\n"
RANDOM = """
crystal: {configurations: [0-F-43m, 50-P222_1]}
bulk: {relative_energies_mev_per_atom: {0-F-43m: 23, 50-P222_1: 0}}
large_boundary: {}
"""


def names_of(text):
    return Counter(job.name for job in plan_flow(CampaignFlowMaker(parse_campaign(text)).make()))


def test_boundary_and_bulk_run_at_every_temperature_and_replica():
    names = names_of(SMALL)
    boundary = "50-P222_1 Sigma5[100](021)"
    for temperature in (400, 500):
        for replica in (1, 2):
            run = f"{temperature} K #{replica}"
            assert names[f"md {boundary} {run}"] == names[f"md 50-P222_1 {run}"] == 1
            assert names[f"boundary dynamics {boundary} {run}"] == 1
    maker = large_boundary_maker(parse_campaign(SMALL))
    assert maker.md_maker.minimise
    assert maker.slab_thickness == 3.5


def test_it_runs_with_the_potential_that_learned_boundaries():
    def requirement(text):
        jobs = plan_flow(CampaignFlowMaker(parse_campaign(text)).make())
        (run,) = [job for job in jobs if job.name == "md 50-P222_1 Sigma5[100](021) 400 K #1"]
        (required,) = run.requires
        return {job.uuid: job.name for job in jobs}[required]

    assert requirement(SMALL + LEARNING) == "boundary learning iteration 1"
    assert requirement(SMALL) == "active learning iteration 1"


def test_the_random_boundary_travels_as_its_recipe():
    jobs = plan_flow(CampaignFlowMaker(parse_campaign(RANDOM)).make())
    (run,) = [job for job in jobs if job.name.startswith("md random-3x3x3-seed0 Sigma5")]
    assert len(run.content) < 20_000
    source = json.loads(run.content)["function_args"][0]["source"]
    assert source["weights"]["50-P222_1"] > 0.9
    assert sum(source["weights"].values()) == pytest.approx(1)


def test_it_is_counted():
    stages = {e.stage: e for e in estimate_campaign(parse_campaign(SMALL))}
    assert stages["large_boundary"].work.startswith("4 runs of 520 atoms and 50,000 steps")
    assert stages["bulk beside the boundary"].work.startswith("4 runs of 624 atoms")
    alone = parse_campaign(SMALL.replace("[2, 2, 3]", "null"))
    assert "bulk beside the boundary" not in {e.stage for e in estimate_campaign(alone)}


def test_the_laptop_s_boundary_fits_two_hours_on_two_cores():
    config = preset("laptop-boundary")[1]
    assert config.boundary_learning.exploration_ps >= 50
    assert max(config.boundary_learning.temperatures_kelvin) == 500
    assert config.large_boundary.production_ps >= 500
    assert sum(stage.core_hours for stage in estimate_campaign(config)) < 4


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{crystal: 60-X}", "large_boundary.crystal: '60-X' is unknown"),
        ("{crystal: random}", "needs? .*bulk|section bulk"),
        ("{crystal: 50-P222_1}", r"leave no Bulk .* below 3\.8 Å"),
        ("{crystal: 50-P222_1, slab_thickness_angstrom: 3, slabs: [GB, GB]}", "different names"),
        ("{crystal: 50-P222_1, slab_thickness_angstrom: 3, production_ps: 10}", "5 frames"),
        ("{atoms: 14040}", "atoms"),
    ],
)
def test_what_makes_no_sense_is_refused(section, message):
    with pytest.raises(InputError, match=message):
        parse_campaign(f"large_boundary: {section}\n")
