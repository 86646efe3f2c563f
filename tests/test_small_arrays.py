"""Arrays of few points, which have ways of their own: against NumPy on each coefficient."""

import numpy as np
import pytest
from numpy import linalg as la
from numpy.testing import assert_array_equal

import taylorad as ta

U = np.random.default_rng(0).uniform(0.5, 2.0, (4, 2, 5))
P = np.random.default_rng(1).uniform(0.5, 2.0, (2, 5))
X = ta.Taylor(U)


def with_first(first, rest):
    return np.concatenate([first[np.newaxis], rest])


@pytest.mark.parametrize("p", [P, 3.0, 2])
def test_arithmetic_with_plain_numbers(p):
    for got, want in (
        (X + p, with_first(U[0] + p, U[1:])),
        (p + X, with_first(U[0] + p, U[1:])),
        (X - p, with_first(U[0] - p, U[1:])),
        (p - X, with_first(p - U[0], -U[1:])),
        (X * p, U * p),
        (p * X, U * p),
        (X / p, U / p),
    ):
        np.testing.assert_array_equal(got.coefficients, want)
    quotient = (p / X).coefficients
    back = [sum(quotient[i] * U[k - i] for i in range(k + 1)) for k in range(4)]
    np.testing.assert_allclose(back, with_first(p + 0 * P, 0 * U[1:]), atol=1e-14)


def test_division_by_a_zero_among_plain_numbers():
    zero = P.copy()
    zero[0, 0] = 0.0
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert (X / zero).value[0, 0] == np.inf
    assert np.isinf((X + np.where(zero == 0, np.inf, 0.0)).value[0, 0])


@pytest.mark.parametrize("larger", [True, False])
def test_extrema_with_plain_arrays(larger):
    p = P.copy()
    p[1, 1] = U[0, 1, 1]  # a tie
    got = (np.maximum if larger else np.minimum)(X, p).coefficients
    wins = (U[0] > p) == larger
    share = np.where(p == U[0], 0.5, wins)
    np.testing.assert_array_equal(got[0], (np.maximum if larger else np.minimum)(U[0], p))
    np.testing.assert_array_equal(got[1:], share * U[1:])


@pytest.mark.parametrize("other", [3.0, 2, ta.Taylor(2 * U)])
def test_where(other):
    mask = P > 1
    rows = np.zeros_like(U)
    rows[0] = ta.value(other)
    rows[1:] = 2 * U[1:] if isinstance(other, ta.Taylor) else 0
    np.testing.assert_array_equal(np.where(mask, X, other).coefficients, np.where(mask, U, rows))
    np.testing.assert_array_equal(np.where(mask, other, X).coefficients, np.where(mask, rows, U))
    with np.errstate(all="raise"):
        taken = np.where(mask, X, ta.Taylor(U * np.nan)).coefficients
    np.testing.assert_array_equal(np.isnan(taken), np.broadcast_to(~mask, U.shape))


ENDS = [-0.0, 0.0, 0.5, 1.0, 2.0, -np.inf, np.inf]


@pytest.mark.parametrize("high", ENDS)
@pytest.mark.parametrize("low", ENDS)
def test_clip(low, high):
    x = np.array([-0.0, 0.0, 1.0, -1.0, 2.0, 0.5, np.inf, -np.inf, 1e-320])
    y = np.clip(ta.Dual(x, 1.0), low, high)
    want = np.clip(x, low, high)
    np.testing.assert_array_equal(y.value, want)
    np.testing.assert_array_equal(np.signbit(y.value), np.signbit(want))
    np.testing.assert_array_equal(y.tangent, (low <= x) & (x <= high))
    assert np.isnan(np.clip(ta.Dual([np.nan], 1.0), low, high).value[0])


def test_items():
    flat = U.reshape(4, 10)
    x = ta.Taylor(flat)
    for index in (3, -7):
        np.testing.assert_array_equal(x[index].coefficients, flat[:, 3])
    for index in (10, -11, 2**70):
        with pytest.raises(IndexError):
            x[index]
    x[3] = 2
    assert x[3].coefficients.tolist() == [2, 0, 0, 0]
    x[::2][1] = x[4] * 3.0  # through a view
    np.testing.assert_array_equal(x[2].coefficients, 3 * flat[:, 4])
    x[0] = ta.Taylor([1.0, 2.0])  # of a lower order, all that is true from here on
    assert x.order == 1
    frozen = ta.Taylor(flat)
    frozen.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        frozen[1] = 1.0


@pytest.mark.parametrize("plain", [P, P[0], np.arange(5)])
def test_products_with_plain_matrices(plain):
    tall, vector = np.swapaxes(U, 1, 2).copy(), U[:, 0].copy()
    for product in (np.matmul, np.dot):
        for rows in (tall, vector):
            got = product(plain, ta.Taylor(rows)).coefficients
            np.testing.assert_allclose(got, [product(plain, row) for row in rows], rtol=1e-14)
            assert (got[0] == product(plain, rows[0])).all()
        for rows in (U, vector):
            got = product(ta.Taylor(rows), plain.T).coefficients
            np.testing.assert_allclose(got, [product(row, plain.T) for row in rows], rtol=1e-14)
    with pytest.raises(ValueError, match=r"mismatch|aligned"):
        np.matmul(P, ta.Taylor(U))


FUNCTIONS = [np.exp, np.log, np.sin, np.tanh, np.sqrt, np.arctan, lambda x: x * x / (1 + x)]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("shape", [(), (10,), (300,)])
def test_single_precision_is_rounded_once(function, shape):
    u = np.random.default_rng(2).uniform(0.5, 2.0, (4, *shape)).astype("f4")
    got = function(ta.Taylor(u)).coefficients
    want = function(ta.Taylor(u.astype("f8"))).coefficients
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(got[0], function(u[0]))


def test_what_single_precision_cannot_hold_is_infinite():
    y = np.exp(ta.Taylor(np.array([[80.0], [1e30], [0.0]], "f4")))
    assert np.isinf(y.coefficients[1:]).all()


@pytest.mark.parametrize("columns", [1, 3, 16, 17])
@pytest.mark.parametrize("n", [1, 7, 60, 129])
def test_solutions_satisfy_their_equation(n, columns):
    rng = np.random.default_rng(3)
    a = rng.normal(size=(5, n, n)) / n + 2 * np.eye(n) * (np.arange(5) == 0)[:, None, None]
    b = rng.normal(size=(5, n, columns))
    x = la.solve(ta.Taylor(a), ta.Taylor(b)).coefficients
    back = [sum(a[i] @ x[k - i] for i in range(k + 1)) for k in range(5)]
    np.testing.assert_allclose(back, b, atol=1e-13)
    y = la.inv(ta.Taylor(a)).coefficients
    back = [sum(a[i] @ y[k - i] for i in range(k + 1)) for k in range(5)]
    np.testing.assert_allclose(back, with_first(np.eye(n), 0 * a[1:]), atol=1e-13)
    constant = la.solve(a[0], ta.Taylor(b)).coefficients
    np.testing.assert_allclose(a[0] @ constant, b, atol=1e-13)


@pytest.mark.parametrize("order", [1, 3, 9])
def test_inner_products_of_a_few_numbers(order):
    rng = np.random.default_rng(5)
    u, v = rng.integers(-9, 9, (2, order + 1, 7)).astype(float)
    want = [sum(float(u[i] @ v[k - i]) for i in range(k + 1)) for k in range(order + 1)]
    x, y = ta.Taylor(u), ta.Taylor(v)
    for got in (x @ y, np.matmul(x, y)):
        assert got.shape == ()
        assert_array_equal(got.coefficients, want)
    x[2] = np.nan
    assert np.isnan((x @ y).coefficients).all()
    with pytest.raises(ValueError, match=r"size|mismatch|dimension"):
        x[:3] @ y
