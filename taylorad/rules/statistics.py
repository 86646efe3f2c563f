"""Variances, weighted means, covariances, and reductions that leave nan out."""

from __future__ import annotations

import math
import warnings
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad import dispatch
from taylorad._numbers import Number, value
from taylorad._tape import enter_deferred
from taylorad.dispatch import carries
from taylorad.rules.composite import Composite
from taylorad.rules.operands import (
    NO_VALUE,
    as_dtype,
    axes_of,
    given,
    is_nan,
    number,
    plain,
    reduced_shape,
    with_value,
)

__all__ = ["STATISTICS", "root", "square_of_modulus"]


def root(square: Any) -> Any:
    """The square root of a sum of squares; at zero its derivatives are zero."""
    zero = value(square) == 0
    if not np.any(zero):
        return np.sqrt(square)
    return np.where(zero, 0, np.sqrt(np.where(zero, 1, square)))


def square_of_modulus(x: Any) -> Any:
    """|x|^2, without a square root in between."""
    if not np.iscomplexobj(x):
        return x * x
    real, imag = np.real(x), np.imag(x)
    return real * real + imag * imag


# Spread ----------------------------------------------------------------------------------


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any
) -> tuple[Any, Any]:
    """The variance, and the degrees of freedom it was divided by."""
    if correction is not NO_VALUE:
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    a = as_dtype(number(a), dtype)
    among = given(where=plain(where))
    center = number(mean)
    if mean is NO_VALUE:
        center = np.mean(a, axis=axis, keepdims=True, **among)
    deviations = a - center
    if among:  # so that no nan left out comes back with the slope of its square
        deviations = np.where(among["where"], deviations, 0)
    squares = square_of_modulus(deviations)
    freedom = _count(np.shape(squares), axis, keepdims, **among) - ddof
    if np.any(freedom <= 0):
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=4)
    total = np.sum(squares, axis=axis, **given(keepdims=keepdims), **among)
    return _over_count(total, np.maximum(freedom, 0)), freedom


def _count(shape: tuple[int, ...], axis: Any, keepdims: Any, where: Any = True) -> Any:
    """How many elements a reduction sees."""
    seen = np.broadcast_to(where, shape)
    return np.sum(seen, axis=axes_of(axis, len(shape)), **given(keepdims=keepdims))


def _over_count(total: Any, count: Any) -> Any:
    """A mean, in the dtype of the total; of nothing it is nan, which was warned of."""
    divisor = count if total.dtype == object else np.asarray(count, dtype=total.dtype)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / divisor


def var(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    ddof: float = 0,
    keepdims: Any = NO_VALUE,
    *,
    where: Any = NO_VALUE,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The mean of |x - mean|^2."""
    return _variance(a, axis, dtype, ddof, keepdims, where, mean, correction)[0]


def std(a: Any, *args: Any, **kwargs: Any) -> Any:
    """The root of the variance; of equal elements the derivatives are zero."""
    return root(var(a, *args, **kwargs))


def _spread_pulls(
    pull: Any, a: Any, axis: Any = None, dtype: Any = None, out: None = None, ddof: float = 0,
    keepdims: Any = NO_VALUE,
) -> Any:  # fmt: skip
    if dtype is not None or out is not None:
        return None
    axes = axes_of(axis, a.ndim)
    kept = reduced_shape(a.shape, axes, True)
    freedom = math.prod(a.shape[i] for i in axes) - ddof
    return [partial(pull, axes=axes, kept=kept, freedom=freedom)]


def _variance_back(g: Any, a: Any, axes: Any, kept: Any, freedom: float) -> Any:
    return np.reshape(g, kept) * (a - np.mean(a, axis=axes, keepdims=True)) * (2 / freedom)


def _deviation_back(g: Any, y: Any, a: Any, axes: Any, kept: Any, freedom: float) -> Any:
    y = np.reshape(y, kept)
    zero = value(y) == 0
    slope = (a - np.mean(a, axis=axes, keepdims=True)) / np.where(zero, 1, y)
    return np.reshape(g, kept) * np.where(zero, 0, slope / freedom)


_variance_pulls = partial(_spread_pulls, _variance_back)
_deviation_pulls = partial(_spread_pulls, _deviation_back)


# Without nan: NumPy's `where` leaves them out --------------------------------------------


def _without_nan(a: Any, where: Any) -> tuple[Any, Any]:
    a = number(a)
    present = ~is_nan(value(a))
    return a, present if where is NO_VALUE else present & plain(where)


def nansum(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: Any = NO_VALUE,
    initial: Any = NO_VALUE,
    where: Any = NO_VALUE,
) -> Any:
    """The sum of what is not nan."""
    a, present = _without_nan(a, where)
    options = given(keepdims=keepdims, initial=number(initial))
    return np.sum(as_dtype(a, dtype), axis=axis, where=present, **options)


def nanprod(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: Any = NO_VALUE,
    initial: Any = NO_VALUE,
    where: Any = NO_VALUE,
) -> Any:
    """The product of what is not nan."""
    a, present = _without_nan(a, where)
    options = given(keepdims=keepdims, initial=number(initial))
    return np.prod(as_dtype(a, dtype), axis=axis, where=present, **options)


def nancumsum(
    a: Any, axis: int | None = None, dtype: npt.DTypeLike | None = None, out: None = None
) -> Any:
    """Running sums; a nan adds nothing."""
    a, present = _without_nan(a, NO_VALUE)
    return np.cumsum(as_dtype(np.where(present, a, 0), dtype), axis=axis)


def nancumprod(
    a: Any, axis: int | None = None, dtype: npt.DTypeLike | None = None, out: None = None
) -> Any:
    """Running products; a nan is passed over."""
    a, present = _without_nan(a, NO_VALUE)
    return np.cumprod(as_dtype(np.where(present, a, 1), dtype), axis=axis)


def nanmean(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: Any = NO_VALUE,
    *,
    where: Any = NO_VALUE,
) -> Any:
    """The mean of what is not nan."""
    a, present = _without_nan(a, where)
    options = given(keepdims=keepdims)
    total = np.sum(as_dtype(a, dtype), axis=axis, where=present, **options)
    count = _count(np.shape(a), axis, keepdims, present)
    if np.any(count == 0):
        warnings.warn("Mean of empty slice", RuntimeWarning, stacklevel=3)
    return _over_count(total, count)


def nanvar(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    ddof: float = 0,
    keepdims: Any = NO_VALUE,
    *,
    where: Any = NO_VALUE,
    mean: Any = NO_VALUE,
    correction: Any = NO_VALUE,
) -> Any:
    """The variance of what is not nan; nan where nothing is left to vary."""
    a, present = _without_nan(a, where)
    result, freedom = _variance(a, axis, dtype, ddof, keepdims, present, mean, correction)
    bad = freedom <= 0
    return np.where(bad, result * np.nan, result) if np.any(bad) else result


def nanstd(a: Any, *args: Any, **kwargs: Any) -> Any:
    """The root of the variance of what is not nan."""
    return root(nanvar(a, *args, **kwargs))


# Weighted means and covariances ----------------------------------------------------------


def average(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = NO_VALUE,
) -> Any:
    """The weighted mean; with `returned`, the sum of weights too."""
    a, weights = number(a), number(weights)
    shape, options = np.shape(a), given(keepdims=keepdims)
    axes = axis if axis is None else axes_of(axis, len(shape))
    if weights is None:
        mean = np.mean(a, axis=axes, **options)
        count = np.size(a) / max(np.size(mean), 1)
        total: Any = np.full(np.shape(mean), count, np.asarray(value(mean)).dtype)[()]
    else:
        if np.shape(weights) != shape:
            weights = _spread(weights, shape, axes)
        total = np.sum(weights, axis=axes, **options)
        if np.any(value(total) == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(a * weights, axis=axes, **options) / total
    if not returned:
        return mean
    return mean, np.copy(np.broadcast_to(total, np.shape(mean))) if np.ndim(mean) else total


def _spread(weights: Any, shape: tuple[int, ...], axes: tuple[int, ...] | None) -> Any:
    """Weights given for the reduced axes alone, for the whole array."""
    if axes is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    if np.shape(weights) != tuple(shape[axis] for axis in axes):
        raise ValueError(
            "Shape of weights must be consistent with shape of a along specified axis."
        )
    weights = np.transpose(weights, np.argsort(axes))
    around = tuple(size if axis in axes else 1 for axis, size in enumerate(shape))
    return np.broadcast_to(np.reshape(weights, around), shape)


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: npt.DTypeLike | None = None,
) -> Any:
    """The covariance matrix: X W X^T / normalisation, of centred observations X."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = _observations(m, "m", rowvar, dtype)
    if x.shape[0] == 0:
        return np.array([]).reshape(0, 0)
    if y is not None:
        x = np.concatenate([x, _observations(y, "y", rowvar, dtype)], axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    frequencies = _weights(fweights, "fweights", x.shape[1])
    if frequencies is not None:
        if carries(frequencies):
            raise TypeError(
                "fweights are counts, which have no derivatives; give aweights, or "
                "taylorad.value(fweights)"
            )
        if not np.all(frequencies == np.around(frequencies)):
            raise TypeError("fweights must be integer")
    importance = _weights(aweights, "aweights", x.shape[1])
    present = [w for w in (frequencies, importance) if w is not None]
    w = present[0] * present[-1] if len(present) == 2 else present[0] if present else None

    mean, total = np.average(x, axis=1, weights=w, returned=True)
    total = total[0]
    if w is None:
        normalisation: Any = x.shape[1] - ddof
    elif importance is None or ddof == 0:
        normalisation = total - ddof
    else:
        normalisation = total - ddof * np.sum(w * importance) / total
    if value(normalisation) <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=3)
        normalisation = 0.0
    x = x - mean[:, np.newaxis]
    weighted = x if w is None else x * w
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.squeeze(np.matmul(x, np.conj(weighted.T)) * np.true_divide(1, normalisation))


def _observations(x: Any, name: str, rowvar: bool, dtype: Any) -> Any:
    """The data as a matrix, a variable a row."""
    x = number(x)
    ndim = np.ndim(x)
    if ndim > 2:
        raise ValueError(f"{name} has more than 2 dimensions")
    if dtype is None:
        dtype = np.result_type(x.dtype, np.float64)
    x = as_dtype(np.atleast_2d(x), dtype)
    return x if rowvar or (ndim == 1 if name == "m" else x.shape[0] == 1) else x.T


def _weights(weights: Any, name: str, count: int) -> Any:
    if weights is None:
        return None
    weights = number(weights)
    if np.ndim(weights) > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if np.shape(weights) != (count,):
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if np.any(value(weights) < 0):
        raise ValueError(f"{name} cannot be negative")
    return weights


def corrcoef(
    x: Any, y: Any = None, rowvar: bool = True, *, dtype: npt.DTypeLike | None = None
) -> Any:
    """The covariance matrix over the standard deviations."""
    plain = isinstance(x, Number) and rowvar is True and dtype is None
    c = np.cov(x, y) if plain else cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    c = c / deviation[:, np.newaxis] / deviation[np.newaxis, :]
    # Rounding may leave [-1, 1]. NumPy clips it off the value; the derivatives stand.
    values = value(c)
    clipped = np.clip(values.real, -1, 1)
    if np.iscomplexobj(values):
        clipped = clipped + 1j * np.clip(values.imag, -1, 1)
    return with_value(c, clipped)


STATISTICS = (
    #         function        expression
    Composite(np.var,         var),
    Composite(np.std,         std),
    Composite(np.nansum,      nansum),
    Composite(np.nanprod,     nanprod),
    Composite(np.nancumsum,   nancumsum),
    Composite(np.nancumprod,  nancumprod),
    Composite(np.nanmean,     nanmean),
    Composite(np.nanvar,      nanvar),
    Composite(np.nanstd,      nanstd),
    Composite(np.average,     average),
    Composite(np.cov,         cov),
    Composite(np.corrcoef,    corrcoef),
)  # fmt: skip

dispatch.register(STATISTICS)
enter_deferred(np.average, names={"a": None, "axis": None, "weights": None})
enter_deferred(np.cov, np.corrcoef)
enter_deferred(np.nansum, np.nanprod, np.nancumsum, np.nanmean, np.nanvar, np.nanstd)
enter_deferred(np.var, make=_variance_pulls, keep="operands", method="var")
enter_deferred(np.std, make=_deviation_pulls, keep="both", method="std")
