"""The README's code runs, and its commands and options exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_python_blocks_run(tmp_path: Path) -> None:
    (tmp_path / "readme.py").write_text("\n".join(blocks("python")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "readme.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def mentioned_commands() -> list[list[str]]:
    text = README.read_text(encoding="utf-8")
    found = re.findall(r"(?:`|\.venv/bin/|\n)argyrodite ((?:[^`\n&]|\\\n)+)", text)
    return [line.replace("\\\n", " ").split() for line in found]


@pytest.mark.parametrize("words", mentioned_commands(), ids=" ".join)
def test_commands_and_options_exist(words: list[str]) -> None:
    command = words[:2] if words[0] == "structures" else words[:1]
    done = subprocess.run(
        [sys.executable, "-m", "atomate2_argyrodite.cli", *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for option in (word for word in words[1:] if word.startswith("-")):
        assert re.search(rf"(?<!\S){re.escape(option)}\b", done.stdout), option


def test_ci_runs_the_two_commands_as_written() -> None:
    text = README.read_text(encoding="utf-8")
    for name in ("quickstart", "tests"):
        assert re.search(rf"<!-- ci: {name} -->\n```bash\n", text)
        assert f"readme_command {name}" in (README.parent / ".ci" / "run").read_text()
