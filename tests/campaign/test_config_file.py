"""Campaign files: every mistake is a line that names file, line, value and remedy."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.campaign.config import CampaignConfig
from atomate2_argyrodite.campaign.config_file import (
    parse_campaign,
    read_campaign,
    render_campaign,
    write_campaign,
)
from atomate2_argyrodite.campaign.presets import PRESETS, preset
from atomate2_argyrodite.errors import InputError

TEXT = render_campaign(preset("quickstart")[1], preset("quickstart")[0])

MISTAKES = [
    ("seed: 1", "sed: 1", "'sed' is not a setting: did you mean 'seed'?"),
    ("labelling:", "labeling:", "did you mean 'labelling'"),
    ("  level: 8", "  leve: 8", "'training.leve' is not a setting: did you mean 'level'"),
    ("  level: 8", "  frobnicate: 8", "choose from level, cutoff_angstrom"),
    ("halide: Cl", "halide: F", "crystal.halide = 'F': input should be 'Cl', 'Br' or 'I'"),
    ("halide: Cl", "halide: No", "crystal.halide = False"),
    ("[400, 450, 500, 550]", "[400, -500, 600]", "conductivity.temperatures_kelvin.1 = -500"),
    ("[400, 450, 500, 550]", "[400, 450, 400]", "names 400 twice"),
    ("[400, 450, 500, 550]", "[]", "conductivity.temperatures_kelvin = []"),
    ("gamma_break: 10", "gamma_break: 2.1", "gamma_break = 2.1 must be above gamma_select = 2.1"),
    ("level: 8", "level: 7", "level = 7"),
    ("cutoff_angstrom: 5", "cutoff_angstrom: 11", "own periodic image"),
    ("other_functionals: []", "other_functionals: [pbe]", "'pbe' is named twice"),
    ("other_functionals: []", "other_functionals: [optb88-vdw]", "engine 'chgnet' cannot do"),
    ("other_halides: []", "other_halides: [Br, Br]", "'Br' is named twice"),
    ("other_halides: []", "other_halides: [F]", "crystal.other_halides.0 = 'F'"),
    ("stability: null", "stability: {protocol: loose}", "relaxation protocol 'loose' is unknown"),
    ("  default: {}", "  default: {core: 3}", "did you mean 'cores'"),
    ("  default: {}", "  default: {queue: {'a b': 3}}", "workers.default.queue"),
    ("name: foundation", "name: gaussian", "engine 'gaussian' is unknown"),
    ("functional: pbe", "functional: optb88-vdw", "engine 'chgnet' cannot do"),
    ("functional: pbe", "functional: lda", "unknown functional 'lda'"),
    ('"50-P222_1"', '"50-P222"', "configurations: '50-P222' is unknown"),
    ('"50-P222_1"', '"0-F-43m"', "named twice"),
    ("frame_interval_ps: 0.1", "frame_interval_ps: 170", "gives 2 frames"),
    ("snapshots_per_run: 10", "snapshots_per_run: 2000", "snapshots_per_run = 2000"),
    ("seed: 1", "seed: true", "seed = True"),
    ("seed: 1", "seed: 0", "seed = 0"),
    ("seed: 1", "seed: 1\nseed: 2", "'seed' occurs twice"),
    ("seed: 1", "seed: [1", "not valid YAML"),
    ("energy_weight: 100", "energy_weight: .nan", "energy_weight = nan"),
    ("time_step_fs: 2 ", "time_step_fs: 0 ", "time_step_fs = 0"),
    ("supercell: [2, 2, 2]", "supercell: [2, 0, 2]", "conductivity.supercell.1 = 0"),
    ("replicas: 1 ", "replicas: 0 ", "conductivity.replicas = 0"),
    ("strains: [-0.03", "strains: [-2", "strains.0 = -2"),
    ("10.28", "4.0", "lattice constant 4.0"),
    ("name: quickstart", "name: ../../etc", "name = '../../etc'"),
    ("version: 1", "version: 2", "version = 2"),
    ("barostat: aniso", "barostat: npt", "barostat = 'npt'"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_a_mistake_is_named_with_its_line(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_campaign(TEXT.replace(old, new), "c.yaml")
    found = [line for line in str(caught.value).splitlines() if message in line]
    assert found, str(caught.value)
    number = int(re.match(r"c\.yaml, line (\d+): ", found[0]).group(1))
    changed = TEXT.replace(old, new).splitlines()
    key = new.split(":")[0].strip(" \"'[]") if ":" in new else new
    if "twice" not in message and "YAML" not in message and "conductivity" not in message:
        nearby = "\n".join(changed[number - 3 : number + 2])
        assert key.split("\n")[0] in nearby or new in nearby


def test_one_sampling_run_cannot_validate_itself():
    text = """
    crystal: {configurations: [0-F-43m]}
    sampling: {strains: [0.0], temperatures_kelvin: [600]}
    training: {validation_fraction: 0.1}
    """
    with pytest.raises(InputError, match=r"line 4: training.validation_fraction = 0.1 .* set it"):
        parse_campaign(text)
    assert parse_campaign(text.replace("0.1", "0.0")).training.validation_fraction == 0.0


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_the_file(name):
    purpose, config = preset(name)
    text = render_campaign(config, purpose)
    assert parse_campaign(text) == config
    assert max(map(len, text.splitlines())) <= 100
    for section, field in CampaignConfig.model_fields.items():
        assert f"{section}:" in text, field


def test_every_setting_of_a_file_is_explained():
    for line in TEXT.splitlines():
        if re.match(r"\s*\w+: \S", line) and "#" not in line:
            above = TEXT.splitlines()[TEXT.splitlines().index(line) - 1]
            assert above.strip().startswith("#"), line


def test_an_unknown_preset_is_refused():
    with pytest.raises(InputError, match="quickstart"):
        preset("unknown")


def test_stages_can_be_left_out_and_defaults_fill_in():
    config = parse_campaign("version: 1\nactive_learning: null\nconductivity: null\n")
    assert config.active_learning is None
    assert config.training.level == 8
    assert config.crystal.lattice_constant_angstrom == 10.28
    assert parse_campaign(render_campaign(config)) == config


def test_numbers_may_be_written_as_people_write_them():
    assert parse_campaign("training: {energy_weight: 1e-3}").training.energy_weight == 1e-3
    assert parse_campaign("conductivity: {production_ps: 1e4}").conductivity.production_ps == 1e4


@pytest.mark.parametrize("text", ["", "[]", "3", "a: [", "\x00", "[" * 4000, "? {a: 1}\n: 2"])
def test_what_is_no_campaign_is_refused(text):
    with pytest.raises(InputError):
        parse_campaign(text)


def test_python_objects_are_not_made(tmp_path):
    target = tmp_path / "touched"
    with pytest.raises(InputError):
        parse_campaign(f"seed: !!python/object/apply:pathlib.Path.touch [{target}]")
    assert not target.exists()


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_campaign_or_an_input_error(text):
    with contextlib.suppress(InputError):
        assert isinstance(parse_campaign(text), CampaignConfig)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputError, match="argyrodite init"):
        read_campaign(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not text"):
        read_campaign(binary)
    large = tmp_path / "large.yaml"
    large.write_text("#" * 1_100_000)
    with pytest.raises(InputError, match="1 MB"):
        read_campaign(large)


def test_writing_is_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "c.yaml"
    write_campaign(path, "first")
    with pytest.raises(InputError, match="--force"):
        write_campaign(path, "second")
    monkeypatch.setattr("os.fdopen", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(InputError, match="-o"):
        write_campaign(path, "second", overwrite=True)
    monkeypatch.undo()
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
    write_campaign(path, "second", overwrite=True)
    assert path.read_text() == "second"


def test_a_section_that_is_left_out_is_there_in_comments():
    """Without the comment signs, and with the energies that it asks for, it is a valid section."""
    text = render_campaign(CampaignConfig())
    for name in ("bulk", "mechanism"):
        lines = text.splitlines()
        begin, end = lines.index(f"# {name}:"), lines.index(f"{name}: null")
        shown = [line[2:] for line in lines[begin:end]]
        energies = "{0-F-43m: 23, 50-P222_1: 0}"
        changed = [line.replace("per_atom: {}", f"per_atom: {energies}") for line in shown]
        whole = "\n".join([*lines[:begin], *changed, *lines[end + 1 :]])
        assert getattr(parse_campaign(whole), name) is not None


def test_aliases_that_multiply_are_read_in_no_time_and_their_values_cut_short():
    """Twenty lines of YAML that spell out to 9^20 words, in a setting that is a name."""
    lines = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x{k}: &x{k} [{', '.join([f'*x{k - 1}'] * 9)}]" for k in range(1, 21)]
    with pytest.raises(InputError, match="'x0' is not a setting") as caught:
        parse_campaign("\n".join([*lines, "name: *x20"]), "c.yaml")
    assert "name = [[" in str(caught.value)
    assert max(map(len, str(caught.value).splitlines())) < 3000


def test_long_values_are_cut_short_in_messages():
    many = ", ".join(str(300 + k) for k in range(5000))
    with pytest.raises(InputError, match=r"temperatures_kelvin = \[300, .*\.\.\.\]") as caught:
        parse_campaign(TEXT.replace("[400, 450, 500, 550]", f"[{many}]"))
    assert len(str(caught.value)) < 1000
