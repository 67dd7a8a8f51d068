"""The document of a fit: errors in every resolution, and the files that it is made of."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitResult,
    FitWeights,
    LabelledConfiguration,
    Parity,
    configurations_to_arrays,
    errors_by_group,
    force_error_distribution,
    force_errors_by_element,
    parity,
    verdict,
)
from atomate2_argyrodite.training.data import data_hash
from atomate2_argyrodite.training.schemas import (
    ElementErrorSummary,
    ErrorSummary,
    PotentialDocument,
)


def potential_document(
    source: LabelledSetDocument,
    result: FitResult,
    weights: FitWeights,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    threads: int,
    *,
    level: int,
    split: str,
    seed: int,
) -> PotentialDocument:
    """Return the document of a fit.

    Parameters
    ----------
    source
        Where composition, functional and engine are taken from.
    result, weights
        The fit and the weights of its loss.
    training, validation
        The frames that it used.
    threads
        Threads of the kernel.
    level, split, seed
        For the record.
    """
    potential = result.potential
    frames = [*training, *validation]
    compared = parity(potential, frames, threads)
    active_set = ActiveSet.from_configurations(potential, training, threads=threads)
    judged = list(validation) or list(training)
    judged_errors = result.validation_errors or result.training_errors
    return PotentialDocument(
        composition=source.composition,
        halide=source.halide,
        functional=source.functional,
        engine=source.engine,
        potential_id=potential.potential_id,
        seeds={"training": seed},
        level=level,
        cutoff_angstrom=potential.cutoff,
        species=list(potential.species),
        weights=asdict(weights),
        training_errors=ErrorSummary(**asdict(result.training_errors)),
        validation_errors=(
            ErrorSummary(**asdict(result.validation_errors)) if result.validation_errors else None
        ),
        verdict=verdict(judged_errors),
        **_breakdown(parity(potential, judged, threads), judged),
        n_labels=len(frames),
        training_set_hash=data_hash(training),
        labels_hash=source.settings_hash,
        split=split,
        iterations=int(result.iterations[-1]),
        loss=float(result.losses[-1]),
        converged=result.converged,
        warnings=result.warnings,
        potential=Attachment.from_text("potential.mtp", potential.to_text()),
        active_set=Attachment.from_arrays("active_set.npz", active_set.to_arrays()),
        training_set=_training_set(training, validation),
        parity=_parity_attachment(compared, training, validation),
        history=Attachment.from_arrays(
            "history.npz",
            {
                "iteration": result.iterations,
                "loss": result.losses,
                "validation_loss": result.validation_losses,
            },
        ),
    )


def _breakdown(
    compared: Parity, frames: Sequence[LabelledConfiguration]
) -> dict[str, dict[str, ErrorSummary] | dict[str, ElementErrorSummary] | dict[str, float]]:
    def grouped(key: str) -> dict[str, ErrorSummary]:
        parts = errors_by_group(compared, frames, key)
        return {value: ErrorSummary(**asdict(errors)) for value, errors in parts.items()}

    return {
        "errors_by_element": {
            symbol: ElementErrorSummary(**asdict(errors))
            for symbol, errors in force_errors_by_element(compared, frames).items()
        },
        "errors_by_configuration": grouped("configuration"),
        "errors_by_temperature": grouped("temperature_kelvin"),
        "force_error_quantiles": asdict(force_error_distribution(compared)),
    }


def _training_set(
    training: Sequence[LabelledConfiguration], validation: Sequence[LabelledConfiguration]
) -> Attachment:
    arrays = configurations_to_arrays([*training, *validation])
    validates = np.arange(len(training) + len(validation)) >= len(training)
    return Attachment.from_arrays("training_set.npz", {**arrays, "is_validation": validates})


def _parity_attachment(
    compared: Parity,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
) -> Attachment:
    frames = [*training, *validation]
    is_validation = np.arange(len(frames)) >= len(training)
    components = [3 * len(frame) for frame in frames]
    return Attachment.from_arrays(
        "parity.npz",
        {
            "energy_reference": compared.energy_reference,
            "energy_predicted": compared.energy_predicted,
            "force_reference": compared.force_reference.astype(np.float32),
            "force_predicted": compared.force_predicted.astype(np.float32),
            "stress_reference": compared.stress_reference.astype(np.float32),
            "stress_predicted": compared.stress_predicted.astype(np.float32),
            "is_validation_energy": is_validation,
            "is_validation_force": np.repeat(is_validation, components),
        },
    )
