"""The builder that gathers a campaign into one summary."""

import sys
from pathlib import Path

from maggma.stores import MemoryStore

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

import synthetic

from atomate2_argyrodite.campaign.builder import CampaignSummary, CampaignSummaryBuilder
from atomate2_argyrodite.campaign.run_record import RunState


def test_a_campaign_becomes_one_summary(tmp_path):
    store = synthetic.filled_store(
        synthetic.whole_campaign(),
        RunState.FAILED,
        [synthetic.failure()],
        location=tmp_path / "store",
    )
    target = MemoryStore(key="run")
    builder = CampaignSummaryBuilder(store, target)
    builder.connect()
    for _ in range(2):  # the second time replaces the first
        builder.update_targets([builder.process_item(item) for item in builder.get_items()])
    (raw,) = target.query()
    summary = CampaignSummary.model_validate({k: v for k, v in raw.items() if k != "_id"})
    assert (summary.campaign, summary.state, summary.n_failed_jobs) == ("synthetic", "failed", 1)
    assert summary.n_documents["sampling"] == 8
    assert summary.n_labels == 160
    assert len(summary.conductivities) == 2
    assert summary.conductivities[0].arrhenius.activation_energy_ev > 0
    assert summary.potentials[0].is_surrogate
    assert summary.settings["name"] == "synthetic"
