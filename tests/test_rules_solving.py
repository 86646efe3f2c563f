"""Functions that solve equations: to order 8 against 50 digits, along curves, in both modes."""

from fractions import Fraction

import matrix_series as ms
import numpy as np
import pytest
from both_modes import (
    COMPOSITIONS,
    MIXED,
    agrees_with_forward,
    second_derivatives_agree,
    with_several_operands,
)
from curves import Curve, agrees, along
from matrix_series import KINDS, ORDER, plain, positive, series
from numpy import linalg as la

import taylorad as ta
from taylorad._numbers import Number, make
from taylorad.algebra import dual, taylor

# To order 8, against 50 digits. Errors are measured against what one rounding error in each
# coefficient of the operands would do.



def sandwich(a, b, c):
    return a @ b @ c


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize(("cplx", "regular"), KINDS)
def test_solutions_to_order_eight(n, cplx, regular):
    rng = np.random.default_rng(n)
    a, b = series(rng, n, n, cplx, regular), series(rng, n, 2, cplx)
    y = ms.parts(ms.inverse(ms.matrix(a)))
    x = ms.parts(ms.solve(ms.matrix(a), ms.matrix(b)))
    size, length = ms.modulus(y), ms.modulus(x)
    spread = ms.convolved(sandwich, size, np.abs(a), size)
    assert ms.worst(la.inv(ta.Taylor(a)).coefficients, y, spread) < 1e-15
    spread = ms.convolved(sandwich, size, np.abs(a), length)
    spread += ms.convolved(np.matmul, size, np.abs(b))
    got = la.solve(ta.Taylor(a), ta.Taylor(b))
    assert ms.worst(got.coefficients, x, spread) < 1e-15
    if regular:
        np.testing.assert_allclose(got.coefficients, x.astype(got.dtype), rtol=2e-13, atol=1e-15)


@pytest.mark.parametrize("cplx", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_cholesky_to_order_eight(n, cplx):
    a = series(np.random.default_rng(20 + n), n, n, cplx, True)
    exact = ms.times(ms.matrix(a), ms.adjoint(ms.matrix(a)))
    given = ms.parts(exact).astype(a.dtype)
    want = ms.parts(ms.cholesky(ms.matrix(given)))
    size = ms.modulus(want)
    spread = np.max(size, axis=(1, 2), keepdims=True) + 0 * size
    lower = la.cholesky(ta.Taylor(given))
    assert ms.worst(lower.coefficients, want, spread) < 1e-13
    upper = la.cholesky(ta.Taylor(given), upper=True)
    np.testing.assert_array_equal(np.triu(upper.coefficients), upper.coefficients)
    again = np.conjugate(np.swapaxes(upper, -1, -2)) @ upper
    np.testing.assert_allclose(again.coefficients, given, rtol=1e-12, atol=1e-12)


# Along curves in every algebra, forward; and reverse against forward --------------------

SQUARE = np.array([[2.0, -0.4, 0.9], [0.3, -3.0, 0.2], [-0.7, 0.5, 4.0]])
CALLS = {
    "solve-vector": (la.solve, Curve(plain((3, 3))), Curve([1.0, 2.0, -1.0], 1)),
    "solve-matrix": (la.solve, Curve(plain((3, 3))), Curve(plain((3, 3), 1)[:, :2], 1)),
    "solve-stack-vector": (la.solve, Curve(plain((2, 3, 3))), Curve([1.0, 2.0, -1.0], 1)),
    "solve-stack-matrix": (la.solve, Curve(plain((2, 3, 3))), Curve(plain((3, 3))[:, :2], 1)),
    "solve-broadcast": (la.solve, Curve(plain((3, 3))), Curve(plain((2, 3, 3))[..., :1], 1)),
    "solve-both": (la.solve, Curve(plain((2, 1, 3, 3))), Curve(plain((4, 3, 3))[..., :1], 1)),
    "solve-b": (lambda b: la.solve(SQUARE, b), Curve([1.0, 2.0, -1.0])),
    "solve-a": (lambda a: la.solve(a, [1, 2, 3]), Curve(plain((3, 3)))),
    "solve-complex": (
        la.solve, Curve(plain((3, 3), cplx=True)), Curve([1.0, 2.0, -1.0], 1)
    ),
    "inv": (la.inv, Curve(plain((2, 3, 3)))),
    "inv-complex": (la.inv, Curve(plain((2, 2, 2), cplx=True))),
    "inv-strided": (lambda a: la.inv(a[::2, ::-2]), Curve(plain((5, 5)))),
    "inv-transposed": (lambda a: la.inv(np.transpose(a, (2, 1, 0))), Curve(plain((3, 3, 3)).T)),
    "tensorsolve": (
        la.tensorsolve, Curve(plain((6, 6)).reshape(2, 3, 6)), Curve(plain((2, 3), 1, False), 1)
    ),
    "tensorsolve-axes": (
        lambda a, b: la.tensorsolve(a, b, axes=(0, 2)),
        Curve(plain((6, 6)).reshape(2, 3, 3, 2).transpose(2, 0, 3, 1)),
        Curve(plain((2, 3), 1, False), 1),
    ),
    "tensorinv": (la.tensorinv, Curve(plain((6, 6)).reshape(2, 3, 6))),
    "tensorinv-1": (lambda a: la.tensorinv(a, ind=1), Curve(plain((6, 6)).reshape(6, 2, 3))),
    **{
        f"matrix_power-{n}": (lambda a, n=n: la.matrix_power(a, n), Curve(plain((2, 3, 3)) / 2))
        for n in (1, 2, 3, 7, -1, -2)
    },
    "matrix_power-0": (lambda a: la.matrix_power(a, 0) + a, Curve(plain((2, 3, 3)))),
    "cholesky": (la.cholesky, Curve(positive((2, 3, 3)), size=0.2)),
    "cholesky-complex": (la.cholesky, Curve(positive((3, 3), cplx=True), size=0.2)),
    "cholesky-upper": (
        lambda a: la.cholesky(a, upper=True), Curve(positive((3, 3), cplx=True), size=0.2)
    ),
    **{
        f"cond-{p}": (lambda a, p=p: la.cond(a, p), Curve(np.stack([SQUARE, SQUARE.T]), size=0.1))
        for p in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")
    },
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


@pytest.mark.parametrize("composition", MIXED)
@pytest.mark.parametrize(
    "call", with_several_operands(CALLS).values(), ids=with_several_operands(CALLS)
)
def test_mixed_second_derivatives(call, composition):
    second_derivatives_agree(composition, *call)


# Identities, shapes and types ------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0, 0), (3, 0, 0), (0, 3, 3), (0, 5, 5), (12, 12), (2, 40, 40)])
def test_inverse_times_matrix_is_one(shape):
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(ORDER + 1, *shape)) * 0.1
    parts[0] += 2 * np.eye(shape[-1])
    a = ta.Taylor(parts)
    for product in (a @ la.inv(a), la.inv(a) @ a, la.solve(a, a)):
        want = np.zeros_like(parts)
        want[0] = np.eye(shape[-1])
        np.testing.assert_allclose(product.coefficients, want, atol=1e-11)
    assert la.det(a).shape == shape[:-2] == la.slogdet(a).sign.shape
    assert la.cholesky(a @ np.swapaxes(a, -1, -2)).shape == shape
    g = ta.grad(lambda x: np.sum(la.inv(x)) + np.sum(la.det(x)))(parts[0])
    assert g.shape == shape


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_single_precision(dtype):
    a = series(np.random.default_rng(4), 3, 3, dtype is np.complex64, True)
    single = ta.Taylor(a.astype(dtype))
    double = ta.Taylor(single.coefficients.astype(a.dtype))
    spd = single @ np.conjugate(single.T)
    for f, x in [
        (la.inv, single), (la.det, single), (la.slogdet, single), (la.pinv, single),
        (lambda x: la.solve(x, x[0]), single), (lambda x: la.matrix_power(x, -3), single),
        (la.cholesky, spd),
    ]:  # fmt: skip
        wide = double if x is single else ta.Taylor(x.coefficients.astype(a.dtype))
        y, other, at = (z[1] if isinstance(z, tuple) else z for z in (f(x), f(wide), f(x.value)))
        assert y.dtype == at.dtype
        scale = np.max(np.abs(other.coefficients))
        np.testing.assert_allclose(y.coefficients, other.coefficients, atol=1e-5 * scale)
    g = ta.grad(lambda x: np.sum(np.real(la.inv(x) + la.det(x))))(a[0].astype(dtype))
    assert g.dtype == dtype


def log_of(a):
    return la.slogdet(a)[1]


@pytest.mark.parametrize("order", ["C", "F"])
def test_values_are_numpys_to_the_last_bit(order):
    for n in (2, 3, 5, 9):
        a = np.array(plain((n, n), n), order=order)
        x = ta.Dual(a, np.ones((n, n)))
        for f in (la.inv, la.det, log_of, la.pinv, lambda a: la.solve(a, a[0])):
            with ta.GradientTape() as tape:
                recorded = f(tape.watch(a))
            for got in (f(x), recorded):
                np.testing.assert_array_equal(ta.value(got), f(a))
        np.testing.assert_array_equal(
            la.cholesky(x @ x.T).value, la.cholesky(x.value @ x.value.T)
        )


# Errors ----------------------------------------------------------------------------------

SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


@pytest.mark.parametrize("made", [lambda x: ta.Taylor.variable(x, 2), ta.Variable])
def test_singular_and_misshapen_matrices_are_numpys_errors(made):
    for call in (
        lambda: la.inv(made(SINGULAR)),
        lambda: la.solve(made(SINGULAR), [1.0, 2.0]),
        lambda: la.matrix_power(made(SINGULAR), -1),
        lambda: la.cholesky(made(-np.eye(2))),
        lambda: la.inv(made(np.ones((2, 3)))),
        lambda: la.det(made(np.ones((2, 3)))),
        lambda: la.slogdet(made(np.ones((5, 4)))),
        lambda: la.det(made(np.ones(3))),
        lambda: la.tensorsolve(made(np.ones((2, 3, 4))), np.ones((2, 3))),
        lambda: la.cond(made(np.ones((0, 0))), 1),
    ):
        with pytest.raises(la.LinAlgError):
            call()
    with pytest.raises(ValueError):
        la.solve(made(np.eye(3)), made(np.ones(2)))
    with pytest.raises(ValueError, match="ind"):
        la.tensorinv(made(np.eye(3)), ind=0)
    with pytest.raises(TypeError):
        la.matrix_power(made(np.eye(3)), 1.5)
    with pytest.raises(TypeError, match="float16"):
        la.inv(made(np.eye(2, dtype=np.float16)))


def test_exact_objects_are_refused_but_for_products():
    entries = np.array([[Fraction(1), Fraction(2)], [Fraction(3), Fraction(4)]], object)
    x = make(dual(), np.stack([entries, entries]))
    for f in (la.inv, la.det, la.slogdet, la.cholesky, la.pinv, lambda x: la.solve(x, x[0]),
              lambda x: la.matrix_power(x, -1), lambda x: la.lstsq(x, x[0])):  # fmt: skip
        with pytest.raises(ta.DerivativeError, match="astype"):
            f(x)
    cube = la.matrix_power(x, 3)
    assert cube.dtype == object
    np.testing.assert_array_equal(cube.parts[1], 3 * cube.parts[0])


def test_nan_stays_in_its_matrix():
    a = np.stack([np.full((4, 4), np.nan), plain((4, 4))])
    x = ta.Taylor.variable(a, 3, np.ones((2, 4, 4)))
    with np.errstate(invalid="ignore"):
        for f in (la.inv, la.det, log_of, lambda a: la.solve(a, np.eye(4))):
            y, alone = f(x), f(x[1])
            assert np.all(np.isnan(y.coefficients[:, 0]))
            np.testing.assert_allclose(y.coefficients[:, 1], alone.coefficients, rtol=1e-12)
            g = ta.grad(lambda a, f=f: np.sum(f(a)))(a)
            assert np.all(np.isnan(g[0])) and np.all(np.isfinite(g[1]))


def test_infinite_entries_give_numpys_values():
    a = plain((2, 5, 5))
    a[0, 1, 2] = np.inf
    with np.errstate(invalid="ignore"):
        for f in (la.inv, la.det, log_of, lambda a: la.solve(a, np.eye(5))):
            want = f(a)
            for x in (ta.Taylor.variable(a, 3, np.ones(a.shape)), ta.Dual(a, 1.0)):
                y = f(x)
                np.testing.assert_array_equal(y.value, want)
                assert np.all(np.isfinite(y.parts[:, 1]))
            total, _ = ta.value_and_grad(lambda a, f=f: np.sum(f(a)))(a)
            np.testing.assert_array_equal(total, np.sum(want))


@pytest.mark.parametrize("f", [la.inv, la.det, log_of, la.cholesky, la.pinv])
def test_order_zero(f):
    a = positive((4, 4))
    y = f(ta.Taylor([a]))
    assert y.order == 0
    np.testing.assert_array_equal(y.value, f(a))


def test_ill_conditioned_matrices():
    """Errors are those of the condition number, at every order."""
    n = 8
    hilbert = 1 / (np.arange(n)[:, None] + np.arange(n) + 1.0)
    rng = np.random.default_rng(6)
    a = np.stack([hilbert, *rng.normal(size=(3, n, n)) * 1e-9])
    x = ms.parts(ms.solve(ms.matrix(a), ms.matrix(np.ones((4, n, 1)))))
    got = la.solve(ta.Taylor(a), ta.Taylor(np.ones((4, n, 1)))).coefficients
    scale = np.max(ms.modulus(x), axis=(1, 2), keepdims=True) + 0 * ms.modulus(x)
    assert ms.worst(got, x, scale) < 1e-16 * la.cond(hilbert)


def test_infinite_condition():
    y = la.cond(ta.Taylor.variable(np.stack([SINGULAR, np.diag([1.0, 2.0])]), 2), 1)
    np.testing.assert_array_equal(y.value, [np.inf, 2.0])
    assert np.all(np.isnan(y.coefficients[1:, 0])) and np.all(np.isfinite(y.coefficients[:, 1]))


# Conventions -----------------------------------------------------------------------------


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_reads_one_triangle(upper):
    a = positive((4, 4))
    weights = np.random.default_rng(0).normal(size=(4, 4))

    def f(a):
        return np.sum(weights * la.cholesky(a, upper=upper))

    g = ta.grad(f)(a)
    np.testing.assert_array_equal(g, np.triu(g) if upper else np.tril(g))
    numerical = np.zeros((4, 4))
    for i, j in np.ndindex(4, 4):
        step = np.zeros((4, 4))
        step[i, j] = 1e-6
        numerical[i, j] = (f(a + step) - f(a - step)) / 2e-6
    np.testing.assert_allclose(g, numerical, rtol=1e-7, atol=1e-8)
    # The other triangle may hold anything.
    read, other = (np.triu, np.tril) if upper else (np.tril, np.triu)
    x = ta.Dual(read(a) + np.where(other(np.ones((4, 4)), -1 if upper else 1), np.nan, 0.0),
                np.ones((4, 4)))  # fmt: skip
    assert np.all(np.isfinite(la.cholesky(x, upper=upper).tangent))


def test_third_derivatives_three_ways():
    a = plain((3, 3), 3)
    direction = plain((3, 3), 4, False)

    def f(t):
        return np.sum(la.solve(a + t * direction, np.eye(3)) ** 2) + la.det(a + t * direction)

    want = ta.derivatives(f, 3)(0.1)[3]
    assert isinstance(f(make(taylor(3), np.array([0.1, 1, 0, 0]))), Number)
    first, second = ta.grad, ta.derivative
    for one, two, three in [
        (first, first, first), (second, first, second), (first, second, first),
        (second, second, first), (first, second, second),
    ]:  # fmt: skip
        np.testing.assert_allclose(one(two(three(f)))(0.1), want, rtol=1e-10)
