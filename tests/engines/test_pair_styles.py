from pathlib import Path

import pytest

from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError


def test_mtp_names_its_file_and_its_species_in_order(tmp_path: Path) -> None:
    pair_style = PairStyle.mtp("MTP\n", ["Li", "P", "S", "Cl"])
    pair_style.write_files(tmp_path)
    assert pair_style.commands() == ["pair_style mtp potential.mtp", "pair_coeff * * Li P S Cl"]
    assert (tmp_path / "potential.mtp").read_text() == "MTP\n"


@pytest.mark.parametrize(
    ("style", "species", "files"),
    [
        ("lj/cut 5.0\nshell rm -r x", ("Li",), {}),
        ("lj/cut ${x}", ("Li",), {}),
        ("lj/cut 5.0", ("Li", "Li"), {}),
        ("lj/cut 5.0", ("Xx",), {}),
        ("lj/cut 5.0", (), {}),
        ("lj/cut 5.0", ("Li",), {"../evil": ""}),
    ],
)
def test_what_is_not_one_plain_command_is_refused(
    style: str, species: tuple[str, ...], files: dict[str, str]
) -> None:
    with pytest.raises(InputError):
        PairStyle(style, ("* * 1.0 1.0",), species, files)


@pytest.mark.parametrize(
    ("kind", "commands", "files"),
    [
        ("mtp", ["pair_style mtp potential.mtp", "pair_coeff * * Li Cl"], {"potential.mtp"}),
        ("mlip-2", ["pair_style mlip mlip.ini", "pair_coeff * *"], {"potential.mtp", "mlip.ini"}),
        (
            "mlip-3",
            ["pair_style mlip load_from=potential.almtp", "pair_coeff * *"],
            {"potential.almtp"},
        ),
        ("ml-mtp", ["pair_style mtp potential.mtp", "pair_coeff * *"], {"potential.mtp"}),
    ],
)
def test_every_interface_gets_its_commands(
    tmp_path: Path, kind: str, commands: list[str], files: set[str]
) -> None:
    pair_style = PairStyle.named(kind, "MTP\n", ["Li", "Cl"])
    assert pair_style.commands() == commands
    pair_style.write_files(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == files
    assert "MTP\n" in {path.read_text() for path in tmp_path.iterdir()}


def test_an_unknown_interface_is_named() -> None:
    with pytest.raises(InputError, match="'snap' is not one of mtp, mlip-2"):
        PairStyle.named("snap", "MTP\n", ["Li"])
