import numpy as np

from atomate2_argyrodite.transport.slab_sums import SlabSums, frames_of_departure

LIMITS = [(0.0, 10.0), (10.0, 20.0)]


def test_departures_are_those_from_the_own_slab_beyond_a_jump():
    distances = np.array([[5.0, 9.0, 12.0, 12.9, 13.1, 5.0, 14.0, 6.9, 8.0]])
    slabs = (distances >= 10).astype(np.int8)
    found = frames_of_departure(slabs, distances, LIMITS)
    # From GB: beyond 13 Å in frames 4 and 6; from Bulk: below 7 Å in frames 0, 5 and 7.
    np.testing.assert_array_equal(found, [[4, 4, 5, 5, 5, 6, 7, 9, 9]])


def test_sums_are_those_of_a_loop_over_ions_and_origins(rng):
    n_ions, n_frames, lag = 5, 60, 3
    positions = np.cumsum(rng.normal(size=(n_ions, 3, n_frames)), axis=-1)
    distances = np.abs(positions[:, 2] * 3) % 20
    slabs = (distances >= 10).astype(np.int8)
    departures = frames_of_departure(slabs, distances, LIMITS)
    sums = SlabSums(lag, 2, keeps_ions=True)
    sums.add(positions[:2], slabs[:2], departures[:2])
    sums.add(positions[2:], slabs[2:], departures[2:])
    expected = {rule: (np.zeros((n_ions, 2, 3)), np.zeros((n_ions, 2))) for rule in sums.squares}
    for ion in range(n_ions):
        for t in range(n_frames - lag):
            square = (positions[ion, :, t + lag] - positions[ion, :, t]) ** 2
            path = distances[ion, t : t + lag + 1]
            stays = (path <= 13).all() if slabs[ion, t] == 0 else (path >= 7).all()
            for rule, counts in (("start", True), ("residence", stays)):
                if counts:
                    expected[rule][0][ion, slabs[ion, t]] += square
                    expected[rule][1][ion, slabs[ion, t]] += 1
    for rule, (squares, counts) in expected.items():
        np.testing.assert_allclose(sums.ion_squares(rule), squares)
        np.testing.assert_array_equal(sums.ion_counts(rule), counts)
    assert (sums.staying() < 1).all()
    whole = SlabSums(lag, 2, keeps_ions=False)
    whole.add(positions[:2], slabs[:2], departures[:2])
    whole.add(positions[2:], slabs[2:], departures[2:])
    np.testing.assert_allclose(whole.mean_squares("start"), sums.mean_squares("start"))


def test_a_slab_that_nobody_is_in_has_no_mean_square(rng):
    sums = SlabSums(1, 2, keeps_ions=False)
    nowhere = np.zeros((3, 40), dtype=np.int8)
    sums.add(rng.normal(size=(3, 3, 40)), nowhere, np.full((3, 40), 40))
    assert np.isnan(sums.mean_squares("start")[1]).all()
    assert np.isfinite(sums.mean_squares("start")[0]).all()
