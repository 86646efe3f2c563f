"""What a derivative is where functions are not smooth: each row of the table, forward mode."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from mpmath import mp
from numpy.testing import assert_allclose, assert_array_equal
from oracles import excess, series

import taylorad as ta

T = ta.Taylor


def along(x: float, direction: float = 1.0, order: int = 3) -> Any:
    return T.variable(x, order, direction)


def rows(x: Any) -> np.ndarray:
    return x.coefficients


def both(x: Any) -> list[Any]:
    """A scalar, and an array that holds it in several tiles of the kernels."""
    return [x, T(np.repeat(x.coefficients[:, None], 19, axis=1))]


def assert_series(got: Any, want: Any, **options: Any) -> None:
    got = rows(got)
    want = np.asarray(want, dtype=float)
    if got.ndim > 1:
        want = np.broadcast_to(want[:, None], got.shape)
    if options:
        assert_allclose(got, want, **options)
    else:
        assert_array_equal(got, want)


# abs, sign, floor, ceil, round, trunc


def test_abs_at_0() -> None:
    for function in (abs, np.abs, np.fabs):
        for x in both(T([0.0, 3.0, 5.0, -1.0])):
            assert_series(function(x), [0, 0, 0, 0])
        for x in both(T([-0.0, 3.0, 5.0, -1.0])):
            assert_series(function(x), [0, 0, 0, 0])
        for x in both(T([np.nan, 3.0, 5.0, -1.0])):
            assert np.isnan(rows(function(x))).all()
        for x in both(T([-2.0, 3.0, 5.0, -1.0])):
            assert_series(function(x), [2, -3, -5, 1])


@pytest.mark.parametrize(
    "function", [np.sign, np.floor, np.ceil, np.round, np.rint, np.trunc, round, np.fix]
)
def test_steps(function: Any) -> None:
    for value in (-1.5, -1.0, 0.0, 0.5, 2.0, 2.5, 1e18, np.inf):
        for x in both(T([value, 3.0, 5.0, -1.0])):
            if x.ndim and function is round:
                continue
            want = (np.round if function is round else function)(np.float64(value))
            assert_series(function(x), [want, 0, 0, 0])


# Ties


@pytest.mark.parametrize("function", [np.maximum, np.minimum, np.fmax, np.fmin])
def test_ties_of_two(function: Any) -> None:
    u, v = T([2.0, 3.0, 5.0, 7.0]), T([2.0, 1.0, -1.0, 0.0])
    for x, y in zip(both(u), both(v), strict=True):
        assert_series(function(x, y), [2, 2, 2, 3.5])
        assert_series(function(y, x), [2, 2, 2, 3.5])
        assert_series(function(x, 2.0), [2, 1.5, 2.5, 3.5])
        assert_series(function(2.0, x), [2, 1.5, 2.5, 3.5])
        assert_series(function(x, x), rows(u))
    zero = function(T([0.0, 2.0]), T([-0.0, 4.0]))
    assert_series(zero, [0, 3])
    inf = function(T([np.inf, 2.0]), T([np.inf, 4.0]))
    assert_series(inf, [np.inf, 3])


@pytest.mark.parametrize(("function", "wins"), [(np.maximum, True), (np.minimum, False)])
def test_without_a_tie(function: Any, wins: bool) -> None:
    u, v = T([2.0, 3.0, 5.0, 7.0]), T([1.0, 1.0, -1.0, 0.0])
    for x, y in zip(both(u), both(v), strict=True):
        assert_series(function(x, y), rows(u if wins else v))
        assert_series(function(y, x), rows(u if wins else v))


def test_extrema_with_nan() -> None:
    x, nan = T([2.0, 3.0]), T([np.nan, 5.0])
    for function in (np.maximum, np.minimum):
        for pair in ((x, nan), (nan, x), (x, np.nan), (np.nan, x), (nan, 1.0)):
            assert np.isnan(rows(function(*pair))).all()
    for function in (np.fmax, np.fmin):
        for pair in ((x, nan), (nan, x), (x, np.nan), (np.nan, x)):
            assert_series(function(*pair), [2, 3])
        assert np.isnan(function(nan, nan).value)


@pytest.mark.parametrize("function", [np.max, np.min, np.amax, np.amin])
def test_ties_of_many(function: Any) -> None:
    sign = 1.0 if function in (np.max, np.amax) else -1.0
    x = T([[sign * 2, sign * 2, sign * 1, sign * 2], [1.0, 2.0, 100.0, 6.0]])
    assert_series(function(x), [sign * 2, 3])
    matrix = T(np.stack([x.coefficients, x.coefficients[:, ::-1]], axis=1))
    assert_allclose(function(matrix, axis=1).coefficients[1], [3, 3])
    assert_allclose(function(matrix, axis=0).coefficients[1], [3.5, 2, 2, 3.5])
    one = T([[sign * 1, sign * 3], [5.0, 7.0]])
    assert_series(function(one), [sign * 3, 7])
    nan = T([[1.0, np.nan], [5.0, 7.0]])
    assert np.isnan(function(nan).value)


def test_reductions_by_ufunc_follow_the_same_convention() -> None:
    x = T([[2.0, 2.0, 1.0, 2.0], [1.0, 2.0, 100.0, 6.0]])
    assert_series(np.maximum.reduce(x), [2, 3])
    assert_series(x.max(), [2, 3])


# Orders


def test_sort_is_stable() -> None:
    x = T([[2.0, 1.0, 2.0, 0.0, 2.0], [10.0, 20.0, 30.0, 40.0, 50.0]])
    assert_array_equal(np.sort(x).coefficients, [[0, 1, 2, 2, 2], [40, 20, 10, 30, 50]])


def test_medians_and_quantiles() -> None:
    x = T([[2.0, 1.0, 4.0, 3.0], [10.0, 20.0, 30.0, 40.0]])
    assert_series(np.median(x), [2.5, 25])
    assert_series(np.median(x[:3]), [2, 10])
    assert_series(np.percentile(x, 0), [1, 20])
    assert_series(np.percentile(x, 50), [2.5, 25])
    assert_series(np.quantile(x, 1.0), [4, 30])
    assert_allclose(rows(np.quantile(x, 0.25)), [1.75, 0.25 * 20 + 0.75 * 10])
    tie = T([[2.0, 2.0, 1.0], [10.0, 20.0, 30.0]])
    assert_series(np.median(tie), [2, 10])
    assert_array_equal(np.partition(x, 1).coefficients[:, 1], [2, 10])


# clip, where


def test_clip_at_a_bound() -> None:
    x = T([[-1.0, 0.0, 0.5, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    for got in (np.clip(x, 0.0, 1.0), x.clip(0.0, 1.0), np.clip(x, 0, 1)):
        assert_array_equal(got.coefficients, [[0, 0, 0.5, 1, 1], [0, 2, 3, 4, 0]])
    assert_array_equal(np.clip(x, None, 1.0).coefficients[1], [1, 2, 3, 4, 0])
    assert_array_equal(np.clip(x, 0.0, None).coefficients[1], [0, 2, 3, 4, 5])
    scalar = np.clip(T([1.0, 4.0, 5.0]), 0.0, 1.0)
    assert_series(scalar, [1, 4, 5])
    assert np.isnan(np.clip(T([np.nan, 1.0]), 0.0, 1.0).value)
    moving = np.clip(T([5.0, 1.0]), 0.0, T([2.0, 7.0]))
    assert_series(moving, [2, 7])


def test_where_never_leaks() -> None:
    x = T([[-1.0, 4.0], [1.0, 1.0], [0.0, 0.0]])
    with np.errstate(all="ignore"):
        got = np.where(x > 0, np.sqrt(x), 0.0)
        assert_array_equal(got.coefficients, [[0, 2], [0, 0.25], [0, -1 / 64]])
        zero = T([[0.0, 2.0], [1.0, 1.0], [0.0, 0.0]])
        got = np.where(zero > 0, np.log(zero), zero)
        assert_array_equal(got.coefficients[:, 0], [0, 1, 0])
        got = np.where(zero > 0, 1 / zero, 5.0)
        assert_array_equal(got.coefficients[:, 0], [5, 0, 0])
        assert_allclose(got.coefficients[:, 1], [0.5, -0.25, 0.125])
        got = np.where(True, T([1.0, 2.0]), np.nan)
    assert_series(got, [1, 2])


# sqrt, cbrt


def test_roots_at_0() -> None:
    with np.errstate(all="ignore"):
        for function in (np.sqrt, np.cbrt, lambda x: x**0.5, lambda x: x ** (1 / 3)):
            for x in (*both(T([0.0, 1.0])), ta.Dual(0.0, 1.0), ta.Dual(np.zeros(3), 1.0)):
                y = function(x)
                assert_array_equal(y.value, np.zeros(x.shape))
                assert_array_equal(y.parts[1], np.full(x.shape, np.inf))


def test_sqrt_of_a_square_at_0() -> None:
    for x in both(along(0.0)):
        with np.errstate(all="ignore"):
            y = np.sqrt(x * x)
        assert_array_equal(y.coefficients[:2], np.zeros((2, *x.shape)))
    got = ta.derivative(lambda x: np.sqrt(x**2))(0.0)
    assert got == 0
    assert_array_equal(
        ta.derivative(lambda x: np.sqrt(x**2))(np.array([-2.0, 0.0, 3.0])), [-1, 0, 1]
    )


def test_sqrt_of_a_series_with_an_even_leading_degree() -> None:
    # sqrt(t^4 (1 + t)) = t^2 sqrt(1 + t): smooth, its truth ends two orders earlier.
    x = T([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    got = np.sqrt(x)
    want = [0, 0, 1, 0.5, -0.125, 0.0625, -5 / 128]
    assert got.order <= 6
    assert got.order >= 5
    assert_allclose(got.coefficients, want[: got.order + 1], atol=1e-15)
    got = np.sqrt(1 - np.cos(along(0.0, order=12)))
    assert got.value == 0
    assert abs(got.coefficients[1]) in (0.0, pytest.approx(np.sqrt(0.5)))


def test_sqrt_at_a_double_root_by_a_transform() -> None:
    def f(x: Any) -> Any:
        return np.sqrt(x**4 + x**5)

    for order, want in enumerate([0, 0, 2, 3, -3, 7.5]):
        assert ta.derivative(f, order)(0.0) == pytest.approx(want, abs=1e-12)


# norm, std, hypot


def test_norms_at_0() -> None:
    x = ta.Dual(np.zeros(3), np.ones(3))
    with np.errstate(all="ignore"):
        for got in (
            np.linalg.norm(x),
            np.hypot(x[0], x[1]),
            np.hypot(x[0], 0.0),
            np.std(x),
            x.std(),
        ):
            assert got.value == 0
            assert got.tangent == 0
        many = np.hypot(ta.Dual(np.array([0.0, 3.0]), 1.0), ta.Dual(np.array([0.0, 4.0]), 1.0))
    assert_allclose(many.tangent, [0, 1.4])
    constant = ta.Dual(np.full(4, 2.0), np.arange(4.0))
    assert np.std(constant).value == 0
    assert np.std(constant).tangent == 0


def test_hypot_of_axes() -> None:
    got = np.hypot(T([0.0, 1.0, 0.0, 0.0]), 2.0)
    assert_allclose(rows(got), [2, 0, 0.25, 0], atol=1e-16)
    with np.errstate(all="ignore"):
        got = np.hypot(ta.Dual(np.inf, 1.0), ta.Dual(1.0, 1.0))
    assert (got.value, got.tangent) == (np.inf, 1.0)


# Powers


@pytest.mark.parametrize("n", range(-4, 8))
@pytest.mark.parametrize("as_float", [False, True])
def test_integer_powers(n: int, as_float: bool) -> None:
    exponent = float(n) if as_float else n
    for value in (0.0, -2.0, -0.5, 3.0):
        if value == 0 and n < 0:
            continue
        binomials = [math.prod(n - i for i in range(k)) / math.factorial(k) for k in range(6)]
        want = [b * value ** (n - k) if b else 0.0 for k, b in enumerate(binomials)]
        for x in both(along(value, order=5)):
            assert_series(x**exponent, want, rtol=4e-16)
            assert_series(np.power(x, exponent), want, rtol=4e-16)


def test_an_array_of_exponents() -> None:
    x = along(0.0, order=4)
    got = x ** np.array([0.0, 1.0, 2.0, 3.0, 7.0])
    want = np.zeros((5, 5))
    want[0, 0] = want[1, 1] = want[2, 2] = want[3, 3] = 1
    assert_array_equal(got.coefficients, want)


def test_a_pole() -> None:
    with np.errstate(all="ignore"):
        for x in both(along(0.0)):
            y = x**-1
            assert_array_equal(np.abs(y.value), np.full(x.shape, np.inf))
            assert not np.isfinite(y.coefficients[1]).any()


def test_zero_to_the_zero() -> None:
    x = ta.HyperDual(0.0, 1.0, 0.0)
    y = ta.HyperDual(0.0, 0.0, 1.0)
    for got in (x**0, x**0.0, 0.0**y, x**y, np.power(x, y), np.float_power(x, y)):
        assert got.value == 1
        assert got.d1 == 0
        assert got.d2 == 0
    many = T(np.zeros((2, 20))) ** 0
    assert_array_equal(many.coefficients, [np.ones(20), np.zeros(20)])


def test_a_negative_base() -> None:
    for exponent in (3.0, 3, np.float64(3.0), ta.Dual(3.0, 0.0)):
        got = ta.Dual(-2.0, 1.0) ** exponent
        assert (got.value, got.tangent) == (-8, 12)
    base = ta.HyperDual(-2.0, 1.0, 0.0)
    with np.errstate(all="ignore"):
        got = base ** ta.HyperDual(3.0, 0.0, 1.0)
    assert got.value == -8
    assert got.d1 == 12 or np.isnan(got.d1)
    assert np.isnan(got.d2)


def test_powers_never_go_through_exp_and_log() -> None:
    for value, n in [(3.0, 5), (1.1, 20), (-1.7, 7), (1e-30, 4)]:
        got = (ta.Dual(value, 1.0) ** n).value
        assert got == pytest.approx(value**n, rel=4e-16)
        got = (ta.Dual(np.full(20, value), 1.0) ** float(n)).value
        assert_allclose(got, value**n, rtol=1e-15)
    assert (ta.Dual(3.0, 1.0) ** 4).value == 81
    assert (ta.Dual(3.0, 1.0) ** 4).tangent == 108
    assert (ta.Dual(10.0, 1.0) ** 15).value == 1e15


# Products


def test_products_with_zeros() -> None:
    x = T([[0.0, 2.0, 3.0], [1.0, 1.0, 1.0]])
    assert_series(np.prod(x), [0, 6])
    x = T([[0.0, 2.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    assert_series(np.prod(x), [0, 0, 2])
    assert_array_equal(np.cumprod(x).coefficients, [[0, 0, 0], [1, 2, 0], [0, 1, 2]])
    assert_series(np.multiply.reduce(x), [0, 0, 2])


# sinc


@pytest.mark.parametrize("x", [0.0, 1e-60, 1e-20, 1e-9, 1e-5, -1e-3, 0.02])
def test_sinc_near_0(x: float) -> None:
    for order in (1, 2, 8, 20):
        got = np.sinc(along(x, order=order))
        assert isinstance(got, T)
        assert max(excess(rows(got), np.sinc, (x, 1.0), digits=300)) < 1e-13
    many = np.sinc(T.variable(np.full(20, x), 8))
    assert max(excess(many.coefficients[:, 17], np.sinc, (x, 1.0), digits=300)) < 1e-13
    got = np.sinc(ta.HyperDual(x, 1.0, 1.0))
    assert got.d12 == pytest.approx(2 * float(series(np.sinc, (x, 1.0), digits=300)[2]), rel=1e-13)


# logaddexp, arctan2


@pytest.mark.parametrize("function", [np.logaddexp, np.logaddexp2])
def test_logaddexp_at_infinity(function: Any) -> None:
    u, v = T([-np.inf, 2.0]), T([-np.inf, 4.0])
    with np.errstate(all="ignore"):
        for x, y in zip(both(u), both(v), strict=True):
            assert_series(function(x, y), [-np.inf, 3])
            assert_series(function(x, 1.0), [1, 0])
            assert_series(function(1.0, x), [1, 0])
        assert_series(function(T([np.inf, 2.0]), T([1.0, 4.0])), [np.inf, 2])
    tie = function(T([1.0, 2.0]), T([1.0, 4.0]))
    assert_allclose(tie.coefficients[1], 3)
    assert_allclose(np.logaddexp.reduce(T([[1.0, 1.0], [2.0, 4.0]])).coefficients[1], 3)


def test_arctan2_at_the_origin() -> None:
    with np.errstate(all="ignore"):
        for x in (0.0, -0.0):
            got = np.arctan2(ta.Dual(0.0, 1.0), ta.Dual(x, 2.0))
            assert got.value == np.arctan2(0.0, x)
            assert np.isnan(got.tangent)
        many = np.arctan2(ta.Dual(np.array([0.0, 1.0]), 1.0), ta.Dual(np.array([0.0, 1.0]), 0.0))
    assert_array_equal(np.isnan(many.tangent), [True, False])
    assert many.tangent[1] == 0.5


# Removable singularities


def test_sin_x_over_x() -> None:
    x = along(0.0, order=8)
    got = np.sin(x) / x
    assert got.order == 7
    want = [(-1) ** (k // 2) / math.factorial(k + 1) if k % 2 == 0 else 0 for k in range(8)]
    assert_allclose(got.coefficients, want, atol=1e-16)
    assert ta.derivative(lambda x: np.sin(x) / x)(0.0) == pytest.approx(0, abs=1e-15)
    assert ta.derivative(lambda x: np.sin(x) / x, 2)(0.0) == pytest.approx(-1 / 3, rel=1e-14)
    got = ta.derivatives(lambda x: np.sin(x) / x, 4)(np.array([-1.0, 0.0, 1.0]))
    assert_allclose(got[:, 1], [1, 0, -1 / 3, 0, 1 / 5], atol=1e-14)
    assert_allclose(got[:, 0], got[:, 2] * [1, -1, 1, -1, 1], rtol=1e-12)


REMOVABLE = [
    # f, f'(0), f''(0)
    (lambda x: np.sin(x) / x, 0, -1 / 3),
    (lambda x: (1 - np.cos(x)) / x**2, 0, -1 / 12),
    (lambda x: np.expm1(x) / x, 1 / 2, 1 / 3),
    (lambda x: np.log1p(x) / x, -1 / 2, 2 / 3),
    (lambda x: x / np.tan(x), 0, -2 / 3),
    (lambda x: x / np.expm1(x), -1 / 2, 1 / 6),
    (lambda x: (x**3 + x**2) / x, 1, 2),
    (lambda x: np.sqrt(x**2 + 1) * np.arctan(x) / x, 0, 1 / 3),
    (lambda x: (np.tan(x) - x) / x**3, 0, 4 / 15),
]


@pytest.mark.parametrize(("f", "first", "second"), REMOVABLE)
def test_removable_singularities(f: Any, first: float, second: float) -> None:
    assert ta.derivative(f)(0.0) == pytest.approx(first, abs=1e-13)
    assert ta.derivative(f, 2)(0.0) == pytest.approx(second, abs=1e-12)
    assert ta.derivative(ta.derivative(f))(0.0) == pytest.approx(second, abs=1e-12)
    many = ta.derivative(f)(np.array([0.0, 0.5, 0.0]))
    h = 1e-5
    assert_allclose(many, [first, (f(0.5 + h) - f(0.5 - h)) / (2 * h), first], atol=1e-8)


def test_the_order_that_is_true_is_tracked() -> None:
    x = along(0.0, order=5)
    assert (x / x).order == 4
    assert_allclose(rows(x / x), [1, 0, 0, 0, 0])
    assert (x**3 / x**2).order <= 3
    assert_allclose(rows(x**3 / x**2), [0, 1, 0, 0][: (x**3 / x**2).order + 1])
    assert (np.sin(x) / x * along(1.0, order=5)).order == 4


def test_a_pole_is_no_removable_singularity() -> None:
    with np.errstate(all="ignore"):
        got = along(1.0) / along(0.0)
        assert got.value == np.inf
        got = np.cos(along(0.0)) / along(0.0)
        assert np.isinf(got.value)
        got = 1 / along(0.0)
        assert np.isinf(got.value)


def test_zero_over_a_plain_zero_is_nan() -> None:
    with np.errstate(all="ignore"):
        assert np.isnan((along(0.0) / 0.0).value)
        assert np.isnan((0.0 / ta.Dual(0.0, 0.0)).value)


# Tails. (orders to 20 in test_rules_analytic)


TAILS = [
    (np.tanh, 20.0, lambda x: 1 / mp.cosh(x) ** 2),
    (np.log1p, 1e-18, lambda x: 1 / (1 + x)),
    (np.expm1, 1e-18, mp.exp),
    (np.expm1, -40.0, mp.exp),
    (np.arctan, 1e8, lambda x: 1 / (1 + x * x)),
    (np.arctan, 1e200, lambda x: 1 / (1 + x * x)),
    (np.arccosh, 1 + 1e-10, lambda x: 1 / mp.sqrt(x * x - 1)),
    (np.arccosh, 1e200, lambda x: 1 / mp.sqrt(x * x - 1)),
    (np.arcsinh, 1e200, lambda x: 1 / mp.sqrt(x * x + 1)),
    (np.arcsin, 1 - 1e-12, lambda x: 1 / mp.sqrt(1 - x * x)),
    (np.arctanh, 1 - 1e-12, lambda x: 1 / (1 - x * x)),
    (lambda x: np.logaddexp(x, 0.0), -40.0, lambda x: mp.exp(x) / (1 + mp.exp(x))),
    (lambda x: np.logaddexp(x, 0.0), -700.0, lambda x: mp.exp(x) / (1 + mp.exp(x))),
    (lambda x: np.logaddexp(x, 0.0), 800.0, lambda x: 1 / (1 + mp.exp(-x))),
    (lambda x: 1 / (1 + np.exp(-x)), -40.0, lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2),
    (lambda x: np.arctan2(x, 1.0), 1e10, lambda x: 1 / (1 + x * x)),
    (lambda x: np.hypot(x, 1e200), 1e200, lambda x: x / mp.sqrt(x * x + mp.mpf(1e200) ** 2)),
]


@pytest.mark.parametrize(("f", "x", "slope"), TAILS)
def test_tails(f: Any, x: float, slope: Any) -> None:
    with mp.workdps(400):
        want = float(slope(mp.mpf(x)))
    for number in (ta.Dual(x, 1.0), T.variable(x, 3), ta.HyperDual(x, 1.0, 0.0)):
        assert f(number).parts[1] == pytest.approx(want, rel=1e-14, abs=1e-320)
    many = f(ta.Dual(np.full(20, x), 1.0))
    assert_allclose(many.tangent, want, rtol=1e-14, atol=1e-320)


# The same through transforms


@pytest.mark.parametrize(
    ("f", "x", "want"),
    [
        (abs, 0.0, 0.0),
        (np.abs, np.array([-1.0, 0.0, 1.0]), [-1, 0, 1]),
        (lambda x: np.maximum(x, 0.0), np.array([-1.0, 0.0, 1.0]), [0, 0.5, 1]),
        (lambda x: np.where(x > 0, x, 0.0), np.array([-1.0, 0.0, 1.0]), [0, 0, 1]),
        (lambda x: np.clip(x, 0.0, 1.0), np.array([-1.0, 0.0, 1.0, 2.0]), [0, 1, 1, 0]),
        (lambda x: x**2, np.array([-1.0, 0.0]), [-2, 0]),
        (lambda x: x**3.0, np.array([-1.0, 0.0]), [3, 0]),
        (np.sinc, 0.0, 0.0),
        (np.floor, 1.5, 0.0),
        (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    ],
)
def test_by_transforms(f: Any, x: Any, want: Any) -> None:
    assert_allclose(ta.derivative(f)(x), want, atol=1e-16)
