"""The code blocks of README, CONTRIBUTING and docs, and how each is checked.

A comment before a block says how; a block without one is run.

- ``<!-- ci: NAME -->``: ``.ci/run`` runs it as it stands.
- ``<!-- tested: FILE::TEST -->``: that test runs it.
- ``<!-- parsed: REASON -->``: it cannot be run here, for this reason; its commands and options are
  parsed. Tests that the reason names exist.
- ``bash`` and ``python`` blocks without a comment are run, those of a file one after the other, in
  a folder with the files that `prepare` makes. ``yaml`` blocks are read as campaign files.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(
    r"(?:^[ ]*<!-- (?P<mark>[^\n]*?) -->\n)?^(?P<indent>[ ]*)```(?P<language>[\w{}-]*)[^\n]*\n"
    r"(?P<text>.*?)^[ ]*```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_OUTPUT = ("text",)  # what a command prints: nothing to run


@dataclass(frozen=True)
class Block:
    """A block of code, where it stands, and what is said of its check."""

    file: Path
    line: int
    language: str
    text: str
    mark: str | None

    @property
    def kind(self) -> str:
        """Return the first word of the mark: ci, tested, parsed, or run."""
        return self.mark.split(":")[0] if self.mark else "run"

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def blocks(files: list[Path] = FILES) -> list[Block]:
    """Return the blocks of code; those of MyST's directives and of output are none."""
    return [
        block
        for file in files
        for block in _blocks_of(file)
        if not block.language.startswith("{") and block.language not in _OUTPUT
    ]


def _blocks_of(file: Path) -> Iterator[Block]:
    text = file.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        indent = found["indent"]
        body = "".join(
            line.removeprefix(indent) for line in found["text"].splitlines(keepends=True)
        )
        line = text.count("\n", 0, found.start()) + 1
        yield Block(file, line, found["language"], body, found["mark"])


def commands(text: str) -> list[list[str]]:
    """Return the words of every command in a block of shell, `&&` and redirections taken apart."""
    joined = text.replace("\\\n", " ").replace("&&\n", "&& ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    parts = [part for line in lines for part in line.split(" && ")]
    return [shlex.split(part) for part in parts]


def mentioned(file: Path) -> list[list[str]]:
    """Return the words of ``argyrodite ...`` within the sentences and tables of a file."""
    prose = _FENCE.sub("", file.read_text(encoding="utf-8"))
    found = re.findall(r"`(argyrodite [^`]+)`", prose)
    return [shlex.split(words.split(" | ")[0].replace("\n", " ")) for words in found]
