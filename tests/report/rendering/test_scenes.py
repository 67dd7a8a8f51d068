"""Scenes, with OVITO and without."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.report.rendering import Scene, ovito_python, render_by_ovito
from atomate2_argyrodite.structures import site_disorder_configurations

BLUE, PINK = (0, 0.45, 0.70), (0.80, 0.47, 0.65)


def scene(name, **changes):
    structure = site_disorder_configurations("Cl", 10.28)[0].structure
    values = {
        "positions": structure.cart_coords,
        "symbols": [site.specie.symbol for site in structure],
        "cell": structure.lattice.matrix,
        "width_px": 240,
        "height_px": 200,
    }
    return Scene(name, **{**values, **changes})


def part_of(png, colour):
    """Part of the pixels whose hue is near that of `colour`."""
    pixels = imread(io.BytesIO(png))[..., :3].reshape(-1, 3)
    pixels = pixels[pixels.std(axis=1) > 0.05]
    if not len(pixels):
        return 0.0
    hue = pixels - pixels.mean(axis=1, keepdims=True)
    wanted = np.array(colour) - np.mean(colour)
    cosines = hue @ wanted / np.linalg.norm(hue, axis=1) / np.linalg.norm(wanted)
    return float((cosines > 0.97).mean())


def test_ovito_draws_atoms_tetrahedra_paths_and_densities(ovito):
    grid = np.zeros((20, 20, 20))
    grid[5:15, 5:15, 5:15] = 1.0
    line = np.linspace([0.5, 0.5, 0.5], [9.5, 9.5, 9.5], 50)
    scenes = [
        scene("crystal"),
        scene("paths", symbols=["He"] * 52, paths=[line, line[:, ::-1] * [1, -1, 1] + [0, 10, 0]]),
        scene("density", density=grid, level=0.5),
    ]
    found = render_by_ovito(scenes)
    assert set(found) == {"crystal", "paths", "density"}
    for png in found.values():
        assert imread(io.BytesIO(png)).shape[:2] == (200, 240)
    assert part_of(found["crystal"], PINK) > 0.05
    assert part_of(found["crystal"], BLUE) < part_of(found["paths"], BLUE)
    assert imread(io.BytesIO(found["density"]))[..., :3].mean() < (
        imread(io.BytesIO(found["crystal"]))[..., :3].mean()
    )


def test_one_scene_that_fails_does_not_end_the_others(ovito):
    broken = scene("broken", symbols=["Li"])  # fewer symbols than positions
    found = render_by_ovito([scene("good"), broken, scene("later")])
    assert set(found) == {"good", "later"}


def test_a_python_that_does_not_exist_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("ARGYRODITE_OVITO_PYTHON", str(tmp_path / "python"))
    with pytest.raises(InputError, match="ARGYRODITE_OVITO_PYTHON"):
        ovito_python()


def test_a_python_without_ovito_renders_nothing_and_says_so(monkeypatch, caplog):
    monkeypatch.setenv("ARGYRODITE_OVITO_PYTHON", "/usr/bin/true")
    assert render_by_ovito([scene("crystal")]) == {}
    assert "OVITO rendered 0 of 1 pictures: exit 0" in caplog.text
