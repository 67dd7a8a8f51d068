"""What is far from experiment is said with its value, its source and the likely reason."""

import io

import pytest
import synthetic
from rich.console import Console

from atomate2_argyrodite.cli.tables import print_results
from atomate2_argyrodite.documents import EngineRecord
from atomate2_argyrodite.report.cautions import Severity, cautions
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.experiment import FAR, far_from_experiment

DFT = EngineRecord(name="cp2k", version="2023.1")


def crystal(value, label="50-P222_1", factor=1.2, **changes):
    """A crystal of this conductivity at 300 K in mS/cm, with an interval of a factor."""
    document = synthetic.conductivity(label)
    fit = document.arrhenius.model_copy(
        update={
            "conductivity_ms_per_cm": value,
            "conductivity_interval_95_ms_per_cm": (value / factor, value * factor),
        }
    )
    return document.model_copy(update={"arrhenius": fit, **changes})


def sentences(*documents, engine=synthetic.CHGNET):
    return list(
        far_from_experiment(CampaignRecords(None, [synthetic.potential(engine=engine), *documents]))
    )


def test_value_experiment_source_and_reason_are_in_one_caution():
    (text,) = sentences(crystal(625.0))
    for words in (
        "Li₆PS₅Cl", "50-P222_1", "625 (520 to 750) mS/cm", "250 times", "2.3 to 2.5 mS/cm",
        "Adeli et al. 2019", "Kim et al. 2024", "chgnet", "too soft",
    ):  # fmt: skip
        assert words in text


def test_it_is_the_first_warning_of_the_report():
    records = CampaignRecords(None, [synthetic.labelled(), synthetic.potential(), crystal(625.0)])
    first = cautions(records)[0]
    assert first.severity == Severity.WARNING
    assert "625" in first.text


def test_the_command_line_says_it_under_the_table():
    console = Console(file=io.StringIO(), width=300)
    print_results(console, CampaignRecords(None, [synthetic.potential(), crystal(625.0)]))
    table, _, warning = console.file.getvalue().partition("Warning: ")
    assert "625 (520 to 750)" in table
    assert "250 times the 2.3 to 2.5 mS/cm" in warning


@pytest.mark.parametrize("value", [2.3, 2.5, 2.3 / FAR * 1.01, 2.5 * FAR * 0.99])
def test_values_within_a_factor_of_ten_need_no_caution(value):
    assert sentences(crystal(value)) == []


def test_the_farthest_is_named_and_the_others_are_counted():
    (text,) = sentences(crystal(30.0, "25-R3m"), crystal(625.0), crystal(3.0, "75-R3m"))
    assert "50-P222_1" in text
    assert "2 of 3 values" in text


def test_ordered_crystals_may_be_slow_but_not_fast():
    assert sentences(crystal(0.007, "0-F-43m"), crystal(0.007, "100-F-43m")) == []
    assert len(sentences(crystal(70.0, "0-F-43m"))) == 1


def test_a_slow_disordered_crystal_is_told_and_not_put_down_to_softness():
    (text,) = sentences(crystal(0.1))
    assert "23 times less than the 2.3 to 2.5 mS/cm" in text
    assert "soft" not in text


def test_dft_is_not_called_soft():
    (text,) = sentences(crystal(60.0), engine=DFT)
    assert "functional" in text
    assert "soft" not in text


def test_an_interval_that_reaches_experiment_is_said_to():
    (text,) = sentences(crystal(50.0, factor=40.0))
    assert "its interval reaches that" in text
    assert "reaches" not in sentences(crystal(50.0))[0]


def test_compositions_without_an_experiment_are_not_compared():
    other = {"composition": "Li5PS4Cl2"}
    potential = synthetic.potential(**other)
    assert (
        list(far_from_experiment(CampaignRecords(None, [potential, crystal(625.0, **other)]))) == []
    )


def test_each_halide_is_held_against_its_own_experiment():
    iodide = {"composition": "Li6PS5I", "halide": "I"}
    documents = [synthetic.potential(), synthetic.potential(**iodide), crystal(3.0)]
    (text,) = far_from_experiment(CampaignRecords(None, [*documents, crystal(3.0, **iodide)]))
    assert "750 times the 0.004 mS/cm measured for Li₆PS₅I" in text
