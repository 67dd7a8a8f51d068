"""The generated tables: sizes of the published bases, valid order, independent functions."""

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import LabelledConfiguration, MomentTensorPotential
from atomate2_argyrodite.mtp.contractions import contraction_table

# basis functions of MLIP's untrained potentials, the same in motep's tables
PUBLISHED_SIZES = {2: 1, 4: 2, 6: 5, 8: 9, 10: 16, 12: 29, 14: 52, 16: 92, 18: 163, 20: 288}


@pytest.mark.parametrize(("level", "size"), PUBLISHED_SIZES.items())
def test_the_basis_has_its_published_size(level: int, size: int) -> None:
    assert len(contraction_table(level).scalars) == size


def test_level_8_is_mlips_table() -> None:
    table = contraction_table(8)
    assert (len(table.basic), len(table.times), table.moments_count) == (11, 14, 18)
    assert table.radial_funcs_count == 2


@pytest.mark.parametrize("level", [8, 12, 16, 20])
def test_moments_are_complete_before_they_are_used(level: int) -> None:
    table = contraction_table(level)
    last_written = {k: row for row, (_, _, _, k) in enumerate(table.times)}
    for row, (i, j, factor, k) in enumerate(table.times):
        assert factor > 0
        assert k >= len(table.basic)
        for used in (i, j):
            assert used < len(table.basic) or last_written[used] < row


@pytest.mark.parametrize("level", [8, 10, 12])
def test_basis_functions_are_linearly_independent(level: int) -> None:
    """A redundant or doubled contraction would lower the rank."""
    potential = MomentTensorPotential.untrained(level, 5.0, ["Li"], 1.5, seed=2)
    rng = np.random.default_rng(1)
    frames = [
        LabelledConfiguration(np.full(5, 3), rng.random((5, 3)) * 6.0, np.diag([6.0, 6.5, 7.0]))
        for _ in range(60)
    ]
    packed = potential.configuration_set(frames)
    count = potential.model.scalar_count
    features = packed.features(potential.model, 1, 0, len(frames))[:, -count:]
    scaled = features / np.linalg.norm(features, axis=0)
    singular = np.linalg.svd(scaled, compute_uv=False)
    assert singular[-1] > 1e-9 * singular[0]


@pytest.mark.parametrize("level", [7, 1, -2, 30])
def test_other_levels_are_refused(level: int) -> None:
    with pytest.raises(InputError, match="even level"):
        contraction_table(level)
