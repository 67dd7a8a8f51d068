"""What the package promises to call `campaign`."""

import subprocess
import sys

from atomate2_argyrodite import campaign


def test_public_names_exist():
    assert all(getattr(campaign, name).__doc__ for name in campaign.__all__)


def test_the_runner_does_not_load_engines():
    code = (
        "import sys, atomate2_argyrodite.campaign.runner\n"
        "print(sorted({'torch', 'chgnet', 'ase', 'matplotlib', 'atomate2'} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
