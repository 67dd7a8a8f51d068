"""What the tutorials share: commands as one types them, and the short form.

``ARGYRODITE_TUTORIAL_SHORT=1`` in the environment takes the same path with shorter runs.
"""

import os
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

SHORT = bool(os.environ.get("ARGYRODITE_TUTORIAL_SHORT"))
_HERE = Path(__file__).parent
_ENVIRONMENT = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def sh(line: str, *, fails: bool = False, check: bool = True, folder: str = ".") -> None:
    """Run a command line in a folder and show it with its output, as ``!`` does in a notebook.

    It is an error if it fails, unless it `fails` on purpose or nobody `check`s.
    """
    print(f"$ {line}", flush=True)
    done = subprocess.run(
        shlex.split(line),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, **_ENVIRONMENT},
        check=False,
    )
    print(done.stdout, flush=True)
    if check and (done.returncode != 0) != fails:
        raise RuntimeError(f"exit code {done.returncode}: {line}")


def edit(path: str, old: str, new: str) -> None:
    """Replace a text in the one line that has it, as an editor would; comment lines are left."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    found = [k for k, line in enumerate(lines) if old in line and not line.startswith("#")]
    if len(found) != 1:
        raise RuntimeError(f"{old!r} stands {len(found)} times in {path}")
    lines[found[0]] = lines[found[0]].replace(old, new, 1)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {old.strip()}  ->  {new.strip()}")


def need(result: str, tutorial: str) -> None:
    """Run the tutorial that makes a file or folder of this one, unless it is here."""
    if not Path(result).exists():
        print(f"{result} is not here: running {tutorial} first", flush=True)
        runpy.run_path(str(_HERE / tutorial), run_name="__main__")
