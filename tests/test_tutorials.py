"""Every tutorial runs in its short form, and leaves something to look at.

They run in their order in one folder, since later ones take what earlier ones made. With
ARGYRODITE_TUTORIAL_FOLDER that folder is kept: the site takes figures and output from there.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tutorial_pages import FOLDER, figures_in, tutorials

NUMBERED = [path for path in tutorials() if path.name[0].isdigit()]
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    given = os.environ.get("ARGYRODITE_TUTORIAL_FOLDER")
    if not given:
        return tmp_path_factory.mktemp("tutorials")
    Path(given).mkdir(parents=True, exist_ok=True)
    return Path(given).absolute()


def run_in(folder: Path, script: Path) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ARGYRODITE_")}
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**kept, "ARGYRODITE_TUTORIAL_SHORT": "1", "MPLBACKEND": "Agg"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    (folder / f"{script.stem}.txt").write_text(done.stdout, encoding="utf-8")
    return done.stdout


def test_there_is_one_for_every_step_of_a_group():
    assert [path.stem[:2] for path in NUMBERED] == [f"{k}_" for k in range(1, 9)]


def test_every_tutorial_draws_something():
    for path in NUMBERED:
        assert figures_in(path.read_text(encoding="utf-8")), path.name


@pytest.mark.slow
@pytest.mark.parametrize("script", NUMBERED, ids=lambda path: path.stem)
def test_the_short_form_runs_and_draws(script: Path, folder: Path) -> None:
    run_in(folder, script)
    for name in figures_in(script.read_text(encoding="utf-8")):
        if name == "jobs.png" and not (FOLDER.parent / ".venv-mongo").is_dir():
            continue  # needs a server
        assert (folder / name).read_bytes().startswith(PNG), name


def test_the_choice_of_labels_compares_three_choices(tmp_path: Path) -> None:
    output = run_in(tmp_path, FOLDER / "choosing_labels.py")
    assert "40 labels, 0 failures" in output
    found = re.findall(r"10 frames by (\w+) *: test MAE +(\S+) meV/atom, (\S+) eV/Å", output)
    assert [method for method, *_ in found] == ["random", "direct", "maxvol"]
    assert all(0.0 < float(force) < 1.0 for *_, force in found)
