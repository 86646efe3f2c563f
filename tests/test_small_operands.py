"""A few points: functions that copy or store elements of several operands, grids and powers, and
ufuncs with masks. Each is compared with NumPy, row by row where it is linear."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta

NODES = np.array([-1.0, 0.0, 1.0, 3.0, 4.0])
PLACES = np.array([3, 0, 3])
CHOSEN = np.array([0, 1, 1, 0, 1])
MASK = np.array([True, False, True, True, False])

# Of vectors x and y of 5 and a matrix a of (5, 2); each is linear in all of them.
LINEAR = [
    lambda x, y, a: np.dstack([x, y]),
    lambda x, y, a: np.dstack((a, a[::-1])),
    lambda x, y, a: np.block([x, y[:2]]),
    lambda x, y, a: np.block([[a, a], [a[:1], a[1:2]]]),
    lambda x, y, a: np.block([x[2], y]),
    lambda x, y, a: np.choose(CHOSEN, [x, y]),
    lambda x, y, a: np.choose(2 * CHOSEN, [y, x], mode="clip"),
    lambda x, y, a: np.choose(CHOSEN[:, None], [a, x[:2]]),
    lambda x, y, a: np.broadcast_arrays(x, a[:, :1])[0],
    lambda x, y, a: np.broadcast_arrays(x, a[:, :1])[1],
    lambda x, y, a: np.where(True, x, y),
    lambda x, y, a: np.where(False, x, y),
    lambda x, y, a: np.linspace(x, y, 4),
    lambda x, y, a: np.linspace(x[0], y[1], num=3),
    lambda x, y, a: np.linspace(a, 0.0, 2),
    lambda x, y, a: np.linspace(x[0], y, 3),
    lambda x, y, a: np.interp(0.5, NODES, x),
    lambda x, y, a: np.interp(np.array([[-9.0, -1.0], [3.5, 4.0]]), NODES, x),
    lambda x, y, a: np.einsum("ij->ji", a),
    lambda x, y, a: np.einsum("i,ij,j->", NODES, a, NODES[:2]),
    lambda x, y, a: np.einsum("j,i,ij", NODES[:2], NODES, a),
    lambda x, y, a: np.einsum("i,i,i->i", NODES, y, NODES),
    lambda x, y, a: np.convolve(x, NODES[:2], mode="same"),
    lambda x, y, a: np.correlate(NODES[:2], x, "same"),
    lambda x, y, a: np.correlate(x, NODES[:3], "same"),
    lambda x, y, a: np.correlate(NODES[:4], x),
    lambda x, y, a: np.trapezoid(x, dx=0.5),
    lambda x, y, a: np.trapezoid(a, dx=2.0, axis=0),
    lambda x, y, a: np.diff(a, axis=0),
    lambda x, y, a: np.diff(a),
    lambda x, y, a: np.diff(x, 2),
    lambda x, y, a: np.gradient(a)[0],
    lambda x, y, a: np.gradient(a, 0.5)[1],
    lambda x, y, a: np.average(a, axis=0),
    lambda x, y, a: np.average(a, axis=1, keepdims=True),
    lambda x, y, a: np.add.accumulate(a),
    lambda x, y, a: np.cumsum(a),
    lambda x, y, a: np.bincount(PLACES, x[:3]),
    lambda x, y, a: np.squeeze(x[None], axis=0),
    lambda x, y, a: np.astype(x, float) if hasattr(np, "astype") else +x,
    lambda x, y, a: np.ldexp(x, -3),
    lambda x, y, a: np.ldexp(a, np.array([1, 2])),
    lambda x, y, a: np.real_if_close(x),
    lambda x, y, a: a.take(PLACES, axis=0),
    lambda x, y, a: a.take(np.array([-1, 0]), axis=1),
    lambda x, y, a: np.take(a, PLACES),
    lambda x, y, a: a[:, [1, 0, 1]],
    lambda x, y, a: a[:, np.array([False, True])],
    lambda x, y, a: a[range(3)],
    lambda x, y, a: x[(PLACES,)],
    lambda x, y, a: x[True],
    lambda x, y, a: a[:, True],
    lambda x, y, a: x.compress(MASK),
    lambda x, y, a: a.T.item(-2),
    lambda x, y, a: a + a[:1],
    lambda x, y, a: a[:, :1] - a,
    lambda x, y, a: a.T + a.T[:1],
    lambda x, y, a: x**1,
    lambda x, y, a: np.array(a.tolist(), like=a),
    lambda x, y, a: a.__copy__(),
    lambda x, y, a: np.multiply(x, 2.0, dtype=float),
]


@pytest.mark.parametrize("function", LINEAR)
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_linear_functions_of_several_operands(function, dtype):
    rng = np.random.default_rng(3)
    u, v, w = (rng.integers(-9, 9, (3, 5, *more)).astype(dtype) for more in ((), (), (2,)))
    got = function(ta.Taylor(u), ta.Taylor(v), ta.Taylor(w)).coefficients
    plain = [function(*rows) for rows in zip(u, v, w, strict=True)]
    assert got.shape == np.shape(plain)
    tolerance = 1e-14 if dtype == "f8" else 1e-6
    assert_allclose(got, plain, rtol=tolerance, atol=20 * tolerance)


STORES = [
    (lambda x, y: np.place(x, MASK, y[:2]), 3),
    (lambda x, y: np.place(x, MASK, [0.5]), 3),
    (lambda x, y: np.put_along_axis(x, PLACES[1:], y[:2], 0), 2),
    (lambda x, y: np.put_along_axis(x, PLACES, 0.5, axis=0), 2),
    (lambda x, y: np.put(x, PLACES[:2], y[3:]), 2),
    (lambda x, y: np.put(x, [1, 77], y, mode="clip"), 2),
    (lambda x, y: np.putmask(x, MASK, y[:3]), 3),
    (lambda x, y: np.copyto(x, y, where=MASK), 3),
    (lambda x, y: np.copyto(x, y[2]), 5),
    (lambda x, y: np.copyto(x[1:], x[:-1]), 4),
]


@pytest.mark.parametrize(("function", "count"), STORES)
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_what_is_stored_moves_with_its_derivatives(function, count, dtype):
    u, v = np.random.default_rng(4).normal(size=(2, 2, 5)).astype(dtype) + np.float32(20)
    x, want = ta.Dual(*u), u.copy()
    assert function(x, ta.Dual(*v)) is None
    for row, other in zip(want, v, strict=True):
        function(row, other)
    want[1, want[1] == 0.5] = 0.0
    assert_array_equal(x.parts, want)
    assert (want != u).any(axis=0).sum() == count


def test_a_diagonal_is_filled():
    u, v = np.random.default_rng(5).normal(size=(2, 2, 4, 4))
    for item, rows in ((ta.Dual(*v)[0], v[:, 0]), (0.5, [0.5, 0.0])):
        x, want = ta.Dual(*u), u.copy()
        np.fill_diagonal(x, item)
        for row, given in zip(want, rows, strict=True):
            np.fill_diagonal(row, given)
        assert_array_equal(x.parts, want)


def test_what_does_not_fit_is_not_stored():
    x = ta.Dual(np.arange(5.0), 1.0)
    for call, error in (
        (lambda: np.put(x, [9], x[:1]), IndexError),
        (lambda: np.copyto(x, x[:2]), ValueError),
        (lambda: np.copyto(x, 1j), TypeError),
        (lambda: np.put_along_axis(x, np.array([0]), x[:2], 0), ValueError),
        (lambda: np.choose([0, 2], [x[:2], x[:2]]), ValueError),
        (lambda: np.dstack([x, x[:2]]), ValueError),
        (lambda: x.partition(9), ValueError),
        (lambda: np.convolve(x, x, "all"), ValueError),
        (lambda: np.argpartition(x, axis=0), TypeError),
    ):
        with pytest.raises(error):
            call()
        assert_array_equal(x.parts, [np.arange(5.0), np.ones(5)])
    x.parts.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        np.copyto(x, x[::-1])


@pytest.mark.parametrize("order", [("where", "out"), ("out", "where")])
def test_points_under_a_mask_alone_are_computed(order):
    u = np.array([[1.0, -1.0, 4.0, 9.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    x = ta.Dual(*u)
    for mask in (MASK, MASK & False):
        for function, operands, exact in (
            (np.sqrt, (x,), lambda u, v: (u**0.5, v / 2 / u**0.5)),
            (np.divide, (2.0, x), lambda u, v: (2 / u, -2 * v / u**2)),
            (np.multiply, (x, x), lambda u, v: (u * u, 2 * u * v)),
        ):
            out = ta.Dual(np.full(5, 7.0), 0.5)
            options = {"where": mask, "out": out}
            assert function(*operands, **{name: options[name] for name in order}) is out
            assert_array_equal(out.parts[:, ~mask], [[7.0], [0.5]] + np.zeros((2, (~mask).sum())))
            assert_allclose(out.parts[:, mask], exact(*u[:, mask]), rtol=1e-15)


def test_the_dtype_that_it_has_anyway_changes_nothing():
    x = ta.Dual(np.linspace(0.1, 2, 6), 1.0)
    for function in (np.exp, np.negative, np.sign, np.modf):
        for got, want in zip(
            np.atleast_1d(function(x, dtype=float)), np.atleast_1d(function(x)), strict=True
        ):
            assert_array_equal(getattr(got, "parts", got), getattr(want, "parts", want))
    assert np.exp(x, dtype=np.float32).dtype == np.float32


EDGES = np.array([[-1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 4.0, -2.0, 9.0], np.arange(1.0, 10.0)])


@pytest.mark.parametrize("kind", ["point", "value", "both"])
def test_interpolation_at_nodes_between_and_outside(kind):
    f = np.array([[2.0, -1.0, 3.0, 3.0, 0.5], [1.0, 2.0, -1.0, 0.5, 4.0]])
    right = np.clip(np.searchsorted(NODES, EDGES[0], "right"), 1, 4)
    left = right - 1
    slope = (f[0, right] - f[0, left]) / (NODES[right] - NODES[left])
    share = np.clip((EDGES[0] - NODES[left]) / (NODES[right] - NODES[left]), 0, 1)
    inside = (EDGES[0] >= -1) & (EDGES[0] <= 4)
    by_point = np.where(inside, slope, 0) * EDGES[1]
    by_value = (1 - share) * f[1, left] + share * f[1, right]
    x = ta.Dual(*EDGES) if kind != "value" else EDGES[0]
    y = ta.Dual(*f) if kind != "point" else f[0]
    got = np.interp(x, NODES, y)
    want = by_point * (kind != "value") + by_value * (kind != "point")
    assert_array_equal(got.value, np.interp(EDGES[0], NODES, f[0]))
    assert_allclose(got.parts[1], want, rtol=1e-15)
    for t in range(9):
        point = np.interp(x[t], NODES, y)
        assert point.ndim == 0
        assert_array_equal(point.parts, got.parts[:, t])


def test_interpolation_of_series_is_a_product_of_series():
    u, f = np.random.default_rng(6).normal(size=(2, 3, 5))
    u[0] = [-0.5, 0.5, 2.0, 3.5, 3.0]
    got = np.interp(ta.Taylor(u), NODES, ta.Taylor(f))
    for t, i in enumerate([0, 1, 2, 3, 3]):
        slope = np.poly1d((f[::-1, i + 1] - f[::-1, i]) / (NODES[i + 1] - NODES[i]))
        way = np.poly1d(u[::-1, t]) - NODES[i]
        want = (np.poly1d(f[::-1, i]) + slope * way).coeffs[::-1][:3]
        assert_allclose(got.coefficients[:, t], want, rtol=1e-13)


def test_powers_side_by_side():
    u = np.array([[2.0, -3.0, 0.0, 0.5], [1.0, 2.0, 3.0, 4.0]])
    for function in (
        np.vander,
        lambda x: np.vander(x, 6),
        lambda x: np.vander(x, 1),
        lambda x: np.vander(x, increasing=True),
        lambda x: np.vander(x, 3, increasing=True),
    ):
        got, value = function(ta.Dual(*u)), function(u[0])
        assert_array_equal(got.value, value)
        assert got.value.strides == value.strides
        exponents = np.arange(value.shape[1])
        if value[0, 0] != 1 or value.shape[1] == 1:
            exponents = exponents[::-1]
        slopes = exponents * u[0][:, None] ** np.maximum(exponents - 1, 0) * u[1][:, None]
        assert_allclose(got.parts[1], slopes, rtol=1e-14)


def test_grids_with_even_ratios():
    a, b = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[100.0, 3.0], [7.0, 2.0]])
    w = np.linspace(0, 1, 4)[:, None]
    for start, stop, u, v in (
        (ta.Dual(*a), ta.Dual(*b), a, b),
        (ta.Dual(*a), 50.0, a, np.array([[50.0], [0.0]])),
        (ta.Dual(*a)[1], ta.Dual(*b)[1], a[:, 1:], b[:, 1:]),
    ):
        got = np.geomspace(start, stop, 4)
        value = np.geomspace(u[0], v[0], 4)
        assert_array_equal(np.reshape(got.value, value.shape), value)
        slopes = value * ((1 - w) * u[1] / u[0] + w * v[1] / v[0])
        assert_allclose(np.reshape(got.parts[1], value.shape), slopes, rtol=1e-14)
        u, v = u / 50, v / 50
        got = np.logspace(start / 50.0, stop / 50.0, 4)
        value = np.logspace(u[0], v[0], 4)
        assert_allclose(np.reshape(got.value, value.shape), value, rtol=1e-15)
        slopes = np.log(10) * value * ((1 - w) * u[1] + w * v[1])
        assert_allclose(np.reshape(got.parts[1], value.shape), slopes, rtol=1e-14)
    with pytest.raises(ValueError, match="zero"):
        np.geomspace(ta.Dual(0.0, 1.0), 1.0, 3)


EXTREME = np.array([1e308, -5e-324, 2.0**-1022, 0.0, -0.0, 1.5, -1.0, 3.75])


def test_floats_are_taken_apart():
    x = ta.Dual(EXTREME, np.arange(8.0))
    fraction, whole = np.modf(x)
    assert_array_equal([fraction.value, whole.value], np.modf(EXTREME))
    assert_array_equal([fraction.parts[1], whole.parts[1]], [np.arange(8.0), np.zeros(8)])
    last = x[5:]
    mantissa, exponent = np.frexp(last)
    assert_array_equal(np.stack([mantissa.value, exponent]), np.frexp(EXTREME[5:]))
    assert_array_equal(mantissa.parts[1], [2.5, 3.0, 1.75])
    assert_array_equal(np.spacing(x).parts, [np.spacing(EXTREME), np.zeros(8)])
    assert_array_equal(np.signbit(np.spacing(x).value), np.signbit(np.spacing(EXTREME)))
    for towards in (0.0, -np.inf, EXTREME[::-1]):
        got = np.nextafter(x, towards)
        assert_array_equal(got.parts, [np.nextafter(EXTREME, towards), np.arange(8.0)])
    assert_array_equal(np.nextafter(EXTREME, x), EXTREME)


@pytest.mark.parametrize("n", [3, 300])
def test_floats_in_single_precision_stay_so(n):
    u = np.linspace(0.5, 9, n, dtype="f4")
    x = ta.Dual(u, u)
    for function in (np.modf, np.frexp, lambda x: [np.ldexp(x, 2)], lambda x: [np.spacing(x)]):
        for got, want in zip(function(x), function(u), strict=True):
            assert got.dtype == want.dtype
            assert_array_equal(getattr(got, "value", got), want)
    assert_array_equal(np.frexp(x)[0].parts[1], np.frexp(u)[0])


@pytest.mark.parametrize("function", [np.hypot, np.logaddexp, np.maximum, np.arctan2])
def test_folds_in_single_precision(function):
    u = np.random.default_rng(10).normal(size=(2, 7)).astype("f4")
    x = ta.Dual(*u)
    values, exact = [u[0, 0]], ta.Dual(*u.astype(float))
    for item in u[0, 1:]:
        values.append(function(values[-1], item))
    got = function.accumulate(x)
    assert got.dtype == np.float32
    assert_array_equal(got.value, values)
    assert_allclose(got.parts[1], function.accumulate(exact).parts[1], rtol=1e-6)
    if function is not np.maximum:
        assert_array_equal(function.reduce(x).parts, got[-1].parts)


@pytest.mark.parametrize("function", [np.maximum, np.minimum, np.fmax])
def test_outer_extremes_have_half_of_each_at_ties(function):
    u, v = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 4.0]]), np.repeat([[2.0], [8.0]], 40, axis=1)
    v[0, 1::3], v[0, 2::3] = 1.0, 7.0
    got = function.outer(ta.Dual(*u), ta.Dual(*v))
    a, b = u[:, :, None], v[:, None, :]
    first = (a[0] > b[0]) == (function is not np.minimum)
    slopes = np.where(a[0] == b[0], (a[1] + b[1]) / 2, np.where(first, a[1], b[1]))
    assert_array_equal(got.parts, [function.outer(u[0], v[0]), slopes])


def test_bounds_that_move():
    u, low, high = np.array([[0.0, 1.0, 5.0, 2.0], [1, 2, 3, 4]]), 1.0, np.array(
        [[2.0, 1.0, 2.0, 0.0], [5, 6, 7, 8]]
    )
    x, top = ta.Dual(*u), ta.Dual(*high)
    for bottom, slope in ((low, 0.0), (ta.Dual(low, 9.0), 9.0)):
        for got in (np.clip(x, bottom, top), x.clip(bottom, top), x.clip(min=bottom, max=top)):
            assert_array_equal(got.parts, [[1.0, 1.0, 2.0, 0.0], [slope, 2, 7, 8]])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_quantiles_along_axes(axis):
    rng = np.random.default_rng(7)
    u = rng.permutation(10).reshape(5, 2) * 1.0
    v = rng.integers(-9, 9, (5, 2)).astype(float)
    order = np.argsort(u, axis)
    rows = np.moveaxis(np.take_along_axis(v, order, axis), axis, 0)
    for q in (0.0, 0.3, 0.5, 1.0):
        position = q * (len(rows) - 1)
        low = min(int(position), len(rows) - 2)
        want = rows[low] + (position - low) * (rows[low + 1] - rows[low])
        for keepdims in (False, True):
            got = np.quantile(ta.Dual(u, v), q, axis=axis, keepdims=keepdims)
            assert_array_equal(got.value, np.quantile(u, q, axis=axis, keepdims=keepdims))
            assert_allclose(got.parts[1].ravel(), want, rtol=1e-14)


def test_sorted_in_place():
    u, v = np.random.default_rng(8).normal(size=(2, 6, 2))
    for call, axis in (
        (lambda x: x.sort(), 1),
        (lambda x: x.sort(0), 0),
        (lambda x: x.sort(axis=0), 0),
        (lambda x: x.partition(2, 0), 0),
        (lambda x: x.partition((0, 1)), 1),
    ):
        x = ta.Dual(u.copy(), v.copy())
        view = x[:]
        assert call(x) is None
        order = np.argsort(u, axis)
        assert_array_equal(view.parts, [np.take_along_axis(row, order, axis) for row in (u, v)])


def test_sorted_and_complex():
    u, v = np.random.default_rng(8).normal(size=(2, 6))
    got = np.sort_complex(ta.Dual(u, v))
    assert got.dtype == complex
    assert_array_equal(got.parts, [np.sort(u), v[np.argsort(u)]])


def test_covariances_are_products_of_what_is_left_of_means():
    u, v = np.random.default_rng(9).normal(size=(2, 2, 6))
    x, y = ta.Dual(u[0], v[0]), ta.Dual(u[1], v[1])
    centred, moved = (row - row.mean(1, keepdims=True) for row in (u, v))
    want = (centred @ moved.T + moved @ centred.T) / 5
    for got, pick in ((np.cov(x, y), ...), (np.cov(ta.Dual(u, v)), ...), (np.cov(y), (1, 1))):
        assert_array_equal(got.value, np.cov(u[1]) if pick == (1, 1) else np.cov(u))
        assert_allclose(got.parts[1], want[pick], rtol=1e-13)
    with_one = np.cov(u[0], y)
    assert_allclose(with_one.parts[1][0, 1], centred[0] @ moved[1] / 5, rtol=1e-13)


def test_what_the_value_says_is_asked_of_it():
    x = ta.Dual(np.arange(6.0).reshape(3, 2), 1.0)
    for name in ("flags", "itemsize", "strides"):
        assert getattr(x[::2], name) == getattr(x.value[::2], name)
    assert x.nbytes == x.parts.nbytes
    assert_array_equal(x.argmax(axis=1), [1, 1, 1])
    assert x[:, 0].searchsorted(3.0, "right") == 2
    for part in (x.imag, np.imag(x)):
        assert_array_equal(part.parts, np.zeros((2, 3, 2)))
    np.imag(x)[0] = x[1]
    with pytest.raises(ValueError, match="read-only"):
        x.imag[0] = x[1]
    angles = np.angle(x - 1.5)
    assert_array_equal(angles.value, [[np.pi] * 2, [0.0] * 2, [0.0] * 2])
    assert_array_equal(angles.parts[1], 0.0)
    u = x.value.copy()
    x **= 3
    assert_array_equal(x.parts, [u**3, 3 * u**2])
