"""What the short ways of small arrays must not take for the simple case."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta


def test_moves_that_compare_equal_are_not_the_same():
    x = ta.Dual([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    for places in [(1, 0, 1), (True, False, True), (1, 0, 1)]:
        got = np.delete(x, places)
        assert_array_equal(got.value, np.delete(x.value, places))
        assert_array_equal(got.tangent, np.delete(x.tangent, places))
    np.tile(x, (2, 1))
    with pytest.raises(TypeError, match="integer"):
        np.tile(x, (2.0, 1))


def test_quotient_and_remainder_in_single_precision():
    x = ta.Dual(np.array([7.5, -7.5], "f4"), np.array([1.0, 2.0], "f4"))
    for got in [*np.divmod(x, x.value[::-1]), *divmod(x, np.float32(2.0))]:
        assert got.dtype == np.float32
    whole, rest = np.divmod(x, np.float32(2.0))
    assert_array_equal(whole.value, [3.0, -4.0])
    assert_array_equal(rest.value, [1.5, 0.5])
    assert_array_equal(rest.tangent, [1.0, 2.0])
    assert_array_equal(whole.tangent, [0.0, 0.0])


def test_a_product_warns_once_and_in_its_own_name():
    x = ta.Dual(np.full((2, 2), np.inf), 1.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        x @ np.zeros((2, 2))
    assert not any("dot" in str(warning.message) for warning in caught)


@pytest.mark.parametrize("function", [np.matmul, np.dot, np.inner, np.vdot])
def test_which_zero_a_product_is(function):
    u, v = np.array([0.0]), np.array([-745.0])
    got = function(ta.Dual(u, 1.0), v)
    assert np.signbit(got.value) == np.signbit(function(u, v))


def test_beyond_a_table_nothing_moves():
    x = ta.Dual([5.0, 0.5], [np.inf, 1.0])
    got = np.interp(x, np.array([0.0, 1.0]), np.array([0.0, 3.0]))
    assert_array_equal(got.tangent, [0.0, 3.0])


def test_the_largest_with_a_least_one_by_position():
    x = np.array([1.0, 2.0, 3.0])
    assert_array_equal(ta.grad(lambda x: np.max(x, None, None, False, 100.0))(x), [0, 0, 0])
    assert_array_equal(ta.grad(lambda x: np.max(x, None, None, False, 0.0))(x), [0, 0, 1])
    mask = np.array([True, True, False])
    assert_array_equal(ta.grad(lambda x: np.max(x, None, None, False, 0.0, mask))(x), [0, 1, 0])


@pytest.mark.parametrize(
    "index", [(-1, ..., True), (True, slice(None), 0), (False, slice(None), 1), (0, None, np.True_)]
)
def test_a_truth_value_apart_from_an_integer(index):
    u = np.arange(12.0).reshape(2, 2, 3)
    got = ta.Dual(*u)[index]
    assert_array_equal(got.value, u[0][index])
    assert_array_equal(got.tangent, u[1][index])
