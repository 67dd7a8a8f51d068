"""Stopping VASP in time, by custodian as it is; the program that is stopped stands in for VASP."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
from custodian.custodian import Custodian, Job
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Incar

from atomate2_argyrodite.engines import vasp_segment_end
from atomate2_argyrodite.engines.vasp_segment_end import SegmentEnd, VerbatimPoscar

from .made_up_vasp import contcar

# Goes on until it is told to stop; it gives up after a minute.
STEPS = """
import pathlib, sys, time
for step in range(1200):
    time.sleep(0.05)
    if pathlib.Path("STOPCAR").is_file():
        pathlib.Path("ended").write_text(str(step))
        sys.exit()
sys.exit(1)
"""


class Steps(Job):
    """A program that ends cleanly when there is a STOPCAR, as VASP does."""

    def setup(self, directory="./"):
        pass

    def run(self, directory="./"):
        return subprocess.Popen([sys.executable, "-c", STEPS], cwd=directory)

    def postprocess(self, directory="./"):
        pass

    @property
    def name(self):
        return "steps"


def test_the_program_is_asked_to_stop_and_custodian_takes_it_for_no_failure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = Custodian(
        [SegmentEnd(0.5)], [Steps()], max_errors=5, polling_time_step=1, monitor_freq=1
    ).run()
    assert (tmp_path / "ended").is_file()
    assert Incar.from_file(tmp_path / "STOPCAR")["LSTOP"]
    assert [c["errors"] for c in runs[0]["corrections"]] == [
        ["the wall time of the segment has passed"]
    ]


def test_the_clock_is_that_of_the_segment(monkeypatch):
    """Not of the process, nor of a batch job that another segment began."""
    now = iter([1000.0, 1059.0, 1060.0, 2000.0, 2059.0, 2061.0])
    monkeypatch.setattr(vasp_segment_end, "time", SimpleNamespace(monotonic=lambda: next(now)))
    for _ in range(2):
        end = SegmentEnd(60.0)
        assert [end.check(), end.check()] == [False, True]


def test_a_segment_end_survives_json():
    assert SegmentEnd.from_dict(SegmentEnd(60.0).as_dict()).wall_time_s == 60.0


def test_a_verbatim_poscar_keeps_every_byte():
    crystal = Structure(Lattice.cubic(5.2), ["Li", "Cl"], [[0.1, 0, 0], [0.5, 0, -0.5]])
    text = contcar(crystal, crystal.frac_coords, np.full((2, 3), 1.23456789e-11))
    poscar = VerbatimPoscar.of(text)
    assert str(poscar) == text
    np.testing.assert_allclose(poscar.structure.frac_coords, crystal.frac_coords)
