"""Every stage of a campaign has a name under which its jobs are counted and find their workers."""

import json

import pytest
from monty.json import MontyDecoder

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.firetask import build_workflow
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import plan_flow
from atomate2_argyrodite.campaign.remote import remote_job
from atomate2_argyrodite.campaign.stages import STAGES, stage_of
from atomate2_argyrodite.campaign.workers import WorkersSection

EVERYTHING = """
crystal: {configurations: [0-F-43m, 50-P222_1]}
other_functionals: [pbe-d3bj]
stability: {}
bulk: {}
mechanism: {}
functional_comparison: {}
grain_boundary: {shifts: 1}
slab_sampling: {}
boundary_learning: {}
large_boundary: {}
"""
NOT_STAGES = {"version", "name", "seed", "functional", "other_functionals", "engine", "crystal"}
NOT_STAGES |= {"workers"}


@pytest.fixture(scope="module")
def planned():
    return plan_flow(CampaignFlowMaker(parse_campaign(EVERYTHING), is_plan=True).make())


@pytest.fixture(scope="module")
def workers():
    """A worker of its own for every stage."""
    text = json.dumps({stage: {"category": stage, "fworker": f"{stage} node"} for stage in STAGES})
    return parse_campaign(f"workers: {text}").workers


def test_every_section_of_the_file_is_a_stage_and_can_be_given_workers():
    sections = set(CampaignConfig.model_fields) - NOT_STAGES
    assert sections | {"campaign"} == set(STAGES)
    assert set(WorkersSection.model_fields) == {*STAGES, "default"}


def test_every_stage_has_jobs_of_its_name(planned):
    assert {job.stage for job in planned} == set(STAGES)


def test_the_launchpad_gives_every_job_the_category_of_its_stage(planned, workers):
    place = {"campaign": "c", "run": "r", "store": None, "work_directory": "/w"}
    workflow = build_workflow(planned, {**place, "workers": workers.model_dump()}, "c")
    told = {(fw.spec["_category"], fw.spec["_fworker"]) for fw in workflow.fws}
    assert told == {(stage, f"{stage} node") for stage in STAGES}
    for firework in workflow.fws:
        assert firework.spec["_category"] == firework.spec["_argyrodite"]["stage"]


def test_jobflow_remote_gives_every_job_the_worker_of_its_stage(planned, workers):
    first = {job.stage: job for job in planned}
    for stage, job in first.items():
        handed_over = remote_job(job, workers.of(stage))
        assert handed_over.config.manager_config["worker"] == f"{stage} node"
        assert handed_over.metadata["stage"] == stage


def test_what_is_not_said_of_a_section_is_taken_from_the_stage_whose_work_it_does():
    text = "{default: {cores: 2, threads: 1}, conductivity: {cores: 8}, mechanism: {threads: 4}}"
    workers = parse_campaign(f"workers: {text}").workers
    assert (workers.of("mechanism").cores, workers.of("mechanism").threads) == (8, 4)
    assert workers.of("bulk") == workers.of("conductivity")
    assert workers.of("large_boundary") == workers.of("grain_boundary") == workers.default


def test_labels_fits_and_relaxations_are_their_own_stage_in_every_section(planned):
    assert stage_of({"section": "boundary_learning"}, "labelling") == "labelling"
    assert stage_of({"section": "boundary_learning"}, "active_learning") == "boundary_learning"
    assert stage_of(None, "sampling") == "sampling"
    stages = {job.name.removesuffix(" Cl pbe"): job.stage for job in planned}
    assert stages["training with slabs"] == "training"
    assert stages["relax 50-P222_1 boundary before boundary learning"] == "stability"
    assert stages["boundary learning iteration 1"] == "boundary_learning"


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("active learning iteration 1", "active_learning"),
        ("boundary learning iteration 1", "boundary_learning"),
    ],
)
def test_jobs_that_a_loop_creates_go_where_their_work_is_done(planned, name, stage):
    """A loop must not send its labels to the workers that explore."""
    from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
    from atomate2_argyrodite.training.flows import TrainingMaker

    loop = next(job for job in planned if job.name.startswith(name))
    job = MontyDecoder().process_decoded(json.loads(loop.content))
    labels = LabellingFlowMaker().make([])
    fit = TrainingMaker().make([], None)
    for created in (labels, fit):
        for update in job.metadata_updates:  # as jobflow does with what a job creates
            created.update_metadata(**update, dynamic=True)
    created = plan_flow(labels, stage=loop.stage) + plan_flow(fit, stage=loop.stage)
    assert loop.stage == stage
    assert {job.stage for job in created} == {"labelling", "training"}
