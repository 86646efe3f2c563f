"""Variances, means, covariances: along curves, without spread, without data."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from curves import (
    ALGEBRAS,
    COMPLEX,
    CUBE,
    HOLES,
    MATRIX,
    Curve,
    agrees,
    along,
    c,
    coefficients,
    exact,
    m,
    reductions,
)

import taylorad as ta
from taylorad._numbers import make
from taylorad.algebra import hyperdual, taylor

WEIGHTS = np.array([[1.0, 2, 3, 4], [4, 3, 2, 1], [1, 5, 1, 5]])

CALLS = {
    **reductions(np.var),
    **reductions(np.var, ddof=1),
    **reductions(np.std),
    **reductions(np.nansum),
    **reductions(np.nanmean),
    **reductions(np.nanvar),
    **reductions(np.nanvar, ddof=0.5),
    **reductions(np.nanstd),
    "nancumprod": (lambda x: np.nancumprod(x, axis=1), Curve(HOLES)),
    "nancumsum": (lambda x: np.nancumsum(x, axis=0), Curve(HOLES)),
    "nancumsum-none": (np.nancumsum, Curve(HOLES)),
    "nansum-initial": (lambda x, s: np.nansum(x, axis=0, initial=s), Curve(HOLES), Curve(1.0, 1)),
    "var-mean": (lambda x, y: np.var(x, axis=0, mean=y), m(), Curve([[1.0, 2, 3, 4]], 1)),
    "std-own-mean": (lambda x: np.std(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)), m()),
    "var-correction": (lambda x: np.var(x, axis=0, correction=1), m()),
    "nanvar-mean": (lambda x, y: np.nanvar(x, axis=1, mean=y), Curve(HOLES), Curve([[1.0]] * 3, 1)),
    "average": (np.average, m()),
    "average-axis": (lambda x: np.average(x, axis=0), m()),
    "average-returned": (lambda x: np.average(x, axis=0, returned=True), m()),
    "average-weights": (
        lambda x, w: np.average(x, axis=(0, 1), weights=w, returned=True, keepdims=True),
        m(),
        Curve(WEIGHTS, 1),
    ),
    "average-weights-1d": (
        lambda x, w: np.average(x, axis=1, weights=w, returned=True), m(), Curve(WEIGHTS[0], 1)
    ),
    "average-weights-plain": (lambda x: np.average(x, weights=WEIGHTS), m()),
    "average-of-plain": (lambda w: np.average(MATRIX, axis=0, weights=w), Curve(WEIGHTS, 1)),
    "average-axes": (
        lambda x, w: np.average(x, axis=(2, 0), weights=w), c(), Curve(CUBE[:, 0].T + 1, 1)
    ),
    "cov": (np.cov, m()),
    "cov-columns": (lambda x: np.cov(x, rowvar=False, bias=True), m()),
    "cov-1d": (np.cov, Curve(MATRIX[0])),
    "cov-two": (lambda x, y: np.cov(x, y, ddof=0), m(), Curve(MATRIX[0] ** 2, 1)),
    "cov-complex": (np.cov, Curve(COMPLEX, 0)),
    "cov-weights": (
        lambda x, w: np.cov(x, fweights=[1, 2, 3, 1], aweights=w), m(), Curve(WEIGHTS[0], 1)
    ),
    "cov-aweights": (lambda x, w: np.cov(x, aweights=w), m(), Curve(WEIGHTS[0], 1)),
    "cov-fweights": (lambda x: np.cov(x, fweights=[1, 2, 3, 1]), m()),
    "corrcoef": (np.corrcoef, m()),
    "corrcoef-two": (lambda x, y: np.corrcoef(x, y), Curve(MATRIX[0]), Curve(MATRIX[2], 1)),
    "corrcoef-complex": (lambda x: np.corrcoef(x)[0, 1:], Curve(COMPLEX)),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


def test_variance_is_exact():
    algebra = taylor(3)
    x, polynomials, symbols = exact(algebra, (2, 3, 5, 9))
    mean = sum(polynomials) / 4
    variance = sum((p - mean) ** 2 for p in polynomials) / 3
    assert list(np.var(x, ddof=1).parts) == coefficients(variance, symbols, algebra)
    assert isinstance(np.average(x).parts[1], Fraction)


@pytest.mark.parametrize("algebra", ALGEBRAS.values(), ids=ALGEBRAS)
@pytest.mark.parametrize("function", [np.std, np.nanstd])
def test_without_spread_the_derivative_is_zero(function, algebra):
    x = Curve(np.full(4, 3.0)).number(algebra)
    np.testing.assert_array_equal(function(x).parts, 0.0)


def test_std_of_equal_rows_among_others():
    y = np.std(ta.Dual([[3.0, 3.0], [1.0, 5.0]], [[1.0, 2.0], [0.0, 1.0]]), axis=1)
    np.testing.assert_allclose(y.value, [0.0, 2.0])
    np.testing.assert_allclose(y.tangent, [0.0, 0.5])


def test_too_few_degrees_of_freedom():
    x = ta.Dual([[1.0], [2.0]], 1.0)
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.all(np.isnan(np.var(x, axis=1, ddof=1).value))
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.all(np.isnan(np.nanvar(x, axis=1, ddof=1).parts))
    with pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        assert np.isnan(np.cov(x[0]).value)
    with pytest.warns(RuntimeWarning, match="empty slice"):
        y = np.nanmean(ta.Dual([[np.nan], [1.0]], 1.0), axis=1)
    np.testing.assert_array_equal(y.parts, [[np.nan, 1.0], [np.nan, 1.0]])


def test_nan_reductions_leave_no_trace_of_nan_derivatives():
    x = ta.Dual([np.nan, 2.0, 4.0], [np.nan, 3.0, 5.0])
    assert np.nansum(x).tangent == 8.0
    assert np.nanprod(x).tangent == 22.0
    assert np.nanmean(x).tangent == 4.0
    assert np.nanvar(x).tangent == 2.0
    assert np.nanstd(x).tangent == 1.0
    np.testing.assert_array_equal(np.nancumsum(x).tangent, [0.0, 3.0, 8.0])
    np.testing.assert_array_equal(np.nancumprod(x).tangent, [0.0, 3.0, 22.0])
    nothing = ta.Dual([np.nan], [1.0])
    assert (np.nansum(nothing).value, np.nanprod(nothing).value) == (0.0, 1.0)


def test_every_combination_of_axes_and_kept_dimensions():
    x = make(hyperdual(), np.random.default_rng(5).normal(size=(4, 2, 3, 2)))
    axes = [None, *range(-3, 3), *itertools.permutations(range(3), 2), (0, 1, 2), ()]
    for function, axis, keepdims in itertools.product(
        (np.prod, np.max, np.min, np.var, np.nansum), axes, (False, True)
    ):
        got = function(x, axis=axis, keepdims=keepdims)
        want = function(x.value, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(got.value, want, rtol=1e-13, atol=1e-15)
        assert got.shape == np.shape(want)


def test_float32():
    plain = np.array([1.0, 3.0, 2.0], np.float32)
    x = ta.Dual(plain, np.float32(1.0))
    for function in (
        np.var, np.std, np.nanvar, np.nanstd, np.nansum, np.nanmean, np.average, np.cov,
        lambda x: np.average(x, returned=True)[1],
    ):  # fmt: skip
        assert function(x).dtype == function(plain).dtype, function


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.var(x, ddof=1, correction=1), ValueError),
        (lambda x: np.var(x, dtype=bool), TypeError),
        (lambda x: np.std(x, spread=1), TypeError),
        (lambda x: np.average(x, weights=[1.0, 2.0]), TypeError),
        (lambda x: np.average(x, axis=0, weights=[1.0, 2.0]), ValueError),
        (lambda x: np.average(x, weights=[1.0, -1.0, 0.0]), ZeroDivisionError),
        (lambda x: np.cov(x, ddof=0.5), ValueError),
        (lambda x: np.cov(np.ones((1, 1, 1)) * x), ValueError),
        (lambda x: np.cov(x, fweights=[0.5, 1, 1]), TypeError),
        (lambda x: np.cov(x, fweights=[1, 1]), RuntimeError),
        (lambda x: np.cov([1.0, 2.0, 3.0], fweights=x), TypeError),
        (lambda x: np.cov(x, aweights=[[1, 1, 1]]), RuntimeError),
        (lambda x: np.cov(x, aweights=[-1, 1, 1]), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
