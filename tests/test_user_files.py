"""Settings files of jobflow and FireWorks that cannot be used: one sentence, nothing quoted."""

import os
import subprocess
import sys

import pytest

SECRET = "Pl4nted-Secret"  # noqa: S105
GOOD = """
JOB_STORE:
  docs_store: {type: MongoStore, database: d, collection_name: c, host: 127.0.0.1, port: 1,
    password: %s, username: u, mongoclient_kwargs: {serverSelectionTimeoutMS: 100}}
"""


def argyrodite(tmp_path, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "atomate2_argyrodite.cli", *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "ARGYRODITE_STORE": "jobflow", **environment},
    )  # fmt: skip
    assert SECRET not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"JOB_STORE: [\n  password: {SECRET}\n", "not valid YAML, line"),
        (
            f"JOB_STORE: {{docs_store: {{type: NoStore, password: {SECRET}}}}}",
            "'NoStore' is unknown",
        ),
        (f"JOB_STORE: {{docs_store: {{type: MongoStore, password: {SECRET}}}}}", "cannot be used"),
        (GOOD % SECRET, "no additional store 'data'"),
        (
            GOOD
            % SECRET
            + "  additional_stores: {data: {type: GridFSStore, database: d, collection_name: c,"
            " host: 127.0.0.1, port: 1, mongoclient_kwargs: {serverSelectionTimeoutMS: 100}}}",
            "cannot be reached",
        ),
    ],
)
def test_a_jobflow_yaml_that_cannot_be_used(tmp_path, text, words):
    file = tmp_path / "jobflow.yaml"
    file.write_text(text)
    done = argyrodite(tmp_path, "status", JOBFLOW_CONFIG_FILE=str(file))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("Error: ")
    assert words in done.stderr


def test_help_does_not_need_the_file(tmp_path):
    file = tmp_path / "jobflow.yaml"
    file.write_text("[")
    assert argyrodite(tmp_path, "--help", JOBFLOW_CONFIG_FILE=str(file)).returncode == 0


def test_a_fireworks_configuration_that_cannot_be_used(tmp_path):
    (tmp_path / "FW_config.yaml").write_text("NO_SUCH_KEY: 3\n")
    (tmp_path / "c.yaml").write_text("name: c\n")
    done = argyrodite(
        tmp_path, "submit", "c.yaml", "--store", "store",
        FW_CONFIG_FILE=str(tmp_path / "FW_config.yaml"),
    )  # fmt: skip
    assert done.returncode == 2
    assert "FireWorks' settings file" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "store").exists()


def test_jobflow_without_a_store_is_refused(tmp_path):
    (tmp_path / "c.yaml").write_text("name: c\n")
    done = argyrodite(tmp_path, "submit", "c.yaml", JOBFLOW_CONFIG_FILE=str(tmp_path / "none"))
    assert done.returncode == 2
    assert "jobflow has no store" in done.stderr
