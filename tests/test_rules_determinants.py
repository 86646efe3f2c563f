"""Determinants: to order 8 against 50 digits, and exact where there is no inverse."""

import itertools

import matrix_series as ms
import numpy as np
import pytest
import sympy
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import Curve, agrees, along
from matrix_series import KINDS, plain, series
from numpy import linalg as la

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import taylor
from taylorad.rules.determinants import by_minors, by_products


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize(("cplx", "regular"), KINDS)
def test_determinants_to_order_eight(n, cplx, regular):
    a = series(np.random.default_rng(10 + n), n, n, cplx, regular)
    exact = ms.determinant(ms.matrix(a))
    want = np.array(exact.terms, object)
    inverse = ms.parts(ms.inverse(ms.matrix(a)))
    adjugate = [[exact * x for x in row] for row in ms.matrix(inverse)]
    spread = ms.convolved(
        lambda u, v: la.norm(u) * la.norm(v), ms.modulus(ms.parts(adjugate)), np.abs(a)
    )
    assert ms.worst(la.det(ta.Taylor(a)).coefficients, want, spread) < 4e-15
    sign, log = la.slogdet(ta.Taylor(a))
    want = np.array([ms.mp.re(term) for term in exact.log().terms], object)
    want[0] = ms.mp.log(abs(exact.terms[0]))
    spread = ms.convolved(lambda u, v: np.sum(u.T * v), ms.modulus(inverse), np.abs(a))
    assert ms.worst(log.coefficients, want, spread) < 1e-15
    assert np.all(sign.coefficients[1:] == 0) or cplx
    again = (sign * np.exp(log)).coefficients
    scale = np.max(np.abs(again))
    np.testing.assert_allclose(again, la.det(ta.Taylor(a)).coefficients, atol=1e-11 * scale)


SQUARE = np.array([[2.0, -0.4, 0.9], [0.3, -3.0, 0.2], [-0.7, 0.5, 4.0]])
CALLS = {
    **{f"det-{n}": (la.det, Curve(plain((2, n, n)))) for n in (1, 2, 3, 5)},
    "det-complex": (la.det, Curve(plain((2, 4, 4), cplx=True))),
    "det-9": (la.det, Curve(plain((9, 9)))),
    "det-singular": (la.det, Curve(np.arange(25.0).reshape(5, 5) / 10)),
    "slogdet": (la.slogdet, Curve(plain((2, 4, 4)))),
    "slogdet-negative": (la.slogdet, Curve(SQUARE)),
    "slogdet-complex": (la.slogdet, Curve(plain((2, 3, 3), cplx=True))),
}


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse_is_forward(call):
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_second_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


# Singular matrices -----------------------------------------------------------------------


def of_rank(n, rank, seed=0, batch=()):
    """Integer matrices, so that the exact answers are integers."""
    rng = np.random.default_rng(seed)
    u = rng.integers(-3, 4, (*batch, n, rank))
    return (u @ rng.integers(-3, 4, (*batch, rank, n))).astype(float)


def exact_adjugate(a):
    return np.array(sympy.Matrix(a.astype(int)).adjugate().tolist(), float)


def test_the_gradient_at_singular_matrices_is_the_adjugate():
    for n, rank in [(1, 0), (2, 1), (2, 0), (3, 2), (3, 1), (4, 3), (5, 4), (5, 3), (10, 9)]:
        a = of_rank(n, rank, n)
        scale = la.norm(a, 2) ** (n - 1)
        want = exact_adjugate(a).T
        g = ta.grad(la.det)(a)
        np.testing.assert_allclose(g, want, rtol=1e-12, atol=1e-14 * scale)
        direction = np.random.default_rng(1).normal(size=(n, n))
        y = la.det(ta.Dual(a, direction))
        assert y.value == la.det(a)
        total = np.sum(want * direction)
        np.testing.assert_allclose(y.tangent, total, rtol=1e-11, atol=1e-12 * scale)


@pytest.mark.parametrize(("n", "rank"), [(2, 1), (3, 1), (4, 2), (5, 3), (5, 0), (4, 3)])
def test_all_orders_at_singular_matrices(n, rank):
    parts = np.stack([of_rank(n, rank, 3), *np.random.default_rng(n).integers(-3, 4, (8, n, n))])
    want = [float(term) for term in ms.determinant(ms.matrix(parts)).terms]
    got = la.det(ta.Taylor(parts)).coefficients
    np.testing.assert_allclose(got, want, rtol=2e-13, atol=1e-12 * max(map(abs, want)) * n)
    assert rank > n - 2 or abs(got[1]) < 1e-10 * max(map(abs, want))


def test_stacks_of_regular_and_singular_matrices():
    a = np.stack([of_rank(5, 3), plain((5, 5)), np.zeros((5, 5)), of_rank(5, 4)])
    direction = np.random.default_rng(2).normal(size=(4, 5, 5))
    y = la.det(ta.Taylor.variable(a, 6, direction))
    for k in range(4):
        alone = la.det(ta.Taylor.variable(a[k], 6, direction[k])).coefficients
        np.testing.assert_allclose(y.coefficients[:, k], alone, rtol=1e-11, atol=1e-11)
    g = ta.grad(lambda a: np.sum(la.det(a)))(a)
    for k in (0, 3):
        np.testing.assert_allclose(g[k], exact_adjugate(a[k]).T, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("n", [3, 4])
def test_second_and_third_derivatives_at_zero(n):
    """Of n! monomials of degree n, all partial derivatives, by three routes."""
    zero = np.zeros((n, n))
    direction = np.random.default_rng(0).normal(size=(n, n))

    def along(t):
        return la.det(zero + t * direction)

    for order in range(1, n + 2):
        want = la.det(direction) * sympy.factorial(n) if order == n else 0.0
        np.testing.assert_allclose(ta.derivative(along, order)(0.0), float(want), atol=1e-12)
    np.testing.assert_allclose(ta.hessian(la.det)(zero), 0.0, atol=1e-14)
    if n == 3:
        third = ta.jacobian(ta.jacobian(ta.grad(la.det)))(zero)
        for i, j, k in itertools.product(itertools.product(range(3), repeat=2), repeat=3):
            rows, columns = zip(i, j, k, strict=True)
            levi = sympy.LeviCivita(*rows) * sympy.LeviCivita(*columns)
            assert abs(third[i + j + k] - levi) < 1e-14


def test_large_matrices_of_low_rank():
    # Diagonal, and known: a product of ones and of t.
    n = 24
    for rank in (23, 20, 17, 10):
        turn, other = (la.qr(np.random.default_rng(k).normal(size=(n, n)))[0] for k in (1, 2))
        parts = np.zeros((16, n, n))
        parts[0] = np.diag(np.where(np.arange(n) < rank, 1.0, 0.0))
        parts[1] = np.eye(n) - parts[0]
        y = la.det(ta.Taylor(turn @ parts @ other))
        want = np.zeros(16)
        want[n - rank] = la.det(turn) * la.det(other)
        np.testing.assert_allclose(y.coefficients, want, atol=1e-12)


def test_graded_matrices_keep_their_digits():
    # The singular values are 1, 1e-4, ..., so that the adjugate is 1e-24 of the product.
    s = 10.0 ** -np.arange(0.0, 20.0, 4.0)
    turn, other = (la.qr(np.random.default_rng(k).normal(size=(5, 5)))[0] for k in (1, 2))
    a = (turn * s) @ other
    exact = ms.modulus(ms.parts(ms.adjugate(ms.matrix(a[np.newaxis]))))[0].T
    g = ta.grad(la.det)(a)
    # One rounding error in `a` moves the adjugate by its second largest minors.
    np.testing.assert_allclose(np.abs(g), exact, atol=1e-14 * np.prod(s[:3]))


def test_without_divisions():
    for n in (1, 2, 3, 6, 8):
        a = of_rank(n, n, n, (2,))
        want = [float(sympy.Matrix(x.astype(int)).det()) for x in a]
        np.testing.assert_allclose(by_minors(a), want, rtol=1e-13)
        np.testing.assert_allclose(by_products(a), want, rtol=1e-12)


def test_slogdet_of_singular_matrices_has_no_derivative():
    a = np.stack([of_rank(3, 2), plain((3, 3))])
    sign, log = la.slogdet(ta.Taylor.variable(a, 2, np.ones((2, 3, 3))))
    np.testing.assert_array_equal(sign.coefficients, [[0, 1], [0, 0], [0, 0]])
    assert log.value[0] == -np.inf and np.all(np.isnan(log.coefficients[1:, 0]))
    assert np.all(np.isfinite(log.coefficients[:, 1]))
    g = ta.grad(lambda a: np.sum(la.slogdet(a).logabsdet))(a)
    assert np.all(np.isnan(g[0]))
    np.testing.assert_allclose(g[1], la.inv(a[1]).T, rtol=1e-14)


def test_log_determinants_do_not_overflow():
    a = 1e6 * plain((60, 60))
    x = make(taylor(2), np.stack([a, a, np.zeros_like(a)]))
    log = la.slogdet(x).logabsdet
    np.testing.assert_allclose(log.coefficients[1:], [60.0, -30.0], rtol=1e-12)
    with np.errstate(over="ignore"):
        assert np.isinf(la.det(x).value)
