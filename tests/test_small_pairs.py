"""Functions of two operands at a few points: as at many, where the rules compute them."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import taylorad as ta
from taylorad._numbers import Number

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


@pytest.mark.parametrize("kind", ["dual", "order 3"])
@pytest.mark.parametrize("function", PAIRS, ids=lambda f: f.__name__)
def test_single_and_double_precision_are_double(function, kind):
    u, v = np.linspace(0.3, 2.0, 7, dtype="f4"), np.linspace(3.0, 1.1, 7)
    x, y, scalar = coefficients(u, kind), coefficients(v, kind, 4), coefficients(v, kind, 4)[2]
    wide = x.astype("f8")
    for other in (y, v, scalar, coefficients(UGLY[:7], kind), UGLY[:7]):
        with np.errstate(all="ignore"):
            for got, want, value in (
                (function(x, other), function(wide, other), function(u, ta.value(other))),
                (function(other, x), function(other, wide), function(ta.value(other), u)),
            ):
                assert parts(got).dtype == parts(want).dtype == value.dtype
                assert_array_equal(parts(got), parts(want))
                np.testing.assert_allclose(ta.value(got), value, rtol=1e-15)


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

            def along(t, a=a, b=b, exact=exact):
                return exact(mp.polyval(a[::-1], t), mp.polyval(b[::-1], t))

            with mp.workdps(50):
                want = mp.taylor(along, 0, 2)
            np.testing.assert_allclose(got[:, point], [float(c) for c in want], rtol=1e-14)


def test_nested_numbers_of_few_points():
    x, y = np.array([0.5, 1.5, 2.5]), np.array([0.75, 1.75, 2.75])

    def mixed(function):
        inner = lambda y: ta.derivative(lambda x: function(x, y))(x)  # noqa: E731
        return ta.derivative(inner)(y)

    np.testing.assert_allclose(mixed(np.power), x ** (y - 1) * (1 + y * np.log(x)), rtol=1e-13)
    angle = (x * x - y * y) / (x * x + y * y) ** 2
    np.testing.assert_allclose(mixed(np.arctan2), angle, rtol=1e-13)
