"""The loop on boundaries has a section of its own, and does not mix with that of the bulk."""

import synthetic

from atomate2_argyrodite.active_learning.schemas import BOUNDARY_LOOP
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.sections_boundary_learning import (
    boundary_learning,
    boundary_learning_cautions,
    boundary_learning_pictures,
)


def bulk():
    return [synthetic.selection(k) for k in (1, 2)] + [synthetic.active_learning(n=2)]


def boundary(converged=False):
    selections = [synthetic.selection(k, loop=BOUNDARY_LOOP) for k in (1, 2, 3)]
    loop = synthetic.active_learning(converged=converged, n=3)
    return [*selections, loop.model_copy(update={"loop": BOUNDARY_LOOP, "n_new_labels": 83})]


def test_the_loops_are_told_apart():
    records = CampaignRecords(None, [*bulk(), *boundary()])
    assert len(records.selections) == 2
    assert len(records.active_learning.iterations) == 2
    pictures = {picture.name: picture for picture in boundary_learning_pictures(records)}
    assert list(pictures) == ["boundary_learning"]
    html = boundary_learning(records, pictures)
    assert html.count("<tr") == 1 + 3
    assert "83 new labels" in html
    assert "stopped: 3 runs broke" in html


def test_a_loop_that_did_not_converge_is_a_caution():
    (caution,) = boundary_learning_cautions(CampaignRecords(None, boundary()))
    assert "boundaries did not converge (stopped: 3 runs broke)" in caution.text
    assert not list(boundary_learning_cautions(CampaignRecords(None, boundary(converged=True))))


def test_there_is_no_section_without_the_loop():
    records = CampaignRecords(None, bulk())
    assert boundary_learning(records, {}) == ""
    assert not list(boundary_learning_pictures(records))
