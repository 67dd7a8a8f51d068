"""How CP2K is told to move atoms: what is written when, and how strict a relaxation is."""

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.cp2k_motion import (
    dynamics_motion,
    relaxation_motion,
    snapshot_stride,
)

RELAXATION = {
    "relax_cell": True,
    "keep_shape": False,
    "keep_symmetry": False,
    "maximum_force": 0.04,
    "maximum_steps": 50,
    "volume_per_atom": 20.0,
}


def words(lines):
    return " ".join(" ".join(lines).split())


def test_dynamics_write_every_snapshot_and_restart_at_every_step():
    settings = NVTSettings(600.0, 2.0, 5000, 500, 100, seed=1)
    assert snapshot_stride(settings) == 5
    steps = [step for step in range(5001) if settings.is_snapshot(step)]
    assert all(step % snapshot_stride(settings) == 0 for step in steps)
    motion = words(dynamics_motion(settings, 4000))
    for part in ("ENSEMBLE NVT", "STEPS 4000", "TYPE NOSE", "TIMESTEP [fs] 2", "[K] 600"):
        assert part in motion
    assert "&RESTART ON BACKUP_COPIES 2 &EACH MD 1" in motion


def test_a_relaxation_is_as_strict_as_asked():
    """0.04 eV/Å of a norm are 4.49e-4 hartree/bohr of a component."""
    motion = words(relaxation_motion(**RELAXATION))
    assert "&CELL_OPT" in motion
    assert "MAX_FORCE 0.000449" in motion
    assert "PRESSURE_TOLERANCE [bar] 1000 " in motion
    strict = words(relaxation_motion(**{**RELAXATION, "maximum_force": 0.004}))
    assert "PRESSURE_TOLERANCE [bar] 320.435" in strict
    fixed = words(relaxation_motion(**{**RELAXATION, "relax_cell": False, "keep_symmetry": True}))
    assert "&GEO_OPT" in fixed
    assert "PRESSURE" not in fixed
    assert "KEEP_SPACE_GROUP T" in fixed
