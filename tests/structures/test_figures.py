import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    grain_boundary,
    site_disorder_configurations,
    structure_figure,
    surface_slab,
)
from atomate2_argyrodite.structures.figures import _LOOK, _scene

CONFIGURATION = site_disorder_configurations("Cl")[2]
RED = (0xC0, 0x39, 0x2B)


def pixels_of(image, colour):
    return np.abs(image[..., :3] * 255 - np.array(colour)).max(axis=2) < 12


def test_every_element_of_the_cell_shows(tmp_path):
    path = structure_figure(CONFIGURATION.structure, tmp_path / "cell.png")
    image = imread(path)
    for name in ("Li", "S", "S (free)", "Cl", "P"):
        colour = np.array(to_rgb(_LOOK[name][0])) * 255
        assert pixels_of(image, colour).sum() > 500


def test_units_on_faces_of_a_cell_are_drawn_on_both():
    scene = _scene(CONFIGURATION.structure, np.eye(3))
    # P on 4b: one inside, three on twelve edges
    assert len(scene.tetrahedra) == 1 + 12
    assert all(
        np.allclose(np.linalg.norm(t - t.mean(axis=0), axis=1), 2.05) for t in scene.tetrahedra
    )


def test_boundary_planes_are_three_upright_lines(tmp_path):
    boundary = grain_boundary(CONFIGURATION)
    image = imread(structure_figure(boundary, tmp_path / "boundary.png"))
    columns = np.flatnonzero(pixels_of(image, RED).sum(axis=0) > 0.3 * image.shape[0])
    lines = columns[np.append(True, np.diff(columns) > 5)]
    assert len(lines) == 3
    assert lines[1] - lines[0] == pytest.approx(lines[2] - lines[1], abs=3)


def test_slab_has_two_planes(tmp_path):
    slab = surface_slab(CONFIGURATION, vacuum=20)
    image = imread(structure_figure(slab, tmp_path / "slab.png", title="slab"))
    columns = np.flatnonzero(pixels_of(image, RED).sum(axis=0) > 0.2 * image.shape[0])
    assert np.append(True, np.diff(columns) > 5).sum() == 2


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        structure_figure(CONFIGURATION.structure, tmp_path / "none" / "cell.png")
    with pytest.raises(InputError, match="not all zero"):
        structure_figure(CONFIGURATION.structure, tmp_path / "cell.png", along=(0, 0, 0))
    with pytest.raises(InputError, match="not all zero"):
        structure_figure(CONFIGURATION.structure, tmp_path / "cell.png", along=(1, 0))
