"""``argyrodite md``: LAMMPS on a folder."""

import json
from pathlib import Path

import pytest
from potential_files import refused

from atomate2_argyrodite.mtp import MomentTensorPotential
from atomate2_argyrodite.transport import Trajectory

COLD = ("-T", 0.1, "--ramp-ps", 0.02, "--supercell", "1,1,1", "--frame-interval-ps", 0.01)


@pytest.fixture
def md(argyrodite):
    """A potential without forces: cold atoms stay where they are."""
    potential = MomentTensorPotential.untrained(2, 5.0, ["Li", "P", "S", "Cl"], 1.5)
    potential.to_file(Path("p.mtp"))
    return lambda *arguments: argyrodite("md", *arguments)


def test_a_run_is_described_and_its_trajectory_can_be_analysed(md, argyrodite):
    arguments = ("50-Pmm2", "p.mtp", *COLD, "--production-ps", 0.4, "-o", "run", "--json")
    result = md(*arguments)
    assert result.code == 0, result.err
    record = json.loads(result.out)
    assert record["outcome"] == "completed"
    assert record["n_atoms"] == 52
    assert record["production_ps"] == pytest.approx(0.4)
    trajectory = Trajectory.from_file(record["trajectory"], structure="run/configuration.data")
    assert trajectory.n_frames == 41
    assert trajectory.time_step_ps == pytest.approx(record["frame_interval_ps"])
    assert trajectory.species.count("Li") == 24
    again = md(*arguments)  # it is done: read, not run
    assert json.loads(again.out) == record
    words = md(*arguments[:-1])
    command = words.out.splitlines()[-1].removeprefix("Analyse: argyrodite ")
    analysis = argyrodite(*command.replace("...", "0.1").split())
    assert analysis.code == 0, analysis.err
    assert "upper limit only" in analysis.out


def test_an_interrupted_run_goes_on_with_the_same_command(md):
    gas = ("-T", 1e-4, "--pressure-gpa", 6.6e-8)  # N k T / V, or without forces the cell would grow
    arguments = ("50-Pmm2", "p.mtp", *COLD, *gas, "--supercell", "2,2,2", "-o", "run")
    long = (*arguments, "--checkpoint-interval-ps", 1, "--production-ps", 15)
    limit, results = 1.0, [md(*long, "--timeout-s", 0.8)]
    while results[-1].code != 0:
        assert "is not complete: stopped at its time limit" in results[-1].err
        results.append(md(*long, "--timeout-s", limit))
        limit *= 1.2
    assert "15 ps of 416 atoms: completed" in results[-1].out
    assert Path("run/segment_0001.out").is_file()
    refused(md(*arguments, "--production-ps", 50), "run holds another run")


def test_a_lost_crystal_is_a_failure_with_its_cause(md):
    hot = ("-T", 1500, "--production-ps", 2, "--ramp-ps", 0, "--supercell", "1,1,1")
    result = md("50-Pmm2", "p.mtp", *hot, "-o", "hot")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "PS4 units broke" in result.err or "left its bounds" in result.err
    assert "Analyse:" in result.out  # what was simulated is there


def test_help_has_an_example(md):
    assert "Example: argyrodite md 50-P222_1 potential.mtp" in md("--help").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no", "p.mtp", *COLD), ("'no' is unknown", "50-P222_1")),
        (("50-Pmm2", "no.mtp", *COLD), ("no.mtp",)),
        (("50-Pmm2", "p.mtp", *COLD, "-T", 0), ("temperature_kelvin", "0.0")),
        (("50-Pmm2", "p.mtp", *COLD, "--time-step-fs", 50), ("time_step_fs = 50",)),
        (("50-Pmm2", "p.mtp", *COLD, "--ps4", "stiff"), ("ps4 = 'stiff'", "rigid")),
        (("50-Pmm2", "p.mtp", *COLD, "--barostat", "x"), ("coupling 'x'",)),
        (("50-Pmm2", "p.mtp", *COLD, "--pair-style", "snap"), ("'snap'", "mlip-3")),
        (("50-Pmm2", "p.mtp", *COLD, "--supercell", "0,1,1"), ("supercell", "0")),
        (("50-Pmm2", "p.mtp", *COLD, "--halide", "Br"), ("not Br",)),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_no_folder(md, arguments, words):
    refused(md(*arguments, "--production-ps", 0.1, "-o", "run"), *words)
    assert not Path("run").exists()


def test_a_folder_with_other_files_is_refused(md):
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    refused(md("50-Pmm2", "p.mtp", *COLD, "--production-ps", 0.1, "-o", "full"), "not empty")
    assert Path("full/notes.txt").read_text() == "mine"
