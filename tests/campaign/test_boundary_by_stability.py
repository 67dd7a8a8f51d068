"""The boundary of the random structure waits for the energies that the campaign computes."""

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.presets import PRESETS, preset

TEXT = """
crystal: {configurations: [0-F-43m, 50-P222_1]}
stability: {}
bulk: {}
large_boundary: {}
"""


def test_it_is_drawn_after_the_relative_energies():
    jobs = plan_flow(CampaignFlowMaker(parse_campaign(TEXT), is_plan=True).make())
    (drawn,) = [job for job in jobs if job.name == "draw boundary"]
    assert drawn.stage == "large_boundary"
    stages = {job.uuid: job.stage for job in jobs}
    assert "stability" in {stages.get(uuid) for uuid in drawn.requires}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_planned(name):
    assert plan_flow(CampaignFlowMaker(preset(name)[1], is_plan=True).make())
