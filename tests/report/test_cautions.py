"""What a reader must know comes first, and nothing is invented."""

import pytest
import synthetic

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.report.cautions import Severity, cautions
from atomate2_argyrodite.report.collect import CampaignRecords


def texts(documents, run=None):
    return [c.text for c in cautions(CampaignRecords(run, list(documents)))]


def found(documents, words, run=None):
    return [text for text in texts(documents, run) if words in text]


def test_a_perfect_dft_campaign_has_no_warning():
    from atomate2_argyrodite.documents import EngineRecord

    dft = EngineRecord(name="vasp", version="6")
    good = synthetic.errors(1.0, 0.01)
    documents = [
        synthetic.labelled(engine=dft),
        synthetic.potential(validation_errors=good, engine=dft),
        synthetic.dynamics(),
        synthetic.conductivity(),
    ]
    assert texts(documents, synthetic.run_record([])) == []


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([synthetic.labelled()], "a surrogate of PBE: no number here is a DFT result"),
        ([synthetic.potential()], "force MAE of 0.0810 eV/Å is above"),
        ([synthetic.potential(synthetic.errors(12.0, 0.01))], "energy MAE of 12.0 meV/atom"),
        ([synthetic.potential().model_copy(update={"validation_errors": None})], "no validation"),
        ([synthetic.active_learning(converged=False)], "did not converge (stopped: 3 runs broke)"),
        ([synthetic.selection(1)], "Active learning has not ended yet"),
        ([synthetic.dynamics(is_complete=False, outcome="lost atoms")], "lost atoms"),
        ([synthetic.conductivity(limits=(400.0,))], "rests on 2 temperatures only"),
        ([synthetic.conductivity(limits=(400.0, 500.0, 600.0))], "has no Arrhenius fit"),
        ([synthetic.conductivity(failed_runs=["400 K #1: broke"])], "400 K #1: broke"),
        ([synthetic.sampling(warnings=["it melted"])] * 2, "it melted (2 documents)"),
        ([], "no documents of a campaign yet"),
    ],
)
def test_each_limit_is_told(documents, words):
    assert len(found(documents, words)) == 1


@pytest.mark.parametrize(
    ("state", "words"), [(RunState.RUNNING, "or was killed"), (RunState.INTERRUPTED, "interrupted")]
)
def test_unfinished_runs_are_told(state, words):
    assert found([synthetic.sampling()], words, synthetic.run_record([], state))


def test_many_broken_runs_are_counted_and_not_all_named():
    runs = [
        synthetic.dynamics(temperature=400.0 + k, is_complete=False, outcome="melted")
        for k in range(9)
    ]
    told = found([*runs, synthetic.dynamics()], "incomplete")
    assert len(told) == 6
    assert told[-1].startswith("9 of 10 runs are incomplete, 5 of them named here")


def test_a_broken_run_is_told_once():
    run = synthetic.dynamics(is_complete=False, outcome="melted at 3 ps")
    document = synthetic.conductivity(failed_runs=["400 K #1: melted at 3 ps"])
    assert len(found([run, document], "melted at 3 ps")) == 1
    other = synthetic.conductivity(failed_runs=["500 K #2: no trajectory"])
    assert len(found([run, other], "500 K #2: no trajectory")) == 1


def test_problems_come_first():
    run = synthetic.run_record([], RunState.FAILED, [synthetic.failure()])
    order = [c.severity for c in cautions(CampaignRecords(run, synthetic.whole_campaign()))]
    assert order == sorted(order)
    assert order[0] == Severity.PROBLEM
