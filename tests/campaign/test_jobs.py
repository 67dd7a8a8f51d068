"""Gathering: what exists is summed up, what is missing is a warning."""

import sys
from pathlib import Path

from jobflow import run_locally

from atomate2_argyrodite.campaign.config_file import parse_campaign
from atomate2_argyrodite.campaign.jobs import gather_campaign

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
import synthetic

SETTINGS = parse_campaign("name: c").model_dump(mode="json")


def gathered(potential=None, loop=None, **conductivities):
    job = gather_campaign(SETTINGS, [], potential, loop, conductivities)
    return run_locally(job, log=False, ensure_success=True)[job.uuid][1].output


def test_results_are_summed_up_without_arrays():
    document = gathered(
        synthetic.potential(), synthetic.active_learning(), a=synthetic.conductivity()
    )
    assert document.active_learning_converged
    assert document.active_learning_iterations == 4
    assert document.engine.is_surrogate
    assert document.configurations[0].arrhenius.activation_energy_ev == 0.25
    assert not hasattr(document.configurations[0], "curves")
    assert document.warnings == []
    assert document.settings["name"] == "c"


def test_failed_stages_leave_gaps_and_warnings():
    document = gathered(synthetic.potential(), None, a=synthetic.conductivity(), b=None)
    assert len(document.configurations) == 1
    assert document.warnings == ["b has no result: one of its jobs failed"]
    assert document.n_labels == 200


def test_nothing_at_all_is_still_a_document():
    document = gathered(None, None, a=None)
    assert document.configurations == []
    assert document.potential_id is None


def test_a_loop_that_did_not_converge_is_a_warning():
    document = gathered(None, synthetic.active_learning(converged=False))
    assert "did not converge" in document.warnings[0]
