"""The tutorial on choosing labels runs in its short form."""

import re
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parents[1] / "tutorials" / "choosing_labels.py"


def test_the_short_form_compares_three_choices(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(TUTORIAL)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "40 labels, 0 failures" in done.stdout
    found = re.findall(r"10 frames by (\w+) *: test MAE +(\S+) meV/atom, (\S+) eV/Å", done.stdout)
    assert [method for method, *_ in found] == ["random", "direct", "maxvol"]
    assert all(0.0 < float(force) < 1.0 for *_, force in found)
