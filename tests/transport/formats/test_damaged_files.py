"""Whatever happens to a file, it is a trajectory of finite numbers or an error of ours."""

import gzip
import io

import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.formats.dcd import read_header

from .test_dcd import N_ATOMS, arrays
from .test_lammps_text import ATOMS, HEADER

CELL = np.array([[7.0, 0.0, 0.0], [1.0, 8.0, 0.0], [0.0, 2.0, 9.0]])
WORDS = [b"", b"nan", b"inf", b"1e999", b"-1", b"0", b"99999999999", b"\n", b"\x00", b"\xff", b'"',
         b"ITEM: TIMESTEP\n", b"Direct configuration=", b"Lattice=", b"Properties="]  # fmt: skip


def written(file_format):
    walk = np.cumsum(np.random.default_rng(1).uniform(-0.05, 0.05, (6, 4, 3)), axis=0)
    file = io.StringIO()
    frames = [Atoms("LiLiPS", scaled_positions=x % 1, cell=CELL, pbc=True) for x in walk]
    write(file, frames, format=file_format)
    return file.getvalue().encode()


FILES = {
    "run.lammpstrj": "".join(
        HEADER.format(step=10 * k) + ATOMS.format(x=k / 10) for k in range(6)
    ).encode(),
    "XDATCAR": written("vasp-xdatcar"),
    "run.extxyz": written("extxyz"),
}
SPECIES = {"run.lammpstrj": ["Li", "S"]}


def check(path, species):
    try:
        found = arrays(Trajectory.from_file(path, species=species, time_step_ps=1.0))
    except TrajectoryError:
        return
    assert all(np.isfinite(values).all() for values in found)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_text_is_read_or_refused(tmp_path_factory, name, data):
    content = FILES[name]
    first = data.draw(st.integers(0, len(content)))
    lost = data.draw(st.sampled_from([0, 1, 3, 10, 10_000]))
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content[:first] + data.draw(st.sampled_from(WORDS)) + content[first + lost :])
    check(path, SPECIES.get(name))


def test_compressed_files_that_are_cut_or_none_are_refused(tmp_path):
    path = tmp_path / "run.lammpstrj.gz"
    for content in (gzip.compress(FILES["run.lammpstrj"])[:-30], b"no gzip"):
        path.write_bytes(content)
        with pytest.raises(TrajectoryError, match="corrupted, cut"):
            arrays(Trajectory.from_file(path, species=["Li", "S"], time_step_ps=1.0))


@given(
    first=st.floats(0, 1), new=st.binary(max_size=8), lost=st.sampled_from([0, 1, 4, 8, 100_000])
)
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_damaged_binary_is_read_or_refused(lammps_run, first, new, lost):
    source = lammps_run / "first.dcd"
    content = source.read_bytes()[: read_header(source).offset + 5 * (56 + 3 * (8 + 4 * N_ATOMS))]
    at = int(first**3 * len(content))  # more often in the header
    path = lammps_run / "damaged.dcd"
    path.write_bytes(content[:at] + new + content[at + lost :])
    check(path, ["Li"] * N_ATOMS)
