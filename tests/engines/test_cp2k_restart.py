"""Restart files that CP2K 2023.1 wrote in a run of LiCl, whole and cut off."""

from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.cp2k_restart import Cp2kRestart
from atomate2_argyrodite.errors import RunError

RESTART = (Path(__file__).parent / "data" / "cp2k_md.restart").read_text()


def test_a_restart_file_tells_step_positions_cell_and_velocities():
    restart = Cp2kRestart.from_text(RESTART)
    assert restart.step == 3
    assert restart.positions[0, 0] == pytest.approx(1.4226447954231853e-02)
    np.testing.assert_allclose(restart.cell, 5.13 * np.eye(3), atol=1e-12)
    assert restart.velocities is not None
    assert restart.velocities[7].shape == (3,)
    assert restart.velocities[0, 1] == pytest.approx(7.5076057848924338e-05)


@pytest.mark.parametrize("kept", [0, 100, 1500, 5000, 6500])
def test_a_restart_file_that_is_cut_off_is_refused(kept):
    with pytest.raises(RunError, match="restart file"):
        Cp2kRestart.from_text(RESTART[:kept])


def test_the_newest_readable_restart_file_counts(tmp_path):
    assert Cp2kRestart.newest(tmp_path, "md") is None
    older = RESTART.replace("STEP_START_VAL  3", "STEP_START_VAL  2")
    (tmp_path / "md-1.restart").write_text(RESTART[:3000])  # killed while it was written
    (tmp_path / "md-1.restart.bak-1").write_text(older)
    newest = Cp2kRestart.newest(tmp_path, "md")
    assert newest is not None
    assert newest.step == 2
    (tmp_path / "md-1.restart").write_text(RESTART)
    for before, step in ((None, 3), (3, 2)):
        found = Cp2kRestart.newest(tmp_path, "md", before)
        assert found is not None
        assert found.step == step
    assert Cp2kRestart.newest(tmp_path, "md", 2) is None
