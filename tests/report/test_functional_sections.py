"""The comparison of functionals in the report: the published values, drawn and in tables."""

import io
import re
from dataclasses import replace

import pytest
import synthetic
from matplotlib.image import imread

from atomate2_argyrodite.functional_comparison.comparison import comparison_document
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.report import write_report
from atomate2_argyrodite.report.cautions import Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_functional_comparison import (
    functional_picture,
    side_by_side_picture,
)
from atomate2_argyrodite.report.numbers import headline
from atomate2_argyrodite.report.sections_functional_comparison import (
    functional_cautions,
    functional_comparison,
)
from functional_comparison.documents import published, published_comparison, settings


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("functionals")
    store = synthetic.filled_store([published_comparison()])
    return write_report(store, folder).read_text(encoding="utf-8"), folder


def rows_of(html, caption):
    """Return the cells of the rows of the table with this caption."""
    table = re.search(rf"<caption><span>{caption}.*?</table>", html, re.DOTALL).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_table_holds_every_crystal_of_every_functional_and_the_bulk(page):
    rows = rows_of(page[0], "Relative energy, barrier")
    assert [row[0] for row in rows] == [
        name for name in ("PBE", "PBE-D3(BJ)", "optB88-vdW") for _ in range(7)
    ]
    by_name = {(row[0], row[1]): row for row in rows}
    ordered = by_name["optB88-vdW", "100-F-43m (100 %)"]
    assert ordered[2] == "206"
    assert ordered[3].startswith("406 (")
    assert ordered[4].startswith("0.0500 (")  # five times the published 0.01
    assert ordered[5] == "406; 0.01"  # with the digits that they gave
    limited = by_name["PBE-D3(BJ)", "0-F-43m (0 %)"]
    assert limited[4].startswith("&lt; ")
    assert limited[5] == "997; too low"
    bulk = by_name["PBE", "bulk (boltzmann-multiplicity)"]
    assert "× 0.2:" in bulk[4]
    assert bulk[5] == "80 %: 4.19"


def test_the_verdict_and_its_criteria_are_told(page):
    html, _ = page
    assert "Verdict: in order: optb88-vdw (100% best)" in html
    ranking = rows_of(html, "Ranking of functionals")
    assert ranking[0][0] == "optB88-vdW"
    ends = {(row[0], row[1]): row[4] for row in rows_of(html, "Whether the fully ordered")}
    assert ends["PBE", "100-F-43m"] == "not slow"
    assert ends["optB88-vdW", "100-F-43m"] == "slow"
    assert "2.3 to 2.5 mS/cm" in html
    lattices = {(row[0], row[1]): row for row in rows_of(html, "Lattice constants")}
    assert lattices["PBE", "Li6PS5Cl, 50-P222_1"][2:5] == ["10.28", "9.86", "+4.3"]


def test_every_functional_has_its_figure(page):
    _, folder = page
    names = {path.stem for path in folder.glob("*.png")}
    assert names >= {
        "functionals_Cl",
        "diffusivity_pbe_Cl",
        "diffusivity_pbe-d3bj_Cl",
        "diffusivity_optb88-vdw_Cl",
    }
    assert all(imread(folder / f"{name}.png").std() > 0.02 for name in names)


def test_the_figure_tells_which_crystals_have_no_fit():
    comparison = published_comparison()
    words = functional_picture(comparison, comparison.functionals[1]).alternative
    assert words.count("E_a") == 5
    assert "0-F-43m: no Arrhenius fit" in words


def test_gaps_are_drawn_as_gaps():
    torn = published(Functional.PBE)
    torn = replace(
        torn, potential=None, stability=None, conductivities=dict.fromkeys(torn.conductivities)
    )
    comparison = comparison_document([torn], {"optb88-vdw": "no <b>engine</b>"}, settings())
    for picture in (
        functional_picture(comparison, comparison.functionals[0]),
        side_by_side_picture(comparison),
    ):
        assert imread(io.BytesIO(picture.png)).std() > 0.01
    records = CampaignRecords(None, [comparison])
    (caution,) = functional_cautions(records)
    assert caution.severity == Severity.NOTE
    assert "optb88-vdw was not compared" in caution.text
    assert headline(comparison).startswith("no functional can be ranked")


def test_text_from_documents_is_escaped():
    comparison = published_comparison()
    comparison.functionals[0].bulk.reason = "no <script>alert(1)</script>"
    comparison.functionals[0].bulk.conductivity_ms_per_cm = None
    html = functional_comparison(CampaignRecords(None, [comparison]), {})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_ranking_that_is_open_is_a_warning():
    comparison = published_comparison()
    comparison.ranking[0].probability_best = 0.6
    (caution,) = functional_cautions(CampaignRecords(None, [comparison]))
    assert caution.severity == Severity.WARNING
    assert "leave the ranking" in caution.text


def test_a_campaign_without_comparison_has_no_such_section(whole_page):
    assert 'id="functionals"' not in whole_page.read_text(encoding="utf-8")
