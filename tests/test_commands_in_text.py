"""Commands and files that help texts, messages, tutorials and pages name exist, with their options.

Blocks of code are run or parsed by test_documentation.py; this is about what stands in sentences.
"""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
from percent_script import cells
from tutorial_pages import tutorials

from atomate2_argyrodite.cli.main import cli
from documentation_blocks import FILES, ROOT

SOURCES = sorted((ROOT / "src" / "atomate2_argyrodite").rglob("*.py"))
PRESETS = sorted((ROOT / "src" / "atomate2_argyrodite").rglob("*.yaml"))
TEXTS = [*FILES, ROOT / "CHANGELOG.md", ROOT / "src" / "native" / "README.md"]


def leaves(command=cli, path=("argyrodite",)):
    """Yield every command that is not a group, with its words."""
    if not isinstance(command, click.Group):
        yield list(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), (*path, name))


def check(words):
    """Assert that a command exists and has the options that are given to it."""
    command, rest = cli, words[1:]
    while isinstance(command, click.Group) and rest and re.fullmatch(r"[a-z]+", rest[0]):
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"no command {rest[0]!r}: {' '.join(words)}"
        command, rest = found, rest[1:]
    given = {word.partition("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)}
    known = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
    if command is cli:
        known |= {"--version"}
    assert given <= known | {"--help", "-h"}, f"{' '.join(words)}: {given - known}"


EXAMPLES = [
    (words, command)
    for words, command in leaves()
    if (command.epilog or "").startswith("Example: argyrodite")
]


@pytest.mark.parametrize(
    ("path", "command"), EXAMPLES, ids=lambda p: " ".join(p) if isinstance(p, list) else ""
)
def test_examples_of_help_texts_are_accepted(path, command):
    examples = re.findall(r"(argyrodite [^\n]+)", command.epilog)
    assert examples
    for example in examples:
        words = shlex.split(example.partition(" > ")[0].partition(" | ")[0])
        assert words[: len(path)] == path
        command.make_context(" ".join(path), words[len(path) :])


def strings(source: Path):
    """Return the texts of a module, docstrings and messages; the fields of f-strings are X."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def named_commands(text):
    """Return the words of ``argyrodite COMMAND --option`` in a sentence, without its end."""
    joined = re.sub(r"\s*\n\s*", " ", text)
    for found in re.finditer(
        r"(?<![\w/.-])argyrodite( [a-z]+)+(?: --?[a-z][\w-]*(?: [\w./*-]+)?)*", joined
    ):
        words = found[0].split()
        if words[1] in cli.list_commands(click.Context(cli)):
            yield words


def test_commands_of_messages_and_docstrings_exist():
    found = [
        words for source in SOURCES for text in strings(source) for words in named_commands(text)
    ]
    assert len(found) > 30
    for words in found:
        check(words)


def test_commands_of_presets_exist():
    for preset in PRESETS:
        text = re.sub(r"\n\s*#\s*", " ", preset.read_text(encoding="utf-8"))
        for words in named_commands(text):
            check(words)


def test_commands_in_the_sentences_of_tutorials_exist():
    found = []
    for path in tutorials():
        for kind, text in cells(path.read_text(encoding="utf-8")):
            if kind == "markdown":
                joined = re.sub(r"\s*\n\s*", " ", text)
                found += [
                    shlex.split(words) for words in re.findall(r"`(argyrodite [^`]+)`", joined)
                ]
    assert len(found) > 8
    for words in found:
        check(words)


@pytest.mark.parametrize("file", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_pages_name_exist(file):
    text = file.read_text(encoding="utf-8")
    for name in re.findall(r"(?<![\w/.])((?:tests|tutorials|docs|src)/[\w/.-]+\.\w+)", text):
        assert (ROOT / name).exists() or (file.parent / name).exists(), name
