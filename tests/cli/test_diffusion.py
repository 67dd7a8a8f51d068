"""``argyrodite diffusion`` on files that anybody's program may have written."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from potential_files import refused

sys.path.insert(0, str(Path(__file__).parents[1]))

from transport.synthetic import CM2_PER_S, lattice, trajectory

BOLTZMANN = 8.617333e-5
ACTIVATION_ENERGY = 0.25


def rate(temperature):
    return 0.05 * np.exp(-ACTIVATION_ENERGY / BOLTZMANN * (1 / temperature - 1 / 700))


def atoms_of(run):
    frames = [
        Atoms(run.species, positions=x, cell=h, pbc=True)
        for block in run.blocks()
        for x, h in zip(block.positions, block.cells, strict=True)
    ]
    for frame in frames:
        frame.wrap()
    return frames


def simulate(name, temperature, seed=0, n_frames=400, hops=None):
    """Write a wrapped trajectory of 40 hopping Li; returns its true diffusivity in cm^2/s."""
    rng = np.random.default_rng([int(temperature), seed])
    walk = lattice(rng, 40, n_frames, rate=rate(temperature) if hops is None else hops)
    run = trajectory(walk, rng, framework_atoms=8, cell_fluctuation=0.002)
    write(name, atoms_of(run))
    return walk.diffusivity * CM2_PER_S


@pytest.fixture
def diffusion(argyrodite):
    return lambda *arguments: argyrodite("diffusion", *arguments)


def test_several_temperatures_give_an_activation_energy(diffusion):
    truths = [simulate(f"{t}.extxyz", t) for t in (500, 600, 700)]
    options = [word for t in (500, 600, 700) for word in ("-T", t)]
    files = [f"{t}.extxyz" for t in (500, 600, 700)]
    result = diffusion(*files, *options, "--time-step-ps", 1, "--json", "--figures", "pictures")
    assert result.code == 0, result.err
    record = json.loads(result.out)
    for found, truth, t in zip(record["results"], truths, (500, 600, 700), strict=True):
        assert found["temperature_kelvin"] == t
        assert found["diffusivity_cm2_per_s"] == pytest.approx(truth, rel=0.25)
        assert np.array(found["tensor_cm2_per_s"]).shape == (3, 3)
        assert np.trace(found["tensor_cm2_per_s"]) / 3 == pytest.approx(
            found["diffusivity_cm2_per_s"]
        )
    fit = record["arrhenius"]
    error = np.sqrt(fit["covariance"][0][0])
    assert abs(fit["activation_energy_ev"] - ACTIVATION_ENERGY) < 4 * error
    assert [left["temperature_left_out_kelvin"] for left in fit["leave_one_out"]] == [500, 600, 700]
    assert record["curves"]["msd_600_lag_ps"][0] == 1.0
    for name in ("arrhenius", "msd_trajectory"):
        assert Path(f"pictures/{name}.png").read_bytes().startswith(b"\x89PNG")
    table = diffusion(*files, *options, "--time-step-ps", 1)
    assert "Activation energy" in table.out
    assert "without 600 K" in table.out


def test_one_temperature_is_analysed_and_has_no_activation_energy(diffusion):
    truth = simulate("a.extxyz", 700, seed=1)
    simulate("b.extxyz", 700, seed=2)
    result = diffusion("a.extxyz", "b.extxyz", "-T", 700, "--time-step-ps", 1, "--json")
    record = json.loads(result.out)
    assert [r["n_replicas"] for r in record["results"]] == [2]
    assert record["results"][0]["diffusivity_cm2_per_s"] == pytest.approx(truth, rel=0.2)
    assert record["arrhenius"] is None
    assert "two or more temperatures, here 700 K" in record["arrhenius_reason"]
    again = diffusion("a.extxyz", "-T", 700, "-T", 700, "b.extxyz", "--time-step-ps", 1)
    assert "No activation energy" in again.out


def test_files_of_one_simulation_are_joined(diffusion):
    rng = np.random.default_rng(3)
    frames = atoms_of(trajectory(lattice(rng, 20, 200), rng, framework_atoms=8))
    write("all.extxyz", frames)
    write("1.extxyz", frames[:90])
    write("2.extxyz", frames[90:])
    options = ("-T", 500, "--time-step-ps", 2, "--json")
    joined = json.loads(diffusion("1.extxyz", "2.extxyz", "--continued", *options).out)
    assert joined == json.loads(diffusion("all.extxyz", *options).out)
    later = json.loads(diffusion("all.extxyz", *options, "--skip-ps", 100).out)
    assert later["results"][0]["simulated_ps"] == pytest.approx(298)


def test_no_diffusion_is_a_result(diffusion):
    simulate("still.extxyz", 300, hops=0.0)
    result = diffusion("still.extxyz", "-T", 300, "--time-step-ps", 1)
    assert result.code == 0
    assert "300 K, upper limit only: 0 hops" in result.out
    assert "<" in result.out


def test_help_has_an_example(diffusion):
    assert "Example: argyrodite diffusion 500.dcd" in diffusion("--help").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no.extxyz", "-T", 500, "--time-step-ps", 1), ("no.extxyz is not a file",)),
        (("a.extxyz", "-T", 500), ("does not say how far apart", "time_step_ps")),
        (("a.extxyz", "-T", 0, "--time-step-ps", 1), ("--temperature 0", "above 0 K")),
        (("a.extxyz", "-T", 500, "--time-step-ps", 0), ("time_step_ps is 0",)),
        (("a.extxyz", "-T", 500, "-T", 600, "--time-step-ps", 1), ("2 temperatures", "1 files")),
        (("a.extxyz", "-T", 500, "--time-step-ps", 1, "--mobile", "Na"), ("no 'Na'", "Li, S")),
        (("a.extxyz", "-T", 500, "--time-step-ps", 1, "--skip-ps", 99), ("99", "39 ps")),
        (("a.extxyz", "a.extxyz", "-T", 500, "--time-step-ps", 1), ("named twice",)),
        (("two.extxyz", "-T", 500, "--time-step-ps", 1), ("at 500 K", "2 frames", "32")),
        (("empty.extxyz", "-T", 500, "--time-step-ps", 1), ("empty.extxyz",)),
        (("a.extxyz", "empty.extxyz", "-T", 500, "--time-step-ps", 1), ("empty.extxyz",)),
        (("lost.extxyz", "-T", 500, "--time-step-ps", 1), ("frame 20", "47 atoms", "48")),
        (("open.extxyz", "-T", 500, "--time-step-ps", 1), ("cell of frame 0", "no volume")),
        (("swapped.extxyz", "-T", 500, "--time-step-ps", 1), ("out of order",)),
        (("cell.txt", "-T", 500, "--time-step-ps", 1), ("cell.txt", "file_format")),
        (("a.extxyz", "-T", 500, "--time-step-ps", 1, "--species", "Li,Xx"), ("Li,Xx",)),
        (("a.extxyz", "-T", 500, "--time-step-ps", 1, "--species", "Li,S"), ("2 species", "48")),
    ],
)
def test_bad_input_is_one_sentence(diffusion, arguments, words):
    rng = np.random.default_rng(0)
    frames = atoms_of(trajectory(lattice(rng, 40, 40), rng, framework_atoms=8))
    write("a.extxyz", frames)
    write("two.extxyz", frames[:2])
    Path("empty.extxyz").touch()
    write("lost.extxyz", [*frames[:20], *(frame[1:] for frame in frames[20:])])
    write("open.extxyz", [Atoms(f.symbols, positions=f.positions) for f in frames])
    for frame in frames[20:]:
        frame.positions[0] += 9.9
        frame.wrap()
    write("swapped.extxyz", frames)
    Path("cell.txt").write_text("x")
    refused(diffusion(*arguments), *words)


def test_kinisi_stands_beside_where_it_is_installed(diffusion):
    pytest.importorskip("kinisi")
    simulate("a.extxyz", 700, seed=4)
    result = diffusion("a.extxyz", "-T", 700, "--time-step-ps", 1, "--kinisi", "--json")
    record = json.loads(result.out)
    (check,) = record["kinisi"]
    ours = record["results"][0]["diffusivity_cm2_per_s"]
    assert check["diffusivity_cm2_per_s"] == pytest.approx(ours, rel=0.2)
    assert "kinisi 2" in diffusion("a.extxyz", "-T", 700, "--time-step-ps", 1, "--kinisi").out
