"""Every code block of README, CONTRIBUTING and docs runs, or is parsed for a stated reason."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import numpy as np
import pytest
import yaml
from ase.calculators.lj import LennardJones

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.cli.main import cli, main
from atomate2_argyrodite.engines.lammps_input import write_data
from atomate2_argyrodite.mtp import (
    ActiveSet,
    LabelledConfiguration,
    starting_potential,
    write_configurations,
)
from atomate2_argyrodite.structures import site_disorder_configurations
from documentation_blocks import FILES, ROOT, Block, blocks, commands, mentioned

BLOCKS = blocks()
SPECIES = ["Li", "P", "S", "Cl"]
KINDS = ("run", "ci", "tested", "parsed", "as in the README, where CI runs it")
BIN = Path(sys.executable).parent


def of(kind, *languages):
    return [b for b in BLOCKS if b.kind == kind and (not languages or b.language in languages)]


def test_every_block_says_how_it_is_checked_or_is_run():
    for block in BLOCKS:
        assert block.kind in KINDS, f"{block}: {block.mark}"
        if block.kind == "run":
            assert block.language in ("bash", "python", "yaml"), f"{block} must be marked"
        if block.kind == "parsed":
            assert len(block.mark) > len("parsed: ") + 10, f"{block} gives no reason"


def test_tests_that_stand_for_a_block_exist():
    for block in BLOCKS:
        for path, name in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", block.mark or ""):
            text = (ROOT / path).read_text(encoding="utf-8")
            assert not name or f"def {name}(" in text, f"{block}: {name}"


def test_ci_runs_the_two_commands_of_the_readme_as_written():
    readme = {b.mark: b.text for b in BLOCKS if b.file.name == "README.md" and b.kind == "ci"}
    assert set(readme) == {"ci: quickstart", "ci: tests"}
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f"readme_command {mark.split(': ')[1]}" in ci for mark in readme)
    for block in of("as in the README, where CI runs it"):
        assert block.text in readme.values(), str(block)


def parse(words: list[str]) -> None:
    """Parse a command with its options and the types of their values, without running it."""
    command, path = cli, [words[0]]
    arguments = words[1:]
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        found = command.get_command(click.Context(command), arguments[0])
        assert found is not None, f"no command {arguments[0]!r} in {' '.join(path)}"
        command, path, arguments = found, [*path, arguments[0]], arguments[1:]
    if arguments:
        command.make_context(" ".join(path), list(arguments))


@pytest.mark.parametrize("block", of("parsed", "bash"), ids=str)
def test_commands_of_parsed_blocks_exist(block):
    for words in commands(block.text):
        if Path(words[0]).name == "argyrodite":
            until = next((k for k, w in enumerate(words) if w in (">", "|")), len(words))
            parse(words[:until])
        for word in words:
            if re.fullmatch(r"tests/[\w/]+\.py", word):
                assert (ROOT / word).is_file(), word


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_commands_in_sentences_exist(file):
    for words in mentioned(file):
        options = [word for word in words if word.startswith("-")]
        command, rest = cli, words[1:]
        while isinstance(command, click.Group) and rest and re.fullmatch(r"[a-z]+", rest[0]):
            found = command.get_command(click.Context(command), rest[0])
            assert found is not None, words
            command, rest = found, rest[1:]
        known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        assert set(options) <= known, f"{' '.join(words)}: {set(options) - known}"


def labelled(count, seed, amplitude=0.1):
    """Frames of a crystal with the labels of a Lennard-Jones potential: numbers without meaning."""
    rng = np.random.default_rng(seed)
    structure = site_disorder_configurations("Cl")[2].structure
    frames = []
    for _ in range(count):
        atoms = structure.to_ase_atoms(msonable=False)
        atoms.positions += amplitude * rng.standard_normal(atoms.positions.shape)
        atoms.calc = LennardJones(sigma=2.0, epsilon=0.05, rc=4.5)
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        frames.append(
            LabelledConfiguration(
                atoms.numbers, atoms.positions, atoms.cell.array, energy, forces,
                atoms.get_stress(voigt=False),
            )
        )  # fmt: skip
    return frames


def prepare(folder):
    """Make the files that blocks read: labels for training and test, and candidates."""
    frames = labelled(16, seed=0)
    write_configurations(folder / "train.cfg", frames, SPECIES)
    write_configurations(folder / "test.cfg", labelled(4, seed=1), SPECIES)
    write_configurations(folder / "snapshots.extxyz", labelled(12, seed=2, amplitude=0.2))


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("ARGYRODITE_")]:
        monkeypatch.delenv(name)
    return tmp_path


def run_line(line, monkeypatch):
    """Run a line of shell; `argyrodite` in this process, which saves its start."""
    words = commands(line)[0]
    if words[0] != "argyrodite" or "|" in words:
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], capture_output=True, text=True, check=False,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr
    target = words[words.index(">") + 1] if ">" in words else None
    arguments = words[: words.index(">")] if ">" in words else words
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "argv", arguments)
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    if target is not None:
        Path(target).write_text(out.getvalue(), encoding="utf-8")
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


def files_with(language):
    return sorted({b.file for b in of("run", language)})


@pytest.mark.parametrize("file", files_with("bash"), ids=lambda path: path.name)
def test_shell_blocks_run(file, prepared, monkeypatch):
    for block in [b for b in of("run", "bash") if b.file == file]:
        for line in block.text.replace("\\\n", " ").splitlines():
            code, out, err = run_line(line, monkeypatch)
            assert code == 0, f"{block}: {line}\n{out}\n{err}"


@pytest.mark.parametrize("file", files_with("python"), ids=lambda path: path.name)
def test_python_blocks_run(file, prepared):
    text = "\n".join(b.text for b in of("run", "python") if b.file == file)
    Path("page.py").write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, "page.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of("run", "yaml"), ids=str)
def test_campaign_sections_are_read(block):
    config = parse_campaign(block.text)
    assert set(yaml.safe_load(block.text)) <= set(CampaignConfig.model_fields)
    assert config.model_fields_set


def test_the_refused_campaign_of_the_start_page(prepared, monkeypatch):
    page = [b for b in BLOCKS if b.file.name == "start.md"]
    made = next(b for b in page if "bromide.yaml" in b.text and b.kind == "run")
    refused = next(b for b in page if "refused on purpose" in (b.mark or ""))
    for line in made.text.splitlines():
        run_line(line, monkeypatch)
    first, second = refused.text.splitlines()
    run_line(first, monkeypatch)
    code, _, err = run_line(second, monkeypatch)
    text = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(.*?) \.\.\.\n```", text, re.DOTALL)
    assert code == 2
    assert err.startswith(shown), err


def lammps_blocks() -> list[Block]:
    return [b for b in BLOCKS if "test_lammps_blocks_run" in (b.mark or "")]


@pytest.mark.parametrize("block", lammps_blocks(), ids=str)
def test_lammps_blocks_run(block, tmp_path):
    frames = labelled(6, seed=0)
    potential = starting_potential(frames, 4, 5.0, SPECIES)
    potential.to_file(tmp_path / "potential.mtp")
    ActiveSet.from_configurations(potential, frames).to_file(tmp_path / "potential.mtpas")
    write_data(tmp_path / "crystal.data", frames[0], SPECIES)
    head = "units metal\natom_style atomic\nread_data crystal.data\n"
    tail = "\nvelocity all create 10 1\nfix move all nve\ntimestep 0.0001\nthermo 10\nrun 40\n"
    (tmp_path / "in.lammps").write_text(head + block.text + tail)
    done = subprocess.run(
        [BIN / "lmp", "-in", "in.lammps"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Loop time" in done.stdout


def cluster_blocks(word: str) -> str:
    found = [b.text for b in BLOCKS if b.file.name == "cluster.md" and word in b.text]
    return found[0]


def test_the_queue_adapter_writes_a_slurm_script_for_each_stage():
    from fireworks.user_objects.queue_adapters.common_adapter import CommonAdapter

    adapter = yaml.safe_load(cluster_blocks("SLURM"))
    workers = parse_campaign(cluster_blocks("workers:\n")).workers
    assert "singleshot" in adapter["rocket_launch"]  # qlaunch -r refuses anything else
    merged = {**adapter, **workers.of("conductivity").queue, "launch_dir": "."}
    script = CommonAdapter.from_dict(merged).get_script_str(".")
    for line in ("#SBATCH --nodes=1", "#SBATCH --time=48:00:00", "rlaunch -w my_fworker.yaml"):
        assert line in script, script


def test_the_stores_of_the_cluster_page_are_what_jobflow_reads(tmp_path):
    file = tmp_path / "jobflow.yaml"
    file.write_text(cluster_blocks("JOB_STORE"))
    code = "from jobflow import SETTINGS as s; print(type(s.JOB_STORE.additional_stores['data']))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "JOBFLOW_CONFIG_FILE": str(file)},
    )  # fmt: skip
    assert "GridFSStore" in done.stdout, done.stderr


def test_the_launchpad_and_the_worker_are_what_fireworks_reads(tmp_path):
    from fireworks import FWorker
    from fireworks.core.launchpad import LaunchPad

    worker = FWorker.from_dict(yaml.safe_load(cluster_blocks("category: cpu, query")))
    assert worker.env["ARGYRODITE_LAMMPS_COMMAND"] == "srun lmp"
    launchpad = yaml.safe_load(cluster_blocks("argyrodite_jobs"))
    kwargs = {**launchpad["mongoclient_kwargs"], "connect": False}
    built = LaunchPad(**{**launchpad, "host": "127.0.0.1", "mongoclient_kwargs": kwargs})
    assert built.name == "argyrodite_jobs"
