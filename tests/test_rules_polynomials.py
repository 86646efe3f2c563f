"""Polynomials: along curves, exactly on Fractions, zeros at 50 digits, in both modes."""

import warnings

import numpy as np
import pytest
import sympy
from both_modes import (
    COMPOSITIONS,
    MIXED,
    agrees_with_forward,
    second_derivatives_agree,
    with_several_operands,
)
from curves import MATRIX, Curve, agrees, along, coefficients, exact, m
from mpmath import mp

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import dual, hyperdual, taylor

X = np.linspace(-1, 2, 7)
Y = np.stack([np.sin(X), X**2], axis=1)
WEIGHTS = Curve(X**2 + 1, 2, 0.1)
SQUARE = np.random.default_rng(3).uniform(-1, 1, (4, 4))


def sorted_roots(p):
    """The zeros by their value: LAPACK's order is another for a neighbouring polynomial."""
    z = np.roots(p)
    return z[np.lexsort((ta.value(z).imag, ta.value(z).real))]


def fit(*args, **options):
    """All of a fit that is floating."""
    found = np.polyfit(*args, **options)
    return tuple(x for x in found if np.ndim(x)) if isinstance(found, tuple) else found


CALLS = {
    "polyval": (np.polyval, Curve([2.0, -1, 3]), Curve(MATRIX, 1)),
    "polyval-plain-x": (lambda p: np.polyval(p, 3.0), Curve([2.0, -1, 3])),
    "polyval-plain-p": (lambda x: np.polyval([1, 0, 2], x), m()),
    "polyval-poly1d-p": (lambda x: np.polyval(np.poly1d([1, 0, 2]), x), m()),
    "poly": (np.poly, Curve([2.0, -1, 3])),
    "poly-complex": (np.poly, Curve([2.0 + 1j, -1, 3])),
    "poly-scalars": (lambda a, b: np.poly(np.stack([a, b, 3.0])), Curve(1.0), Curve(2.0, 1)),
    "polydiv": (np.polydiv, Curve([2.0, -1, 3, 5, 7]), Curve([2.0, 3, 4], 1)),
    "polydiv-by-larger": (np.polydiv, Curve([2.0, 5]), Curve([2.0, 3, 4], 1)),
    "polydiv-plain": (lambda v: np.polydiv([1, 2, 3, 4], v), Curve([2.0, 3])),
    "poly-matrix": (np.poly, Curve(SQUARE)),
    "poly-complex-matrix": (np.poly, Curve(SQUARE + 1j * SQUARE.T)),
    "poly-identity": (np.poly, Curve(np.eye(3))),
    "poly-nilpotent": (np.poly, Curve(np.eye(3, k=1))),
    "roots": (sorted_roots, Curve([1.0, -2, -5, 6], size=0.1)),
    "roots-complex": (sorted_roots, Curve([1.0, -2, 5, 6, 1], size=0.1)),
    "roots-of-complex": (sorted_roots, Curve([1 + 1j, -2, 5, 6j, 1], size=0.1)),
    "roots-one": (np.roots, Curve([2.0, 3])),
    "roots-none": (np.roots, Curve([2.0])),
    "roots-zeros-around": (
        lambda p: sorted_roots(np.concatenate([[0.0, 0], p, [0.0]])),
        Curve([1.0, -2, -5, 6], size=0.1),
    ),
    "polyfit": (lambda y: np.polyfit(X, y, 2), Curve(Y[:, 0])),
    "polyfit-places": (lambda x, y: np.polyfit(x, y, 2), Curve(X, size=0.1), Curve(Y[:, 0], 1)),
    "polyfit-weights": (
        lambda x, y, w: np.polyfit(x, y, 3, w=w),
        Curve(X, size=0.1),
        Curve(Y, 1),
        WEIGHTS,
    ),
    "polyfit-full": (
        lambda x, y, w: fit(x, y, 3, w=w, full=True),
        Curve(X, size=0.1),
        Curve(Y[:, 0], 1),
        WEIGHTS,
    ),
    "polyfit-full-plain": (lambda y: fit(X, y, 3, full=True)[:2], Curve(Y, 1)),
    "polyfit-cov": (lambda x, y: fit(x, y, 3, cov=True), Curve(X, size=0.1), Curve(Y, 1)),
    "polyfit-unscaled": (
        lambda x, y: fit(x, y, 3, cov="unscaled"),
        Curve(X, size=0.1),
        Curve(Y[:, 0], 1),
    ),
    "polyfit-unscaled-plain": (lambda y: fit(X, y, 3, cov="unscaled"), Curve(Y, 1)),
    "polyfit-of-lower-rank": (lambda y: fit(X, y, 2, rcond=0.3, full=True)[0], Curve(Y[:, 0], 1)),
}
SEVERAL = with_several_operands(CALLS)


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_agrees_with_forward(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_second_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


@pytest.mark.parametrize("composition", MIXED)
@pytest.mark.parametrize("call", SEVERAL.values(), ids=SEVERAL)
def test_mixed_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


def test_polynomials_are_exact():
    algebra = taylor(2)
    zeros, polynomials, symbols = exact(algebra, (2, 0, 5))
    s = sympy.Symbol("s")
    expanded = sympy.Poly(sympy.expand(sympy.prod([s - p for p in polynomials])), s)
    for got, want in zip(np.poly(zeros), expanded.all_coeffs(), strict=True):
        assert list(got.parts) == coefficients(want, symbols, algebra)
    p, terms, symbols = exact(algebra, (3, 0, 1))
    at, (point,), _ = exact(algebra, (0,))
    value = terms[0] * point**2 + terms[1] * point + terms[2]
    assert list(np.polyval(p, at[0]).parts) == coefficients(value, symbols, algebra)


def test_conjugate_zeros_make_a_real_polynomial_only_if_they_stay_conjugate():
    zeros = np.array([1 + 2j, 1 - 2j, 3])
    together = np.poly(ta.Dual(zeros, [1j, -1j, 2]))
    assert together.dtype == float
    np.testing.assert_array_equal(together.value, np.poly(zeros))
    apart = np.poly(ta.Dual(zeros, [1j, 1j, 2]))
    assert apart.dtype == complex
    step = 1e-6
    moved = [np.poly(zeros + s * step * np.array([1j, 1j, 2])) for s in (1, -1)]
    np.testing.assert_allclose(apart.tangent, (moved[0] - moved[1]) / (2 * step), atol=1e-6)


def test_polydiv_keeps_a_remainder_that_moves():
    # u = (x + 1)(x - e): divided by x + 1 the remainder is zero; by x + 1 - e it is not.
    u = [ta.Dual(1.0), ta.Dual(1.0, -1.0), ta.Dual(0.0, -1.0)]
    q, r = np.polydiv(np.stack(u), [1.0, 1.0])
    np.testing.assert_allclose(q.parts, [[1, 0], [0, -1]])
    np.testing.assert_allclose(r.parts, [[0], [0]])
    _, r = np.polydiv([1.0, 1.0, 0.0], ta.Dual([1.0, 1.0], [0.0, -1.0]))
    np.testing.assert_allclose(r.parts, [[0], [-1]], atol=1e-15)


def test_characteristic_polynomials_are_exact():
    algebra = taylor(2)
    entries, polynomials, symbols = exact(algebra, (2, 0, 0, 0, 2, 0, 0, 1, 2))
    s = sympy.Symbol("s")
    want = sympy.Poly(sympy.Matrix(3, 3, polynomials).charpoly(s).as_expr(), s).all_coeffs()
    parts = np.array(entries.parts, float).reshape(-1, 3, 3)
    for got, expected in zip(np.poly(make(algebra, parts)), want, strict=True):
        expected = [float(x) for x in coefficients(expected, symbols, algebra)]
        np.testing.assert_allclose(got.parts, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("p", [
    [1.0, -6.0, 11.0, -6.0], [2.0, 0.0, 3.0, 1.0, 5.0], [1.0, -3.0, 1e-9], [1.0, 1e6, 1.0],
    [1.0 + 2j, 3.0, -1j],
])  # fmt: skip
def test_roots_at_fifty_digits(p):
    steps = np.random.default_rng(1).uniform(-1, 1, (8, len(p))) * np.abs(p)
    moving = make(taylor(8), np.stack([np.array(p), *steps]))
    z = np.roots(moving)
    np.testing.assert_array_equal(z.value, np.roots(p))
    with mp.workdps(50):
        rows = [[mp.mpmathify(complex(x)) for x in row] for row in moving.parts]
        for one in z:
            want = [mp.findroot(lambda x: mp.polyval(rows[0], x), mp.mpmathify(complex(one.value)))]
            slope = mp.polyval([(len(p) - 1 - i) * c for i, c in enumerate(rows[0][:-1])], want[0])
            for k in range(1, 9):
                total = [mp.mpf(0)] * (k + 1)
                for i in range(len(p)):  # Horner's scheme, of series to degree k
                    padded = [*want, mp.mpf(0)]
                    total = [
                        sum(total[a] * padded[d - a] for a in range(d + 1)) + rows[d][i]
                        for d in range(k + 1)
                    ]
                want.append(-total[k] / slope)
            got = np.array([complex(c) for c in one.coefficients])
            expected = np.array([complex(c) for c in want])
            size = np.maximum.accumulate(np.abs(expected))
            assert np.all(np.abs(got - expected)[1:] <= 2e-13 * size[1:])


def test_zeros_at_zero():
    t = ta.Taylor.variable(0.0, 3)
    z = np.roots(np.stack([1 + t, 2 + t, 0 * t, 0 * t]))
    np.testing.assert_allclose(z.parts[:, 0], [-2, 1, -1, 1])
    assert not np.any(z.parts[:, 1:])
    z = np.roots(np.stack([1 + t, 2 + 0 * t, t]))  # one that moves
    np.testing.assert_allclose(z[1].coefficients, [0, -0.5, -0.125, -0.1875], atol=1e-15)
    assert np.roots(np.stack([0 * t, 0 * t])).shape == (0,)
    gradient = ta.jacobian(np.roots)(np.array([1.0, 2.0, 0.0]))
    np.testing.assert_allclose(gradient, [[2, -1, 0.5], [0, 0, -0.5]], atol=1e-15)


@pytest.mark.parametrize("p", [[1.0, -2, 1], [1.0, -3, 3, -1], [1.0, 0, 0]])
def test_multiple_zeros_are_refused(p):
    with pytest.raises(ta.DerivativeError, match="simple"):
        np.roots(ta.Dual(p, 1.0))
    with pytest.raises(ta.DerivativeError, match="simple"):
        ta.grad(lambda p: np.real(np.roots(p)[0]))(np.array(p))
    apart = np.polymul(p, [1.0, -7.0])  # the one at 7 has a gradient
    assert np.all(np.isfinite(ta.grad(lambda p: np.real(np.roots(p)[0]))(apart)))


def test_fits_of_lower_rank():
    x = np.array([1.0, 1.0, 2.0, 2.0])
    y = ta.Dual(x**2, [1.0, 2.0, 3.0, 5.0])
    with pytest.warns(np.exceptions.RankWarning):
        p = np.polyfit(x, y, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(p.tangent, np.polyfit(x, y.tangent, 2), rtol=1e-12)
        with pytest.raises(ta.DerivativeError, match="rank"):
            np.polyfit(ta.Dual(x, 1.0), y, 2)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.poly(x.reshape(3, 1)), ValueError),
        (lambda x: np.roots(x.reshape(3, 1)), ValueError),
        (lambda x: np.polyfit(x, x[:2], 1), TypeError),
        (lambda x: np.polyfit(x, x, -1), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(make(dual(), np.array([[3.0, 1.0, 2.0], [1.0, 2.0, 3.0]])))


def test_single_precision_is_kept():
    p = np.array([1.0, -3.0, 1.0], np.float32)
    for function in (np.roots, np.poly, lambda p: np.poly(p * p[:, np.newaxis])):
        assert function(make(hyperdual(), np.stack([p] * 4))).dtype == function(p).dtype
