"""``argyrodite grade``."""

import json
from pathlib import Path

import pytest
from potential_files import morse_frames, random_potential, refused

from atomate2_argyrodite.mtp import ActiveSet, read_configurations, write_configurations


@pytest.fixture
def grade(argyrodite):
    random_potential().to_file(Path("p.mtp"))
    write_configurations("training.cfg", morse_frames(6, seed=1))
    candidates = [*morse_frames(3, seed=2), *morse_frames(2, seed=3, amplitude=0.35)]
    write_configurations("candidates.cfg", [c.without_labels() for c in candidates])
    return lambda *arguments: argyrodite("grade", "p.mtp", *arguments)


def test_grades_are_those_of_the_library(grade):
    result = grade("training.cfg", "candidates.cfg", "--json")
    assert result.code == 0
    active = ActiveSet.from_configurations(
        random_potential(), read_configurations("training.cfg"), "neighbourhood"
    )
    expected = active.grade(read_configurations("candidates.cfg"))
    grades = json.loads(result.out)["grades"]
    assert grades == pytest.approx(expected.tolist(), rel=1e-6)
    assert min(grades[3:]) > max(grades[:3])
    printed = grade("training.cfg", "candidates.cfg").out
    assert "5 candidates" in printed
    largest = max(range(5), key=lambda k: grades[k])
    assert printed.splitlines()[1].startswith(f"candidate {largest}: grade {grades[largest]:.4g}")


@pytest.mark.parametrize("mode", ["neighbourhood", "configuration"])
def test_the_training_set_interpolates_itself(grade, mode):
    result = grade("training.cfg", "training.cfg", "--mode", mode, "--json")
    assert max(json.loads(result.out)["grades"]) < 1.01


def test_selected_candidates_are_written_with_their_grades(grade):
    result = grade("training.cfg", "candidates.cfg", "--select", "2", "-o", "selected.cfg")
    assert result.code == 0
    assert "Wrote selected.cfg: 2 of 5 candidates" in result.out
    record = json.loads(grade("training.cfg", "candidates.cfg", "--select", "2", "--json").out)
    selected = read_configurations("selected.cfg")
    candidates = read_configurations("candidates.cfg")
    assert record["selected"] == [3, 4]
    for index, c in zip(record["selected"], selected, strict=True):
        assert (c.positions == candidates[index].positions).all()
        assert c.metadata["MV_grade"] == pytest.approx(record["grades"][index])
        assert max(c.metadata["nbh_grades"]) == pytest.approx(c.metadata["MV_grade"])
        assert len(c.metadata["nbh_grades"]) == 16


def test_nothing_is_selected_where_nothing_extrapolates(grade):
    result = grade("training.cfg", "training.cfg", "--select", "2", "-o", "selected.cfg")
    assert result.code == 0
    assert "Nothing was written" in result.out
    assert not Path("selected.cfg").exists()


def test_all_graded_candidates_are_written_without_select(grade):
    assert grade("training.cfg", "candidates.cfg", "-o", "graded.cfg").code == 0
    assert all("MV_grade" in c.metadata for c in read_configurations("graded.cfg"))
    refused(grade("training.cfg", "candidates.cfg", "-o", "graded.cfg"), "exists", "--force")


def test_help_has_an_example(grade):
    result = grade("--help")
    assert result.code == 0
    assert "Example: argyrodite grade potential.mtp" in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no.cfg", "candidates.cfg"), ("no.cfg does not exist",)),
        (("training.cfg", "no.cfg"), ("no.cfg does not exist",)),
        (("training.cfg", "candidates.cfg", "--select", "2"), ("--select needs -o",)),
        (("training.cfg", "candidates.cfg", "-o", "no/a.cfg"), ("'no' does not exist",)),
    ],
)
def test_bad_input_is_one_sentence(grade, arguments, words):
    refused(grade(*arguments), *words)


def test_a_saved_active_set_stands_for_the_training_set(grade):
    saved = grade("training.cfg", "--save-active-set", "p.mtpas")
    assert saved.code == 0
    assert "Wrote p.mtpas: " in saved.out
    direct = json.loads(grade("training.cfg", "candidates.cfg", "--json").out)
    again = json.loads(grade("p.mtpas", "candidates.cfg", "--json").out)
    assert again["grades"] == pytest.approx(direct["grades"], rel=1e-9)
    refused(grade("training.cfg", "--save-active-set", "p.mtpas"), "p.mtpas exists already")
    refused(grade("training.cfg", "--save-active-set", "p.npz"), "must end in .mtpas")
    refused(grade("p.mtpas", "candidates.cfg", "--mode", "configuration"), "is for --mode")


def test_an_active_set_of_another_potential_is_refused(grade):
    grade("training.cfg", "--save-active-set", "p.mtpas")
    random_potential(seed=9).to_file(Path("p.mtp"))
    refused(grade("p.mtpas", "candidates.cfg"), "belongs to potential")
    Path("p.mtpas").write_text("MTP active set\n")
    refused(grade("p.mtpas", "candidates.cfg"), "header is truncated")


def test_something_to_grade_or_to_write_is_needed(grade):
    refused(grade("training.cfg"), "CANDIDATES")
