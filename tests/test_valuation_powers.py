"""Powers where the base is zero: against powers of exact polynomials, and as limits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_polynomials import NESTED, draw, polynomial, rows_of
from numpy.testing import assert_allclose, assert_array_equal

import taylorad as ta
from taylorad.algebra import Algebra, taylor
from taylorad.valuation import power

T = ta.Taylor


def raised(x: Any, p: float) -> Any:
    """x ** p through the entry point itself, with nan where the recurrence would divide."""
    y = np.full(x.parts.shape, np.nan)
    y[0] = np.power(x.parts[0], p)
    return power(x.algebra, x.parts, p, y)


@pytest.mark.parametrize(
    ("p", "times"), [(1 / 2, 2), (1 / 4, 4), (1 / 8, 8), (1 / 10, 10), (1 / 20, 20)]
)
def test_even_roots_of_even_powers(p: float, times: int) -> None:
    q = [0, 0, 4, 1, -2, 3, 0, 5]
    order = 2 * times + 5
    base = polynomial({(k,): Fraction(c) for k, c in enumerate(q)}, order)
    x = base
    for _ in range(times - 1):
        x = x * base
    got = raised(T(rows_of(x, taylor(order))), p)
    assert got.order == order - 2 * times + 2
    assert_allclose(got.coefficients, (q + [0] * order)[: got.order + 1], rtol=1e-11, atol=1e-9)


def test_powers_above_one_lose_no_order() -> None:
    x = T([0.0, 0.0, 4.0, 4.0, 1.0, 0.0])  # (t (2 + t))^2
    y = x**2.5  # an odd power of the absolute value
    assert_array_equal(y.coefficients, [0, 0, 0, 0, 0, 0])
    x = T([0.0, 0.0, 0.0, 0.0, 16.0, 32.0, 24.0, 8.0])  # (t (2 + t))^4 as far as t^7
    y = x**1.5
    assert y.order == 7
    assert_array_equal(y.coefficients, [0, 0, 0, 0, 0, 0, 64, 192])


def test_the_absolute_value_has_derivative_zero() -> None:
    for x in (T([0.0, 3.0, 1.0, 0.0]), T([-0.0, -3.0, 1.0, 0.0])):
        assert_array_equal(np.sqrt(x * x).coefficients, [0, 0, 0, 0])
    assert ta.derivative(lambda x: np.sqrt(x**2))(0.0) == 0
    assert ta.derivative(lambda x: np.sqrt(x**2), 3)(0.0) == 0
    assert ta.derivative(ta.derivative(lambda x: np.sqrt(x**2)))(0.0) == 0


@pytest.mark.parametrize(
    ("f", "want"),
    [
        (lambda x: np.sqrt(x**4), [0, 0, 2, 0]),
        (lambda x: np.sqrt(x**4 * (1 + x)), [0, 0, 2, 3]),
        (lambda x: np.sqrt(0 * x), [0, 0, 0, 0]),
        (lambda x: np.cbrt(0 * x), [0, 0, 0, 0]),
        (lambda x: np.cbrt(x**3 * (1 + x)), [0, 1, 2 / 3, -2 / 3]),
        (lambda x: np.cbrt(-(x**6)), [0, 0, -2, 0]),
        (lambda x: (x**4) ** 0.75, [0, 0, 0, 0]),
        (lambda x: (np.sin(x) ** 2 * x**2) ** 0.5, [0, 0, 2, 0]),
        (lambda x: (8 * x**3) ** (2 / 3), [0, 0, 8, 0]),
    ],
)
def test_powers_nested_and_of_higher_order(f: Any, want: list[float]) -> None:
    assert_allclose(ta.derivatives(f, 3)(0.0), want, rtol=1e-13, atol=1e-13)
    d = ta.derivative(f)
    assert d(0.0) == pytest.approx(want[1], abs=1e-13)
    assert ta.derivative(d)(0.0) == pytest.approx(want[2], rel=1e-13, abs=1e-13)
    assert_allclose(ta.derivative(d)(np.zeros(3)), [want[2]] * 3, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(("p", "times"), [(1 / 3, 3), (1 / 2, 2), (1 / 4, 4)])
@pytest.mark.parametrize("algebra", [NESTED, taylor(2, 1).join(taylor(20, 2))], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_roots_over_several_factors(algebra: Algebra, p: float, times: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    m = 1 if times == 3 else 2
    # small further terms, lest the coefficients grow like those of 1 / (1 - 4 t)
    terms = {e: c / 16 ** (sum(e) - m) for e, c in draw(rng, 2, m, 3).items()}
    terms[(0, m)] = 1
    q = polynomial(terms)
    x = q
    for _ in range(times - 1):
        x = x * q
    parts = rows_of(x, algebra)
    y = np.full(parts.shape, np.nan)
    y[0] = 0
    got = power(algebra, parts, p, y)
    if times == 3 or algebra is not NESTED:
        assert_allclose(got.parts, rows_of(q, got.algebra), rtol=1e-9, atol=1e-9)
    if algebra is not NESTED:
        lost = m * times * 3 - m
        assert got.algebra.factors[-1].order >= 20 - lost


ROOTS = [(0.5, False), (1 / 3, True), (1 / 3, False), (0.25, False), (1.5, False), (2.5, False),
         (-0.5, False), (-1.0, False), (-2.0, False), (-1.5, False)]  # fmt: skip


@pytest.mark.parametrize(("p", "cbrt"), ROOTS)
@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("slope", [2.0, -3.0])
def test_roots_of_a_simple_zero(p: float, cbrt: bool, zero: float, slope: float) -> None:
    """The limits of the derivatives at x_0 = 1e-30, or at -1e-30 if that has a value."""
    defined = cbrt or p == int(p)
    near = mpmath.mpf(10) ** -30 * (np.copysign(1.0, zero) if defined else 1.0)
    order = 5
    x = np.array([zero, slope, 0, 0, 0, 0])
    want = []
    for k in range(1, order + 1):
        odd = mpmath.sign(near) if cbrt or p % 2 else 1
        part = mpmath.binomial(p, k) * slope**k * odd * abs(near) ** p / near**k
        want.append(float(mpmath.sign(part)) * np.inf if k > p else 0.0)
    with np.errstate(divide="ignore"):
        y = np.zeros(6)
        y[0] = np.cbrt(zero) if cbrt else np.power(zero, p)
    got = power(taylor(order), x, p, y, cbrt=cbrt)
    assert_array_equal(got.coefficients, [y[0], *want])


def test_sqrt_and_cbrt_at_zero() -> None:
    assert_array_equal(np.sqrt(T.variable(0.0, 3)).coefficients, [0, np.inf, -np.inf, np.inf])
    assert_array_equal(np.cbrt(T.variable(0.0, 3)).coefficients, [0, np.inf, -np.inf, np.inf])
    x = np.sqrt(ta.HyperDual(0.0, 1.0, 0.0))
    assert [x.value, x.d1, x.d2] == [0, np.inf, 0]
    assert np.isnan(x.d12)


def test_fractional_powers_of_higher_zeros() -> None:
    nan, inf = np.nan, np.inf
    t3, t2 = T([0.0, 0.0, 0.0, 1.0]), T([0.0, 0.0, 1.0, 0.0])
    assert_array_equal(np.sqrt(t3).coefficients, [0, 0, inf, -inf])
    assert_array_equal(raised(-t3, 0.5).coefficients, [0, 0, inf, inf])  # of (-t)^1.5
    assert_array_equal((t3**2.1).coefficients, [0, 0, 0, 0])
    # on both sides of 0: |t|^(2/3) has odd derivatives of both signs
    assert_array_equal(np.cbrt(t2).coefficients, [0, nan, -inf, nan])
    assert_array_equal((t2**0.25).coefficients, [0, nan, -inf, nan])
    assert_array_equal(np.cbrt(-t2).coefficients, [0, nan, inf, nan])
    t5 = T([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])  # t^(5/3)
    assert_array_equal(np.cbrt(t5).coefficients, [0, 0, nan, -inf, nan, -inf])


def test_even_roots_of_what_is_negative() -> None:
    for x in (T([0.0, 0.0, -1.0, 0.0]), T([0.0, 0.0, 0.0, 0.0, -1.0, 0.0])):
        y = raised(x, 0.5)
        assert y.value == 0
        assert np.isnan(y.coefficients[1:]).all()
    # real on one side only: (-t^3)^(1/3) = -t for negative t
    assert_allclose(raised(T([0.0, 0.0, 0.0, -8.0, 0.0]), 1 / 3).coefficients, [0, -2, 0])


def test_zero_as_far_as_it_is_known() -> None:
    # sqrt of O(t^n) is O(t^(n/2)), and |t| counts as 0
    assert_array_equal(np.sqrt(T([0.0, 0.0])).coefficients, [0, 0])
    assert_array_equal(np.sqrt(T([0.0, 0.0, 0.0])).coefficients, [0, 0])
    assert_array_equal(np.sqrt(T(np.zeros((6, 2)))).coefficients, np.zeros((4, 2)))
    assert_array_equal(np.sqrt(T(np.zeros(8))).coefficients, np.zeros(4))
    assert np.sqrt(ta.Dual(0.0, 0.0)).tangent == 0
    assert np.isnan(np.cbrt(ta.Dual(0.0, 0.0)).tangent)
    y = np.sqrt(ta.HyperDual(0.0, 0.0, 0.0))
    assert [y.value, y.d1, y.d2] == [0, 0, 0]
    assert np.isnan(y.d12)  # the square root of x^4 has the same first two orders


def test_exponents_point_by_point() -> None:
    x = np.zeros((5, 7))
    x[1] = [1, 0, 1, 2, 1, 1, 1]
    x[2] = [0, 1, 0, 0, 0, 0, 0]
    p = np.array([0.5, 0.5, 2.0, 0.0, -1.0, np.nan, np.inf])
    with np.errstate(divide="ignore"):
        y = np.full(x.shape, np.nan)
        y[0] = np.power(x[0], p)
    got = power(taylor(4), x, p, y)
    inf, nan = np.inf, np.nan
    want = [
        [0, inf, -inf, inf, -inf],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [1, 0, 0, 0, 0],
        [inf, -inf, inf, -inf, inf],
        [nan] * 5,
        [0, 0, 0, 0, 0],
    ]
    assert_array_equal(got.parts.T, want)
    # against the operator, where the other points are not zero
    many = T.variable(np.array([0.0, 4.0, 0.0]), 2) ** np.array([0.5, 0.5, 3.0])
    assert_array_equal(many.coefficients.T, [[0, inf, -inf], [2, 1 / 4, -1 / 64], [0, 0, 0]])


@given(st.integers(0, 12), st.lists(st.integers(-4, 4), min_size=6, max_size=6))
def test_whole_powers_are_exact(n: int, x: list[int]) -> None:
    x[0] = 0
    base = polynomial({(k,): c for k, c in enumerate(x)} or {(0,): 0}, 5)
    want = polynomial({(0,): 1}, 5)
    for _ in range(n):
        want = want * base
    got = power(taylor(5), np.array(x, float), float(n), np.array([0.0**n, *x[1:]]))
    assert_array_equal(got.coefficients, rows_of(want, taylor(5)))


def test_powers_in_other_dtypes() -> None:
    x = np.array([[0, 0], [0, 0], [0, 0], [0, 4], [4, 0], [4, 0], [1, 0]], np.float32)
    y = np.sqrt(T(x[:, :1]))
    assert y.dtype == np.float32
    assert_array_equal(y.coefficients[:, 0], [0, 0, 2, 1, 0])
    z = T(x.astype(complex)) ** 0.5
    assert z.dtype == complex
    assert_array_equal(z.coefficients[:, 0], [0, 0, 2, 1, 0])
    assert_array_equal(z.coefficients[:2, 1], [0, 0])
    assert np.isnan(z.coefficients[2:, 1]).all()


def test_a_root_that_depends_on_a_square_of_one_variable() -> None:
    # sqrt(x^2 + y) at 0: by the abs convention 0 in x, infinite in y
    f = lambda y: np.sqrt(ta.value(0.0) + y)  # noqa: E731
    assert ta.derivative(f)(0.0) == np.inf
    algebra = taylor(1, 1).join(taylor(4, 2))
    x = rows_of(polynomial({(1, 0): 1, (0, 2): 1}), algebra)
    y = np.zeros(algebra.rows)
    got = power(algebra, x, 0.5, y)
    rows = got.algebra.structure.find([(0, 0), (1, 0), (0, 1)])
    assert got.parts[rows].tolist() == [0, np.inf, 0]


# Near zero


@pytest.mark.parametrize("n", [5, 6, 7, 9, 12])
@pytest.mark.parametrize("at", [1e-3, -1e-5, 0.1, 1e-300])
def test_whole_powers_near_zero_beyond_the_degree_of_the_power(n: int, at: float) -> None:
    """The equation x Dy = p y Dx would divide by x, again and again, what is nearly nothing."""
    order = 12
    with mpmath.workdps(60 + 20 * 300 * (abs(at) < 1e-100)):
        sine = [mpmath.sin(mpmath.mpf(at) + k * mpmath.pi / 2) for k in range(order + 1)]
        sine = [c / mpmath.factorial(k) for k, c in enumerate(sine)]
        numbers = [mpmath.mpf(1)] + [mpmath.mpf(0)] * order
        for _ in range(n):
            numbers = [mpmath.fsum(numbers[i] * sine[k - i] for i in range(k + 1))
                       for k in range(order + 1)]
        want = np.array([float(c) for c in numbers])
    several = np.array([n, 0.5, n, 2.0])
    x = np.full(4, at)
    scalar = ta.taylor(lambda x: np.sin(x) ** n, order)(at).coefficients
    array = ta.taylor(lambda x: np.sin(x) ** float(n), order)(x).coefficients[:, 0]
    complex_ = ta.taylor(lambda x: np.sin(x + 0j) ** n, order)(at).coefficients
    with np.errstate(all="ignore"):  # the root of a negative number
        mixed = ta.taylor(lambda x: np.sin(x) ** several, order)(x).coefficients[:, 2]
    for got in (scalar, array, complex_, mixed):
        np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-300)


def test_zero_to_the_power_of_nan_is_nan() -> None:
    y = ta.Taylor.variable(np.array([0.0, 2.0]), 3) ** np.nan
    assert np.all(np.isnan(y.coefficients))


@pytest.mark.parametrize("points", [(), (3,), (2000,)], ids=str)
@pytest.mark.parametrize(("x0", "whole"), [(1e-160, 2), (3e-200, 2), (1e-15, 21), (1e-14, 22)])
def test_a_moving_exponent_where_the_value_underflows(x0, whole, points):
    """u^v = u^(v_0) u^(v - v_0): what is left of a tiny value does not spoil its derivatives."""
    order = 1 if whole == 2 else 19
    with mpmath.workdps(60):
        # x^(n + x) = x^n exp(x log x), whose series at x0 are known in closed form
        x = mpmath.mpf(x0)
        log = [mpmath.log(x)] + [-((-1) ** k) / (k * x**k) for k in range(1, order + 1)]
        inner = [x * log[k] + (log[k - 1] if k else 0) for k in range(order + 1)]
        factor = [mpmath.exp(inner[0])]
        for k in range(1, order + 1):
            factor.append(sum(j * inner[j] * factor[k - j] for j in range(1, k + 1)) / k)
        power = [mpmath.binomial(whole, k) * x ** (whole - k) for k in range(order + 1)]
        wanted = [
            float(mpmath.factorial(k) * sum(power[j] * factor[k - j] for j in range(k + 1)))
            for k in range(order + 1)
        ]
    found = ta.derivatives(lambda x: x ** (whole + x), order)(np.full(points, x0))
    for k in range(order + 1):
        assert_allclose(found[k], wanted[k], rtol=1e-11, atol=1e-305)


@pytest.mark.parametrize("points", [(), (3,), (2000,)], ids=str)
@pytest.mark.parametrize(
    ("u", "v"), [(2.0, -np.inf), (0.5, np.inf), (np.inf, -2.0), (-1e-200, 2.0), (1e-5, 100.0)]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_values_that_underflow_are_numpys_whatever_the_derivatives(u, v, points):
    base, exponent = (ta.Taylor.variable(np.full(points, x), 2) for x in (u, v))
    assert_array_equal(ta.value(base**exponent), np.power(np.full(points, u), v))
