"""``argyrodite evaluate``."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from potential_files import morse_frames, random_potential, refused

from atomate2_argyrodite.mtp import (
    MomentTensorPotential,
    prediction_errors,
    read_configurations,
    write_configurations,
)


@pytest.fixture
def evaluate(argyrodite):
    random_potential().to_file(Path("p.mtp"))
    return lambda *arguments: argyrodite("evaluate", *arguments)


def test_errors_are_those_of_the_library(evaluate):
    frames = morse_frames(3, seed=1)
    write_configurations("a.cfg", frames)
    result = evaluate("p.mtp", "a.cfg", "--json")
    assert result.code == 0
    record = json.loads(result.out)
    potential = MomentTensorPotential.from_file("p.mtp")
    expected = prediction_errors(potential, frames)
    assert record["potential_id"] == potential.potential_id
    for name in ("energy_mae_mev_per_atom", "force_rmse_ev_per_angstrom", "stress_mae_gpa"):
        assert record["errors"][name] == pytest.approx(getattr(expected, name), rel=1e-9)
    by_element = record["force_errors_by_element"]
    assert [by_element[symbol]["n_atoms"] for symbol in ("Li", "Cl")] == [24, 24]
    mean = np.mean([by_element[symbol]["rmse"] ** 2 for symbol in ("Li", "Cl")])
    assert np.sqrt(mean) == pytest.approx(expected.force_rmse_ev_per_angstrom)
    table = evaluate("p.mtp", "a.cfg")
    assert f"{expected.force_rmse_ev_per_angstrom:.4g}" in table.out
    assert "forces on Li (24 atoms)" in table.out
    assert "above 0.02 eV/Å" in table.out


def test_predictions_written_are_evaluated_without_error(evaluate):
    write_configurations("a.extxyz", morse_frames(2, seed=1))
    for name in ("predicted.cfg", "predicted.npz"):
        assert evaluate("p.mtp", "a.extxyz", "-o", name).code == 0
        again = json.loads(evaluate("p.mtp", name, "--json").out)
        assert again["errors"]["energy_mae_mev_per_atom"] < 1e-9
        assert again["errors"]["force_rmse_ev_per_angstrom"] < 1e-12
        assert again["errors"]["stress_rmse_gpa"] < 1e-9
        predicted = read_configurations(name)
        assert predicted[0].metadata["trajectory"] == "run 0"
        assert predicted[0].metadata["potential_id"] == again["potential_id"]
    assert "within 0.02 eV/Å" in evaluate("p.mtp", name).out


def test_unlabelled_configurations_have_energies_only(evaluate):
    frames = morse_frames(3, seed=1)
    frames[1] = frames[1].without_labels()
    write_configurations("mixed.cfg", frames)
    record = json.loads(evaluate("p.mtp", "mixed.cfg", "--json").out)
    assert (record["n_configurations"], record["n_labelled"]) == (3, 2)
    assert ["errors" in c for c in record["configurations"]] == [True, False, True]
    write_configurations("bare.cfg", [frame.without_labels() for frame in frames])
    result = evaluate("p.mtp", "bare.cfg")
    assert result.code == 0
    assert "3 configurations, 0 of them labelled" in result.out
    assert "Errors" not in result.out


def test_help_has_an_example(evaluate):
    result = evaluate("--help")
    assert result.code == 0
    assert "Example: argyrodite evaluate potential.mtp" in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no.mtp", "a.cfg"), ("no.mtp",)),
        (("a.cfg", "a.cfg"), ("a.cfg",)),
        (("p.mtp", "no.cfg"), ("no.cfg does not exist",)),
        (("p.mtp", "other.extxyz"), ("Na", "knows Li, Cl")),
        (("p.mtp", "a.cfg", "--species", "Li", "Na"), ("not ['Li', 'Na']",)),
        (("p.mtp", "a.cfg", "-o", "other.extxyz"), ("other.extxyz exists already", "--force")),
        (("p.mtp", "a.cfg", "-o", "a.cfg"), ("a.cfg is read by this command",)),
        (("p.mtp", "a.cfg", "-o", "b.foo"), ("b.foo", ".cfg")),
    ],
)
def test_bad_input_is_one_sentence(evaluate, arguments, words):
    frames = morse_frames(1, seed=1)
    write_configurations("a.cfg", frames)
    other = replace(frames[0], numbers=np.where(frames[0].numbers == 3, 11, 17))
    write_configurations("other.extxyz", [other])
    refused(evaluate(*arguments), *words)


def test_errors_are_told_by_crystal_and_temperature(evaluate):
    frames = [
        frame.with_metadata(temperature_kelvin=300.0 * (1 + k % 2), configuration="ab"[k // 2])
        for k, frame in enumerate(morse_frames(4, seed=1))
    ]
    write_configurations("a.npz", frames)
    record = json.loads(evaluate("p.mtp", "a.npz", "--json").out)
    potential = MomentTensorPotential.from_file("p.mtp")
    for group, parts in (
        ("temperature", {"300": frames[::2], "600": frames[1::2]}),
        ("configuration", {"a": frames[:2], "b": frames[2:]}),
    ):
        found = record[f"errors_by_{group}"]
        assert list(found) == list(parts)
        for value, part in parts.items():
            expected = prediction_errors(potential, part).force_mae_ev_per_angstrom
            assert found[value]["force_mae_ev_per_angstrom"] == pytest.approx(expected)
    quantiles = record["force_error_distribution"]
    assert quantiles["median"] < quantiles["percentile_99"] <= quantiles["largest"]
    table = evaluate("p.mtp", "a.npz").out
    assert "temperature 600 (2): MAE / RMSE" in table
    assert "percentile 95" in table
