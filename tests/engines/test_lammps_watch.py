"""A run that goes wrong is ended while it runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.engines.lammps import run_molecular_dynamics
from atomate2_argyrodite.engines.lammps_process import LammpsOutput
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.lammps_watch import ProductionWatch, RunProgress
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.mtp import MomentTensorPotential
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

SETTINGS = MolecularDynamicsSettings(temperature_kelvin=400.0, production_ps=100.0, seed=1)
BEGINS = "here it begins"


def watch(folder: Path, told: list[RunProgress] | None = None) -> ProductionWatch:
    return ProductionWatch(
        printed=folder / "printed",
        trajectory=folder / "none.dcd",
        begins=BEGINS,
        settings=SETTINGS,
        check=CrystalCheck(["Li"]),
        tell=None if told is None else told.append,
    )


def rows(first: int, temperature: float, volume: float, count: int = 50) -> str:
    """Lines of the thermo table, every 50 steps of 2 fs."""
    rng = np.random.default_rng(first)
    return "".join(
        f"  {50 * k} {temperature + 40 * rng.normal():.2f} -1.0 3.0 {volume + rng.normal():.2f}\n"
        for k in range(first, first + count)
    )


def test_a_sound_run_goes_on_and_is_told_of(tmp_path: Path) -> None:
    told: list[RunProgress] = []
    looks = watch(tmp_path, told)
    text = rows(0, 100, 900) + BEGINS + "\nStep Temp\n"  # the ramp before is not the production
    (tmp_path / "printed").write_text(text + rows(0, 400, 1000)[:-20])
    assert looks() is None
    (tmp_path / "printed").write_text(text + rows(0, 400, 1000) + rows(50, 405, 1010))
    assert looks() is None
    assert [round(item.time_ps, 1) for item in told] == [4.8, 9.9]
    assert told[-1].production_ps == 100


@pytest.mark.parametrize(
    ("temperature", "volume", "cause"),
    [
        (400, 1130, "the volume drifted by +13 % at 17.4 ps"),
        (400, 860, "the volume drifted by -14 % at 17.4 ps"),
        (560, 1000, "the temperature drifted to 557 K"),
        (float("nan"), 1000, "the temperature drifted to nan K"),
    ],
)
def test_drift_ends_a_run(tmp_path: Path, temperature: float, volume: float, cause: str) -> None:
    looks = watch(tmp_path)
    text = BEGINS + "\n" + rows(0, 400, 1000)
    (tmp_path / "printed").write_text(text)
    assert looks() is None
    (tmp_path / "printed").write_text(text + rows(50, 400, 1000) + rows(150, temperature, volume))
    assert str(looks()).startswith(cause)


def test_a_crystal_that_flies_apart_is_ended_early(
    argyrodite: LabelledConfiguration, tmp_path: Path
) -> None:
    """A potential without forces; the whole run would take a day."""
    potential = MomentTensorPotential.untrained(2, 5.0, ["Li", "P", "S", "Cl"], 1.5)
    pair_style = PairStyle.mtp(potential.to_text(), potential.species)
    settings = replace(SETTINGS, production_ps=1e6, coupling="iso", barostat_period_steps=1e6)
    result = run_molecular_dynamics(tmp_path, argyrodite, pair_style, settings, timeout_s=300)
    assert not result.is_complete
    assert "PS4 units broke at" in result.outcome
    assert result.production_ps < 1e5
    assert result.trajectory is not None
    again = run_molecular_dynamics(tmp_path, argyrodite, pair_style, settings, timeout_s=300)
    assert again.outcome == result.outcome  # it is over: not begun anew
    assert len(list(tmp_path.glob("segment_*.out"))) == 1


def test_the_end_is_recorded_in_the_output() -> None:
    output = LammpsOutput("LAMMPS\n\nargyrodite: ended: the crystal melted at 3.0 ps\n", None)
    assert output.cause == "the crystal melted at 3.0 ps"
    assert output.dynamics_failed
