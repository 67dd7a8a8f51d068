"""The verdict states both numbers against the method's thresholds."""

from atomate2_argyrodite.mtp import PredictionErrors, verdict


def test_the_verdict_hides_nothing() -> None:
    good = verdict(PredictionErrors(5, 4.2, 6.0, 0.015, 0.02))
    assert good == "energy MAE 4.2 is within 10 meV/atom; force MAE 0.015 is within 0.02 eV/Å"
    mixed = verdict(PredictionErrors(5, 4.2, 6.0, 0.0412, 0.08))
    assert mixed == "energy MAE 4.2 is within 10 meV/atom; force MAE 0.0412 is above 0.02 eV/Å"
    bad = verdict(PredictionErrors(5, 23.0, 26.0, 0.02, 0.02))
    assert bad == "energy MAE 23 is above 10 meV/atom; force MAE 0.02 is within 0.02 eV/Å"
