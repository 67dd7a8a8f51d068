"""MLIP's .cfg files as they are written: nothing is lost, and others read the same."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from motep.io.mlip.cfg import read_cfg as read_with_motep
from pymatgen.core import Structure

from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.mtp.cfg_files import read_cfg
from atomate2_argyrodite.mtp.cfg_writer import write_cfg

from .cfg_checks import labelled, same
from .conftest import SPECIES, random_potential

metadata_values = st.one_of(
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9999),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), metadata_values, max_size=3),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    energy: bool,
    forces: bool,
    stress: bool,
    metadata: dict[str, object],
) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    metadata.pop("species", None)
    configuration = LabelledConfiguration(
        numbers=rng.choice([3, 15, 16, 17], count),
        positions=10.0 ** rng.uniform(-9, 3) * rng.standard_normal((count, 3)),
        cell=4.0 * np.eye(3) + rng.standard_normal((3, 3)) * 0.3,
        energy=1e3 * float(rng.standard_normal()) if energy else None,
        forces=10.0 ** rng.uniform(-9, 3) * rng.standard_normal((count, 3)) if forces else None,
        stress=rng.standard_normal((3, 3)) if stress else None,
        metadata=metadata,
    )
    path = tmp_path_factory.mktemp("cfg") / "a.cfg"
    write_cfg(path, [configuration] * 2, SPECIES)
    for again in read_cfg(path, SPECIES):
        same(configuration, again)


def test_plus_stress_is_positive_in_a_compressed_crystal(tmp_path: Path) -> None:
    """Against the energy itself: PlusStress_xx is -dE / d strain_xx, in eV."""
    potential = random_potential(8)
    structure = Structure.from_spacegroup(
        "Fm-3m", np.eye(3) * 5.1, ["Li", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    strain = 1e-5
    energies = [
        potential.evaluate(structure.copy().apply_strain([sign * strain, 0.0, 0.0])).energy
        for sign in (-1, 1)
    ]
    write_cfg(tmp_path / "a.cfg", [labelled(structure)])
    lines = (tmp_path / "a.cfg").read_text().splitlines()
    row = lines[next(k for k, line in enumerate(lines) if "PlusStress" in line) + 1]
    assert float(row.split()[0]) == pytest.approx(
        -(energies[1] - energies[0]) / (2 * strain), rel=1e-6
    )


def test_motep_reads_the_same_labels(tmp_path: Path, triclinic: Structure) -> None:
    ours = labelled(triclinic)
    write_cfg(tmp_path / "a.cfg", [ours], SPECIES)
    atoms = read_with_motep(str(tmp_path / "a.cfg"), species=list(SPECIES))
    assert (atoms.numbers == ours.numbers).all()
    assert np.allclose(atoms.positions, ours.positions, atol=1e-12)
    assert atoms.get_potential_energy() == pytest.approx(ours.energy, rel=1e-14)
    assert np.allclose(atoms.get_forces(), ours.forces, atol=1e-12)
    assert np.allclose(atoms.get_stress(voigt=False), ours.stress, atol=1e-12)


def test_metadata_of_any_text_survive(tmp_path: Path, cubic: Structure) -> None:
    metadata = {
        "spaces": "two  words ",
        "lines": "one\ntwo\u2028three",
        "looks_like_a_number": "1e999",
        "nested": {"a b": ["c  d", 1.5, None]},
        "empty": "",
        "species": "mine",
        "with space": 1,
    }
    write_cfg(tmp_path / "a.cfg", [LabelledConfiguration.from_structure(cubic, metadata=metadata)])
    (again,) = read_cfg(tmp_path / "a.cfg")
    renamed = {"species": "species_", "with space": "with_space"}
    assert again.metadata == {renamed.get(name, name): v for name, v in metadata.items()}
    assert again.symbols == tuple(site.specie.symbol for site in cubic)
