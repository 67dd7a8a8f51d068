"""``argyrodite scan``."""

import json
from pathlib import Path

import pytest
from potential_files import morse_frames, refused

from atomate2_argyrodite.mtp import MomentTensorPotential, write_configurations


def test_a_scan_writes_points_figure_and_potentials(argyrodite):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    result = argyrodite("scan", "a.cfg", "--level", "4", "--level", "2", "--cutoff", "5",
                        "--iterations", "20", "--validation", "0.3", "-o", "out")  # fmt: skip
    assert result.code == 0, result.err
    points = json.loads(Path("out/scan.json").read_text())
    assert [p["level"] for p in points] == [2, 4]
    assert all(p["microseconds_per_atom_step"] > 0.0 for p in points)
    assert points[1]["validation_errors"]["n_configurations"] in {3, 6}
    assert "µs per atom and step" in result.out
    assert Path("out/scan.png").read_bytes().startswith(b"\x89PNG")
    potential = MomentTensorPotential.from_file("out/level4_5A.mtp")
    assert potential.potential_id == points[1]["potential_id"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.cfg", "--level", "7"), ("level 7 is not available",)),
        (("a.cfg", "--cutoff", "0.5"), ("0.5 Å",)),
        (("no.cfg",), ("no.cfg does not exist",)),
        (("a.cfg", "-o", "."), ("exists already",)),
    ],
)
def test_bad_input_is_one_sentence(argyrodite, arguments, words):
    write_configurations("a.cfg", morse_frames(9, seed=3))
    refused(argyrodite("scan", *arguments), *words)
    assert not Path("scan").exists()
