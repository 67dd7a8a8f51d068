"""Tutorials as pages: their cells, and the figures and output of a run where there is one."""

import os
import re
import shutil
from pathlib import Path

from percent_script import as_markdown

_ROOT = Path(__file__).parents[2]
FOLDER = _ROOT / "tutorials"
RESULTS = Path(os.environ.get("ARGYRODITE_TUTORIAL_FOLDER", _ROOT / "build" / "tutorials"))
"""Where ``tests/test_tutorials.py`` left figures and output; pages do without, too."""


def tutorials() -> list[Path]:
    """Return the tutorials in their order, those without a number last."""
    found = [p for p in FOLDER.glob("*.py") if p.read_text(encoding="utf-8").count("\n# %%")]
    return sorted(found, key=lambda p: (not p.name[0].isdigit(), p.name))


def figures_in(text: str) -> list[str]:
    """Return the pictures that a script writes, as far as it names them."""
    return list(dict.fromkeys(re.findall(r'"([\w/.-]+\.png)"', text)))


def tutorial_pages() -> dict[str, str]:
    """Return the pages by path, their list among them."""
    scripts = tutorials()
    names = "\n".join(path.stem for path in scripts)
    index = (
        "# Tutorials\n\n"
        "Scripts in cells: read them here, run them with `python tutorials/NAME.py`, open them as "
        "notebooks (VS Code and Spyder know `# %%`; `jupytext --to notebook NAME.py` converts "
        "them). Each runs as it stands; `ARGYRODITE_TUTORIAL_SHORT=1` in the environment takes the "
        "same path with shorter runs, as the project's checks do.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n{names}\n```\n"
    )
    return {
        "tutorials/index.md": index,
        **{f"tutorials/{path.stem}.md": _page(path) for path in scripts},
    }


def _page(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    parts = [as_markdown(text), f"*This page is `tutorials/{path.name}`.*\n"]
    output = RESULTS / f"{path.stem}.txt"
    drawn = [name for name in figures_in(text) if (RESULTS / name).is_file()]
    if drawn:
        parts.append("## What it drew in its short form\n")
        parts += [f"![{name}]({_copied(name)})\n" for name in drawn]
    if output.is_file():
        printed = output.read_text(encoding="utf-8").strip()
        parts.append(f"## What it printed in its short form\n\n```text\n{printed}\n```\n")
    return "\n".join(parts)


def _copied(name: str) -> str:
    return name.replace("/", "-")


def copy_figures(target: Path) -> None:
    """Put the figures of a run beside the pages."""
    for path in tutorials():
        for name in figures_in(path.read_text(encoding="utf-8")):
            if (RESULTS / name).is_file():
                shutil.copyfile(RESULTS / name, target / _copied(name))
