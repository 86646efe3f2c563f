"""Sums, products and what joins small arrays: by arithmetic on each coefficient."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta

ANGLES = [lambda x: np.deg2rad(x), lambda x: np.rad2deg(x[:, 0])]
LINEAR = [
    *ANGLES,
    lambda x: np.sum(x),
    lambda x: x.sum(axis=0),
    lambda x: np.sum(x, axis=1, keepdims=True),
    lambda x: x.mean(),
    lambda x: np.mean(x, axis=-1),
    lambda x: np.add.reduce(x),
    lambda x: np.add.reduce(x, axis=1),
    lambda x: np.cumsum(x[:, 0]),
    lambda x: np.roll(x, 1),
    lambda x: np.roll(x, (1, 2), axis=(0, 1)),
    lambda x: np.tile(x, (2, 1)),
    lambda x: np.triu(x),
    lambda x: np.tril(x, -1),
    lambda x: np.repeat(x, 2),
    lambda x: x.repeat(3, axis=1),
    lambda x: np.diag(x),
    lambda x: np.diag(x[0]),
    lambda x: np.diag(x[0], 1),
    lambda x: np.trace(x),
    lambda x: np.delete(x, 1, axis=0),
    lambda x: np.resize(x, (3, 7)),
    lambda x: np.diagflat(x),
    lambda x: np.fft.fftshift(x),
    lambda x: x.take(np.array([1, 0, 1])),
    lambda x: np.take(x[0], np.array([-1, 0])),
    lambda x: np.positive(x),
    lambda x: np.negative(x),
    lambda x: np.concatenate([x, x]),
    lambda x: np.stack([x, x], -1),
    lambda x: np.concatenate((x, x), axis=1),
    lambda x: np.hstack([x, x]),
    lambda x: np.hstack([x[0]] * 3),
    lambda x: np.vstack([x[0], x[1]]),
    lambda x: np.vstack([x, x[:1]]),
    lambda x: np.column_stack([x, x]),
    lambda x: np.column_stack([x[0], x[1]]),
    lambda x: np.append(x[0], x[1]),
    lambda x: np.append(x, x),
    lambda x: np.stack([x[0, 0], x[1, 1]]),
    lambda x: np.hstack([x[0], x[0, 0]]),
    lambda x: np.diff(x),
    lambda x: np.concatenate([x, np.zeros((1, 5))]),
    lambda x: np.append(x[0], 0.0),
    lambda x: np.vstack([x[0, 0], x[1, 1]]),
    lambda x: np.column_stack([x[0, 0], x[1, 1]]),
    lambda x: np.hstack([x[0, 0], x[1, 1], x[2, 2]]),
    lambda x: np.stack([x[0], x[1]], axis=1),
]


@pytest.mark.parametrize("function", LINEAR)
@pytest.mark.parametrize("dtype", ["f8", "f4", "c16"])
def test_linear_functions_of_every_coefficient(function, dtype):
    u = np.random.default_rng(10).integers(-9, 9, (3, 3, 5)).astype(dtype)
    if dtype == "c16" and function in ANGLES:
        pytest.skip("NumPy has no angles of complex numbers")
    got = function(ta.Taylor(u)).coefficients
    want = np.array([function(row) for row in u])
    assert got.dtype == want.dtype or got.dtype == want.dtype.newbyteorder("=")
    np.testing.assert_allclose(got, want, rtol=1e-6 if dtype == "f4" else 1e-15)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_products_variances_and_extremes(axis):
    u = np.random.default_rng(11).integers(-4, 5, (3, 4, 3))
    u[0, 1, 1] = 0
    x = ta.Taylor(u.astype(float))
    exact = ta.Taylor(np.array([[[Fraction(int(c)) for c in r] for r in row] for row in u], object))

    def column(function):
        """The function by plain arithmetic on exact numbers, for each slice along the axis."""
        if axis is None:
            return np.array(function(list(exact.reshape(-1))).parts, float)
        slices = [exact[i] if axis in (1, -1) else exact[:, i] for i in range(4 if axis else 3)]
        return np.array([function(list(one)).parts for one in slices], float).T

    def product(items):
        result = items[0]
        for item in items[1:]:
            result = result * item
        return result

    def variance(items):
        mean = sum(items[1:], items[0]) / len(items)
        return sum(((item - mean) ** 2 for item in items[1:]), (items[0] - mean) ** 2) / len(items)

    def largest(items):
        top = max(item.value for item in items)
        chosen = [item for item in items if item.value == top]
        return sum(chosen[1:], chosen[0]) / len(chosen)

    for function, plain in ((np.prod, product), (np.var, variance), (np.max, largest)):
        got = function(x, axis=axis).coefficients
        np.testing.assert_allclose(got, column(plain), rtol=1e-13, atol=1e-12)
        assert_array_equal(got[0], function(x.value, axis=axis))
    assert_array_equal((-x).min(axis).coefficients, -x.max(axis).coefficients)
    spread = x.std(axis=axis, ddof=1)
    assert_array_equal(spread.value, x.value.std(axis=axis, ddof=1))
    square = (spread * spread).coefficients
    np.testing.assert_allclose(square, x.var(axis, ddof=1).coefficients, rtol=1e-12, atol=1e-12)


def test_running_products_orders_and_medians():
    u = np.array([[3.0, -1.0, 2.0, 2.0, 5.0, 0.5], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    x = ta.Dual(*u)
    assert_array_equal(np.cumprod(x).value, np.cumprod(u[0]))
    running = [np.prod(x[: n + 1]).tangent for n in range(6)]
    np.testing.assert_allclose(np.cumprod(x).tangent, running, rtol=1e-14)
    order = np.argsort(u[0], kind="stable")
    assert_array_equal(np.sort(x).parts, u[:, order])
    assert_array_equal(np.median(x).parts, u[:, order[2:4]].mean(axis=1))
    assert_array_equal(np.median(x[:5]).parts, u[:, 3])
    assert x.argmax() == 4
    assert x.tolist()[2].parts.tolist() == [2.0, 3.0]
    bad = ta.Dual([1.0, np.nan, 2.0], 1.0)
    assert np.isnan(np.max(bad).value)
    assert np.isnan(np.median(bad).value)
    zeros = ta.Dual([0.0, -0.0], [1.0, 3.0])
    assert (np.max(zeros).value, np.max(zeros).tangent) == (0.0, 2.0)


BILINEAR = [
    np.matmul,
    np.dot,
    np.inner,
    np.outer,
    np.vdot,
    np.convolve,
    np.kron,
    lambda a, b: np.einsum("i,i->", a, b),
    lambda a, b: a @ b,
]


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("function", BILINEAR)
def test_bilinear_functions_of_pairs_of_coefficients(function, order):
    rng = np.random.default_rng(12)
    u, v = rng.normal(size=(2, order + 1, 6))
    x, y = ta.Taylor(u), ta.Taylor(v)
    want = [sum(function(u[i], v[k - i]) for i in range(k + 1)) for k in range(order + 1)]
    np.testing.assert_allclose(function(x, y).coefficients, want, rtol=1e-12, atol=1e-14)
    for got, rows in (
        (function(x, v[0]), [function(row, v[0]) for row in u]),
        (function(u[0], y), [function(u[0], row) for row in v]),
    ):
        np.testing.assert_allclose(got.coefficients, rows, rtol=1e-13, atol=1e-15)
        assert_array_equal(got.value, rows[0])


@pytest.mark.parametrize(
    "shapes", [((3, 4), (4, 2)), ((3, 4), (4,)), ((4,), (4, 2)), ((12, 9), (9, 7))]
)
def test_matrices_of_two_numbers(shapes):
    rng = np.random.default_rng(13)
    u, v = (rng.normal(size=(3, *shape)) for shape in shapes)
    want = [sum(u[i] @ v[k - i] for i in range(k + 1)) for k in range(3)]
    for got in (ta.Taylor(u) @ ta.Taylor(v), np.dot(ta.Taylor(u), ta.Taylor(v))):
        np.testing.assert_allclose(got.coefficients, want, rtol=1e-12, atol=1e-14)
        assert_array_equal(got.value, u[0] @ v[0])
    single = ta.Taylor(u.astype("f4")) @ ta.Taylor(v.astype("f4"))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single.coefficients, want, rtol=1e-4, atol=1e-4)


def test_what_is_like_a_number_can_be_written():
    x = ta.Dual(np.ones(10), 1.0)
    for made, value in (
        (np.zeros_like(x), 0.0),
        (np.ones_like(x), 1.0),
        (np.full_like(x, 2.5), 2.5),
    ):
        assert_array_equal(made.parts, [[value] * 10, [0.0] * 10])
        made[3] = x[3] * 2
        assert made[3].tangent == 2.0
    assert np.zeros_like(x, int).dtype.kind == "i"


def test_interpolation_between_nodes():
    nodes, values = np.array([0.0, 1.0, 3.0, 4.0]), np.array([1.0, -1.0, 5.0, 2.0])
    points = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0])
    y = np.interp(ta.Dual(points, 2.0), nodes, values)
    assert_array_equal(y.value, np.interp(points, nodes, values))
    assert_array_equal(y.tangent, [0.0, -4.0, -4.0, 6.0, 6.0, -6.0, -6.0, 0.0])


def test_questions_are_answered_by_the_value():
    x = ta.Dual([[3.0, 1.0], [2.0, 4.0]], 1.0)
    for question in (
        np.argmax,
        np.argmin,
        np.shape,
        np.ndim,
        np.size,
        np.any,
        np.all,
        np.count_nonzero,
        np.argsort,
        np.isnan,
        np.isfinite,
        np.signbit,
        np.iscomplexobj,
        np.nonzero,
    ):
        assert_array_equal(question(x), question(x.value))
    assert x.argmax(axis=0).tolist() == [0, 1]
    assert np.argmax(x, 1, keepdims=True).tolist() == [[0], [1]]
    out = np.zeros(2, int)
    assert np.argmax(x, axis=0, out=out) is out
    assert np.isclose(x, x.value + 1e-12).all()


def test_subclasses_made_by_users_keep_their_own():
    class Own(ta.Dual):
        def __init__(self, *args):
            self.note = "kept"

    own = Own([1.0, 2.0], 1.0)
    assert own.note == "kept"
    assert_array_equal((own + own).parts, [[2.0, 4.0], [2.0, 2.0]])
    assert_array_equal(own.T.parts, own.parts)
