"""What a campaign makes of slabs and boundaries."""

from collections import Counter

import pytest

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.estimates import estimate_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.learning_flows import boundary_learning_maker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.errors import InputError

SECTIONS = """
conductivity: null
slab_sampling: {configurations: [0-F-43m], strains: [-0.05, 0.05], temperatures_kelvin: [300],
  production_ps: 0.1, snapshots_per_run: 5}
boundary_learning: {configurations: [50-P222_1], temperatures_kelvin: [400, 500], replicas: 2,
  exploration_ps: 4, maximum_labels: 50, stress_weight: 0.02}
"""


def test_slabs_are_sampled_and_boundaries_learned_from_the_potential_of_the_bulk():
    config = parse_campaign(SECTIONS)
    jobs = plan_flow(CampaignFlowMaker(config).make())
    slabs = [job for job in jobs if "slab(021)" in job.name]
    assert sorted(job.name for job in slabs) == [
        "sample 0-F-43m slab(021) +5% 300 K +0 %",
        "sample 0-F-43m slab(021) -5% 300 K +0 %",
    ]
    names = Counter(job.name for job in jobs)
    assert names["training with slabs"] == names["boundary learning iteration 1"] == 1
    # the training set of the bulk, and the one with slabs, become labelled sets again
    assert names["training labels"] == 2
    assert max(len(job.content) for job in jobs) < 200_000
    loop = boundary_learning_maker(config, *makers(config))
    assert loop.training_maker.stress_weight == pytest.approx(0.02)
    assert loop.maximum_labels == 50
    assert names["relax 50-P222_1 boundary before boundary learning"] == 1
    assert names["relax 50-P222_1 before boundary learning"] == 1


def test_bicrystals_as_built_without_the_crystals_are_a_choice():
    text = SECTIONS.replace(
        "{configurations: [50", "{relax_first: false, explore_bulk: false, configurations: [50"
    )
    config = parse_campaign(text)
    names = [job.name for job in plan_flow(CampaignFlowMaker(config).make())]
    assert not [name for name in names if name.startswith("relax ")]
    learning = {e.stage: e for e in estimate_campaign(config)}["boundary_learning"]
    assert learning.engine_steps == 0
    assert learning.atom_steps == 10 * 4 * 2_000 * 520


def makers(config):
    campaign = CampaignFlowMaker(config)
    return campaign.labelling_maker, campaign.training_maker


def test_they_are_counted():
    stages = {e.stage: e for e in estimate_campaign(parse_campaign(SECTIONS))}
    assert stages["slab_sampling"].work == "2 runs, 100 engine steps and 10 frames of 104 atoms"
    assert stages["slab_sampling"].labels == 10
    learning = stages["boundary_learning"]
    assert learning.labels == 50
    assert learning.atom_steps == 10 * 4 * 2_000 * (520 + 52)
    assert learning.engine_steps == 100


def test_they_are_done_for_the_first_halide_and_every_functional():
    text = SECTIONS + "crystal: {other_halides: [Br]}\nother_functionals: [pbe-d3bj]\n"
    config = parse_campaign(text)
    assert [v.boundary_learning is not None for v in config.variants] == [True, True, False, False]
    stages = {e.stage: e for e in estimate_campaign(config)}
    assert stages["slab_sampling"].labels == 2 * 10
    assert stages["boundary_learning"].labels == 2 * 50


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("boundary_learning: {configurations: [60-X]}", "boundary_learning.configurations: '60-X'"),
        ("boundary_learning: {gamma_select: 10, gamma_break: 2}", "gamma_break = 2 must be above"),
        ("boundary_learning: {maximum_labels: 0}", "maximum_labels"),
        ("slab_sampling: {strains: [0.5]}", "strains"),
        ("slab_sampling: {production_ps: 0.1}", "fewer time steps"),
    ],
)
def test_what_makes_no_sense_is_refused(section, message):
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        parse_campaign(section)
