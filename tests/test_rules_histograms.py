"""Histograms: sums of weights, and edges that move with the data."""

import numpy as np
import pytest
from curves import Curve, agrees, along

import taylorad as ta

CALLS = {
    "histogram-weights": (
        lambda w: np.histogram([1.0, 2.0, 2.5], 3, weights=w), Curve([1.0, 2.0, 3.0])
    ),
    "histogram-data": (lambda x: np.histogram(x, 4), Curve([1.0, 2.1, 3.2, 5.0])),
    "histogram-density": (
        lambda x, w: np.histogram(x, 2, density=True, weights=w),
        Curve([1.0, 2.1, 3.9, 5.0]),
        Curve([1.0, 2, 3, 4], 1),
    ),
    "histogram-edges": (
        lambda x, e: np.histogram(x, e, density=True),
        Curve([1.0, 2.1, 3.9]), Curve([0.0, 3, 5], 1),
    ),
    "histogram-range": (
        lambda x, r: np.histogram(x, 2, (0.0, r)), Curve([1.0, 2.1, 3.9]), Curve(9.0, 1)
    ),
    "histogram-auto": (lambda x: np.histogram(x, "sturges")[1], Curve([1.0, 2.1, 3.9])),
    "histogram-plain-range": (lambda x: np.histogram(x, 2, (0, 8)), Curve([1.0, 2.1, 3.9])),
    "histogram_bin_edges": (np.histogram_bin_edges, Curve([1.0, 2.1, 3.9])),
    "histogram_bin_edges-equal": (np.histogram_bin_edges, Curve([1.5])),
    "histogram2d": (
        lambda x, y, w: np.histogram2d(x, y, [2, 3], density=True, weights=w),
        Curve([1.0, 1.9, 3.9]), Curve([0.0, 0.7, 4.0], 1), Curve([1.0, 2, 3], 2),
    ),
    "histogram2d-edges": (
        lambda x, y: np.histogram2d(x, y, [0.0, 1.5, 3.2, 5.0]),
        Curve([1.0, 2.2, 3.9]), Curve([0.1, 1.3, 4.0], 1),
    ),
    "histogramdd": (
        lambda x, w: np.histogramdd(x, (2, 2), weights=w),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]), Curve([1.0, 2, 3], 1),
    ),
    "histogramdd-coordinates": (
        lambda x, w: np.histogramdd([x, x * x], 2, weights=w),
        Curve([1.0, 2.2, 3.9]), Curve([1.0, 2, 3], 1),
    ),
    "histogramdd-list": (
        lambda w: np.histogramdd([[1.0, 2.2, 3.9], [0.0, 0.7, 4.0]], 2, weights=w),
        Curve([1.0, 2.0, 3.0]),
    ),
    "histogramdd-ranges": (
        lambda x: np.histogramdd(x, 2, range=[(0, 5), (0, 10)], density=True),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]),
    ),
    "histogramdd-edges": (
        lambda x, e: np.histogramdd(x, [e, [0.0, 4.0, 10.0]], density=True),
        Curve([[1.0, 2], [2.2, 9], [3.9, 3]]), Curve([0.0, 3.0, 6.0], 1),
    ),
}  # fmt: skip


@along(CALLS)
def test_along_curves(call, algebra):
    agrees(*call, algebra=algebra)


def test_counts_are_plain():
    counts, edges = np.histogram(ta.Dual([1.0, 2.0, 2.5], 1.0), [0.0, 2.0, 3.0])
    assert type(counts) is type(edges) is np.ndarray
    assert counts.tolist() == [1, 2]


def test_empty():
    counts, edges = np.histogram(ta.Dual([], []), 2)
    assert counts.tolist() == [0, 0]
    np.testing.assert_array_equal(ta.value(edges), [0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: np.histogram(x, [3.0, 1.0]), ValueError),
        (lambda x: np.histogram(x, 2, weights=[1.0, 2.0]), ValueError),
        (lambda x: np.histogram2d(x, [1.0, 2.0]), ValueError),
    ],
)
def test_misuse_is_an_error(call, error):
    with pytest.raises(error):
        call(ta.Dual([3.0, 1.0, 2.0], [1.0, 2.0, 3.0]))
