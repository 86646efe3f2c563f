"""Medians, percentiles, quantiles: along curves, at ties, with nan and infinities."""

from fractions import Fraction

import numpy as np
import pytest
from curves import HOLES, VECTOR, Curve, agrees, along, c, m, reductions, v

import taylorad as ta

METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf",
    "hazen", "weibull", "linear", "median_unbiased", "normal_unbiased", "lower", "higher",
    "midpoint", "nearest",
]  # fmt: skip

CALLS = {
    **reductions(np.median, masks=False),
    **reductions(np.nanmedian, masks=False),
    **{
        f"quantile-{method}-{q}": (lambda x, a=method, b=q: np.quantile(x, b, method=a), v())
        for method in METHODS
        for q in (0.0, 0.23, 0.5, 1.0)
    },
    "quantile-array": (lambda x: np.quantile(x, [[0.1, 0.9], [0.5, 1.0]], axis=1), m()),
    "quantile-axes": (lambda x: np.quantile(x, [0.1, 0.9], axis=(0, 2)), c()),
    "quantile-keepdims": (lambda x: np.quantile(x, [0.3], axis=(2, 0), keepdims=True), c()),
    "quantile-none": (lambda x: np.quantile(x, 0.3, keepdims=True, overwrite_input=True), c()),
    "quantile-weights": (
        lambda x: np.quantile(x, [0.1, 0.6], axis=1, weights=[1, 2, 3, 4], method="inverted_cdf"),
        m(),
    ),
    "quantile-weights-like-data": (
        lambda x, w: np.quantile(x, 0.55, axis=0, weights=w, method="inverted_cdf"),
        m(),
        Curve(np.arange(12.0).reshape(3, 4) + 1, 1),
    ),
    "quantile-of-q": (lambda x, q: np.quantile(x, q), v(), Curve([0.21, 0.58], 1)),
    "quantile-of-q-alone": (lambda q: np.quantile(VECTOR, q), Curve(0.58, 1, 0.3)),
    **{
        f"quantile-of-q-{method}": (
            lambda x, q, a=method: np.quantile(x, q, axis=0, method=a),
            Curve(np.arange(22.0).reshape(11, 2), 1),
            Curve([0.01, 0.36, 0.57, 0.99], 1, 0.02),
        )
        for method in METHODS
    },
    "nanquantile-of-q": (lambda x, q: np.nanquantile(x, q, axis=1), Curve(HOLES), Curve(0.3, 1)),
    "percentile": (lambda x: np.percentile(x, [25, 60], axis=1), m()),
    "percentile-of-q": (lambda x, q: np.percentile(x, q), v(), Curve(58.0, 1)),
    "nanquantile": (lambda x: np.nanquantile(x, [0.0, 0.3, 1.0], axis=1), Curve(HOLES)),
    "nanquantile-0": (lambda x: np.nanquantile(x, 0.3, axis=0, keepdims=True), Curve(HOLES)),
    "nanpercentile": (lambda x: np.nanpercentile(x, [10, 50], method="hazen"), Curve(HOLES)),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


def test_medians_and_percentiles_follow_the_stable_order():
    x = ta.Dual([2.0, 1.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0])
    assert np.median(x).tangent == 2.5
    assert np.percentile(x, 100).tangent == 3.0
    assert np.quantile(x, 0.0).tangent == 2.0


@pytest.mark.parametrize(
    "function", [np.median, lambda x, axis: np.quantile(x, [0.3, 1.0], axis=axis)]
)
def test_nan_decides(function):
    y = function(ta.Dual([[1.0, np.nan, 2.0], [1.0, 5.0, 2.0]], 1.0), axis=1)
    np.testing.assert_array_equal(np.isnan(y.value[..., 0]), True)
    np.testing.assert_array_equal(np.isnan(y.tangent[..., 0]), True)
    np.testing.assert_allclose(y.tangent[..., 1], 1.0)


def test_nan_is_passed_over():
    x = ta.Dual([[np.nan, np.nan], [np.nan, 1.0]], [[1.0, 2.0], [3.0, 4.0]])
    with pytest.warns(RuntimeWarning):
        y = np.nanmedian(x, axis=1)
    np.testing.assert_array_equal(y.value, [np.nan, 1.0])
    np.testing.assert_array_equal(y.tangent, [np.nan, 4.0])


def test_infinite_neighbours_do_not_leak():
    x = ta.Dual([np.inf, 1.0, 2.0, -np.inf, 3.0], [np.nan, 1.0, 2.0, np.inf, 3.0])
    assert np.median(x).tangent == 2.0
    assert np.quantile(x, 0.25).tangent == 1.0


def test_empty():
    with pytest.warns(RuntimeWarning):
        assert np.isnan(np.median(ta.Dual([], [])).value)
    assert np.median(ta.Dual(np.ones((3, 0)), 1.0), axis=0).shape == (0,)


def test_float32_stays():
    x = ta.Dual(np.array([1.0, 3.0, 2.0], np.float32), np.float32(1.0))
    assert np.median(x).dtype == np.float32
    assert np.quantile(x, np.float32(0.3)).dtype == np.float32


def test_the_median_of_fractions_is_exact():
    third = Fraction(1, 3)
    x = ta.Dual(
        np.array([third, 2 * third, 5 * third, third], object),
        np.array([Fraction(1), Fraction(2), Fraction(3), Fraction(5)], object),
    )
    y = np.median(x)
    assert isinstance(y.tangent, Fraction)
    assert (y.value, y.tangent) == (Fraction(1, 2), Fraction(7, 2))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.quantile(x, 2.0), ValueError),
        (lambda x: np.quantile(x, 0.5, method="guess"), ValueError),
        (lambda x: np.quantile(x, 0.5, weights=[1, 2, 3]), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
