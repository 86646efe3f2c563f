"""Arrays of few points, which have ways of their own: against NumPy on each coefficient."""

import numpy as np
import pytest
from numpy import linalg as la
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad._numbers import Number

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


# --- A few points as many: the ways of their own against the rules ---------------------------

UGLY = np.array([-0.0, 0.0, 1.0, -1.0, 2.0, 0.5, -2.5, 1e-320, 1e300, -3.0, 700.0, 1.0])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0])
ALGEBRAS = {
    "dual": lambda u: ta.Dual(*u[:2]),
    "hyperdual": lambda u: ta.HyperDual(*u[:4]),
    "order 0": lambda u: ta.Taylor(u[:1]),
    "order 3": lambda u: ta.Taylor(u[:4]),
    "order 6": lambda u: ta.Taylor(u),
}
PAIRS = [
    np.power, np.arctan2, np.hypot, np.logaddexp, np.logaddexp2, np.maximum, np.fmin, np.copysign,
    np.heaviside, np.remainder, np.fmod, np.floor_divide, np.float_power, np.add, np.multiply,
    np.subtract, np.divide, np.less, np.greater_equal, np.equal,
]  # fmt: skip
MANY = 12  # times 6 points or more: no longer few


def coefficients(values, kind, seed=3, moving=True):
    """A number with these values."""
    rest = np.random.default_rng(seed).uniform(-1.0, 1.0, (6, *np.shape(values)))
    return ALGEBRAS[kind](np.concatenate([values[None], rest * moving]).astype(values.dtype))


def repeated(operand):
    if isinstance(operand, Number | np.ndarray):
        return np.concatenate([operand] * MANY)
    return operand


def parts(x):
    return x.parts if isinstance(x, Number) else x


def assert_as_many(function, *operands, rtol=1e-13):
    """The result at a few points is that of the rule at many, or its error."""
    with np.errstate(all="ignore"):
        few = function(*operands)
        many = function(*map(repeated, operands))
    few, many = (x if isinstance(x, tuple) else (x,) for x in (few, many))
    for one, other in zip(few, many, strict=True):
        first = parts(other)[..., : parts(one).shape[-1]]
        assert type(one) is type(other)
        assert parts(one).dtype == first.dtype
        np.testing.assert_allclose(parts(one), first, rtol=rtol, atol=rtol)
        np.testing.assert_array_equal(np.signbit(parts(one)[0]), np.signbit(first[0]))


@pytest.mark.parametrize("kind", ALGEBRAS)
@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__name__)
def test_two_operands_as_many(function, kind):
    good, other = np.linspace(0.3, 2.0, 7), np.array([1.5, -0.5, 2.0, 1.0, 0.0, -3.0, 0.3])
    for u, v in ((good, other), (other, good), (UGLY, UGLY[::-1].copy()), (UGLY, UGLY),
                 (SPECIAL, SPECIAL[::-1].copy()), (SPECIAL, UGLY[:6])):  # fmt: skip
        x, y = coefficients(u, kind), coefficients(v, kind, 4)
        for left, right in ((x, y), (x, v), (u, y), (x, 1.5), (x, 2), (x, 0.0), (2.0, y),
                            (x, coefficients(v, kind, moving=False))):  # fmt: skip
            assert_as_many(function, left, right)


@pytest.mark.parametrize("kind", ["dual", "order 3"])
@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__name__)
def test_two_operands_in_single_precision(function, kind):
    u, v = np.linspace(0.3, 2.0, 7, dtype="f4"), np.linspace(3.0, 1.1, 7, dtype="f4")
    x, y = coefficients(u, kind), coefficients(v, kind, 4)
    for left, right in ((x, y), (x, v), (u, y), (x, 1.7), (0.1, y), (x, v.astype("f8")), (x, 3)):
        assert_as_many(function, left, right, rtol=2e-6)
        got = function(left, right)
        assert_array_equal(ta.value(got), function(ta.value(left), ta.value(right)))


@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__name__)
def test_two_operands_that_broadcast_or_have_gaps(function):
    rng = np.random.default_rng(6)
    u, v = rng.uniform(0.5, 2.0, (4, 5, 3)), rng.uniform(0.5, 2.0, (4, 3))
    x, y = ta.Taylor(u), ta.Taylor(v)
    scalar = ta.Taylor(v[:, 0])
    whole = np.broadcast_to(v[:, None], u.shape)
    full = ta.Taylor(whole.copy())
    single = ta.Taylor(np.broadcast_to(v[:, :1, None], u.shape).copy())
    for got, want in (
        (function(x, y), function(x, full)),
        (function(y, x), function(full, x)),
        (function(x, v[0]), function(x, whole[0].copy())),
        (function(u[0], y), function(u[0], full)),
        (function(x, scalar), function(x, single)),
        (function(scalar, x), function(single, x)),
        (function(y[::2], y[1:]), function(y[::2].copy(), y[1:].copy())),
        (function(x[:, 1], x[:, 0]), function(x[:, 1].copy(), x[:, 0].copy())),
        (function(x.T, x.T), function(x, x).T),
    ):
        assert np.shape(got) == np.shape(want)
        np.testing.assert_allclose(parts(got), parts(want), rtol=1e-14, atol=1e-14)


def test_powers_and_angles_have_the_series_of_mpmath():
    mp = pytest.importorskip("mpmath")
    u, v = [[1.3, 0.4], [0.7, -0.2], [0.1, 0.3]], [[0.6, 2.2], [-0.5, 0.9], [0.2, 0.4]]
    x, y = ta.Taylor(np.array(u)), ta.Taylor(np.array(v))
    for function, exact in (
        (np.power, lambda a, b: a**b),
        (np.arctan2, lambda a, b: mp.atan2(a, b)),
        (np.hypot, lambda a, b: mp.sqrt(a * a + b * b)),
        (np.logaddexp, lambda a, b: mp.log(mp.exp(a) + mp.exp(b))),
        (np.logaddexp2, lambda a, b: mp.log(mp.mpf(2) ** a + mp.mpf(2) ** b, 2)),
    ):
        got = function(x, y).coefficients
        for point in (0, 1):
            a, b = ([mp.mpf(row[point]) for row in rows] for rows in (u, v))
            with mp.workdps(50):
                want = mp.taylor(lambda t, a=a, b=b, f=exact: f(mp.polyval(a[::-1], t),
                                                                mp.polyval(b[::-1], t)), 0, 2)
            np.testing.assert_allclose(got[:, point], [float(c) for c in want], rtol=1e-14)


def test_nested_numbers_of_few_points():
    point = np.array([0.5, 1.5, 2.5])
    for function, slope in (
        (lambda x, y: x**y, lambda x, y: y * x ** (y - 1) * (np.log(x) + 1 / y)),
        (np.arctan2, lambda x, y: (y * y - x * x) / (x * x + y * y) ** 2 * -1),
    ):
        mixed = ta.derivative(
            lambda y: ta.derivative(lambda x, y=y: function(x, y))(point) * 1.0  # noqa: B023
        )(point + 0.25)
        x, y = point, point + 0.25
        want = slope(x, y) if function is not np.arctan2 else (x * x - y * y) / (x * x + y * y) ** 2
        np.testing.assert_allclose(mixed, want, rtol=1e-13)


# --- Items and views ----------------------------------------------------------------------

INDICES = [
    2, -1, slice(2, 7), slice(None), slice(None, None, -1), slice(8, 2, -2), slice(5, 2), ..., None,
    (None, slice(1, 3)), (slice(1, 3), None), (..., None), (), [1, 2], [-1, 0, 0], np.array([3, 1]),
    np.array([True, False] * 5), np.array([], int), [], np.int64(3), (3,), np.array(4), True,
    (slice(2, 5), ...), np.array([[1, 2], [3, 4]]),
]  # fmt: skip
GRID = [
    1, (1, 1), (slice(None), 0), (0, slice(1, None)), (..., 1), (1, ...), (slice(None), None, 1),
    (None, 1, None, slice(None, None, -1)), (slice(4, 1, -2), slice(None)), ([0, 1], [1, 0]),
    (slice(None), [1, 0, 1]), np.arange(10).reshape(5, 2) > 4, (0, 0, ...),
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16"])
@pytest.mark.parametrize("shape, indices", [((10,), INDICES), ((5, 2), GRID)])
def test_items_are_numpy_s(shape, indices, dtype):
    u = np.random.default_rng(7).normal(size=(3, *shape)).astype(dtype)
    for index in indices:
        x = ta.Taylor(u.copy())
        want = [row[index] for row in x.coefficients]
        got = x[index]
        assert got.shape == want[0].shape
        assert_array_equal(got.coefficients, want)
        if isinstance(want[0], np.ndarray) and want[0].ndim:
            shared = np.shares_memory(got.coefficients, x.coefficients)
            assert shared == np.shares_memory(want[0], x.coefficients[0])


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("shape, indices", [((10,), INDICES), ((5, 2), GRID)])
def test_items_are_assigned_as_numpy_s(shape, indices, dtype):
    rng = np.random.default_rng(8)
    u = rng.normal(size=(3, *shape)).astype(dtype)
    for index in indices:
        size = u[0][index].shape
        given = rng.normal(size=(3, *size)).astype(dtype)
        for item, rows in (
            (ta.Taylor(given), given),
            (given[0], [given[0], 0, 0]),
            (0.25, [0.25, 0, 0]),
            (-0.0, [-0.0, 0, 0]),
            (3, [3, 0, 0]),
            (ta.Taylor(np.array([1.0, 2.0, 3.0], dtype)), [1, 2, 3]),
        ):
            x, want = ta.Taylor(u.copy()), u.copy()
            x[index] = item
            for row, new in zip(want, rows, strict=True):
                row[index] = new
            assert_array_equal(x.coefficients, want)
            assert_array_equal(np.signbit(x.value), np.signbit(want[0]))


def test_assigned_items_may_overlap():
    u = np.arange(30.0).reshape(3, 10)
    for to, of in ((slice(1, None), slice(None, -1)), (slice(None), slice(None, None, -1))):
        x, want = ta.Taylor(u.copy()), u.copy()
        x[to] = x[of]
        for row in want:
            row[to] = row[of].copy()
        assert_array_equal(x.coefficients, want)
    x = ta.Taylor(u.copy())
    x[np.arange(10)] = x[::-1]
    assert_array_equal(x.coefficients, u[:, ::-1])


def test_items_that_are_refused():
    x = ta.Dual(np.ones(10), 1.0)
    for index in (10, -11, (1, 1), [10], [-11], np.array([12]), np.zeros(9, bool), 1.5, "a"):
        with pytest.raises((IndexError, TypeError)):
            x[index]
        with pytest.raises((IndexError, TypeError)):
            x[index] = 1.0
    with pytest.raises(ValueError, match="broadcast"):
        x[2:4] = np.ones(3)
    with pytest.raises(ValueError, match="delete"):
        del x[0]
    x.setflags(write=False)
    for index in (0, slice(2), [1, 2], np.ones(10, bool)):
        with pytest.raises(ValueError, match="read-only"):
            x[index] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        x += 1.0


def test_in_place_keeps_the_memory():
    x = ta.Dual(np.linspace(1.0, 2.0, 10), 1.0)
    y, view = x.copy(), x[2:4]
    for change in ("+= y", "-= 0.5", "*= y", "/= 2.0"):
        before, name = x.copy(), {"x": x, "y": y}
        exec(f"x {change}", name)
        assert name["x"] is x
        want = eval(f"x {change.replace('=', '')}", {"x": before, "y": y})
        assert_array_equal(x.parts, want.parts)
        assert_array_equal(view.parts, x.parts[:, 2:4])
    with pytest.raises(ValueError, match="in place"):
        x += np.ones((2, 10))


VIEWS = [
    lambda x: x.T, lambda x: x.ravel(), lambda x: x.reshape(2, 5), lambda x: x.reshape(-1),
    lambda x: x.reshape((5, -1, 1)), lambda x: x.reshape(10, order="F"), lambda x: x.transpose(),
    lambda x: x.squeeze(), lambda x: x[:1].squeeze(), lambda x: x.swapaxes(0, -1), lambda x: x.flatten(),
    lambda x: x.copy(), lambda x: x.diagonal(), lambda x: np.transpose(x, (1, 0)), lambda x: x.real,
    lambda x: np.reshape(x, (2, 5)), lambda x: np.reshape(x, (2, 5), "F"), lambda x: np.ravel(x, "F"),
    lambda x: np.flip(x), lambda x: np.atleast_1d(x), lambda x: np.atleast_2d(x[0]), lambda x: x.T.ravel(),
    lambda x: np.squeeze(x[:, :1]), lambda x: x.transpose(1, 0), lambda x: x.T.reshape(10),
    lambda x: x.astype(float), lambda x: x[:, ::-1].reshape(-1),
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_views_are_where_numpy_s_are(view):
    u = np.random.default_rng(9).normal(size=(3, 5, 2))
    for rows in (u, np.asfortranarray(u[0])[None] + np.zeros((3, 1, 1))):
        x = ta.Taylor(rows.copy())
        got, want = view(x), [view(row) for row in x.coefficients]
        assert_array_equal(got.coefficients, want)
        if np.shares_memory(want[0], x.coefficients):
            assert np.shares_memory(got.coefficients, x.coefficients)


def test_shapes_that_are_refused():
    x = ta.Dual(np.ones(10), 1.0)
    for shape in ((3, 4), (-1, -1), (-1, 3), (0, -1), (2.0, 5)):
        with pytest.raises((ValueError, TypeError)):
            x.reshape(*shape)
        with pytest.raises((ValueError, TypeError)):
            np.reshape(x, shape)
    for call in (lambda: np.reshape(x, 5, 2), lambda: x.transpose(0, 0), lambda: x.swapaxes(0, 1),
                 lambda: x.sum(3), lambda: x.nothing, lambda: x.sum(ddof=0)):  # fmt: skip
        with pytest.raises((ValueError, TypeError, AttributeError)):
            call()


# --- Sums, products and what joins -----------------------------------------------------------

ANGLES = [lambda x: np.deg2rad(x), lambda x: np.rad2deg(x[:, 0])]
LINEAR = [
    *ANGLES,
    lambda x: np.sum(x), lambda x: x.sum(axis=0), lambda x: np.sum(x, axis=1, keepdims=True),
    lambda x: x.mean(), lambda x: np.mean(x, axis=-1), lambda x: np.add.reduce(x),
    lambda x: np.add.reduce(x, axis=1), lambda x: np.cumsum(x[:, 0]), lambda x: np.roll(x, 1),
    lambda x: np.roll(x, (1, 2), axis=(0, 1)), lambda x: np.tile(x, (2, 1)), lambda x: np.triu(x),
    lambda x: np.tril(x, -1), lambda x: np.repeat(x, 2), lambda x: x.repeat(3, axis=1),
    lambda x: np.diag(x), lambda x: np.diag(x[0]), lambda x: np.diag(x[0], 1), lambda x: np.trace(x),
    lambda x: np.delete(x, 1, axis=0), lambda x: np.resize(x, (3, 7)), lambda x: np.diagflat(x),
    lambda x: np.fft.fftshift(x), lambda x: x.take(np.array([1, 0, 1])),
    lambda x: np.take(x[0], np.array([-1, 0])), lambda x: np.positive(x), lambda x: np.negative(x),
    lambda x: np.concatenate([x, x]), lambda x: np.stack([x, x], -1),
    lambda x: np.concatenate((x, x), axis=1), lambda x: np.hstack([x, x]), lambda x: np.hstack([x[0]] * 3),
    lambda x: np.vstack([x[0], x[1]]), lambda x: np.vstack([x, x[:1]]), lambda x: np.column_stack([x, x]),
    lambda x: np.column_stack([x[0], x[1]]), lambda x: np.append(x[0], x[1]), lambda x: np.append(x, x),
    lambda x: np.stack([x[0, 0], x[1, 1]]), lambda x: np.hstack([x[0], x[0, 0]]), lambda x: np.diff(x),
    lambda x: np.concatenate([x, np.zeros((1, 5))]), lambda x: np.append(x[0], 0.0),
]  # fmt: skip


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
    from fractions import Fraction

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
    np.matmul, np.dot, np.inner, np.outer, np.vdot, np.convolve, np.kron,
    lambda a, b: np.einsum("i,i->", a, b), lambda a, b: a @ b,
]  # fmt: skip


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("function", BILINEAR)
def test_bilinear_functions_of_pairs_of_coefficients(function, order):
    rng = np.random.default_rng(12)
    u, v = rng.normal(size=(2, order + 1, 6))
    x, y = ta.Taylor(u), ta.Taylor(v)
    want = [sum(function(u[i], v[k - i]) for i in range(k + 1)) for k in range(order + 1)]
    np.testing.assert_allclose(function(x, y).coefficients, want, rtol=1e-12, atol=1e-14)
    for got, rows in ((function(x, v[0]), [function(row, v[0]) for row in u]),
                      (function(u[0], y), [function(u[0], row) for row in v])):  # fmt: skip
        np.testing.assert_allclose(got.coefficients, rows, rtol=1e-13, atol=1e-15)
        assert_array_equal(got.value, rows[0])


@pytest.mark.parametrize("shapes", [((3, 4), (4, 2)), ((3, 4), (4,)), ((4,), (4, 2)), ((12, 9), (9, 7))])
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
    for made, value in ((np.zeros_like(x), 0.0), (np.ones_like(x), 1.0), (np.full_like(x, 2.5), 2.5)):
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
    for question in (np.argmax, np.argmin, np.shape, np.ndim, np.size, np.any, np.all, np.count_nonzero,
                     np.argsort, np.isnan, np.isfinite, np.signbit, np.iscomplexobj, np.nonzero):  # fmt: skip
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
