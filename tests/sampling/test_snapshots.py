import numpy as np
import pytest

from atomate2_argyrodite.engines.base import NVTRun
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.sampling.snapshots import mean_after, physical_snapshots
from atomate2_argyrodite.structures import site_disorder_configurations


@pytest.fixture(scope="module")
def crystal() -> LabelledConfiguration:
    return LabelledConfiguration.from_structure(site_disorder_configurations("Cl")[0].structure)


def run_of(*snapshots: LabelledConfiguration) -> NVTRun:
    empty = np.zeros(0)
    return NVTRun([s.with_metadata(step=k) for k, s in enumerate(snapshots)], empty, empty, empty)


def moved(crystal: LabelledConfiguration, atom: int, shift: float) -> LabelledConfiguration:
    positions = crystal.positions.copy()
    positions[atom, 0] += shift
    return LabelledConfiguration(crystal.numbers, positions, crystal.cell, energy=-1.0)


def test_snapshots_with_broken_units_are_left_out_and_counted(
    crystal: LabelledConfiguration,
) -> None:
    phosphorus = int(np.flatnonzero(crystal.numbers == 15)[0])
    run = run_of(crystal, moved(crystal, phosphorus, 1.5), moved(crystal, phosphorus, 0.1))
    kept, n_unphysical = physical_snapshots(run, {"configuration": "0-F-43m"})
    assert n_unphysical == 1
    assert [frame.metadata["step"] for frame in kept] == [0, 2]
    assert all(frame.metadata["configuration"] == "0-F-43m" for frame in kept)
    assert not any(frame.is_labelled for frame in kept)


def test_snapshots_with_atoms_too_close_are_left_out(crystal: LabelledConfiguration) -> None:
    lithium = np.flatnonzero(crystal.numbers == 3)
    positions = crystal.positions.copy()
    positions[lithium[0]] = positions[lithium[1]] + 0.7
    kept, n_unphysical = physical_snapshots(
        run_of(LabelledConfiguration(crystal.numbers, positions, crystal.cell)), {}
    )
    assert (kept, n_unphysical) == ([], 1)


def test_mean_is_that_of_the_production() -> None:
    assert mean_after([100.0, 1.0, 3.0], 1) == pytest.approx(2.0)
    assert mean_after([1.0], 1) is None
