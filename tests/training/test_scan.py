"""The scan: every point is fitted and measured, the figure shows all of them."""

import io

import pytest
from PIL import Image

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.training import (
    ErrorSummary,
    HyperparameterScanMaker,
    ScanPoint,
    TrainingMaker,
)
from atomate2_argyrodite.training.scan import scan_figure, scan_grid

from .runs import outputs_of


def point(level: int, cutoff: float, cost: float | None) -> ScanPoint:
    errors = ErrorSummary(
        n_configurations=9,
        energy_mae_mev_per_atom=40.0 / level,
        energy_rmse_mev_per_atom=50.0 / level,
        force_mae_ev_per_angstrom=1.0 / level,
        force_rmse_ev_per_angstrom=2.0 / level,
    )
    return ScanPoint(
        level=level,
        cutoff_angstrom=cutoff,
        n_parameters=100,
        potential_id="x",
        training_errors=errors,
        validation_errors=errors,
        converged=True,
        microseconds_per_atom_step=cost,
        cost_n_atoms=1404,
        cost_outcome="completed" if cost else "lost atoms",
    )


def test_the_flow_weighs_accuracy_against_cost(labelled_set: LabelledSetDocument) -> None:
    maker = HyperparameterScanMaker(
        training_maker=TrainingMaker(
            validation_fraction=0.3, maximum_iterations=20, force_weight=2
        ),
        levels=(6, 2),
        cutoffs_angstrom=(5.0,),
    )
    crystal = site_disorder_configurations("Cl", 10.0)[0].structure
    outputs = outputs_of(maker.make([labelled_set], crystal))
    document = outputs["hyperparameter scan: cost"]
    assert [(p.level, p.cutoff_angstrom) for p in document.points] == [(2, 5.0), (6, 5.0)]
    low, high = document.points
    assert low.n_parameters < high.n_parameters
    assert low.cost_n_atoms == high.cost_n_atoms == 1404
    assert low.microseconds_per_atom_step < high.microseconds_per_atom_step
    fits = [outputs[f"training level {level}, 5 Å"] for level in (2, 6)]
    assert [fit.potential_id for fit in fits] == [p.potential_id for p in document.points]
    assert [fit.training_errors for fit in fits] == [p.training_errors for p in document.points]
    assert [fit.validation_errors for fit in fits] == [p.errors for p in document.points]
    assert {fit.training_set_hash for fit in fits} == {document.training_set_hash}
    assert fits[0].weights["force"] == 2
    with Image.open(io.BytesIO(document.figure.to_bytes())) as picture:
        assert picture.size == (1350, 600)


def test_the_figure_leaves_out_what_has_no_cost_and_refuses_to_show_nothing() -> None:
    assert scan_figure([point(8, 5.0, 0.6), point(12, 5.0, None)]).startswith(b"\x89PNG")
    with pytest.raises(InputError, match="no potential of the scan survived"):
        scan_figure([point(8, 5.0, None)])


def test_the_grid_is_sorted_and_without_repeats() -> None:
    assert scan_grid([12, 8, 8], [6.0, 5.0]) == [(8, 5.0), (8, 6.0), (12, 5.0), (12, 6.0)]


@pytest.mark.parametrize(
    ("levels", "cutoffs", "message"),
    [
        ((), (5.0,), "at least one level"),
        ((8,), (), "at least one level"),
        ((9,), (5.0,), "level 9 is not available"),
        ((8,), (-5.0,), "cutoff -5.0 Å"),
        ((8,), (float("nan"),), "cutoff nan Å"),
    ],
)
def test_senseless_grids_are_refused(
    levels: tuple[int, ...], cutoffs: tuple[float, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        HyperparameterScanMaker(levels=levels, cutoffs_angstrom=cutoffs).make(
            [], site_disorder_configurations("Cl", 10.0)[0].structure
        )
