"""Set functions: the elements they return keep their derivatives."""

import numpy as np
import pytest
from curves import Curve, agrees, along, m, v

import taylorad as ta

CALLS = {
    "unique": (np.unique, m()),
    "unique-all-results": (lambda x: np.unique(x, True, True, True), v()),
    "unique-axis": (lambda x: np.unique(x, axis=1), m()),
    "unique_all": (lambda x: tuple(np.unique_all(x)), v()),
    "unique_counts": (lambda x: tuple(np.unique_counts(x)), v()),
    "unique_inverse": (lambda x: tuple(np.unique_inverse(x)), m()),
    "unique_values": (lambda x: np.sort(np.unique_values(x)), m()),
    "union1d": (np.union1d, v(), Curve([10.0, 11.0], 1)),
    "union1d-plain": (lambda x: np.union1d([10.0, 11.0], x), v()),
    "setdiff1d": (lambda x: np.setdiff1d(x, [10.0, 11.0]), v()),
    "setdiff1d-unique": (lambda x: np.setdiff1d(x, [10.0], assume_unique=True), v()),
    "setxor1d": (np.setxor1d, v(), Curve([10.0, 11.0], 1)),
    "setxor1d-unique": (lambda x: np.setxor1d(x, [10.0, 11.0], assume_unique=True), v()),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


def test_unique_keeps_the_first_of_equal_elements():
    x = ta.Dual([2.0, 1.0, 2.0], [1.0, 2.0, 3.0])
    y, index, counts = np.unique(x, return_index=True, return_counts=True)
    np.testing.assert_array_equal(y.tangent, [2.0, 1.0])
    np.testing.assert_array_equal(index, [1, 0])
    np.testing.assert_array_equal(counts, [1, 2])
    z, first, second = np.intersect1d(x, [5.0, 2.0], return_indices=True)
    np.testing.assert_array_equal((z.tangent, first, second), [[1.0], [0], [1]])
    np.testing.assert_array_equal(np.setdiff1d(x, [1.0]).tangent, [1.0])
    np.testing.assert_array_equal(np.setxor1d(x, [1.0, 3.0]).tangent, [1.0, 0.0])


def test_empty():
    x = ta.Dual(np.ones((3, 0)), 1.0)
    assert np.unique(x).shape == (0,)
    assert np.union1d(x, ta.Dual([2.0], 5.0)).tangent.tolist() == [5.0]


def test_nan_elements():
    x = ta.Dual([np.nan, 1.0, np.nan], [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(np.unique(x).tangent, [2.0, 1.0])
    np.testing.assert_array_equal(np.unique(x, equal_nan=False).tangent, [2.0, 1.0, 3.0])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.unique(x, axis=4), np.exceptions.AxisError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
