"""Quotients and powers where a value is zero, against exact polynomials and sympy.

The exact tests choose the answer, a polynomial q, and ask for it back from u = q v and v, or
from powers of q. Every row of what comes back must be that of q.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from oracles import Polynomial, coefficients

import taylorad as ta
from taylorad.algebra import Algebra, Factor, dual, hyperdual, taylor
from taylorad.valuation import power, quotient, undecided

T = ta.Taylor

NESTED = taylor(3, 1).join(taylor(5, 2))
DUALS = dual(1).join(dual(2))
CAPPED = Algebra.of((Factor(1, "taylor", 3), Factor(2, "taylor", 4)), 5)
THREE = dual(1).join(dual(2)).join(taylor(6, 3))
MULTI = Algebra.of((Factor(1, "taylor", 4, 2),))
ALGEBRAS = [taylor(7, 1), NESTED, CAPPED, THREE, MULTI, hyperdual(), dual().join(taylor(4, 2))]


def polynomial(terms: dict[tuple[int, ...], Any], degree: int = 24) -> Polynomial:
    """A polynomial with all monomials up to a degree that no test reaches."""
    variables = len(next(iter(terms)))
    keep = {(0,) * variables}
    for _ in range(degree):
        keep |= {
            (*e[:i], e[i] + 1, *e[i + 1 :]) for e in keep for i in range(variables)
            if sum(e) < degree and max(e) < degree
        }  # fmt: skip
    return Polynomial(terms, keep)


def rows_of(p: Polynomial, algebra: Algebra, dtype: Any = float) -> np.ndarray:
    return np.array(p.rows(algebra.exponents), dtype)


def assert_true(got: Any, want: Polynomial, known: int = 1, **options: Any) -> None:
    """Every row of `got` is that of `want`, and there are at least so many of them."""
    assert got.algebra.rows >= known, got.algebra
    assert_allclose(got.parts, rows_of(want, got.algebra), **(options or {"rtol": 1e-11}))


@pytest.fixture(autouse=True)
def no_warnings() -> Any:
    """What is resolved must not warn; NumPy's warnings are asked for where they are due."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def counted() -> Callable[[], int]:
    before = undecided()
    return lambda: undecided() - before


# --- One variable ------------------------------------------------------------------------


@given(
    st.integers(1, 7),
    st.integers(0, 5),
    st.lists(st.integers(-9, 9), min_size=8, max_size=8),
    st.lists(st.integers(-9, 9), min_size=7, max_size=7),
    st.sampled_from([-3, -1, 1, 2]),
)
def test_leading_zeros_of_a_quotient_are_divided_away(
    order: int, m: int, q: list[int], w: list[int], first: int
) -> None:
    v = [0] * m + [first, *w]
    u = [sum(q[i] * v[k - i] for i in range(min(k, 7) + 1)) for k in range(order + 1)]
    v = v[: order + 1] + [0] * (order + 1 - len(v))
    if not any(v):
        return
    exact = quotient(
        taylor(order),
        np.array([*map(Fraction, u)], object)[:, None],
        np.array([*map(Fraction, v)], object)[:, None],
    )
    assert exact.parts[:, 0].tolist() == q[: order - m + 1]
    scalar = T([*map(float, u)]) / T([*map(float, v)])
    assert scalar.order == order - m
    assert_allclose(scalar.coefficients, q[: order - m + 1], atol=1e-6)


REMOVABLE = [
    "sin(x)/x",
    "(1 - cos(x))/x**2",
    "x/sin(x)",
    "(exp(x) - 1)/x",
    "log(1 + x)/x",
    "(exp(x) - 1 - x)/(cos(x) - 1)",
    "(tan(x) - sin(x))/x**3",
    "x**2/(x*(1 + x))",
    "sin(x)**2/(x*sin(3*x))",
]


@pytest.mark.parametrize("text", REMOVABLE)
@pytest.mark.parametrize("order", [0, 1, 2, 4, 7])
def test_removable_singularities(text: str, order: int) -> None:
    x = sympy.symbols("x")
    exact = sympy.series(sympy.sympify(text), x, 0, 9).removeO()
    want = float(sympy.factorial(order) * exact.coeff(x, order))
    f = sympy.lambdify(x, sympy.sympify(text), "numpy")
    assert ta.derivative(f, order)(0.0) == pytest.approx(want, rel=1e-12, abs=1e-13)
    g = f
    for _ in range(order):
        g = ta.derivative(g)
    if 0 < order < 4:
        assert g(0.0) == pytest.approx(want, rel=1e-12, abs=1e-13)


def test_nested_derivatives_of_sinc_written_out() -> None:
    f = ta.derivative(ta.derivative(lambda x: np.sin(x) / x))
    assert f(0.0) == pytest.approx(-1 / 3, rel=1e-15)
    assert_allclose(f(np.array([0.0, 1.0])), [-1 / 3, np.sin(1) - 2 * np.cos(1)], rtol=1e-14)


def test_only_some_points_are_singular() -> None:
    x = T.variable(np.array([[0.0, 1.0], [np.nan, -0.0]]), 4)
    y = np.sin(x) / x
    assert y.shape == (2, 2)
    assert y.order == 3
    sinc = [1, 0, -1 / 6, 0]
    assert_allclose(y.coefficients[:, 0, 0], sinc, atol=1e-16)
    assert_allclose(y.coefficients[:, 1, 1], sinc, atol=1e-16)
    want = coefficients(lambda z: mpmath.sin(z) / z, 1, 3)
    assert_allclose(y.coefficients[:, 0, 1], [float(c) for c in want], rtol=1e-14)
    assert np.isnan(y.coefficients[:, 1, 0]).all()


def test_points_of_different_valuation() -> None:
    v = np.zeros((5, 4))
    v[[1, 2, 0, 3], range(4)] = [2.0, 3.0, 5.0, 7.0]
    u = v * np.array([4.0, 5.0, 6.0, 7.0])
    y = quotient(taylor(4), u, v)
    assert y.parts.tolist() == [[4, 5, 6, 7], [0, 0, 0, 0]]


def test_a_guarded_branch() -> None:
    def sinc(x: Any) -> Any:
        return np.where(x == 0, 1.0, np.sin(x) / x)

    def guarded(x: Any) -> Any:
        safe = np.where(x == 0, 1.0, x)
        return np.where(x == 0, x, np.sin(safe) / safe)

    x = np.array([0.0, 2.0])
    slope = (2 * np.cos(2) - np.sin(2)) / 4
    assert_allclose(ta.derivative(sinc)(x), [0, slope], rtol=1e-15)
    assert_allclose(ta.derivative(guarded)(x), [1, slope], rtol=1e-15)
    # Made by hand, where nobody evaluates again: the unknown derivative does not leak.
    d = sinc(ta.Dual(x, 1.0))
    assert_allclose(d.tangent, [0, slope], rtol=1e-15)


def test_a_dual_made_by_hand_stays_one() -> None:
    y = np.sin(ta.Dual(0.0, 1.0)) / ta.Dual(0.0, 1.0)
    assert isinstance(y, ta.Dual)
    assert y.value == 1
    assert np.isnan(y.tangent)


def test_nothing_is_lost_where_nothing_is_divided_away() -> None:
    v = T([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]])
    assert (T([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]) / v).order == 2


def test_empty_arrays() -> None:
    empty = np.zeros((4, 0, 3))
    for result in (quotient(taylor(3), empty, empty), power(taylor(3), empty, 0.5, empty)):
        assert result.shape == (0, 3)
        assert result.order == 3


def test_an_operand_that_is_broadcast() -> None:
    x = T.variable(0.0, 3)
    y = T([np.zeros((2, 1)), np.array([[2.0], [4.0]]), np.ones((2, 1)), np.ones((2, 1))]) / x
    assert y.coefficients[:, :, 0].T.tolist() == [[2, 1, 1], [4, 1, 1]]


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.complex128])
def test_other_dtypes(dtype: Any) -> None:
    x = T.variable(np.array([0.0, 2.0], dtype), 3)
    y = (np.exp(x) - 1) / x
    assert y.dtype == dtype
    want = [1, 1 / 2, 1 / 6]
    assert_allclose(y.coefficients[:, 0], want, rtol=1e-6 if dtype != np.complex128 else 1e-15)
    assert_allclose(y.coefficients[0, 1], (np.exp(2) - 1) / 2, rtol=1e-6)


def test_exact_numbers() -> None:
    def parts(*rows: int) -> np.ndarray:
        return np.array([[Fraction(row)] for row in rows], object)

    y = quotient(taylor(3), parts(0, -1, 1, 0), parts(0, 1, 0, 0))
    assert y.parts[:, 0].tolist() == [-1, 1, 0]
    with pytest.raises(ZeroDivisionError):
        quotient(taylor(3), parts(1, 0, 0, 0), parts(0, 1, 0, 0))
    with pytest.raises(ZeroDivisionError):
        quotient(taylor(3), parts(0, 0, 0, 0), parts(0, 0, 0, 0))
    y = quotient(taylor(1, 5), parts(0, 0), parts(0, 0))  # a transform would try again
    assert all(c != c for c in y.parts[:, 0])
    x = parts(0, 0, 4, 0, 1)
    y = power(taylor(4), x, 3, x)
    assert y.parts[:, 0].tolist() == [0, 0, 0, 0, 0]
    y = power(taylor(4), parts(0, 2, 3, 0, 0), 2, x)
    assert y.parts[:, 0].tolist() == [0, 0, 4, 12, 9]
    x = np.array([[mpmath.mpf(c)] for c in (0, 0, 0, 0, 4, 4, 1)])
    assert power(taylor(6), x, 0.5, x).parts[:, 0].tolist() == [0, 0, 2, 1, 0]


# --- Several variables -------------------------------------------------------------------


def draw(rng: Any, variables: int, lowest: int, highest: int = 4) -> dict[tuple[int, ...], Any]:
    """Small whole coefficients at monomials of these total degrees."""
    exponents = np.indices((highest + 1,) * variables).reshape(variables, -1).T.tolist()
    return {
        tuple(e): int(rng.integers(-3, 4)) for e in exponents if lowest <= sum(e) <= highest
    }


@pytest.mark.parametrize("algebra", ALGEBRAS, ids=str)
@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_quotients_over_several_factors(algebra: Algebra, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = algebra.exponents.shape[1]
    q = polynomial(draw(rng, n, 0))
    terms = draw(rng, n, m)
    terms[(0,) * (n - 1) + (m,)] = 2  # a valuation in the last variable
    if seed % 2:  # and nothing below it
        terms = {e: c for e, c in terms.items() if e[-1] >= m}
    v = polynomial(terms)
    u = q * v
    bottom = rows_of(v, algebra)
    if algebra.factors[-1].order < m or algebra.factors[-1].kind == "hyperdual":
        return
    got = quotient(algebra, rows_of(u, algebra)[:, None], bottom[:, None])
    loss = m * (1 + sum(f.order for f in algebra.factors[:-1]))
    known = max(algebra.factors[-1].order - loss, 0) + 1
    want = rows_of(q, got.algebra)[:, None]
    assert_allclose(got.parts, want, rtol=1e-9, atol=1e-9)
    assert got.algebra.rows >= known
    if seed % 2 and len(algebra.factors) > 1 and not algebra.capped:  # then only m orders are lost
        assert got.algebra.factors[-1].order == algebra.factors[-1].order - m


def test_many_variables_lose_the_total_degree() -> None:
    q = polynomial({(0, 0): 3, (1, 0): 1, (0, 2): 5, (2, 1): -1})
    for terms, lost in (((1, 0), (0, 1)), 1), (((1, 0), (0, 2)), 1), (((1, 1), (0, 2)), 2):
        bottom = polynomial(dict(zip(terms, (1, 2), strict=True)))
        got = quotient(MULTI, rows_of(q * bottom, MULTI), rows_of(bottom, MULTI))
        assert got.algebra.degree == 4 - lost
        assert_true(got, q)


def test_the_outer_variable_alone() -> None:
    # d/dx of d/dy of y sin(x) / x
    f = ta.derivative(lambda x: ta.derivative(lambda y: y * np.sin(x) / x)(5.0))
    assert f(0.0) == pytest.approx(0, abs=1e-16)
    f = ta.derivative(lambda x: ta.derivative(lambda y: y * (np.exp(x) - 1) / x)(5.0))
    assert f(0.0) == pytest.approx(0.5)


def test_a_pole_in_a_direction() -> None:
    # y / x at (0, 0): 0 along x, and not defined
    f = ta.derivative(lambda y: ta.derivative(lambda x: y / x)(0.0))
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(f(0.0))


def test_rounding_is_no_pole() -> None:
    f = ta.derivative(ta.derivative(lambda x: np.sin(3 * x) / (0.1 * x)))
    assert f(0.0) == pytest.approx(-90, rel=1e-13)


def test_hyperdual() -> None:
    x = ta.HyperDual(0.0, 1.0, 1.0)
    y = np.sin(x) / x
    assert isinstance(y, ta.HyperDual)
    assert y.value == 1
    assert np.isnan([y.d1, y.d2, y.d12]).all()
    # x y / x: the derivative in y is known, the one in x is not
    x, y = ta.HyperDual(0.0, 1.0, 0.0), ta.HyperDual(3.0, 0.0, 1.0)
    z = x * y / x
    assert (z.value, z.d2) == (3, 1)
    assert np.isnan([z.d1, z.d12]).all()


# --- Poles and undecided points ----------------------------------------------------------


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("numerator", [2.0, -3.0])
def test_poles_have_the_signs_of_the_side(sign: float, zero: float, numerator: float) -> None:
    near = np.copysign(1e-9, zero)
    want = coefficients(lambda z: numerator / (mpmath.mpf(near) + sign * z), 0, 4)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        got = numerator / T([zero, sign, 0.0, 0.0, 0.0])
    assert_array_equal(got.coefficients, [np.sign(float(c)) * np.inf for c in want])
    with np.errstate(divide="ignore"):
        many = numerator / T([[zero], [sign]])
    assert_array_equal(many.coefficients[:, 0], got.coefficients[:2])
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        numerator / T([zero, sign])


def test_poles_over_several_factors() -> None:
    x = ta.HyperDual(0.0, 1.0, -2.0)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = 1 / x
    assert [y.value, y.d1, y.d2, y.d12] == [np.inf, -np.inf, np.inf, -np.inf]


def test_poles_of_higher_order_have_no_signs() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = 1 / T([0.0, 0.0, 1.0])
    assert_array_equal(y.coefficients, [np.inf, np.nan, np.nan])
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y = T([0.0, 1.0, 0.0]) / T([0.0, 0.0, 1.0])
    assert np.isnan(y.coefficients).all()


def test_a_pole_costs_other_points_nothing() -> None:
    with np.errstate(divide="ignore"):
        y = 1 / T.variable(np.array([0.0, 2.0]), 3)
    assert y.order == 3
    assert_array_equal(y.coefficients[:, 1], [0.5, -0.25, 0.125, -0.0625])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_leading_coefficient_that_is_not_finite(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        y = T([0.0, 1.0, 0.0]) / T([0.0, bad, 1.0])
        z = T([0.0, bad, 0.0]) / T([0.0, 0.0, 1.0])
    assert np.isnan(y.coefficients).all()
    assert np.isnan(z.coefficients).all()


def test_zero_by_zero_is_undecided(counted: Any) -> None:
    nothing = np.zeros((3, 2))
    y = quotient(taylor(2, 1), nothing, nothing)
    assert counted() == 1
    assert np.isnan(y.parts).all()
    assert y.algebra.degree == 2
    with pytest.warns(RuntimeWarning, match="invalid value"):
        ta.Dual(0.0, 0.0) / ta.Dual(0.0, 0.0)
    assert counted() == 2


def test_the_count_is_of_one_thread(counted: Any) -> None:
    nothing = np.zeros((2, 1))
    thread = threading.Thread(target=lambda: quotient(taylor(1, 1), nothing, nothing))
    thread.start()
    thread.join()
    assert counted() == 0


def test_undecided_at_first() -> None:
    def f(x: Any) -> Any:
        return (np.cos(x) - 1) * x**3 / x**5

    assert ta.derivative(f)(0.0) == pytest.approx(0, abs=1e-15)
    assert ta.derivative(ta.derivative(f))(0.0) == pytest.approx(1 / 12, rel=1e-14)


# --- Powers ------------------------------------------------------------------------------


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
    index = got.algebra.structure.index
    assert [got.parts[index[e]] for e in ((0, 0), (1, 0), (0, 1))] == [0, np.inf, 0]
