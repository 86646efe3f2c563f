"""Least squares and pseudoinverses: against 50 digits, along curves, in both modes."""

import matrix_series as ms
import numpy as np
import pytest
from both_modes import COMPOSITIONS, agrees_with_forward, second_derivatives_agree
from curves import Curve, agrees, along
from matrix_series import plain, positive, series
from numpy import linalg as la

import taylorad as ta


@pytest.mark.parametrize("cplx", [False, True])
@pytest.mark.parametrize("shape", [(4, 2), (3, 1), (5, 3)])
def test_pseudoinverses_to_order_eight(shape, cplx):
    a = series(np.random.default_rng(30), *shape, cplx)
    a[1:] *= 0.3
    want = ms.parts(ms.pseudoinverse(ms.matrix(a)))
    scale = np.max(ms.modulus(want), axis=(1, 2), keepdims=True) + 0 * ms.modulus(want)
    assert ms.worst(la.pinv(ta.Taylor(a)).coefficients, want, scale) < 2e-13
    wide = la.pinv(ta.Taylor(np.conjugate(np.swapaxes(a, 1, 2))))
    got = np.conjugate(np.swapaxes(wide.coefficients, 1, 2))
    assert ms.worst(got, want, scale) < 2e-13


@pytest.mark.parametrize("cplx", [False, True])
def test_least_squares_to_order_eight(cplx):
    rng = np.random.default_rng(31)
    a, b = series(rng, 5, 3, cplx), series(rng, 5, 2, cplx)
    a[1:] *= 0.3
    exact, right = ms.matrix(a), ms.matrix(b)
    x = ms.times(ms.pseudoinverse(exact), right)
    got = la.lstsq(ta.Taylor(a), ta.Taylor(b))
    want = ms.parts(x)
    scale = np.max(ms.modulus(want), axis=(1, 2), keepdims=True) + 0 * ms.modulus(want)
    assert ms.worst(got[0].coefficients, want, scale) < 2e-13
    error = [
        [one - two for one, two in zip(*rows, strict=True)]
        for rows in zip(right, ms.times(exact, x), strict=True)
    ]
    squares = ms.parts(ms.times(ms.adjoint(error), error))[:, range(2), range(2)]
    want = np.vectorize(ms.mp.re, otypes=[object])(squares)
    scale = np.max(ms.modulus(want), axis=1, keepdims=True) + 0 * ms.modulus(want)
    assert ms.worst(got[1].coefficients, want, scale) < 2e-13
    assert got[2] == 3


SQUARE = np.array([[2.0, -0.4, 0.9], [0.3, -3.0, 0.2], [-0.7, 0.5, 4.0]])
CALLS = {
    "pinv-tall": (la.pinv, Curve(plain((4, 2), regular=False) + np.eye(4, 2))),
    "pinv-wide": (la.pinv, Curve(plain((2, 2, 4), regular=False) + np.eye(2, 4))),
    "pinv-low-rank": (
        lambda u, v: la.pinv(u @ v, rtol=1e-10),
        Curve(plain((4, 2), 1, False) + np.eye(4, 2)),
        Curve(plain((2, 3), 2, False) + np.eye(2, 3), 1),
    ),
    "pinv-several-ranks": (
        lambda u, v: la.pinv(np.stack([u @ v, np.eye(3) + u @ v, u @ v]), 1e-10),
        Curve(plain((3, 2), 1, False) + np.eye(3, 2), size=0.2),
        Curve(plain((2, 3), 2, False) + np.eye(2, 3), 1, size=0.2),
    ),
    "pinv-limits": (
        lambda a: la.pinv(a, [1e-3, 0.5, 1e-9]),
        Curve(np.stack([SQUARE, np.eye(3), SQUARE.T]), size=0.2),
    ),
    "pinv-none": (lambda a: la.pinv(a, rtol=None), Curve(SQUARE, size=0.2)),
    "pinv-hermitian": (
        lambda a: la.pinv(a, hermitian=True), Curve(positive((3, 3), cplx=True), size=0.2)
    ),
    "lstsq": (
        lambda a, b: la.lstsq(a, b)[:2],
        Curve(plain((4, 2), 1, False) + np.eye(4, 2), size=0.2),
        Curve(plain((4, 3), 2, False), 1),
    ),
    "lstsq-vector": (
        lambda a, b: la.lstsq(a, b)[:2],
        Curve(plain((4, 2), 1, False, True) + np.eye(4, 2), size=0.2),
        Curve([1.0, 2.0, -1.0, 0.5], 1),
    ),
    "lstsq-wide": (
        lambda a, b: la.lstsq(a, b)[0],
        Curve(plain((2, 4), 1, False) + np.eye(2, 4), size=0.2),
        Curve([1.0, 2.0], 1),
    ),
    "lstsq-square": (lambda a, b: la.lstsq(a, b)[0], Curve(SQUARE), Curve([1.0, 2.0, 3.0], 1)),
    "lstsq-values": (lambda a: la.lstsq(a, [1.0, 2.0, 3.0])[3], Curve(SQUARE, size=0.2)),
}  # fmt: skip


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


def test_lstsq_without_full_rank_is_refused():
    for a in (np.array([[1.0, 2.0], [2.0, 4.0]]), np.ones((4, 2)), np.ones((2, 4))):
        for x in (ta.Dual(a, np.ones(a.shape)), ta.Variable(a)):
            with pytest.raises(ta.DerivativeError, match="rank 1"):
                la.lstsq(x, np.ones(len(a)))


def test_repeated_singular_values_leave_the_solution_its_derivatives():
    """Those of the singular values themselves do not exist in all directions at once."""
    a, b = np.eye(3, 2), np.array([1.0, 2.0, 3.0])

    def f(a):
        return np.sum(la.lstsq(a, b)[0] ** 2)

    def by_inverse(a):
        return np.sum((la.inv(a.T @ a) @ (a.T @ b)) ** 2)

    np.testing.assert_allclose(ta.hessian(f)(a), ta.hessian(by_inverse)(a), atol=1e-12)


@pytest.mark.parametrize(
    "shape", [(3, 0, 1), (0, 3, 1), (0, 0, 1), (3, 2, 0), (2, 3, 0), (3, 3, 0)]
)
def test_nothing_to_solve_for(shape):
    m, n, columns = shape
    a, b = plain((m, n), regular=False), plain((m, columns), regular=False)
    numpys = la.lstsq(a, b)
    for y in (la.lstsq(ta.Dual(a, 1.0), b), la.lstsq(a, ta.Dual(b, 1.0))):
        assert [np.shape(part) for part in y] == [np.shape(part) for part in numpys]
    y = la.pinv(ta.Dual(a, 1.0))
    assert y.shape == (n, m)


def test_a_low_rank_keeps_its_rank():
    # pinv of x v v^T is v v^T / (x |v|^4), though the matrix is singular at every x.
    v = np.array([1.0, -2.0, 3.0])
    x = ta.Taylor.variable(2.0, 5)
    y = la.pinv(x * np.outer(v, v), rcond=1e-10)
    want = (1 / x).coefficients[:, None, None] * np.outer(v, v) / np.sum(v * v) ** 2
    np.testing.assert_allclose(y.coefficients, want, rtol=1e-13, atol=1e-16)
    np.testing.assert_array_equal(la.pinv(ta.Dual(np.zeros((2, 3)), 0.0)).parts, 0.0)
