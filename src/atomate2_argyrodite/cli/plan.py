"""What ``argyrodite run --dry-run`` shows: the graph, the jobs, and what they will take."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.estimates import StageEstimate, estimate_campaign
from atomate2_argyrodite.campaign.flows import CampaignFlowMaker
from atomate2_argyrodite.campaign.plan import PlannedJob, plan_flow
from atomate2_argyrodite.campaign.preflight import check_engines
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.settings import ArgyroditeSettings


def show_plan(console: Console, config: CampaignConfig, settings: ArgyroditeSettings) -> None:
    """Print what a campaign consists of and takes, and whether it can be run here."""
    jobs = plan_flow(CampaignFlowMaker(config, is_plan=True).make())
    variants = config.variants
    several = f", {len(variants)} of one halide and functional each" if len(variants) > 1 else ""
    console.print(f"Campaign {config.name}{several}: {len(jobs)} jobs known before it starts")
    estimates = estimate_campaign(config)
    console.print(_table(estimates, jobs))
    console.print(
        "Labelling and active learning add jobs while they run. Core-hours and storage are rough: "
        "they say which stage dominates.",
        soft_wrap=True,
    )
    _print_totals(console, config, estimates)
    try:
        check_engines(config, settings)
    except MissingEngineError as error:
        console.print(f"It cannot be run here: {error}", soft_wrap=True, highlight=False)


def plan_record(config: CampaignConfig) -> dict[str, Any]:
    """Return what a campaign consists of and takes: the numbers of `show_plan`, in its units."""
    jobs = plan_flow(CampaignFlowMaker(config, is_plan=True).make())
    counts = Counter(job.stage for job in jobs)
    stages = [{**asdict(e), "jobs": counts[e.stage]} for e in estimate_campaign(config)]
    return {"campaign": config.name, "jobs": len(jobs), "stages": stages}


def _table(estimates: list[StageEstimate], jobs: list[PlannedJob]) -> Table:
    counts, needs = Counter(job.stage for job in jobs), _needs(jobs)
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "needs", "jobs", "work", "core-hours", "storage"):
        right = name in ("jobs", "core-hours", "storage")
        table.add_column(name, justify="right" if right else "left", no_wrap=name != "work")
    for estimate in estimates:
        stage = estimate.stage
        table.add_row(
            stage.replace("_", " "),
            ", ".join(name.replace("_", " ") for name in needs.get(stage, [])),
            str(counts[stage]) if counts[stage] else "",
            estimate.work,
            amount(estimate.core_hours),
            f"{amount(estimate.storage_gb)} GB" if estimate.storage_gb >= 0.01 else "",
        )
    return table


def _needs(jobs: list[PlannedJob]) -> dict[str, list[str]]:
    """Return which stages' jobs each stage takes something from."""
    stage_of = {job.uuid: job.stage for job in jobs}
    found: dict[str, dict[str, None]] = {}
    for job in jobs:
        for required in job.requires:
            other = stage_of.get(required, job.stage)
            if other != job.stage:
                found.setdefault(job.stage, {})[other] = None
    return {stage: list(others) for stage, others in found.items()}


def _print_totals(console: Console, config: CampaignConfig, estimates: list[StageEstimate]) -> None:
    is_dft = config.engine.is_dft
    labels = sum(e.labels for e in estimates)
    steps = sum(e.engine_steps for e in estimates)
    what = f"DFT calculations ({config.engine.name})" if is_dft else "labels of the model"
    console.print(
        f"Altogether {labels:,} {what}, {steps:,} steps of the engine, "
        f"{sum(e.atom_steps for e in estimates):.2g} atom-steps of LAMMPS, "
        f"{amount(sum(e.core_hours for e in estimates))} core-hours, "
        f"{amount(sum(e.storage_gb for e in estimates))} GB.",
        soft_wrap=True,
        highlight=False,
    )


def amount(value: float) -> str:
    """Return a number with two digits, e.g. 0.012, 3.4, 120, 45,000."""
    if value < 0.01:
        return "<0.01" if value > 0 else "0"
    if value < 10:
        return f"{value:.2g}"
    digits = max(0, len(str(int(value))) - 2)
    return f"{round(value, -digits):,.0f}"
