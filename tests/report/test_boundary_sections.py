"""The section on grain boundaries and its figures."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
import synthetic
from matplotlib.image import imread

sys.path.insert(0, str(Path(__file__).parents[1]))

from atomate2_argyrodite.conductivity.analysis import diffusivity_result
from atomate2_argyrodite.grain_boundary.dynamics import analysed_boundary
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.report import write_report
from atomate2_argyrodite.report.figures_grain_boundary import boundary_pictures
from atomate2_argyrodite.report.numbers import headline
from atomate2_argyrodite.transport import diffusion
from atomate2_argyrodite.transport.slabs import BoundarySlabs
from transport.bicrystals import bicrystal, hopping
from transport.boundaries import bicrystal as walking
from transport.boundaries import walk

LABEL = "50-P222_1 Sigma5[100](021)"


@pytest.fixture(scope="module")
def quiet():
    run = hopping(np.random.default_rng(5), 120)
    bulk = diffusivity_result(diffusion(run))
    return analysed_boundary(
        run, BoundarySlabs((0.0, 0.5), 3.5), reference=bicrystal().frac_coords, bulk=bulk,
        bulk_configuration="50-P222_1", configuration=LABEL, seeds={"velocities": 3},
        potential_id="0123456789abcdef",
    )  # fmt: skip


@pytest.fixture(scope="module")
def streaming():
    rng = np.random.default_rng(6)
    run = walking(rng, walk(rng, 400, 200, bias=0.3))
    return analysed_boundary(run, BoundarySlabs((0.0, 0.5), 9.0), configuration="streaming")


def failed(document):
    return document.model_copy(
        update={
            "is_complete": False, "slabs": [], "ratios": [], "arrays": None, "bulk_cell": None,
            "outcome": "PS4 units broke at 3.0 ps", "configuration": "broken",
            "unresolved": ["The run has failed, and shows no transport: PS4 units broke."],
        }
    )  # fmt: skip


def test_the_page_says_what_was_found_and_what_was_not(quiet, streaming, tmp_path):
    documents = [synthetic.potential(), quiet, streaming, failed(quiet)]
    page = write_report(synthetic.filled_store(documents), tmp_path).read_text()
    assert "Grain boundaries" in page
    assert "No slab gains or loses Li beyond what an equilibrium would" in page
    assert "GB gains Li for real" in page
    assert "What it cannot tell: " in page
    assert "PS4 units broke" in page
    assert "The boundary was lost in broken, 400 K (PS4 units broke at 3.0 ps)" in page
    assert "D(GB) / D(bulk cell) by start" in page
    assert "(surrogate)" in page
    pictures = sorted(path.name for path in tmp_path.glob("boundary_*.png"))
    assert len(pictures) == 10
    assert all("/" not in name and " " not in name for name in pictures)


def test_figures_show_their_numbers(quiet):
    pictures = {picture.name.split("_50")[0]: picture for picture in boundary_pictures(quiet)}
    assert set(pictures) == {
        "boundary_diffusivity", "boundary_lithium", "boundary_profile", "boundary_displacements",
        "boundary_pairs",
    }  # fmt: skip
    assert "GB: " in pictures["boundary_diffusivity"].alternative
    assert "p = " in pictures["boundary_lithium"].alternative
    assert "rms" in pictures["boundary_displacements"].alternative
    for name, picture in pictures.items():
        image = imread(io.BytesIO(picture.png))
        assert min(image.shape[:2]) > 300, name
        assert image[:, :, :3].std() > 0.02, name


def test_a_document_is_small_and_has_a_headline(quiet, streaming):
    assert len(quiet.model_dump_json(exclude={"arrays"})) < 60_000
    assert headline(quiet).startswith("D(GB) / D(Bulk) ")
    assert headline(failed(quiet)) == "PS4 units broke at 3.0 ps"
    assert isinstance(streaming, GrainBoundaryDocument)
    assert streaming.slabs[0].accumulation.is_real
