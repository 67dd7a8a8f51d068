"""MLIP's command lines and files.

There is no ``mlp`` to install. A program of that name stands in for it: it records its arguments
and copies a file, so these tests say what ``mlp`` is given and how its failures are told, and
nothing about its fits.
"""

import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from motep.io.mlip.cfg import read_cfg as read_with_motep

from atomate2_argyrodite.engines.mlip import MlipSettings, mlip_text, train_with_mlip
from atomate2_argyrodite.errors import InputError, MissingEngineError, RunError
from atomate2_argyrodite.mtp import (
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    read_configurations,
)
from atomate2_argyrodite.structures import site_disorder_configurations

SPECIES = ("Li", "P", "S", "Cl")
WEIGHTS = FitWeights(100.0, 1.0, 0.01)


def trained(level: int = 6) -> MomentTensorPotential:
    potential = MomentTensorPotential.untrained(level, 5.0, SPECIES, 1.8)
    rng = np.random.default_rng(1)
    parameters = potential.parameters
    return potential.with_parameters(parameters + 0.1 * rng.standard_normal(len(parameters)))


@pytest.fixture
def frames() -> list[LabelledConfiguration]:
    rng = np.random.default_rng(0)
    structure = site_disorder_configurations("Cl", 10.0)[0].structure
    return [
        LabelledConfiguration.from_structure(
            structure,
            energy=-200.0 + rng.random(),
            forces=rng.standard_normal((52, 3)),
            stress=np.diag(rng.random(3)),
            metadata={"trajectory": "a b", "configuration": "0-F-43m"},
        )
        for _ in range(3)
    ]


@pytest.fixture
def mlp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a program ``mlp`` on the PATH whose body is given."""

    def install(body: str) -> None:
        program = tmp_path / "bin" / "mlp"
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f"#!{sys.executable}\nimport json, pathlib, sys, time\n"
            "pathlib.Path('arguments.json').write_text(json.dumps(sys.argv[1:]))\n" + body
        )
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    return install


def test_mlip_2_is_called_as_its_scripts_do(mlp, frames, tmp_path: Path) -> None:
    result = trained()
    result.to_file(tmp_path / "result.mtp")
    mlp(f"import shutil; shutil.copy({str(tmp_path / 'result.mtp')!r}, 'fitted.mtp')")
    folder = tmp_path / "run"
    start = MomentTensorPotential.untrained(6, 5.0, SPECIES, 1.8)
    settings = MlipSettings(version=2, maximum_iterations=77)
    fitted = train_with_mlip(folder, start, frames[:2], frames[2:], WEIGHTS, settings)
    assert fitted.potential_id == result.potential_id
    assert json.loads((folder / "arguments.json").read_text()) == [
        *("train", "start.mtp", "train.cfg", "--trained-pot-name=fitted.mtp"),
        *("--energy-weight=100.0", "--force-weight=1.0", "--stress-weight=0.01", "--max-iter=77"),
        "--valid-cfgs=validation.cfg",
    ]
    for name, expected in (("train.cfg", frames[:2]), ("validation.cfg", frames[2:])):
        for ours, theirs, frame in zip(
            read_configurations(folder / name),
            read_with_motep(str(folder / name), index=":", species=list(SPECIES)),
            expected,
            strict=True,
        ):
            assert ours.energy == frame.energy
            assert (np.asarray(ours.forces) == frame.forces).all()
            assert ours.metadata == {}
            assert theirs.get_potential_energy() == pytest.approx(frame.energy, abs=1e-10)
            assert theirs.get_forces() == pytest.approx(frame.forces, abs=1e-10)
            assert theirs.get_stress(voigt=False) == pytest.approx(frame.stress, abs=1e-10)


def test_mlip_3_is_called_as_its_usage_says_and_its_binary_tail_is_passed_over(
    mlp, frames, tmp_path: Path
) -> None:
    result = trained()
    tail = b"#MVS_v1.1\nenergy_weight 0\nforce_weight 0\nstress_weight 0\nsite_en_weight 1\n"
    text = result.to_text().replace("potential_tag = species Li P S Cl", "potential_tag = ")
    content = text.encode() + tail + b"weight_scaling 1\n#" + bytes(range(256)) * 20
    (tmp_path / "result").write_bytes(content)
    mlp(f"import shutil; shutil.copy({str(tmp_path / 'result')!r}, 'fitted.almtp')")
    folder = tmp_path / "run"
    settings = MlipSettings(version=3, maximum_iterations=77)
    fitted = train_with_mlip(folder, result, frames, [], WEIGHTS, settings)
    assert fitted.potential_id == result.potential_id
    assert json.loads((folder / "arguments.json").read_text()) == [
        *("train", "start.almtp", "train.cfg", "--save_to=fitted.almtp"),
        *("--energy_weight=100.0", "--force_weight=1.0", "--stress_weight=0.01"),
        *("--weight_scaling=1", "--weight_scaling_forces=0", "--iteration_limit=77"),
        "--al_mode=nbh",
    ]
    again = MomentTensorPotential.from_file(folder / "start.almtp", SPECIES)
    assert (again.parameters == result.parameters).all()


def test_an_untrained_start_has_the_lines_of_mlips_own() -> None:
    text = mlip_text(MomentTensorPotential.untrained(8, 5.0, SPECIES, 1.8))
    names = [line.split("=")[0].strip() for line in text.splitlines()]
    assert names == [
        *("MTP", "version", "potential_name", "species_count", "potential_tag"),
        *("radial_basis_type", "min_dist", "max_dist", "radial_basis_size", "radial_funcs_count"),
        *("alpha_moments_count", "alpha_index_basic_count", "alpha_index_basic"),
        *("alpha_index_times_count", "alpha_index_times", "alpha_scalar_moments"),
        "alpha_moment_mapping",
    ]
    assert "potential_tag = \n" in text
    assert "#" not in text  # where mlp looks for its selection


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('ERROR: no such file'); sys.exit(3)", r"code 3 \(ERROR: no such file\)"),
        ("print('done')", r"without writing fitted.almtp \(done\)"),
        ("pathlib.Path('fitted.almtp').write_text('MTP')", "potential that cannot be used"),
    ],
)
def test_failures_are_told_with_their_last_line(mlp, frames, tmp_path, body, message) -> None:
    mlp(body)
    with pytest.raises(RunError, match=message):
        train_with_mlip(tmp_path / "run", trained(), frames, [], WEIGHTS, MlipSettings())


def test_what_takes_too_long_is_told_with_its_last_line(frames, tmp_path: Path) -> None:
    program = tmp_path / "mlp"
    program.write_text("#!/bin/sh\necho working\nexec sleep 600\n")
    program.chmod(0o755)
    settings = MlipSettings(command=str(program), timeout_s=5.0)
    with pytest.raises(RunError, match=r"stopped after 5 s.*\(working\)"):
        train_with_mlip(tmp_path / "run", trained(), frames, [], WEIGHTS, settings)


def test_an_old_result_is_never_taken_for_a_new_one(mlp, frames, tmp_path: Path) -> None:
    mlp("print('nothing')")
    folder = tmp_path / "run"
    folder.mkdir()
    trained().to_file(folder / "fitted.almtp")
    with pytest.raises(RunError, match="without writing"):
        train_with_mlip(folder, trained(), frames, [], WEIGHTS, MlipSettings())


def test_without_mlp_nothing_is_begun(frames, tmp_path: Path) -> None:
    for command in ("mlp-that-is-not-there", "env mlp-that-is-not-there", ""):
        with pytest.raises(MissingEngineError, match="is not on the PATH: build MLIP-3"):
            train_with_mlip(
                tmp_path / "run", trained(), frames, [], WEIGHTS, MlipSettings(command=command)
            )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("changes", [{"version": 4}, {"maximum_iterations": 0}, {"timeout_s": 0.0}])
def test_senseless_settings_are_refused(changes) -> None:
    with pytest.raises(InputError):
        MlipSettings(**changes)
