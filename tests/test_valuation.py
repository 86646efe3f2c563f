"""Quotients where the divisor is zero, against exact polynomials and sympy.

The exact tests choose the answer, a polynomial q, and ask for it back from u = q v and v.
Every row of what comes back must be that of q. For powers see test_valuation_powers.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from known_polynomials import ALGEBRAS, MULTI, draw, polynomial, rows_of
from numpy.testing import assert_allclose, assert_array_equal
from oracles import coefficients

import taylorad as ta
from taylorad._numbers import here
from taylorad.algebra import Algebra, taylor
from taylorad.valuation import power, quotient

T = ta.Taylor


@pytest.fixture
def counted() -> Callable[[], int]:
    before = here.undecided
    return lambda: here.undecided - before


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


@cache
def series_at_zero(text: str) -> Any:
    return sympy.series(sympy.sympify(text), sympy.symbols("x"), 0, 9).removeO()


@pytest.mark.parametrize("text", REMOVABLE)
@pytest.mark.parametrize("order", [0, 1, 2, 4, 7])
def test_removable_singularities(text: str, order: int) -> None:
    x = sympy.symbols("x")
    want = float(sympy.factorial(order) * series_at_zero(text).coeff(x, order))
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
        assert_allclose(got.parts, rows_of(q, got.algebra), rtol=1e-11)


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
