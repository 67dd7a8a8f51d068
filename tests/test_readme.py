"""The README's code runs, and its commands and options exist."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?) *```", README.read_text(encoding="utf-8"), re.DOTALL)


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


def test_the_queue_adapter_writes_a_slurm_script_for_each_stage() -> None:
    from fireworks.user_objects.queue_adapters.common_adapter import CommonAdapter

    from atomate2_argyrodite.campaign.config_file import parse_campaign

    texts = [textwrap.dedent(block) for block in blocks("yaml")]
    adapter = yaml.safe_load(next(text for text in texts if "SLURM" in text))
    workers = parse_campaign(next(text for text in texts if text.startswith("workers:"))).workers
    assert "singleshot" in adapter["rocket_launch"]  # qlaunch -r refuses anything else
    merged = {**adapter, **workers.of("conductivity").queue, "launch_dir": "."}
    script = CommonAdapter.from_dict(merged).get_script_str(".")
    for line in ("#SBATCH --nodes=1", "#SBATCH --time=48:00:00", "rlaunch -w my_fworker.yaml"):
        assert line in script, script


def test_the_stores_of_the_readme_are_what_jobflow_reads(tmp_path: Path) -> None:
    texts = [textwrap.dedent(block) for block in blocks("yaml")]
    file = tmp_path / "jobflow.yaml"
    file.write_text(next(text for text in texts if "JOB_STORE" in text))
    code = "from jobflow import SETTINGS as s; print(type(s.JOB_STORE.additional_stores['data']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "JOBFLOW_CONFIG_FILE": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "GridFSStore" in done.stdout, done.stderr
