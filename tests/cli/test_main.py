"""Help, versions, exit codes."""

import subprocess
import sys

import pytest

COMMANDS = (
    "init", "run", "submit", "status", "query", "report", "structures", "fit", "evaluate", "grade",
)  # fmt: skip


def test_help_lists_every_command(argyrodite):
    result = argyrodite("--help")
    assert result.code == 0
    assert all(f"\n  {name} " in result.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(argyrodite, name):
    result = argyrodite(name, "--help")
    assert result.code == 0
    assert f"Example: argyrodite {name}" in result.out


def test_versions_that_matter(argyrodite):
    result = argyrodite("--version")
    assert result.code == 0
    assert {line.split()[0] for line in result.out.splitlines()} >= {
        "atomate2-argyrodite",
        "lammps",
    }


@pytest.mark.parametrize(
    "arguments", [("frobnicate",), ("run",), ("init", "--frob"), ("query", "--halide", "F")]
)
def test_wrong_usage_is_exit_code_2(argyrodite, arguments):
    result = argyrodite(*arguments)
    assert result.code == 2
    assert "Error:" in result.err
    assert "Traceback" not in result.err


def test_credentials_never_reach_an_error(argyrodite):
    result = argyrodite("query", "--store", "mongodb://u:hunter2@127.0.0.1:1/d?socketTimeoutMS=1"
                        "&serverSelectionTimeoutMS=100")  # fmt: skip
    assert result.code == 2
    assert "hunter2" not in result.err
    assert "***@127.0.0.1" in result.err


def test_what_the_system_refuses_is_one_sentence(argyrodite):
    result = argyrodite("structures", "slab", "0-F-43m", "--format", "cif", "-o", "/dev/full",
                        "--force")  # fmt: skip
    assert result.code == 1
    assert result.err == "Error: cannot read or write: No space left on device\n"


def test_help_does_not_load_the_science():
    code = (
        "import sys; sys.argv = ['argyrodite', '--help']\n"
        "from atomate2_argyrodite.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'chgnet', 'atomate2', 'MDAnalysis', 'matplotlib', 'scipy'}\n"
        "print('loaded:', sorted(heavy & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert "loaded: []" in output
