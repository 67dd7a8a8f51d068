"""``argyrodite boundary`` on a trajectory whose diffusion is known."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from potential_files import refused

sys.path.insert(0, str(Path(__file__).parents[1]))

from atomate2_argyrodite.structures import write_structure
from transport.bicrystals import bicrystal, hopping


@pytest.fixture
def boundary(argyrodite):
    run = hopping(np.random.default_rng(5), 120)
    frames = [
        Atoms(run.species, positions=x, cell=h, pbc=True)
        for block in run.blocks()
        for x, h in zip(block.positions, block.cells, strict=True)
    ]
    write("run.extxyz", frames)
    write_structure(bicrystal(), "bicrystal.json")
    write_structure(bicrystal(), "POSCAR")

    def call(*arguments):
        return argyrodite(
            "boundary", "run.extxyz", "-T", 400, "--time-step-ps", 0.5, "--thickness", 3.5,
            *arguments,
        )  # fmt: skip

    return call


def test_slabs_are_told_and_drawn(boundary):
    result = boundary("--structure", "bicrystal.json", "-o", "out", "--json")
    assert result.code == 0, result.err
    record = json.loads(result.out)
    assert record == json.loads(Path("out/boundary.json").read_text())
    truth = 0.05 / 0.5 * 2.5**2 / 6 * 1e-4
    for slab in record["slabs"]:
        (found,) = [
            d for d in slab["diffusivities"] if (d["rule"], d["direction"]) == ("start", "total")
        ]
        error = found["diffusivity_standard_error_cm2_per_s"]
        assert found["diffusivity_cm2_per_s"] == pytest.approx(truth, abs=4 * error)
    names = ("diffusivity", "lithium", "profile", "displacements", "pairs")
    for name in names:
        assert Path("out", f"boundary_{name}.png").read_bytes().startswith(b"\x89PNG")
    refused(boundary("--structure", "bicrystal.json", "-o", "out"), "exists already", "--force")
    words = boundary("--planes", "0,0.5", "--structure", "POSCAR", "--bulk", "run.extxyz").out
    assert "D(GB) / D(bulk cell) by start" in words
    assert "Near_GB" in words


def test_a_boundary_that_is_not_known_is_refused(boundary):
    refused(boundary(), "boundary planes are not known", "--planes")
    refused(boundary("--structure", "POSCAR"), "boundary planes are not known", "--planes")
    refused(boundary("--planes", "0,x"), "--planes '0,x'")
    refused(boundary("--planes", "0,0.5", "--thickness", "10"), "leave no Bulk", "below")
    refused(boundary("--planes", "0,0.5", "--slabs", "GB"), "two different names")
    refused(boundary("--planes", "0,0.5", "--bulk-structure", "POSCAR"), "without --bulk")
    Path("bad.json").write_text("{}")
    refused(boundary("--structure", "bad.json"), "bad.json")


def test_help_has_an_example(argyrodite):
    assert "Example: argyrodite boundary run.dcd" in argyrodite("boundary", "--help").out
