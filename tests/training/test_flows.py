"""The Maker's document says everything about its fit, and its files give the fit again."""

from dataclasses import replace

import numpy as np
import pytest
from jobflow import Job

from atomate2_argyrodite.engines.mlip import MlipSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import fit_potential, parity, prediction_errors
from atomate2_argyrodite.training import MlipTrainingMaker, PotentialDocument, TrainingMaker
from atomate2_argyrodite.training.data import data_hash
from atomate2_argyrodite.training.documents import active_set_of, potential_of, training_set_of
from atomate2_argyrodite.training.fitting import fitted
from atomate2_argyrodite.training.flows import TrainingLabelsMaker

from .runs import outputs_of


def trained(job: Job) -> PotentialDocument:
    """Run one job and return its document."""
    (document,) = outputs_of(job).values()
    assert isinstance(document, PotentialDocument)
    return document


@pytest.fixture(scope="module")
def document(labelled_set: LabelledSetDocument, tmp_path_factory) -> PotentialDocument:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path_factory.mktemp("runs")))
        maker = TrainingMaker(
            level=6, validation_fraction=0.3, maximum_iterations=100, starts=2, stress_weight=0.01
        )
        return trained(maker.make([labelled_set]))


def test_the_files_of_the_document_give_its_errors(document: PotentialDocument) -> None:
    potential = potential_of(document)
    training, validation = training_set_of(document)
    assert len(training) + len(validation) == document.n_labels == 18
    assert len(validation) == document.validation_errors.n_configurations > 0
    assert data_hash(training) == document.training_set_hash
    sides = [{f.metadata["trajectory"] for f in side} for side in (training, validation)]
    assert not sides[0] & sides[1]
    for frames, errors in (
        (training, document.training_errors),
        (validation, document.validation_errors),
    ):
        again = prediction_errors(potential, frames)
        assert errors.energy_mae_mev_per_atom == pytest.approx(again.energy_mae_mev_per_atom)
        assert errors.force_rmse_ev_per_angstrom == pytest.approx(again.force_rmse_ev_per_angstrom)
        assert errors.stress_mae_gpa == pytest.approx(again.stress_mae_gpa)
    assert potential.potential_id == document.potential_id
    assert active_set_of(document).grade(training).max() <= 1.001


def test_the_breakdown_adds_up(document: PotentialDocument) -> None:
    _, validation = training_set_of(document)
    total = document.validation_errors.force_rmse_ev_per_angstrom
    elements = document.errors_by_element
    atoms = sum(errors.n_atoms for errors in elements.values())
    assert list(elements) == ["Li", "P", "S", "Cl"]
    assert sum(e.n_atoms * e.rmse**2 for e in elements.values()) / atoms == pytest.approx(total**2)
    for groups in (document.errors_by_configuration, document.errors_by_temperature):
        assert sum(e.n_configurations for e in groups.values()) == len(validation)
        mean = sum(
            e.n_configurations * e.force_rmse_ev_per_angstrom**2 for e in groups.values()
        ) / len(validation)
        assert mean == pytest.approx(total**2)
    assert list(document.errors_by_temperature) == ["300", "600"]
    compared = parity(potential_of(document), validation)
    errors = np.abs(compared.force_predicted - compared.force_reference)
    assert document.force_error_quantiles["largest"] == pytest.approx(errors.max())
    assert "meV/atom" in document.verdict


def test_its_labels_as_a_set_are_no_new_labels(
    document: PotentialDocument, labelled_set: LabelledSetDocument
) -> None:
    (again,) = outputs_of(TrainingLabelsMaker().make(document)).values()
    assert isinstance(again, LabelledSetDocument)
    assert again.n_frames == document.n_labels
    assert again.settings_hash == labelled_set.settings_hash
    assert again.is_collected
    assert not labelled_set.is_collected


def test_the_header_and_history_are_complete(document: PotentialDocument) -> None:
    assert document.weights == {"energy": 100.0, "force": 1.0, "stress": 0.01}
    assert document.seeds == {"training": 0}
    assert document.wall_time_s > 0.0
    assert {"atomate2-argyrodite", "numpy"} <= set(document.software_versions)
    assert (document.composition, document.engine.name) == ("Li6PS5Cl", "morse")
    history = document.history.to_arrays()
    assert len(history["iteration"]) == len(history["loss"]) == len(history["validation_loss"])
    assert history["loss"][-1] == document.loss
    values = document.parity.to_arrays()
    assert len(values["energy_reference"]) == 18
    assert len(values["stress_reference"]) == 18 * 9


def test_a_refit_grows_from_the_lower_level(
    document: PotentialDocument, labelled_set: LabelledSetDocument, work_directory
) -> None:
    maker = TrainingMaker(level=8, validation_fraction=0.3, maximum_iterations=50)
    refit = trained(maker.make([labelled_set], initial_potential=document))
    assert refit.started_from == document.potential_id
    assert refit.level == 8
    assert (
        refit.training_errors.force_rmse_ev_per_angstrom
        < document.training_errors.force_rmse_ev_per_angstrom
    )
    assert not list((work_directory / "training").glob("*.npz"))  # its checkpoint has served


def test_another_cutoff_needs_another_start(
    document: PotentialDocument, labelled_set: LabelledSetDocument
) -> None:
    job = TrainingMaker(level=6, cutoff_angstrom=6.0).make([labelled_set], document)
    with pytest.raises(RuntimeError):
        trained(job)
    training, validation = training_set_of(document)
    settings = TrainingMaker(level=6, cutoff_angstrom=6.0).settings
    with pytest.raises(InputError, match=r"cutoff of 5 Å, the settings ask for 6 Å"):
        fitted(settings, potential_of(document), training, validation, 1)


def test_validation_may_judge_a_fit_without_steering_it(document: PotentialDocument) -> None:
    """Validation frames of another kind get worse at once, and would undo what was learned."""
    training, validation = training_set_of(document)
    initial = potential_of(document)
    settings = TrainingMaker(level=6, maximum_iterations=100, stop_by_validation=False).settings
    turned = [replace(frame, forces=-frame.forces, energy=-frame.energy) for frame in training]
    free = fitted(settings, initial, turned, validation, 1)
    alone = fit_potential(initial, turned, (), settings.weights, maximum_iterations=100)
    assert free.potential.potential_id == alone.potential.potential_id
    steered = fitted(replace(settings, stop_by_validation=True), initial, turned, validation, 1)
    assert free.losses.min() < steered.losses[0]
    judged = [
        prediction_errors(result.potential, validation).force_rmse_ev_per_angstrom
        for result in (free, steered)
    ]
    assert free.validation_errors.force_rmse_ev_per_angstrom == pytest.approx(judged[0])
    assert judged[1] <= judged[0]


@pytest.mark.parametrize("name", ["starts", "patience"])
def test_senseless_settings_are_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(InputError, match="at least 1"):
        TrainingMaker(**{name: 0}).make([])
    with pytest.raises(InputError, match="weight of force"):
        TrainingMaker(force_weight=-1.0).make([])


def test_mlip_s_fit_gets_the_same_document(
    document: PotentialDocument, labelled_set: LabelledSetDocument, tmp_path, monkeypatch
) -> None:
    """A program that copies a fitted potential stands in for ``mlp``, which cannot be installed."""
    program = tmp_path / "mlp"
    potential_of(document).to_file(tmp_path / "known.mtp")
    program.write_text(f"#!/bin/sh\ncp {tmp_path}/known.mtp fitted.mtp\n")
    program.chmod(0o755)
    settings = MlipSettings(version=2, command=str(program))
    maker = MlipTrainingMaker(level=6, validation_fraction=0.3, stress_weight=0.01, mlip=settings)
    made = trained(maker.make([labelled_set]))
    assert made.potential_id == document.potential_id
    assert made.validation_errors == document.validation_errors
    assert made.loss == pytest.approx(min(document.history.to_arrays()["loss"]), rel=0.2)
    assert "fitted by MLIP-2" in made.warnings[-1]
    assert not made.converged
