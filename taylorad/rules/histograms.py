"""Histograms: counts are decided by the values, sums of weights are linear in the weights.

The data only decide into which bin a point falls, so that counts are plain arrays. But
where the *edges* are made from the data, as in ``np.histogram(x, 10)``, they move with
its extremes and have derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred, scatter
from taylorad.dispatch import carries
from taylorad.rules.composite import Composite
from taylorad.rules.operands import number, plain, with_value

__all__ = ["HISTOGRAMS"]


def _edges(data: Any, bins: Any, limits: Any, values: Any) -> Any:
    """The edges of the bins along one dimension, whose values are known."""
    if not isinstance(bins, str) and np.ndim(bins) == 1:
        return bins if carries(bins) else values
    if limits is not None:
        low, high = limits
    elif np.size(data):
        low, high = np.min(data), np.max(data)
    else:
        return values
    if not (carries(low) or carries(high)):
        return values
    if value(low) == value(high):
        low, high = low - 0.5, high + 0.5
    return with_value(np.linspace(low, high, len(values)), values)


def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """The edges that `histogram` would use."""
    a, bins, range = number(a), _bins(bins), _range(range)
    values = np.histogram_bin_edges(value(a), plain(bins), plain(range), plain(number(weights)))
    return _edges(a, bins, range, values)


def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[Any, Any]:
    """Counts, or sums of weights, and the edges of the bins."""
    a, bins, range, weights = number(a), _bins(bins), _range(range), number(weights)
    values, places, limits = value(a), plain(bins), plain(range)
    counts, borders = np.histogram(values, places, limits, weights=value(weights))
    edges = _edges(a, bins, range, borders)
    if carries(weights):
        counts = with_value(_sums(np.ravel(weights), [np.ravel(values)], [borders]), counts)
    if density:
        counts = counts / np.diff(edges) / np.sum(counts)
    return counts, edges


def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: bool | None = None, weights: Any = None
) -> tuple[Any, Any]:
    """Counts, or sums of weights, in boxes, and the edges of the boxes."""
    listed = isinstance(sample, list | tuple)  # one array for each coordinate
    sample, weights = number(sample), number(weights)
    if listed or np.ndim(sample) != 2:
        sample = np.atleast_2d(sample).T
    dimensions = sample.shape[1]
    bins = [bins] * dimensions if np.ndim(_bins(bins)) == 0 else [_bins(each) for each in bins]
    ranges = [None] * dimensions if range is None else [_range(each) for each in range]
    values, places, limits = value(sample), plain(bins), None if range is None else plain(ranges)

    found = np.histogramdd(values, places, limits, weights=value(weights))
    edges = [_edges(sample[:, i], bins[i], ranges[i], found[1][i]) for i in _indices(found[1])]
    counts = found[0]
    if carries(weights):
        counts = with_value(_sums(weights, np.transpose(values), found[1]), counts)
    if density:
        total = np.sum(counts)
        for i in _indices(edges):
            shape = [-1 if i == j else 1 for j in _indices(edges)]
            counts = counts / np.reshape(np.diff(edges[i]), shape)
        counts = counts / total
    return counts, type(found[1])(edges)


def histogram2d(
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: Any = None,
) -> tuple[Any, Any, Any]:
    """`histogramdd` of two coordinates."""
    x, y = number(x), number(y)
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    if np.ndim(bins) and len(bins) not in (1, 2):
        bins = [bins, bins]
    counts, edges = histogramdd(np.stack([x, y], axis=1), bins, range, density, weights)
    return counts, edges[0], edges[1]


def _sums(weights: Any, columns: Any, borders: Any) -> Any:
    """The sums of the weights of the points in each box; the last bin has its upper edge."""
    shape = tuple(len(edges) - 1 for edges in borders)
    index = [
        np.where(x == edges[-1], len(edges) - 1, np.searchsorted(edges, x, "right")) - 1
        for x, edges in zip(columns, borders, strict=True)
    ]
    inside = np.all([(i >= 0) & (i < n) for i, n in zip(index, shape, strict=True)], axis=0)
    return scatter(weights[inside], shape, tuple(i[inside] for i in index))


def _indices(sequence: Sequence[Any]) -> list[int]:
    return [i for i, _ in enumerate(sequence)]


def _bins(bins: Any) -> Any:
    return bins if isinstance(bins, str) else number(bins)


def _range(limits: Any) -> Any:
    return None if limits is None else tuple(limits)


HISTOGRAMS = (
    #         function                expression
    Composite(np.histogram,            histogram),
    Composite(np.histogramdd,          histogramdd),
    Composite(np.histogram2d,          histogram2d),
    Composite(np.histogram_bin_edges,  histogram_bin_edges),
)  # fmt: skip



def _has_edges_of_data(found: Any, a: Any, bins: Any = 10, *rest: Any) -> bool:
    """Whether the edges move with the data, and the counts are plain."""
    return not rest and isinstance(bins, (int, str))


dispatch.register(HISTOGRAMS)
enter_deferred(np.histogram, several=True, fits=_has_edges_of_data)
