"""Views of crystals, boundaries and the ways of Li."""

import io

import ase.io
import numpy as np
import pytest
import synthetic
import synthetic_energies
from ase import Atoms
from matplotlib.image import imread

from atomate2_argyrodite.campaign.schemas import CampaignDocument, CrystalRecord
from atomate2_argyrodite.documents import FileRecord
from atomate2_argyrodite.grain_boundary.schemas import BoundaryDocument
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.report import views
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.structures import grain_boundary, site_disorder_configurations

CELL = np.array([[10.0, 0, 0], [1.0, 9.0, 0], [0, 0, 8.0]])


def campaign(labels=("0-F-43m", "50-P222_1")):
    crystals = [
        CrystalRecord(
            label=crystal.label,
            halide_fraction_4c=crystal.halide_fraction_4c,
            multiplicity=crystal.multiplicity,
            space_group_symbol=crystal.space_group_symbol,
            space_group_number=crystal.space_group_number,
            lattice_constant_angstrom=crystal.lattice_constant,
            is_used=crystal.label in labels,
        )
        for crystal in site_disorder_configurations("Cl", 10.28)
    ]
    return CampaignDocument(
        crystals=crystals, configurations=[], validation_errors=None, n_labels=0, settings={},
        active_learning_converged=None, active_learning_iterations=None, **synthetic.HEADER,
    )  # fmt: skip


@pytest.fixture
def without_ovito(monkeypatch):
    monkeypatch.setattr(views, "render_by_ovito", lambda scenes: {})


def test_a_folded_path_keeps_its_steps_and_stays_in_the_cell():
    rng = np.random.default_rng(1)
    path = np.cumsum(rng.normal(0, 0.3, (500, 3)), axis=0)
    pieces = views.folded(path, CELL)
    assert len(pieces) > 3
    for piece in pieces:
        fractional = piece @ np.linalg.inv(CELL)
        assert fractional.min() >= -1e-9
        assert fractional.max() < 1 + 1e-9
        assert np.linalg.norm(np.diff(piece, axis=0), axis=1).max() < 2.0
    steps = sum(len(piece) - 1 for piece in pieces)
    assert 500 - 1 - 2 * len(pieces) <= steps + 2 * len(pieces) <= 500 + 2 * len(pieces)


def test_a_layer_cuts_a_path_where_it_leaves():
    path = np.stack([np.full(81, 5.0), np.full(81, 5.0), np.linspace(0.05, 7.9, 81)], axis=1)
    (piece,) = views.folded(path, CELL, (0.25, 0.5))
    assert piece[:, 2].min() == pytest.approx(2.0, abs=0.1)
    assert piece[:, 2].max() == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize(
    ("cell", "n_centres", "layer"),
    [
        (np.diag([20.5, 20.6, 20.6]), 32, (0.025, 0.225)),
        (np.diag([10.28, 22.99, 45.97]), 40, None),  # Sigma5[100](021)
        (np.array([[20.5, 0, 0], [10.2, 17.8, 0], [0, 0, 20.5]]), 32, None),
        (np.diag([20.5, 20.5, 20.5]), 0, None),
    ],
)
def test_only_cubic_crystals_have_layers_of_cages(cell, n_centres, layer):
    found = views._cage_layer(cell, n_centres)
    assert found == (pytest.approx(layer, abs=2e-3) if layer else None)


def test_paths_are_those_of_the_trajectory(tmp_path, monkeypatch):
    structure = site_disorder_configurations("Cl", 10.28)[0].structure
    symbols = [site.specie.symbol for site in structure]
    moves = np.array([symbol == "Li" for symbol in symbols])[:, None] * [0.05, 0.0, 0.0]
    frames = [Atoms(symbols, structure.cart_coords + k * moves, cell=structure.lattice.matrix,
                    pbc=True) for k in range(40)]  # fmt: skip
    path = tmp_path / "run.extxyz"
    ase.io.write(path, frames, format="extxyz")
    record = FileRecord(path=str(path), sha256="0", size_bytes=path.stat().st_size)
    run = synthetic.dynamics(species=symbols, n_atoms=52, trajectory=record)
    scenes = []
    monkeypatch.setattr(views, "render_by_ovito", lambda given: scenes.extend(given) or {})
    assert list(views.lithium_views(CampaignRecords(None, [run]))) == []
    (scene,) = scenes
    assert "Li" not in scene.symbols
    for piece in scene.paths:
        assert np.abs(np.diff(piece, axis=0) - [0.05, 0, 0]).max() < 1e-4
        assert 0.04 < piece[:, 2].min() / 10.28 < piece[:, 2].max() / 10.28 + 1e-9 < 0.46


def test_a_trajectory_that_has_changed_costs_its_picture(tmp_path, without_ovito):
    path = tmp_path / "run.dcd"
    path.write_bytes(b"not a trajectory")
    for size in (16, 99):
        record = FileRecord(path=str(path), sha256="0", size_bytes=size)
        run = synthetic.dynamics(trajectory=record)
        assert list(views.lithium_views(CampaignRecords(None, [run]))) == []


def test_running_means_remove_vibrations_and_keep_drift():
    time = np.arange(200.0)[:, None, None]
    drift, vibration = 0.01 * time, np.where(time % 2, 0.3, -0.3)
    means = views.smoothed(drift + vibration)
    assert np.abs(np.diff(means, axis=0) - 0.01).max() < 1e-9


def test_crystals_have_plain_views_without_ovito(without_ovito):
    found = list(views.crystal_views(CampaignRecords(None, [campaign()])))
    assert [picture.name for picture in found] == ["crystal_0-F-43m", "crystal_50-P222_1"]
    assert all(picture.png.startswith(b"\x89PNG") for picture in found)
    assert "50 % of Cl on 4c" in found[1].alternative
    assert not any("OVITO" in picture.caption for picture in found)


def test_a_shifted_cell_holds_whole_tetrahedra(monkeypatch):
    scenes = []
    monkeypatch.setattr(views, "render_by_ovito", lambda given: scenes.extend(given) or {})
    list(views.crystal_views(CampaignRecords(None, [campaign()])))
    for scene in scenes:
        symbols = np.array(scene.symbols)
        sulphur, centres = scene.positions[symbols == "S"], scene.positions[symbols == "P"]
        assert (symbols == "S (free)").sum() == 4
        distances = np.linalg.norm(sulphur[None] - centres[:, None], axis=2)
        assert ((distances < 2.4).sum(axis=1) == 4).all()  # without periodic images


def test_runs_whose_trajectories_are_gone_have_no_paths(without_ovito):
    records = CampaignRecords(None, [synthetic.dynamics()])
    assert list(views.lithium_views(records)) == []


def boundary_document(energy=0.11):
    structure = grain_boundary(site_disorder_configurations("Cl", 10.28)[0])
    frame = LabelledConfiguration.from_structure(structure)
    item = synthetic_energies.boundary("Σ5[100](021) tilt", "tilt", 0, energy)
    return BoundaryDocument(
        configuration="0-F-43m",
        boundary=item,
        frames=synthetic.arrays(**configurations_to_arrays([frame])),
        **synthetic.HEADER,
    )


def test_boundaries_are_shown_with_their_planes(without_ovito):
    documents = [boundary_document(0.2), boundary_document(0.1)]
    found = list(views.boundary_views(CampaignRecords(None, documents)))
    assert len(found) == 2
    assert "0.100 J/m²" in found[0].caption  # the lowest first
    assert "boundaries at 0.00 and 0.50 of c" in found[0].caption
    pixels = imread(io.BytesIO(found[0].png))
    assert pixels.shape[1] > 1.5 * pixels.shape[0]  # c lies along the picture
