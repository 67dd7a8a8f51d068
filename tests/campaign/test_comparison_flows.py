"""The comparison of functionals as a part of a campaign."""

import re
from collections import Counter

import pytest
from jobflow import run_locally
from tiny import TINY

from atomate2_argyrodite.campaign.config_file import parse_campaign, render_campaign
from atomate2_argyrodite.campaign.estimates import estimate_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.presets import preset
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functional_comparison import FunctionalComparisonDocument
from atomate2_argyrodite.queries import functional_comparisons, functional_table
from atomate2_argyrodite.store import open_store

SMALL = """
crystal: {configurations: [0-F-43m, 50-Pmm2, 100-F-43m]}
other_functionals: [pbe-d3bj]
sampling: {strains: [0.0], temperatures_kelvin: [300]}
active_learning: null
conductivity: {temperatures_kelvin: [400, 500], replicas: 1, supercell: [1, 1, 2]}
stability: {}
functional_comparison: {slow_factor: 20}
"""


def planned(text: str = SMALL) -> list[PlannedJob]:
    return plan_flow(CampaignFlowMaker(parse_campaign(text), is_plan=True).make())


def comparisons(jobs: list[PlannedJob]) -> list[PlannedJob]:
    return [job for job in jobs if job.stage == "functional_comparison"]


def test_one_job_compares_what_the_campaign_computes_anyway() -> None:
    jobs = planned()
    (comparison,) = comparisons(jobs)
    assert comparison.name == "compare functionals Li6PS5Cl"
    assert comparison.tolerates_missing
    required = Counter(job.name for job in jobs if job.uuid in comparison.requires)
    each = (
        "training",
        "compare stability cubic",
        "conductivity 0-F-43m",
        "conductivity 50-Pmm2",
        "conductivity 100-F-43m",
    )
    functionals = ("pbe", "pbe-d3bj")
    assert required == {f"{name} Cl {functional}": 1 for name in each for functional in functionals}
    without = planned(re.sub("functional_comparison: .*", "", SMALL))
    dropped = {job.name for job in jobs} - {job.name for job in without}
    assert dropped == {comparison.name}, "no other job is added"


def test_the_settings_reach_the_comparison_and_the_missing_are_named() -> None:
    content = comparisons(planned())[0].content
    assert '"slow_factor": 20.0' in content
    assert "cannot do functional 'optb88-vdw'" in content
    alone = comparisons(planned(SMALL.replace("other_functionals: [pbe-d3bj]", "")))[0].content
    assert "'pbe-d3bj'" not in alone
    assert "not part of this campaign" in alone


def test_every_halide_has_its_comparison() -> None:
    text = SMALL.replace("crystal: {", "crystal: {other_halides: [Br, I], ")
    names = sorted(job.name for job in comparisons(planned(text)))
    assert names == [f"compare functionals Li6PS5{halide}" for halide in ("Br", "Cl", "I")]


def test_the_paper_compares_three_functionals() -> None:
    config = preset("paper")[1]
    stage = next(e for e in estimate_campaign(config) if e.stage == "functional_comparison")
    assert "pbe, pbe-d3bj, optb88-vdw on 6 crystals" in stage.work
    assert stage.core_hours == 0
    assert parse_campaign(render_campaign(config)) == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("stability: {}", ""), "functional_comparison needs the section stability"),
        (("slow_factor: 20", "slow_factor: 1"), r"functional_comparison\.slow_factor = 1"),
        (("slow_factor: 20", "slow_facto: 20"), "did you mean 'slow_factor'"),
        (("slow_factor: 20", "crystallinity_factor: 2"), "crystallinity_factor = 2"),
    ],
)
def test_mistakes_are_refused(change: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_campaign(SMALL.replace(*change))


def test_it_needs_conductivities() -> None:
    text = re.sub("conductivity: .*", "conductivity: null", SMALL)
    with pytest.raises(InputError, match="functional_comparison needs the section conductivity"):
        parse_campaign(text)


@pytest.mark.slow
def test_a_campaign_runs_its_comparison(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("memory")
    text = re.sub(r"active_learning: \{[^}]*\}", "active_learning: null", TINY)
    text += "other_functionals: [pbe-d3bj]\nstability: {maximum_steps: 2}\n"
    text += "functional_comparison: {}\n"
    run_locally(
        CampaignFlowMaker(parse_campaign(text)).make(),
        store=store, create_folders=True, log=False, ensure_success=True,
    )  # fmt: skip
    (found,) = functional_comparisons(store)
    assert isinstance(found, FunctionalComparisonDocument)
    assert [result.functional for result in found.functionals] == ["pbe", "pbe-d3bj"]
    rows = functional_table([found])
    assert [(row["functional"], row["label"]) for row in rows] == [
        (functional, label)
        for functional in ("pbe", "pbe-d3bj")
        for label in ("0-F-43m", "50-P222_1")
    ]
