"""``argyrodite mechanism`` on a trajectory whose jumps are known."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from ase.io.cube import read_cube_data
from potential_files import refused
from pymatgen.io.vasp.outputs import Chgcar

sys.path.insert(0, str(Path(__file__).parents[1]))

from transport.argyrodites import crystal
from transport.test_jumps import hopping


@pytest.fixture
def mechanism(argyrodite):
    rng = np.random.default_rng(2)
    run, _, counts = hopping(crystal(repeats=(2, 1, 1)), 300, rng)
    frames = [
        Atoms(run.species, positions=x, cell=h, pbc=True)
        for block in run.blocks()
        for x, h in zip(block.positions, block.cells, strict=True)
    ]
    write("run.extxyz", frames)

    def call(*arguments):
        return argyrodite("mechanism", "run.extxyz", "-T", 600, "--time-step-ps", 0.1, *arguments)

    call.counts = counts
    return call


def test_jumps_and_density_are_told_and_written(mechanism):
    result = mechanism("--fold", "2,1,1", "-o", "out", "--json")
    assert result.code == 0, result.err
    record = json.loads(result.out)
    found = {jump["kind"]: jump["count"] for jump in record["jumps"]}
    for kind, count in mechanism.counts.items():
        assert found[kind] == pytest.approx(count, rel=0.1)
    values, atoms = read_cube_data("out/density.cube")
    assert values.mean() * atoms.get_volume() / 0.529177**3 == pytest.approx(24, rel=1e-3)
    assert atoms.get_chemical_formula() == "Cl4P4S20"
    assert len(Chgcar.from_file("out/density.vasp").structure) == 28
    for name in ("density_trajectory_600K.png", "ps4_orientation.png"):
        assert Path("out", name).read_bytes().startswith(b"\x89PNG")
    words = mechanism().out
    assert "inter-cage jumps" in words
    assert "8 PS4 units librate by" in words


def test_help_has_an_example(argyrodite):
    assert "Example: argyrodite mechanism run.dcd" in argyrodite("mechanism", "--help").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-T", 0), ("--temperature 0",)),
        (("--mobile", "Na"), ("no 'Na'",)),
        (("--fold", "0,1,1"), ("repeats of at least 1",)),
        (("--fold", "x"), ("'x' is not three",)),
        (("--skip-ps", 999), ("999", "29.9 ps")),
    ],
)
def test_bad_input_is_one_sentence(mechanism, arguments, words):
    refused(mechanism(*arguments), *words)
