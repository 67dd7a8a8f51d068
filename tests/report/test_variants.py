"""Several compositions and functionals in one report, each with its own figures."""

import synthetic

from atomate2_argyrodite.report import write, write_report
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.loops import loops, potentials
from atomate2_argyrodite.report.variants import variant_name, variant_stem, variants

BROMIDE = {"composition": "Li6PS5Br", "halide": "Br"}


def several():
    return [
        synthetic.sampling(),
        synthetic.potential(),
        synthetic.conductivity(),
        synthetic.potential(functional="pbe-d3bj"),
        synthetic.conductivity(functional="pbe-d3bj", energy=0.3),
        synthetic.sampling(**BROMIDE),
        synthetic.potential(**BROMIDE),
        synthetic.conductivity(**BROMIDE, energy=0.35),
    ]


def test_each_has_its_documents_and_shares_the_snapshots():
    found = variants(CampaignRecords(None, several()))
    assert [variant_name(variant) for variant in found] == [
        "Li₆PS₅Br, PBE",
        "Li₆PS₅Cl, PBE",
        "Li₆PS₅Cl, PBE-D3BJ",
    ]
    assert [len(variant.sampling) for variant in found] == [1, 1, 1]
    assert [len(variant.conductivities) for variant in found] == [1, 1, 1]
    assert len({variant_stem(variant, 3) for variant in found}) == 3


def test_a_single_one_is_the_whole_campaign():
    records = CampaignRecords(None, synthetic.whole_campaign())
    (only,) = variants(records)
    assert only is records
    assert variant_stem(only, 1) == ""


def test_a_page_of_many_figures_holds_the_first_of_every_kind(tmp_path, monkeypatch):
    monkeypatch.setattr(write, "_PICTURES_BYTES", 350_000)
    html = write_report(synthetic.filled_store(several()), tmp_path).read_text(encoding="utf-8")
    assert html.count("<img") >= 3
    assert len(html) < 500_000
    for kind in ("arrhenius", "msd", "parity"):
        files = sorted(path.stem for path in tmp_path.glob(f"{kind}_*.png"))
        assert len(files) == 3
        assert sum(f"is the file {name}.png" in html for name in files) < 3


def test_loops_do_not_mix(tmp_path):
    other = {"loop": "boundary learning"}
    boundary = synthetic.active_learning(converged=False, n=2).model_copy(update=other)
    boundary.potential.potential_id = "for boundaries"
    documents = [
        synthetic.selection(1),
        synthetic.iteration(1),
        synthetic.active_learning(n=2),
        synthetic.selection(1, **other, n_frames=17, n_candidates=99),
        synthetic.iteration(1).model_copy(update=other),
        boundary,
        synthetic.conductivity(),
    ]
    records = CampaignRecords(None, documents)
    assert list(loops(records)) == ["active learning", "boundary learning"]
    assert [len(own.selections) for own in loops(records).values()] == [1, 1]
    assert records.potential.potential_id == "0123456789abcdef"  # that of the conductivity
    assert {n: p.potential_id for n, p in potentials(records).items()} == {
        "crystals": "0123456789abcdef",
        "boundary learning": "for boundaries",
    }
    html = write_report(synthetic.filled_store(documents), tmp_path).read_text(encoding="utf-8")
    assert "Boundary learning did not converge" in html
    assert "17 of 99" in html
    assert "60 of 300" in html
    for name in ("active_learning", "parity"):
        assert (tmp_path / f"{name}.png").exists()
        assert (tmp_path / f"{name}_boundary_learning.png").exists()


def test_none_hides_another(tmp_path):
    html = write_report(synthetic.filled_store(several()), tmp_path).read_text(encoding="utf-8")
    for name in ("Li₆PS₅Br, PBE, 50-P222_1", "Li₆PS₅Cl, PBE-D3BJ, 50-P222_1"):
        assert name in html
    assert len(list(tmp_path.glob("arrhenius_*.png"))) == 3
    assert len(list(tmp_path.glob("parity_*.png"))) == 3
    assert len(list(tmp_path.glob("msd_*.png"))) == 3
    for energy in ("0.250 (", "0.300 (", "0.350 ("):
        assert energy in html
