"""Medians, percentiles and quantiles: a mean of two neighbours in the sorted order.

y = (1 - g) s_j + g s_(j+1), with s the sorted elements. Which j and g a method means is
asked of NumPy itself: the quantile of the ranks 0, 1, 2, ... is j + g.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.dispatch import carries
from taylorad.rules.operands import (
    NO_VALUE,
    axes_of,
    constant_like,
    given,
    is_nan,
    last_axis,
    number,
    with_value,
)

__all__ = ["QUANTILES", "Quantile"]

# How far apart in rank two quantiles are: j + g = (n + stretch) q + offset between the ends.
# The other methods are steps, so that the quantile has no derivative with respect to q.
POSITIONS = {
    #                             stretch    offset
    "linear":                    (-1,        0),
    "interpolated_inverted_cdf": (0,        -1),
    "hazen":                     (0,        -1 / 2),
    "weibull":                   (1,        -1),
    "median_unbiased":           (1 / 3,    -2 / 3),
    "normal_unbiased":           (1 / 4,    -5 / 8),
}  # fmt: skip


@dataclass(frozen=True)
class Quantile:
    """A quantile.

    Parameters
    ----------
    function : callable
        The NumPy function.
    whole : int or None
        What `q` is a part of: 1 for quantiles, 100 for percentiles; None for a median.
    skips_nan : bool
        Whether nan elements are left out.
    """

    function: Callable[..., Any]
    whole: int | None
    skips_nan: bool
    elementwise: bool = False

    def __call__(self, a: Any, *args: Any, **kwargs: Any) -> Any:
        expression = _median if self.whole is None else _quantile
        return expression(self, a, *args, **kwargs)


def _median(
    row: Quantile,
    a: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: Any = NO_VALUE,
) -> Any:
    return _between(row, number(a), None, axis, given(keepdims=keepdims), None)


def _quantile(
    row: Quantile,
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = NO_VALUE,
    *,
    weights: Any = None,
) -> Any:
    options = {"method": method, **given(keepdims=keepdims)}
    # The weights decide which element is taken, so they only have a value here.
    return _between(row, number(a), number(q), axis, options, value(number(weights)))


def _between(
    row: Quantile, a: Any, q: Any, axis: Any, options: dict[str, Any], weights: Any
) -> Any:
    positional = [] if q is None else [value(q)]
    values = np.asarray(value(a))
    weighted = {} if weights is None else {"weights": weights}
    result = np.asarray(row.function(values, *positional, axis=axis, **options, **weighted))
    if not (carries(a) or carries(q)):
        return result[()]
    axes = axes_of(axis, values.ndim)
    x, v = last_axis(a, axes), last_axis(values, axes)
    if v.size == 0:
        return constant_like((a, q), result)

    order = np.argsort(v, axis=-1, kind="stable")
    missing = is_nan(np.take_along_axis(v, order, -1)) & row.skips_nan
    last = v.shape[-1] - 1 - np.sum(missing, axis=-1, keepdims=True)
    ranks = np.where(missing, np.nan, np.arange(v.shape[-1], dtype=float))
    if weights is not None:
        aligned = last_axis(_weights_like(np.asarray(weights), values.shape, axis), axes)
        weighted = {"weights": np.take_along_axis(aligned, order, -1)}
    method = {key: option for key, option in options.items() if key == "method"}
    with np.errstate(all="ignore"):
        position = np.asarray(
            row.function(ranks, *positional, axis=-1, **method, **weighted), dtype=float
        )
    position = np.moveaxis(position.reshape(-1, *v.shape[:-1]), 0, -1)
    position = np.where(is_nan(position), 0, position)

    below = np.clip(np.floor(position), 0, np.maximum(last - 1, 0)).astype(np.intp)
    above = np.clip(below + 1, 0, np.maximum(last, 0))
    share = position - below
    low, high = (
        np.take_along_axis(x, np.take_along_axis(order, index, -1), -1) for index in (below, above)
    )
    if carries(q) and options.get("method") in POSITIONS:
        y = low + (share + _motion(row, q, options["method"], last + 1)) * (high - low)
    else:
        if values.dtype == object:
            share = np.frompyfunc(Fraction, 1, 1)(share)
        else:
            share = share.astype(x.dtype)
        y = np.where(share == 0, low, np.where(share == 1, high, low + share * (high - low)))
    y = np.reshape(np.moveaxis(y, -1, 0), result.shape)
    undefined = is_nan(result)
    if np.any(undefined):
        y = np.where(undefined, y * np.nan, y)
    return with_value(y, result)


def _motion(row: Quantile, q: Any, method: str, count: Any) -> Any:
    """The position as a function of q, less its value: q moves it unless it is at an end."""
    stretch, offset = POSITIONS[method]
    q = np.reshape(q, (-1,)) / row.whole
    position = (count + stretch) * value(q) + offset
    free = (position >= 0) & (position <= count - 1)
    return np.where(free, count + stretch, 0) * (q - value(q))


def _weights_like(weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Weights of the shape of the data; those given for the reduced axes alone are spread."""
    if weights.shape == shape:
        return weights
    axes = np.lib.array_utils.normalize_axis_tuple(axis, len(shape))
    spread = weights.transpose(np.argsort(axes))
    return np.broadcast_to(
        spread.reshape([size if i in axes else 1 for i, size in enumerate(shape)]), shape
    )


QUANTILES = (
    #        function           whole  skips_nan
    Quantile(np.median,         None,  False),
    Quantile(np.percentile,     100,   False),
    Quantile(np.quantile,       1,     False),
    Quantile(np.nanmedian,      None,  True),
    Quantile(np.nanpercentile,  100,   True),
    Quantile(np.nanquantile,    1,     True),
)  # fmt: skip

dispatch.register(QUANTILES)
enter_deferred(np.median, np.quantile, np.percentile, np.nanmedian)
