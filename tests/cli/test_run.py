"""``argyrodite run``: refusals before compute, and a whole small campaign, killed and resumed.

The engine is ASE's Lennard-Jones potential: the numbers mean nothing, but every program (LAMMPS,
the fit, the grading) runs for real.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CAMPAIGN = """
name: small
engine: {model: "ase.calculators.lj:LennardJones"}
crystal: {configurations: [0-F-43m, 50-P222_1]}
sampling: {strains: [-0.01, 0.01], temperatures_kelvin: [300], equilibration_ps: 0.004,
  production_ps: 0.02, snapshots_per_run: 5}
training: {level: 4, cutoff_angstrom: 4, maximum_iterations: 20}
active_learning: {temperatures_kelvin: [300], replicas: 1, initial_exploration_ps: 0.1,
  exploration_ps: 0.1, maximum_iterations: 2, maximum_labels_per_iteration: 10}
conductivity: {supercell: [1, 1, 1], temperatures_kelvin: [300, 400], replicas: 1, ramp_ps: 0.1,
  production_ps: 1.0, frame_interval_ps: 0.02}
"""


@pytest.fixture
def campaign(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return path


def test_a_dry_run_counts_and_leaves_nothing(argyrodite, campaign):
    result = argyrodite("run", campaign, "--dry-run")
    assert result.code == 0
    assert "4 runs, 48 engine steps" in result.out
    assert "4 runs of 52 atoms and 550 steps" in result.out
    assert [p.name for p in Path.cwd().iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: small", "nam: small", "did you mean 'name'"),
        ("temperatures_kelvin: [300, 400]", "temperatures_kelvin: [-300]", "= -300"),
        ('"ase.calculators.lj:LennardJones"', "no_such_package:X", "no_such_package"),
        ("crystal: {", "crystal: {halide: F, ", "'F'"),
    ],
)
def test_bad_input_is_refused_before_anything_is_made(argyrodite, campaign, old, new, words):
    campaign.write_text(CAMPAIGN.replace(old, new))
    result = argyrodite("run", campaign)
    assert result.code == 2
    assert words in result.err
    assert len(result.err.splitlines()) == 1
    assert [p.name for p in Path.cwd().iterdir()] == ["small.yaml"]


def test_unusable_places_are_refused(argyrodite, campaign, monkeypatch):
    Path("file").touch()
    for option in ("--store", "--work-dir", "-o"):
        result = argyrodite("run", campaign, option, "file/x")
        assert result.code == 2
        assert option in result.err
    assert argyrodite("run", campaign, "--workers", "0").code == 2
    monkeypatch.setenv("ARGYRODITE_LAMMPS_COMMAND", "no-such-lmp")
    result = argyrodite("run", campaign)
    assert result.code == 2
    assert "no-such-lmp" in result.err


def heed_interrupts():
    """In a child: undo that shells let background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(folder, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "atomate2_argyrodite.cli", "run", "small.yaml", "--workers", "2",
         *options],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
        env={k: v for k, v in os.environ.items() if not k.startswith("ARGYRODITE_")},
    )  # fmt: skip


def wait_for_line(process, words):
    for line in process.stdout:
        if words in line:
            return
    pytest.fail(f"{words!r} was never printed: {process.stderr.read()}")


def documents(argyrodite):
    found = json.loads(argyrodite("query", "--format", "json").out)
    return {d["uuid"]: d for d in found if d["stage"] != "run"}


def test_a_campaign_is_killed_resumed_and_reported(argyrodite, campaign):
    killed = start(campaign.parent)
    wait_for_line(killed, "training 1/1")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    time.sleep(0.5)
    before = documents(argyrodite)
    assert {d["stage"] for d in before.values()} >= {"sampling", "labelling", "training"}

    interrupted = start(campaign.parent)
    wait_for_line(interrupted, "explore 1")
    interrupted.send_signal(signal.SIGINT)
    _, errors = interrupted.communicate(timeout=300)
    assert interrupted.returncode == 130
    assert "to go on: argyrodite run small.yaml" in errors
    assert "Traceback" not in errors

    finished = start(campaign.parent)
    output, errors = finished.communicate(timeout=600)
    assert "were finished before and not repeated" in output
    assert "Report: report-small/report.html" in output
    after = documents(argyrodite)
    assert all(after[uuid] == document for uuid, document in before.items())  # not run again
    stages = {document["stage"] for document in after.values()}
    assert {"active_learning", "molecular_dynamics", "conductivity", "campaign"} <= stages
    html = Path("report-small/report.html").read_text()
    assert "lennardjones" in html
    assert "surrogate" in html
    # Lennard-Jones tears the crystals apart, as a rule: then there is no result, and no success
    results = [d["results"] for d in after.values() if d["stage"] == "conductivity"]
    assert len(results) == 2
    assert finished.returncode == (0 if any(results) else 1), errors
    assert ("there is no conductivity" in errors) != any(results)


def test_a_failing_stage_is_exit_code_1_with_a_sentence_and_a_report(argyrodite, campaign):
    campaign.write_text(CAMPAIGN.replace("lj:LennardJones", "emt:EMT"))  # knows no lithium
    result = argyrodite("run", campaign)
    assert result.code == 1
    assert "failed" in result.err.splitlines()[0]
    assert "argyrodite run" in result.err.splitlines()[0]
    assert "Traceback" not in result.err
    assert "failed" in Path("report-small/report.html").read_text()
