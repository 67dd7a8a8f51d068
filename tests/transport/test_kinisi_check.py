import sys

import pytest

from atomate2_argyrodite.errors import MissingEngineError, TrajectoryError
from atomate2_argyrodite.transport import diffusion
from atomate2_argyrodite.transport.kinisi_check import kinisi_diffusivity

from .synthetic import lattice, trajectory


def test_kinisi_agrees(rng):
    pytest.importorskip("kinisi")
    run = trajectory(lattice(rng, 60, 600, rate=0.05), rng, drift=0.05, cell_fluctuation=0.003)
    ours = diffusion(run)
    theirs = kinisi_diffusivity(run, start_ps=ours.fit_window_ps[0])
    assert theirs.diffusivity_cm2_per_s == pytest.approx(ours.diffusivity, rel=0.1)
    low, high = theirs.interval_95_cm2_per_s
    assert low < theirs.diffusivity_cm2_per_s < high
    assert theirs.n_frames == 300  # thinned from 600
    with pytest.raises(TrajectoryError, match="start_ps = 200"):
        kinisi_diffusivity(run, start_ps=200.0)


def test_without_kinisi_the_remedy_is_told(rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipp", None)
    with pytest.raises(MissingEngineError, match="needs kinisi: run"):
        kinisi_diffusivity(trajectory(lattice(rng, 8, 64), rng), start_ps=2.0)
