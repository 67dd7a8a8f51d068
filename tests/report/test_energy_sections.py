"""The sections on energies and on accuracy against cost, and their figures."""

import pytest
import synthetic
import synthetic_energies
from matplotlib.image import imread

from atomate2_argyrodite.report import write_report
from atomate2_argyrodite.report.cautions import Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_accuracy import accuracy_picture
from atomate2_argyrodite.report.sections_energies import energy_cautions


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("energies")
    documents = [
        synthetic_energies.stability(),
        synthetic_energies.stability({"0-F-43m": 3.0, "50-P222_1": 0.0}, "rattled"),
        synthetic_energies.surfaces(),
        synthetic_energies.boundaries(),
        synthetic_energies.scan(),
    ]
    store = synthetic.filled_store(documents)
    return write_report(store, folder).read_text(encoding="utf-8"), folder


def test_energies_of_every_protocol_are_in_a_table_of_their_own(page):
    html, folder = page
    assert "protocol free" in html
    assert "protocol rattled" in html
    assert "22.4" in html
    assert "118" in html
    assert imread(folder / "relative_energies.png").std() > 0.02


def test_surfaces_tell_their_order_and_whether_it_is_the_cited_one(page):
    html, folder = page
    assert "(111) &lt; (021) &lt; (001) &lt; (011)" in html
    assert "agrees with the one that Kim et al. (2024) cite" in html
    assert imread(folder / "surface_energies.png").std() > 0.02


def test_boundaries_are_ranked(page):
    html, folder = page
    assert html.index("Σ5[100](021) tilt") < html.index("Σ5[001](001) twist")
    assert imread(folder / "boundary_energies.png").std() > 0.02


def test_accuracy_stands_against_cost(page):
    html, folder = page
    assert "level 16, 5 Å" in html
    assert imread(folder / "accuracy_cost.png").std() > 0.02


def test_a_scan_whose_costs_failed_has_a_table_and_no_figure(tmp_path):
    scan = synthetic_energies.scan(costs=(None,) * 4)
    assert accuracy_picture(scan) is None
    html = write_report(synthetic.filled_store([scan]), tmp_path).read_text(encoding="utf-8")
    assert "lost atoms" in html


def test_unconverged_and_torn_crystals_are_told():
    crystals = [
        synthetic_energies.crystal("0-F-43m", 1.0, converged=False),
        synthetic_energies.crystal("25-R3m", 1.0, intact=False),
    ]
    document = synthetic_energies.stability(crystals=crystals)
    found = list(energy_cautions(CampaignRecords(None, [document])))
    assert [c.severity for c in found] == [Severity.WARNING] * 2
    assert "0-F-43m" in found[0].text
    assert "25-R3m" in found[1].text
