"""``argyrodite fit``."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from potential_files import morse_frames, random_potential, refused

from atomate2_argyrodite.mtp import (
    MomentTensorPotential,
    prediction_errors,
    review_data,
    write_configurations,
)

SHORT = ("--level", "4", "--iterations", "60", "--threads", "1")


@pytest.fixture
def fit(argyrodite):
    return lambda *arguments: argyrodite("fit", *arguments)


def test_a_fit_from_cfg_files_learns_the_crystal(fit):
    training, validation = morse_frames(12, seed=1), morse_frames(4, seed=2)
    write_configurations("a.cfg", training[:6], ["Cl", "Li"])
    write_configurations("b.extxyz", training[6:])
    write_configurations("c.npz", validation)
    result = fit("a.cfg", "b.extxyz", *SHORT, "--cutoff", "5", "--species", "Li", "Cl",
                 "--validation", "c.npz", "--weights", "100", "1", "0.01")  # fmt: skip
    assert result.code == 0, result.err
    assert result.err == ""
    assert "12 training and 4 validation configurations; species Li Cl, cutoff 5 Å" in result.out
    losses = re.findall(r"iteration (\d+): loss (\S+)", result.out)
    assert [int(iteration) for iteration, _ in losses][-1] <= 60
    potential = MomentTensorPotential.from_file("potential.mtp")
    errors = prediction_errors(potential, validation)
    spread = np.std(np.concatenate([c.forces for c in validation]))
    assert errors.force_rmse_ev_per_angstrom < 0.2 * spread
    assert f"/ {errors.force_rmse_ev_per_angstrom:.3g}" in result.out
    assert potential.potential_id in result.out


def test_a_warm_start_lowers_the_loss_further(fit):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    first = fit("a.cfg", *SHORT, "--validation", "0", "--tolerance", "0", "-o", "one.mtp")
    second = fit("a.cfg", "--start", "one.mtp", "--iterations", "60", "--validation", "0",
                 "--tolerance", "0", "-o", "two.mtp")  # fmt: skip
    assert first.code == second.code == 0
    loss = [float(re.findall(r": loss ([^,]+)", r.out)[-1]) for r in (first, second)]
    assert loss[1] < loss[0]
    assert "raise --iterations" in first.out


def test_the_same_seed_gives_the_same_potential(fit):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    for name in ("one.mtp", "two.mtp"):
        assert fit("a.cfg", *SHORT[:2], "--iterations", "5", "-o", name).code == 0
    assert Path("one.mtp").read_text() == Path("two.mtp").read_text()


def test_a_fit_grows_to_a_higher_level(fit):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    first = fit("a.cfg", *SHORT, "--validation", "0", "-o", "low.mtp")
    second = fit("a.cfg", "--start", "low.mtp", "--level", "8", "--validation", "0",
                 "--iterations", "50", "-o", "high.mtp")  # fmt: skip
    assert first.code == second.code == 0, second.err
    loss = [float(re.findall(r": loss ([^,]+)", r.out)[-1]) for r in (first, second)]
    assert loss[1] < 0.9 * loss[0]
    assert MomentTensorPotential.from_file("high.mtp").model.scalar_count == 9


def test_a_checkpoint_saves_the_rounds_that_were_done(fit):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    common = ("a.cfg", "--level", "6", "--starts", "2", "--checkpoint", "fit.npz")
    first = fit(*common, "--iterations", "50", "-o", "one.mtp")
    second = fit(*common, "--iterations", "100", "-o", "two.mtp")
    assert first.code == second.code == 0, second.err
    done = [re.findall(r"iteration (\d+): loss", r.out) for r in (first, second)]
    assert done == [["50"], ["100"]]


def test_whole_trajectories_are_set_aside(fit):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    result = fit("a.cfg", *SHORT[:2], "--iterations", "1", "--validation", "0.4")
    counts = [int(n) for n in re.findall(r"(\d+) (?:training|validation) ", result.out)[:2]]
    assert sum(counts) == 9
    assert all(n % 3 == 0 and n > 0 for n in counts)


def test_odd_data_are_reported_and_kept(fit):
    frames = morse_frames(12, seed=4)
    frames[5] = replace(frames[5], energy=frames[5].energy + 50.0)
    frames.append(replace(frames[2], metadata={}))
    assert review_data(frames).energy_outliers == (5,)
    write_configurations("a.cfg", frames)
    write_configurations("b.cfg", frames[8:10])
    result = fit("a.cfg", *SHORT[:2], "--iterations", "1", "--validation", "b.cfg")
    assert result.code == 0
    assert "13 training" in result.out
    assert "energies far from all others: 5" in result.err
    assert "2, 12" in result.err
    assert "2 configurations of the validation set are in the training set" in result.err


def test_more_parameters_than_data_is_a_warning(fit):
    write_configurations("a.cfg", morse_frames(1, seed=4))
    result = fit("a.cfg", "--level", "8", "--iterations", "1", "--validation", "0")
    assert result.code == 0
    assert "49 energies and forces cannot determine" in result.err
    assert np.isfinite(MomentTensorPotential.from_file("potential.mtp").parameters).all()


def test_help_has_an_example(fit):
    result = fit("--help")
    assert result.code == 0
    assert "Example: argyrodite fit training.cfg" in result.out


def test_nothing_is_overwritten_without_force(fit):
    write_configurations("a.cfg", morse_frames(3, seed=5))
    random_potential().to_file("potential.mtp")
    before = Path("potential.mtp").read_text()
    refused(fit("a.cfg", *SHORT), "potential.mtp exists already", "--force")
    assert Path("potential.mtp").read_text() == before
    result = fit("a.cfg", "--level", "4", "--iterations", "1", "--split", "frame", "--force")
    assert result.code == 0
    assert Path("potential.mtp").read_text() != before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no.cfg",), ("no.cfg does not exist",)),
        (("a.cfg", "--validation", "0", "--level", "7"), ("7",)),
        (("a.cfg", "--validation", "0", "--level", "40"), ("40",)),
        (("a.cfg", "--validation", "0", "--cutoff", "-1"), ("-1",)),
        (("a.cfg", "--validation", "0", "--cutoff", "1"), ("closer than 1.0 Å",)),
        (("a.cfg", "--species", "Li"), ("Li Cl", "not Li")),
        (("few.cfg", "--level", "2", "--species", "Li", "Cl", "I"), ("contains I",)),
        (("a.cfg", "--species", "Li,Xx"), ("Xx",)),
        (("a.cfg", "--weights", "0", "0", "1"), ("both zero",)),
        (("a.cfg", "--weights", "-1", "1", "0"), ("-1.0", "not negative")),
        (("a.cfg", "--validation", "1.5"), ("1.5", "below 1")),
        (("a.cfg", "--validation", "no.cfg"), ("no.cfg does not exist",)),
        (("a.cfg",), ("one trajectory", "'frame'")),
        (("a.cfg", "--start", "no.mtp"), ("no.mtp",)),
        (("a.cfg", "--start", "start.mtp", "--cutoff", "6"), ("leave out --cutoff",)),
        (("few.cfg", "--start", "start.mtp", "--starts", "2"), ("leave out", "--starts")),
        (("few.cfg", "--start", "start.mtp", "--level", "2"), ("choose a higher level",)),
        (("few.cfg", "--checkpoint", "few.cfg"), ("few.cfg is read by this command",)),
        (("few.cfg", "--checkpoint", "start.mtp"), ("start.mtp is not a checkpoint", "another")),
        (("few.cfg", "--checkpoint", "no/c.npz"), ("'no' does not exist",)),
        (("few.cfg", "--tolerance", "nan"), ("nan is not a finite number",)),
        ((".",), (". is a folder",)),
        (("a.cfg", "-o", "no/potential.mtp"), ("'no' does not exist",)),
        (("one.cfg",), ("1 configuration", "--validation 0")),
        (("bare.cfg", "--validation", "0"), ("no energy or no forces",)),
        (("torn.cfg", "--split", "frame"), ("configuration 8 has a force of 1e+06 eV/Å",)),
        (("same.cfg", "--split", "frame"), ("two atoms of configuration 7", "drop that frame")),
        (("units.cfg", "--split", "frame"), ("configuration 0 has -1.6e+06 eV for 16 atoms",)),
        (("kinds.extxyz", "--split", "frame"), ("functional is 'pbe'", "'optb88-vdw'")),
        (("empty.cfg",), ("empty.cfg contains no configuration",)),
        (("nan.cfg",), ("nan.cfg, line", "NaN")),
        (("cut.cfg",), ("cut.cfg, line", "unknown section")),
    ],
)
def test_bad_input_is_one_sentence(fit, arguments, words):
    frames = morse_frames(3, seed=5)
    write_configurations("a.cfg", frames)
    write_configurations("one.cfg", frames[:1])
    few = morse_frames(9, seed=5)
    write_configurations("few.cfg", few)
    forces, positions = few[8].forces.copy(), few[7].positions.copy()
    forces[3, 0], positions[1] = 1e6, positions[0]
    write_configurations("torn.cfg", [*few[:8], replace(few[8], forces=forces)])
    write_configurations("same.cfg", [*few[:7], replace(few[7], positions=positions)])
    write_configurations("units.cfg", [replace(f, energy=-1e5 * len(f)) for f in few])
    kinds = ["pbe"] * 4 + ["optb88-vdw"] * 5
    write_configurations(
        "kinds.extxyz", [f.with_metadata(functional=k) for f, k in zip(few, kinds, strict=True)]
    )
    Path("empty.cfg").write_text("")
    energy = repr(few[2].energy)
    Path("nan.cfg").write_text(Path("few.cfg").read_text().replace(energy, "nan"))
    write_configurations("bare.cfg", [frame.without_labels() for frame in frames])
    Path("cut.cfg").write_text(Path("a.cfg").read_text()[:-60])
    random_potential().to_file("start.mtp")
    refused(fit(*arguments), *words)
    assert not Path("potential.mtp").exists()
