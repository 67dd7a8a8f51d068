"""Sections on the run itself: progress, failures, and where every number comes from."""

import json
from collections.abc import Sequence

from atomate2_argyrodite.campaign.run_record import JobFailure, RunState
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.numbers import NONE, number
from atomate2_argyrodite.report.page import (
    code,
    details,
    heading,
    paragraph,
    prose,
    table,
)
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.training.schemas import PotentialDocument

_DONE = ("finished", "found")
_STATES = ("running", "waiting", "ready", "failed", "skipped")
_SEEDS_SHOWN = 8
_REMEDY = {
    RunState.FAILED: "Remove the cause and run `argyrodite run campaign.yaml` again, with the same "
    "file and store: what is finished is kept, only failed and skipped jobs run.",
    RunState.INTERRUPTED: "Run `argyrodite run campaign.yaml` again, with the same file and store: "
    "it goes on where it stopped.",
    RunState.RUNNING: "If the process that ran it has ended, run `argyrodite run campaign.yaml` "
    "again, with the same file and store: it goes on where it stopped.",
    RunState.SUBMITTED: "The jobs are on a launchpad: `argyrodite status` tells how far they are.",
}


def progress(records: CampaignRecords, _pictures: dict[str, Picture]) -> str:
    """How far an unfinished campaign has come, why, and how it goes on."""
    run = records.run
    if run is None or run.state == RunState.FINISHED:
        return ""
    rows = [_progress_row(stage, states) for stage, states in run.counts.items()]
    columns = ("Stage", "Done", *(state.capitalize() for state in _STATES))
    parts = [
        prose(_REMEDY.get(run.state, "")),
        table("Jobs by stage; done: finished, or found in the store", columns, rows),
        *(_failure(failure) for failure in run.failures),
    ]
    return "".join(parts)


def _progress_row(stage: str, states: dict[str, int]) -> list[str]:
    done, total = sum(states.get(state, 0) for state in _DONE), sum(states.values())
    others = [str(states.get(state, 0) or NONE) for state in _STATES]
    return [stage.replace("_", " "), f"{done} of {total}", *others]


def _failure(failure: JobFailure) -> str:
    return (
        heading(f"Failed: {failure.job}", 3)
        + paragraph(failure.error)
        + paragraph(f"Stage {failure.stage.replace('_', ' ')}; its files and log: {failure.folder}")
        + (details("Traceback", code(failure.traceback)) if failure.traceback else "")
    )


def provenance(records: CampaignRecords, _pictures: dict[str, Picture]) -> str:
    """Versions, engines, seeds, identities, times and the campaign file."""
    run = records.run
    parts = [_engines(records.documents), _versions(records.documents)]
    if run is not None:
        rows = [
            [
                stage.replace("_", " "),
                ", ".join(f"{count} {state}" for state, count in states.items()),
                number(run.stage_seconds.get(stage)),
                number(run.stage_memory_mb.get(stage)),
            ]
            for stage, states in run.counts.items()
        ]
        columns = ("Stage", "Jobs of the last run", "Wall time of jobs / s", "Memory / MB")
        caption = (
            f"Jobs; times summed over all runs ({number(run.wall_time_s)} s altogether), memory of "
            "the largest process without the programs it starts"
        )
        parts.append(table(caption, columns, rows))
    parts += [_seeds(records.documents), _identities(records)]
    if records.settings:
        settings = json.dumps(records.settings, indent=1, ensure_ascii=False)
        parts.append(details("Campaign file, as it was run", code(settings)))
    return "".join(parts)


def _seeds(documents: Sequence[ArgyroditeDocument]) -> str:
    found: dict[tuple[str, str], set[int]] = {}
    for document in documents:
        for name, seed in document.seeds.items():
            found.setdefault((document.stage.replace("_", " "), name), set()).add(seed)
    rows = [[stage, name, _few(seeds)] for (stage, name), seeds in sorted(found.items())]
    return table("Seeds of random numbers", ("Document", "Of", "Seeds"), rows)


def _few(values: set[int]) -> str:
    first = ", ".join(map(str, sorted(values)[:_SEEDS_SHOWN]))
    return first + (f" and {len(values) - _SEEDS_SHOWN} more" if len(values) > _SEEDS_SHOWN else "")


def _identities(records: CampaignRecords) -> str:
    """List what recognises potentials, training sets, settings of labels, and trajectories."""
    found = [
        (f"potential, {document.n_labels} labels", str(document.potential_id))
        for document in records.of(PotentialDocument)
    ]
    found += [
        (f"training set, {document.n_labels} labels", document.training_set_hash)
        for document in records.of(PotentialDocument)
    ]
    found += [
        (f"settings of the labels, {document.functional or 'DFT'}", document.settings_hash)
        for document in records.labelled_sets
    ]
    found += [
        (
            f"trajectory {run.configuration}, {run.temperature_kelvin} K, replica {run.replica}",
            run.trajectory.sha256,
        )
        for run in records.dynamics
        if run.trajectory is not None
    ]
    rows = [list(row) for row in dict.fromkeys(found)]
    return table("Content hashes", ("Of", "Hash"), rows)


def _engines(documents: Sequence[ArgyroditeDocument]) -> str:
    found = {
        (d.stage, d.engine.name, d.engine.version, d.engine.is_surrogate, str(d.functional or NONE))
        for d in documents
        if d.engine is not None
    }
    rows = [
        [
            stage.replace("_", " "),
            name,
            version,
            functional,
            "surrogate, not DFT" if surrogate else "no",
        ]
        for stage, name, version, surrogate, functional in sorted(found)
    ]
    columns = ("Document", "Engine", "Version", "Functional", "Surrogate")
    return table("Programs that produced numbers", columns, rows)


def _versions(documents: Sequence[ArgyroditeDocument]) -> str:
    found: dict[str, set[str]] = {}
    for document in documents:
        for package, version in document.software_versions.items():
            found.setdefault(package, set()).add(version)
    rows = [[package, ", ".join(sorted(versions))] for package, versions in sorted(found.items())]
    return table("Software", ("Package", "Version"), rows)
