"""``argyrodite select``."""

import json
from pathlib import Path

import pytest
from potential_files import morse_frames, random_potential, refused

from atomate2_argyrodite.mtp import (
    choose_configurations,
    read_configurations,
    write_configurations,
)


@pytest.mark.parametrize("method", ["direct", "maxvol", "random"])
def test_the_choice_is_that_of_the_library(argyrodite, method):
    frames = morse_frames(12, seed=1)
    write_configurations("pool.npz", [frame.without_labels() for frame in frames])
    result = argyrodite(
        "select", "pool.npz", "--count", "4", "--method", method, "-o", "chosen.npz"
    )
    assert result.code == 0, result.err
    assert "4 of 12 configurations" in result.out
    expected = choose_configurations(frames, 4, method)
    chosen = read_configurations("chosen.npz")
    assert [c.positions.tolist() for c in chosen] == [
        frames[k].positions.tolist() for k in expected
    ]
    again = argyrodite("select", "pool.npz", "--count", "4", "--method", method, "--json")
    assert json.loads(again.out)["selected"] == expected


def test_a_potential_gives_the_descriptors(argyrodite):
    write_configurations("pool.cfg", morse_frames(8, seed=1), ["Li", "Cl"])
    random_potential().to_file(Path("p.mtp"))
    result = argyrodite("select", "pool.cfg", "--count", "3", "--potential", "p.mtp", "--json")
    assert len(json.loads(result.out)["selected"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pool.npz", "--count", "9", "--json"), ("cannot choose 9 of 8",)),
        (("pool.npz", "--count", "2"), ("-o", "--json")),
        (("no.npz", "--count", "2", "--json"), ("no.npz does not exist",)),
        (("pool.npz", "--count", "2", "-o", "pool.npz"), ("pool.npz is read by this command",)),
        (("pool.npz", "--count", "2", "-o", "other.npz"), ("other.npz exists already",)),
    ],
)
def test_bad_input_is_one_sentence(argyrodite, arguments, words):
    for name in ("pool.npz", "other.npz"):
        write_configurations(name, morse_frames(8, seed=1))
    refused(argyrodite("select", *arguments), *words)
