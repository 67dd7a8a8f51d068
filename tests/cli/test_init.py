"""``argyrodite init``."""

from pathlib import Path

import pytest

from atomate2_argyrodite.campaign.config_file import read_campaign


@pytest.mark.parametrize("preset", ["quickstart", "laptop"])
def test_the_file_is_a_campaign_with_comments(argyrodite, preset):
    result = argyrodite("init", "--preset", preset, "-o", "c.yaml")
    assert result.code == 0
    assert "argyrodite run c.yaml" in result.out
    assert read_campaign("c.yaml").name == preset
    assert Path("c.yaml").read_text().count("#") > 40


def test_a_file_is_overwritten_only_by_force(argyrodite):
    Path("campaign.yaml").write_text("mine")
    refused = argyrodite("init")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("campaign.yaml").read_text() == "mine"
    assert argyrodite("init", "--force").code == 0
    assert read_campaign("campaign.yaml").name == "quickstart"


def test_an_unknown_preset_is_refused_in_one_sentence(argyrodite):
    result = argyrodite("init", "--preset", "nonsense")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert "nonsense" in result.err
    assert not Path("campaign.yaml").exists()


def test_a_preset_whose_program_is_missing_is_refused_by_name(argyrodite, monkeypatch):
    monkeypatch.setenv("PMG_VASP_PSP_DIR", "no/such/folder")
    result = argyrodite("init", "--preset", "paper", "-o", "p.yaml")
    assert result.code == 0
    assert "--dry-run" in result.out
    refused = argyrodite("run", "p.yaml")
    assert refused.code == 2
    assert "VASP" in refused.err
    assert len(refused.err.splitlines()) == 1


def test_an_unwritable_place_is_refused(argyrodite):
    result = argyrodite("init", "-o", "no/such/folder/c.yaml")
    assert result.code == 2
    assert "-o" in result.err


def test_the_same_file_again_is_no_mistake(argyrodite):
    """So a command that begins with init can be repeated after an interruption."""
    assert argyrodite("init", "-o", "campaign.yaml").code == 0
    again = argyrodite("init", "-o", "campaign.yaml")
    assert again.code == 0
    assert "unchanged" in again.out
    Path("campaign.yaml").write_text("name: mine\n")
    assert argyrodite("init", "-o", "campaign.yaml").code == 2
    assert Path("campaign.yaml").read_text() == "name: mine\n"
