"""Reductions to the largest or smallest element: the mean of those that are it.

Where several elements tie, each has an equal share, be it of the coefficients or of the
cotangent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import common, make, parts_over, value
from taylorad._tape import enter_deferred, record
from taylorad.dispatch import Reverse, carries
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
from taylorad.rules.recording import values_of

__all__ = ["EXTREMES", "Extreme"]


@dataclass(frozen=True)
class Extreme:
    """A reduction to the largest or smallest element; n-way ties share by 1/n."""

    function: Callable[..., Any]
    skips_nan: bool
    elementwise: bool = False

    def __call__(
        self,
        a: Any,
        axis: Any = None,
        out: None = None,
        keepdims: Any = NO_VALUE,
        initial: Any = NO_VALUE,
        where: Any = NO_VALUE,
    ) -> Any:
        a, initial, where = number(a), number(initial), plain(number(where))
        values = np.asarray(value(a))
        options = given(initial=value(initial), where=where)
        extreme = np.asarray(self.function(values, axis=axis, keepdims=True, **options))
        axes = axes_of(axis, values.ndim)
        shape = reduced_shape(values.shape, axes, keepdims)
        algebra = common((a, initial))
        if algebra is None:
            return extreme.reshape(shape)[()]
        chosen, tied, ties, undefined = _ties(values, extreme, value(initial), where, axes)
        behind = tuple(axis + 1 for axis in axes)
        total = np.sum(np.where(chosen, parts_over(algebra, a), 0), axis=behind, keepdims=True)
        if initial is not NO_VALUE:
            start = parts_over(algebra, initial)
            start = np.reshape(start, (algebra.rows, *(1,) * values.ndim))
            total = total + np.where(tied, start, 0)
        # As in NumPy, `initial` does not widen the result.
        total = as_dtype(total, extreme.dtype)
        parts = total / ties.astype(total.dtype)
        if np.any(undefined):
            parts = np.where(undefined, np.nan, parts)
        parts = np.reshape(parts, (algebra.rows, *shape))
        return with_value(make(algebra, parts), extreme.reshape(shape))

    def reverse(
        self,
        a: Any,
        axis: Any = None,
        out: None = None,
        keepdims: Any = NO_VALUE,
        initial: Any = NO_VALUE,
        where: Any = NO_VALUE,
    ) -> Any:
        """Record the reduction: what the elements share of the cotangent is by their values."""
        a, initial, where = number(a), number(initial), plain(number(where))
        first, start = values_of((a, initial))
        options = given(keepdims=keepdims, initial=start, where=where)
        axes = axes_of(axis, np.ndim(a))
        kept = reduced_shape(np.shape(a), axes, True)

        def shares(g: Any, y: Any, a: Any, initial: Any) -> tuple[Any, Any, Any, Any]:
            extreme = np.reshape(value(y), kept)
            chosen, tied, ties, undefined = _ties(value(a), extreme, value(initial), where, axes)
            g = np.reshape(g, kept) / ties.astype(extreme.real.dtype)
            return g, chosen, tied, undefined

        def to_elements(*kept: Any) -> Any:
            g, chosen, _, undefined = shares(*kept)
            g = np.where(chosen, g, 0)
            return np.where(undefined, np.nan, g) if np.any(undefined) else g

        def to_start(*kept: Any) -> Any:
            g, _, tied, _ = shares(*kept)
            return np.where(tied, g, 0)

        # NumPy does not hand over to us for the sake of `initial` alone.
        function = (self.reverse if Reverse.owns((start,)) else self) if carries(start) else None
        y = (function or self.function)(first, axis=axis, **options)
        return record(y, (a, initial), (to_elements, to_start), "both")


def _ties(
    values: Any, extreme: Any, initial: Any, where: Any, axes: tuple[int, ...]
) -> tuple[Any, Any, Any, Any]:
    """Which elements are the extreme, whether `initial` is, how many are, and where it is nan."""
    chosen = values == extreme
    if where is not NO_VALUE:
        chosen = chosen & where
    tied = initial == extreme if initial is not NO_VALUE else np.zeros(extreme.shape, bool)
    ties = np.sum(chosen, axis=axes, keepdims=True) + tied
    undefined = is_nan(extreme)
    return chosen, tied, np.where(undefined, 1, ties), undefined


def _finite_pulls(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = NO_VALUE, *more: Any
) -> Any:
    """The pulls of a call where nothing is nan."""
    axes = axes_of(axis, a.ndim)
    kept = reduced_shape(a.shape, axes, True)

    def pull(g: Any, y: Any, a: Any) -> Any:
        chosen = value(a) == np.reshape(value(y), kept)
        return np.where(chosen, np.reshape(g, kept) / np.sum(chosen, axis=axes, keepdims=True), 0)

    return None if more or out is not None else [pull]


EXTREMES = (
    #       function    skips_nan
    Extreme(np.max,     False),
    Extreme(np.amax,    False),
    Extreme(np.min,     False),
    Extreme(np.amin,    False),
    Extreme(np.nanmax,  True),
    Extreme(np.nanmin,  True),
)  # fmt: skip

dispatch.register(EXTREMES)
enter_deferred(np.max, np.amax, make=_finite_pulls, keep="both", method="max")
enter_deferred(np.min, np.amin, make=_finite_pulls, keep="both", method="min")
enter_deferred(np.nanmax, np.nanmin)
