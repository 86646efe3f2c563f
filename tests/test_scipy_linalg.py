"""`taylorad.scipy.linalg` against SciPy on plain matrices, mpmath, and identities.

`curves` samples SciPy itself along polynomial curves, which is a check of every coefficient
to six digits or more; mpmath and identities say how exact they are.
"""

import warnings

import mpmath
import numpy as np
import pytest
import scipy.linalg
from both_modes import (
    COMPOSITIONS,
    agrees_with_forward,
    second_derivatives_agree,
    with_several_operands,
)
from curves import Curve, agrees, along
from mpmath import mp

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import taylor
from taylorad.scipy import linalg

SCIPY = tuple(map(int, scipy.__version__.split(".")[:2]))
RNG = np.random.default_rng(11)
N = 3
A = RNG.uniform(-1, 1, (N, N)) + 3 * np.eye(N)
B = RNG.uniform(-1, 1, (N, N))
S = A @ A.T
Z = A + 0.4j * B
H = Z @ np.conjugate(Z.T)
V = RNG.uniform(-1, 1, N)
TALL = RNG.uniform(-1, 1, (4, N)) + 2 * np.eye(4, N)
STACK = np.stack([A, A.T + B / 3])
SHUFFLED = A[[2, 0, 1]]
LU, CHO = scipy.linalg.lu_factor(SHUFFLED), scipy.linalg.cho_factor(S)


def a(x=A, seed=0):
    return Curve(x, seed, 0.3)


def symmetric(x, seed=0):
    """A curve through symmetric or Hermitian matrices is made by the call."""
    return Curve(x, seed, 0.2)


def projectors(function):
    """Of vectors, what does not depend on their signs, which LAPACK lets jump."""

    def call(*args, **kwargs):
        w, v = function(*args, **kwargs)
        return w, v[..., :, np.newaxis, :] * np.conjugate(v)[..., np.newaxis, :, :]

    return call


def spectral(w, v):
    """Of eigenvalues and vectors, what does not depend on their order, either."""
    return (v * w) @ np.conjugate(v.T)


def sym(function):
    """The function of the Hermitian part, so that every driver reads the same matrix."""

    def call(x, *others, **kwargs):
        return function((x + np.conjugate(np.swapaxes(x, -1, -2))) / 2, *others, **kwargs)

    return call


FUNCTIONS = {
    "expm": (linalg.expm, a()),
    "expm-complex": (linalg.expm, a(Z)),
    "expm-large": (linalg.expm, a(A * 3)),
    "expm-stack": (linalg.expm, Curve(np.stack([A, B / 50]))),
    "expm-1x1": (linalg.expm, a(A[:1, :1])),
    "expm-nilpotent": (linalg.expm, a(np.triu(B, 1))),
    "expm_frechet": (linalg.expm_frechet, a(), a(B, 1)),
    "cosm": (linalg.cosm, a(B)),
    "sinm": (linalg.sinm, a(B)),
    "sinm-complex": (linalg.sinm, a(Z / 3)),
    "tanm": (linalg.tanm, a(B / 2)),
    "coshm": (linalg.coshm, a(B)),
    "sinhm": (linalg.sinhm, a(B)),
    "tanhm": (linalg.tanhm, a(B)),
    "sqrtm": (linalg.sqrtm, a()),
    "sqrtm-complex": (lambda x: linalg.sqrtm(x).astype(complex), a(Z)),
    "sqrtm-negative": (linalg.sqrtm, a(-S)),
    "logm": (linalg.logm, a()),
    "logm-complex": (linalg.logm, a(Z)),
    "logm-diagonal": (linalg.logm, a(np.diag([1.0, 2.0, 5.0]))),
    "fractional_matrix_power": (lambda x: linalg.fractional_matrix_power(x, 0.3), a()),
    "fractional-whole": (lambda x: linalg.fractional_matrix_power(x, 3), a()),
}
EQUATIONS = {
    "solve": (linalg.solve, a(), a(V, 1)),
    "solve-matrix": (linalg.solve, a(), a(B, 1)),
    "solve-symmetric": (lambda x, y: linalg.solve(x, y, assume_a="sym"), a(S), a(V, 1)),
    "solve-positive": (lambda x, y: linalg.solve(x, y, True, assume_a="pos"), a(S), a(V, 1)),
    "solve-transposed": (lambda x, y: linalg.solve(x, y, transposed=True), a(), a(V, 1)),
    "solve-left": (lambda x: linalg.solve(x, V), a()),
    "solve-right": (lambda y: linalg.solve(A, y), a(V)),
    "inv": (linalg.inv, a()),
    "inv-complex": (linalg.inv, a(Z)),
    "det": (linalg.det, a()),
    "det-stack": (linalg.det, a(STACK)),
    "det-singular": (linalg.det, a(np.outer(V, V))),
    "solve_triangular": (linalg.solve_triangular, a(), a(V, 1)),
    "triangular-lower": (lambda x, y: linalg.solve_triangular(x, y, 1, lower=True), a(), a(B, 1)),
    "triangular-unit": (
        lambda x, y: linalg.solve_triangular(x, y, "C", unit_diagonal=True), a(Z), a(V, 1)
    ),
    "solve_banded": (lambda x, y: linalg.solve_banded((1, 1), x, y), a(S), a(V, 1)),
    "solveh_banded": (linalg.solveh_banded, a(np.array([[0, 0.3, 0.2], [2, 3, 4.0]])), a(V, 1)),
    "solve_toeplitz": (linalg.solve_toeplitz, a(A[0]), a(V, 1)),
    "matmul_toeplitz": (
        lambda c, r, x: linalg.matmul_toeplitz((c, r), x), a(V), a(A[0], 1), a(B, 2)
    ),
    "solve_circulant": (linalg.solve_circulant, a(A[0]), a(V, 1)),
    "solve_sylvester": (linalg.solve_sylvester, a(), a(S, 1), a(B, 2)),
    "sylvester-complex": (linalg.solve_sylvester, a(Z), a(Z.T, 1), a(B, 2)),
    "continuous_lyapunov": (linalg.solve_continuous_lyapunov, a(), a(B, 1)),
    "discrete_lyapunov": (linalg.solve_discrete_lyapunov, a(A / 5), a(B, 1)),
    "lstsq": (lambda x, y: linalg.lstsq(x, y)[:2], a(TALL), a(np.arange(4.0), 1)),
    "pinv": (linalg.pinv, a(TALL)),
    "norm": (linalg.norm, a()),
    "norm-nuclear": (lambda x: linalg.norm(x, "nuc"), a()),
}
FACTORS = {
    "cholesky": (sym(linalg.cholesky), symmetric(S)),
    "cholesky-lower": (sym(lambda x: linalg.cholesky(x, lower=True)), symmetric(H)),
    "cholesky-one": (linalg.cholesky, symmetric(S)),
    "cho_factor": (lambda x: linalg.cho_factor(x)[0], symmetric(S)),
    "cho_solve": (lambda c, y: linalg.cho_solve((c, False), y), a(CHO[0]), a(V, 1)),
    "cho_factor-solve": (lambda x, y: linalg.cho_solve(linalg.cho_factor(x), y), a(S), a(V, 1)),
    "lu_factor": (lambda x: linalg.lu_factor(x)[0], a(SHUFFLED)),
    "lu_factor-tall": (lambda x: linalg.lu_factor(x)[0], a(TALL[::-1])),
    "lu_factor-wide": (lambda x: linalg.lu_factor(x)[0], a(TALL.T[::-1])),
    "lu_solve": (lambda x, y: linalg.lu_solve((x, LU[1]), y), a(LU[0]), a(B, 1)),
    "lu_solve-transposed": (lambda x, y: linalg.lu_solve((x, LU[1]), y, 1), a(LU[0]), a(V, 1)),
    "lu_factor-solve": (
        lambda x, y: linalg.lu_solve(linalg.lu_factor(x), y), a(SHUFFLED + 0.2j * B), a(V, 1)
    ),
    "lu": (lambda x: linalg.lu(x)[1:], a(SHUFFLED)),
    "lu-permuted": (lambda x: linalg.lu(x, permute_l=True), a(SHUFFLED)),
    "qr": (linalg.qr, a()),
    "qr-economic": (lambda x: linalg.qr(x, mode="economic"), a(TALL)),
    "qr-r": (lambda x: linalg.qr(x, mode="r"), a(TALL)),
    "qr-pivoting": (lambda x: linalg.qr(x, pivoting=True)[:2], Curve(A * [1.0, 9.0, 3.0], 0, 0.05)),
    "polar": (linalg.polar, a()),
    "polar-left": (lambda x: linalg.polar(x, side="left"), a(Z)),
    "svd": (linalg.svd, a()),
    "svd-values": (lambda x: linalg.svd(x, compute_uv=False), a(TALL)),
    "svdvals": (linalg.svdvals, a(TALL)),
    "eigh": (sym(projectors(linalg.eigh)), symmetric(S)),
    "eigh-general": (sym(projectors(lambda x: linalg.eigh(x, S))), symmetric(B + B.T)),
    "eigh-subset": (
        sym(projectors(lambda x: linalg.eigh(x, subset_by_index=[1, 2]))), symmetric(S)
    ),
    "eigvalsh": (linalg.eigvalsh, symmetric(H)),
    "eigvals": (lambda x: np.sort(np.real(linalg.eigvals(x))), a(np.diag([1.0, 3, 8]) + B / 4)),
    "eigvals-general": (
        lambda x, y: np.sort(np.real(linalg.eigvals(x, y))),
        a(np.diag([1.0, 3, 8])),
        a(S / 9, 1),
    ),
    "eig": (lambda x: spectral(*linalg.eig(x)), a(np.diag([1.0, 3.0, 7.0]) + B / 3)),
}
STRUCTURED = {
    "block_diag": (linalg.block_diag, a(), a(V, 1), a(np.array(2.0), 2)),
    "toeplitz": (linalg.toeplitz, a(V)),
    "toeplitz-complex": (linalg.toeplitz, a(Z[0])),
    "toeplitz-two": (linalg.toeplitz, a(V), a(A[0, :2], 1)),
    "hankel": (linalg.hankel, a(V), a(A[0], 1)),
    "circulant": (linalg.circulant, a(V)),
    "companion": (linalg.companion, a(A[0])),
    "khatri_rao": (linalg.khatri_rao, a(), a(B, 1)),
}
CALLS = FUNCTIONS | EQUATIONS | FACTORS | STRUCTURED


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_coefficients_are_those_of_plain_scipy(call):
    agrees(*call, algebra=taylor(3), tolerance=2e-5)


# Of everything else: rules are written for rows, whatever their algebra.
SEVERAL = {
    name: CALLS[name]
    for name in ("expm", "sqrtm", "solve", "lu_factor", "cho_factor-solve", "eigvalsh", "svdvals")
}


@along(SEVERAL)
def test_coefficients_over_every_algebra(call, algebra):
    agrees(*call, algebra=algebra, tolerance=2e-5)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reverse_mode_agrees_with_forward_mode(call):
    # Derivatives of a row are orders of magnitude above rounding; values are SciPy's.
    agrees_with_forward(*call)


@pytest.mark.parametrize("composition", COMPOSITIONS)
@pytest.mark.parametrize(
    "name",
    ["expm", "sqrtm", "logm-complex", "solve_sylvester", "lu_factor-solve", "cho_factor-solve",
     "polar", "solve_triangular", "eigh-general", "toeplitz-two"],
)  # fmt: skip
def test_second_derivatives_by_every_composition(name, composition):
    second_derivatives_agree(composition, *CALLS[name])


def test_the_table_has_calls_of_two_operands():
    assert len(with_several_operands(CALLS)) > 10


# How exact -------------------------------------------------------------------------------


def series_of(function, rows, order):
    """Taylor coefficients of a matrix function of a polynomial, by contour integrals."""
    with mp.workdps(60):
        exact = [mpmath.matrix(row.tolist()) for row in rows]
        count, radius = 16, mpmath.mpf("0.02")
        samples = []
        for j in range(count):
            t = radius * mpmath.expjpi(mpmath.mpf(2 * j) / count)
            total = exact[0]
            for k, row in enumerate(exact[1:], 1):
                total = total + row * t**k
            samples.append(function(total))
        found = []
        for k in range(order + 1):
            total = samples[0] * 0
            for j, sample in enumerate(samples):
                total = total + sample * mpmath.expjpi(-mpmath.mpf(2 * j * k) / count)
            total = total / (count * radius**k)
            rows = [[float(mpmath.re(total[i, j])) for j in range(N)] for i in range(N)]
            found.append(np.array(rows))
    return np.array(found)


@pytest.mark.parametrize("name", ["expm", "sqrtm", "logm"])
def test_series_against_fifty_digits(name):
    order = 4
    rows = np.stack([S / 4, B, A, S.T / 3, B.T])
    want = series_of(getattr(mp, name), rows, order)
    got = getattr(linalg, name)(make(taylor(order), rows)).parts
    scale = np.abs(want).max(axis=(1, 2), keepdims=True)
    assert np.max(np.abs(got - want) / scale) < 1e-12


@pytest.mark.parametrize("matrix", [S, Z, -S, STACK], ids=["real", "complex", "negative", "stack"])
def test_a_square_root_squared_and_an_exponential_of_a_logarithm(matrix):
    if matrix.ndim > 2 and SCIPY < (1, 16):
        pytest.skip("this SciPy takes one matrix only")
    x = Curve(matrix, 3, 0.5).number(taylor(6))
    scale = np.abs(x.parts).max()
    root = linalg.sqrtm(x)
    assert np.max(np.abs((root @ root).parts - x.parts)) < 1e-12 * scale
    again = linalg.expm(linalg.logm(x))
    assert np.max(np.abs(again.parts - x.parts)) < 1e-11 * scale


def test_exponentials_of_large_and_small_matrices_in_one_stack():
    x = Curve(np.stack([A * 20, A / 1e6, np.zeros((N, N))])).number(taylor(3))
    got = linalg.expm(x).parts
    for i in range(3):
        alone = linalg.expm(x[i]).parts
        assert np.allclose(got[:, i], alone, rtol=1e-13, atol=0)
    # exp of 0 + B t + ...: the series is that of the polynomial itself.
    b, c = x[2].parts[1], x[2].parts[2]
    assert np.allclose(got[1, 2], b, rtol=1e-14)
    assert np.allclose(got[2, 2], c + b @ b / 2, rtol=1e-14)


def test_a_rotation_far_along_is_a_rotation():
    def turn(angle):
        return linalg.expm(np.array([[0.0, -1.0], [1.0, 0.0]]) * angle)

    angle = 40.0
    got = ta.derivatives(lambda t: turn(t)[0, 0], 5)(angle)
    want = [np.cos(angle + k * np.pi / 2) for k in range(6)]
    assert np.allclose(got, want, atol=2e-13)
    assert np.allclose(ta.grad(lambda t: turn(t)[1, 0])(angle), np.cos(angle), atol=2e-13)


def test_the_gradient_of_an_exponential_far_from_the_origin_is_a_frechet_derivative():
    x, w = A * 8, RNG.normal(size=(N, N))
    got = ta.grad(lambda x: np.sum(w * linalg.expm(x)))(x)
    want = scipy.linalg.expm_frechet(x.T, w, compute_expm=False)
    assert np.allclose(got, want, rtol=1e-11, atol=1e-12 * np.abs(want).max())


# Edges -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["expm", "sqrtm", "logm", "inv", "det", "solve", "lu_factor"])
def test_values_are_those_of_scipy_to_the_last_bit(name):
    arguments = (B,) if name == "solve" else ()
    got = getattr(linalg, name)(Curve(S).number(taylor(2)), *arguments)
    want = getattr(scipy.linalg, name)(S, *arguments)
    got, want = (x[0] if isinstance(x, tuple) else x for x in (got, want))
    np.testing.assert_array_equal(ta.value(got), want)


def test_single_precision_stays_single():
    x = ta.Dual(S.astype(np.float32), B.astype(np.float32))
    for function in (linalg.expm, linalg.sqrtm, linalg.logm, linalg.inv, linalg.cholesky):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SciPy's, of single precision
            y = function(x)
        want = function(ta.Dual(S, B)).tangent
        assert y.dtype == np.float32
        assert np.allclose(y.tangent, want, rtol=1e-4, atol=1e-5)


def test_a_singular_matrix_has_no_derivatives_of_its_root():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some SciPys warn, others print
        with pytest.raises(ta.DerivativeError, match="singular"):
            linalg.sqrtm(ta.Dual(np.diag([0.0, 1.0]), np.eye(2)))


def test_what_scipy_refuses_is_refused_in_its_words():
    x = ta.Dual(A, B)
    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        linalg.solve(ta.Dual(np.zeros((2, 2)), np.eye(2)), np.ones(2))
    with pytest.raises(ValueError, match="infs or NaNs"):
        linalg.solve(x * np.nan, V)
    with pytest.raises(TypeError):
        linalg.solve(x, V, nothing=1)
    with pytest.raises(ta.DerivativeError, match="does not determine"):
        linalg.qr(ta.Dual(TALL, TALL))
    with pytest.raises(ta.DerivativeError, match="left=True"):
        linalg.eig(x, left=True)


def test_matrices_are_left_alone():
    x = ta.Dual(A.copy(), B.copy())
    linalg.lu_factor(x, overwrite_a=True)
    linalg.solve(x, V.copy(), overwrite_a=True, overwrite_b=True)
    np.testing.assert_array_equal(x.value, A)


def test_lists_of_numbers_are_matrices():
    entries = [[ta.Dual(2.0, 1.0), 0.5], [0.0, ta.Dual(1.0, -1.0)]]
    got = linalg.expm(entries)
    want = linalg.expm(ta.Dual(np.array([[2.0, 0.5], [0, 1]]), np.array([[1.0, 0], [0, -1]])))
    np.testing.assert_array_equal(got.tangent, want.tangent)


def test_plain_arguments_are_scipys():
    assert type(linalg.expm(A)) is np.ndarray
    np.testing.assert_array_equal(linalg.schur(A)[0], scipy.linalg.schur(A)[0])
    assert linalg.hilbert is scipy.linalg.hilbert
    assert set(scipy.linalg.__all__) <= set(linalg.__all__)
    assert "taylorad" not in linalg.LinAlgError.__module__


def test_every_rule_is_called_here():
    called = {name.split("-")[0] for name in CALLS}
    known = {"continuous_lyapunov": "solve_continuous_lyapunov",
             "discrete_lyapunov": "solve_discrete_lyapunov"}  # fmt: skip
    called = {known.get(name, name) for name in called} | {"solve_lyapunov"}
    assert set(linalg.OWN) <= called


def test_fifth_derivative_along_a_line_by_finite_differences_of_the_fourth():
    x, d = S / 5, B
    rows = np.zeros((6, N, N))
    rows[0], rows[1] = x, d
    got = linalg.logm(make(taylor(5), rows)).parts
    step = 1e-4
    sides = []
    for t in (x + step * d, x - step * d):
        moved = rows.copy()
        moved[0] = t
        sides.append(linalg.logm(make(taylor(4), moved[:5])).parts[4])
    assert np.allclose(5 * got[5], (sides[0] - sides[1]) / (2 * step), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["expm", "sqrtm", "inv", "det", "cosm"])
def test_empty_matrices(name):
    empty = np.zeros((0, 0))
    try:
        want = getattr(scipy.linalg, name)(empty)
    except Exception as error:
        pytest.skip(f"this SciPy says {error}")
    assert getattr(linalg, name)(ta.Dual(empty, empty)).shape == np.shape(want)


def test_matrices_at_the_edge():
    jordan = np.array([[4.0, 1.0], [0.0, 4.0]])
    got = linalg.sqrtm(ta.Dual(jordan, np.eye(2))).tangent
    assert np.allclose(got, [[1 / 4, -1 / 32], [0, 1 / 4]])
    tiny = linalg.logm(ta.Dual(np.eye(2) * 1e-8, np.eye(2) * 1e-8))
    assert np.allclose(tiny.tangent, np.eye(2), rtol=1e-12)
    assert np.all(np.isnan(linalg.expm(ta.Dual(np.full((2, 2), np.nan), np.eye(2))).tangent))
    part = linalg.expm(ta.Dual(np.arange(16.0).reshape(4, 4)[::2, ::2] / 9, 1.0))
    whole = linalg.expm(ta.Dual(np.arange(16.0).reshape(4, 4)[::2, ::2].copy() / 9, 1.0))
    np.testing.assert_array_equal(part.tangent, whole.tangent)
