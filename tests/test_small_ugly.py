"""What the short ways of small arrays must not take for the simple case."""

import sys
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


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_comes_back_where_an_operand_is_too_large_an_integer():
    x, huge = ta.Taylor(np.ones((9, 64))), 10**400
    before = resident()
    for _ in range(2000):  # each with some 30 kB to work with
        with pytest.raises(OverflowError):
            np.hypot(x, huge)
    assert resident() - before < 16e6


@pytest.mark.parametrize("u", [-np.inf, -0.0, 4.0, np.inf, 0.0, -1.0])
@pytest.mark.parametrize("shape", [(), (3,), (100,)])
def test_float_power_is_no_root(u, shape):
    with np.errstate(invalid="ignore"):
        x, want = np.full(shape, u), np.float_power(u, 0.5)
        for given in (ta.Dual(x, 1.0), ta.Variable(x), ta.Taylor.variable(x, 3)):
            for p in (0.5, np.float64(0.5), np.array([0.5]) if shape else 0.5):
                got = ta.value(np.float_power(given, p))
                assert_array_equal(got, np.full(shape, want))
                assert_array_equal(np.signbit(got), np.full(shape, np.signbit(want)))


ROOTS = [
    lambda v: np.abs(v) ** 0.5,
    lambda v: np.sqrt(np.abs(v)),
    lambda v: (v**4) ** 0.5,
    lambda v: np.cbrt(np.fabs(v)),
    lambda v: np.float_power(np.abs(v), 0.25),
    lambda v: np.sqrt(1.0 - np.cos(v)),
]


@pytest.mark.parametrize("function", ROOTS)
@pytest.mark.parametrize("x", [0.0, [0.0, 1.0], np.linspace(-1.0, 1.0, 101)])
def test_a_tape_is_not_nan_at_a_root_of_what_does_not_move(function, x):
    x = np.asarray(x)
    with ta.GradientTape() as tape:
        v = ta.Variable(x)
        y = np.sum(function(v))
    want = ta.derivative(function)(x)
    np.testing.assert_allclose(tape.gradient(y, v), want, rtol=1e-11)
