"""Functions that are an expression of other functions.

Each is written once, in NumPy, for numbers of any kind; its derivatives are those of what
it is written in. Products are products: never through logarithms, never by dividing a
factor out, so that zeros among the factors are as good as any other number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import scimath

from taylorad import dispatch
from taylorad._numbers import repack, value
from taylorad._tape import enter_deferred
from taylorad.rules.operands import (
    NO_VALUE,
    as_dtype,
    axes_of,
    given,
    last_axis,
    number,
    plain,
    reduced_shape,
    with_value,
)

__all__ = ["COMPOSITES", "Composite"]


@dataclass(frozen=True)
class Composite:
    """A function and the NumPy expression that computes it."""

    function: Callable[..., Any]
    expression: Callable[..., Any]
    elementwise: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.expression(*args, **kwargs)


# Products --------------------------------------------------------------------------------


def prod(
    a: Any,
    axis: Any = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: Any = NO_VALUE,
    initial: Any = NO_VALUE,
    where: Any = NO_VALUE,
) -> Any:
    """The product of elements, by halves: neighbours first."""
    a, initial = as_dtype(number(a), dtype), number(initial)
    options = given(axis=axis, keepdims=keepdims, initial=value(initial), where=plain(where))
    values = np.prod(value(a), **options)
    if where is not NO_VALUE:
        a = np.where(options["where"], a, 1)
    axes = axes_of(axis, np.ndim(a))
    x = last_axis(a, axes)
    if x.shape[-1] == 0:
        result = np.ones_like(np.sum(x, axis=-1))
    else:
        while (n := x.shape[-1]) > 1:
            pairs = x[..., 0 : n - 1 : 2] * x[..., 1::2]
            x = np.concatenate([pairs, x[..., n - 1 :]], axis=-1) if n % 2 else pairs
        result = +x[..., 0]
    if initial is not NO_VALUE:
        result = result * initial
    return with_value(np.reshape(result, reduced_shape(np.shape(a), axes, keepdims)), values)


def cumprod(
    a: Any, axis: int | None = None, dtype: npt.DTypeLike | None = None, out: None = None
) -> Any:
    """Products of the first 1, 2, ... elements: of blocks whose length doubles."""
    a = as_dtype(number(a), dtype)
    if axis is None or np.ndim(a) == 0:
        a, axis = np.ravel(a), 0
    values = np.cumprod(value(a), axis=axis)
    y = np.moveaxis(a, axis, -1)
    reach = 1
    while reach < y.shape[-1]:
        y = np.concatenate([y[..., :reach], y[..., reach:] * y[..., :-reach]], axis=-1)
        reach *= 2
    return with_value(+np.moveaxis(y, -1, axis), values)


def cumulative_prod(
    x: Any,
    /,
    *,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    include_initial: bool = False,
) -> Any:
    """`cumprod`, with the empty product in front if asked for."""
    if axis is None:
        if np.ndim(x) > 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` is required.")
        axis = 0
    y = cumprod(x, axis, dtype)
    if include_initial:
        first = np.ones_like(np.take(y, [0], axis=axis) if y.shape[axis] else np.ones(1))
        y = np.concatenate([first, y], axis=axis)
    return y


# Grids -----------------------------------------------------------------------------------


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: npt.DTypeLike | None = None,
    axis: int = 0,
    *,
    device: str | None = None,
) -> Any:
    """start + w (stop - start), with evenly spaced w."""
    start, stop, num = number(start), number(stop), operator.index(num)
    options = {} if device is None else {"device": device}
    values, step_value = np.linspace(
        value(start), value(stop), num, endpoint, True, axis=axis, **options
    )
    delta = stop - start
    intervals = num - 1 if endpoint else num
    step = delta / intervals if intervals > 0 else delta * np.nan
    steps = np.reshape(np.arange(num), (num, *(1,) * np.ndim(delta)))
    if values.dtype == object:
        w = np.frompyfunc(Fraction, 2, 1)(steps, max(intervals, 1))
    else:
        w = (steps / max(intervals, 1)).astype(np.finfo(values.dtype).dtype)
    # Written with both weights, so that the ends are start and stop with no remainder.
    y = np.moveaxis((1 - w) * start + w * stop, 0, axis)
    y = as_dtype(with_value(y, values), dtype)
    return (y, with_value(step, step_value)) if retstep else y


def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: npt.DTypeLike | None = None,
    axis: int = 0,
) -> Any:
    """base to the power of evenly spaced exponents."""
    start, stop, base = number(start), number(stop), number(base)
    if np.ndim(base):
        ndim = max(np.ndim(start), np.ndim(stop), np.ndim(base))
        start, stop, base = (
            np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x)) for x in (start, stop, base)
        )
        base = np.expand_dims(base, axis)
    return as_dtype(np.power(base, np.linspace(start, stop, num, endpoint, axis=axis)), dtype)


def geomspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    dtype: npt.DTypeLike | None = None,
    axis: int = 0,
) -> Any:
    """start (stop/start)^w, with evenly spaced w."""
    start, stop = number(start), number(stop)
    values = np.geomspace(value(start), value(stop), num, endpoint, axis=axis)
    # NumPy's rotation by sign(start), here by start itself: the ratio is what is raised.
    start, stop = (x + np.zeros((), values.dtype) for x in (start, stop))
    growth = np.log(stop / start)
    y = start * np.exp(np.linspace(0 * growth, growth, num, endpoint))
    if endpoint and y.shape[0] > 1:
        y = np.concatenate([y[:-1], np.reshape(stop + 0 * y[-1], (1, *np.shape(y[-1])))])
    return as_dtype(with_value(+np.moveaxis(y, 0, axis), values), dtype)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The matrix of powers of `x`."""
    x = number(x)
    if np.ndim(x) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    x = as_dtype(x, np.promote_types(x.dtype, int))
    columns = len(x) if N is None else N
    ones = np.ones_like(x, shape=(len(x), min(columns, 1)))
    higher = np.broadcast_to(x[:, np.newaxis], (len(x), max(columns - 1, 0)))
    powers = np.concatenate([ones, np.cumprod(higher, axis=1)], axis=1)
    return powers if increasing else +powers[:, ::-1]


# Others ----------------------------------------------------------------------------------


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """p + n period: how many periods are added is decided by the values."""
    p, period = number(p), number(period)
    values = np.unwrap(value(p), plain(discont), axis, period=value(period))
    turns = np.round((values - value(p)) / value(period))
    return with_value(p + turns * period, values)


def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """`func1d` of each one-dimensional slice."""
    arr = number(arr)
    axis = np.lib.array_utils.normalize_axis_index(axis, np.ndim(arr))
    slices = np.moveaxis(arr, axis, -1)
    around = slices.shape[:-1]
    results = [repack(func1d(slices[index], *args, **kwargs)) for index in np.ndindex(around)]
    if not results:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    stacked = np.stack(results)
    ndim = stacked.ndim - 1
    stacked = np.reshape(stacked, around + stacked.shape[1:])
    return np.moveaxis(stacked, range(len(around), len(around) + ndim), range(axis, axis + ndim))


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """`func` applied over one axis after the other; a reduced axis stays, of length 1."""
    a = number(a)
    ndim = np.ndim(a)
    for axis in [axes] if np.ndim(axes) == 0 else axes:
        axis = axis + ndim if axis < 0 else axis
        result = func(a, axis)
        if np.ndim(result) != ndim:
            result = np.expand_dims(result, axis)
        if np.ndim(result) != ndim:
            raise ValueError("function is not returning an array of the correct shape")
        a = result
    return a


# numpy.lib.scimath: the value decides whether the answer is real or complex.


def _negative(x: Any) -> bool:
    return not np.iscomplexobj(x) and bool(np.any(value(x) < 0))


def _beyond_one(x: Any) -> bool:
    return not np.iscomplexobj(x) and bool(np.any(np.abs(value(x)) > 1))


def extended(function: Callable[..., Any], leaves: Callable[[Any], bool]) -> Callable[..., Any]:
    """`function` with complex results where an argument leaves its real domain."""

    def expression(x: Any) -> Any:
        x = number(x)
        return function(x + 0j if leaves(x) else x)

    return expression


def scimath_logn(n: Any, x: Any) -> Any:
    """The logarithm to base n."""
    return scimath.log(number(x)) / scimath.log(number(n))


def scimath_power(x: Any, p: Any) -> Any:
    """x to the power p; complex where x is negative."""
    x, p = number(x), number(p)
    return np.power(x + 0j if _negative(x) else x, p)


def _rows(*pairs: Sequence[Any]) -> tuple[Composite, ...]:
    return tuple(Composite(*pair) for pair in pairs)


COMPOSITES = _rows(
    # function              expression
    (np.prod,               prod),
    (np.cumprod,            cumprod),
    (np.linspace,           linspace),
    (np.logspace,           logspace),
    (np.geomspace,          geomspace),
    (np.vander,             vander),
    (np.unwrap,             unwrap),
    (np.apply_along_axis,   apply_along_axis),
    (np.apply_over_axes,    apply_over_axes),
    (scimath.sqrt,          extended(np.sqrt,    _negative)),
    (scimath.log,           extended(np.log,     _negative)),
    (scimath.log2,          extended(np.log2,    _negative)),
    (scimath.log10,         extended(np.log10,   _negative)),
    (scimath.arccos,        extended(np.arccos,  _beyond_one)),
    (scimath.arcsin,        extended(np.arcsin,  _beyond_one)),
    (scimath.arctanh,       extended(np.arctanh, _beyond_one)),
    (scimath.logn,          scimath_logn),
    (scimath.power,         scimath_power),
)  # fmt: skip

# Since NumPy 2.1.
if hasattr(np, "cumulative_prod"):
    COMPOSITES += _rows((np.cumulative_prod, cumulative_prod))
    enter_deferred(np.cumulative_prod)

dispatch.register(COMPOSITES)
enter_deferred(np.prod, method="prod")
enter_deferred(np.cumprod, method="cumprod")
enter_deferred(np.linspace, np.logspace, np.geomspace, np.vander, np.unwrap)
enter_deferred(np.apply_along_axis, calls=True)
enter_deferred(scimath.sqrt, scimath.log, scimath.log2, scimath.log10)
