"""Functions that select: the value decides, then the choice applies to every coefficient.

At given values a selecting function is linear: each point of the result is a mean of the
points it selects. `where` and its kin take one operand or another, point by point, and
the operand that was not taken leaves no trace, be it nan or infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import common, make, repack, value
from taylorad._tape import enter_chosen, enter_cut, enter_deferred, enter_given, record
from taylorad.dispatch import Reverse, carries
from taylorad.rules.operands import (
    NO_VALUE,
    as_dtype,
    constant_like,
    given,
    is_nan,
    number,
    plain,
    rows_over,
    with_value,
)
from taylorad.rules.recording import values_of

__all__ = ["SELECTING", "Selecting"]


@dataclass(frozen=True)
class Selecting:
    """A function whose value decides, with the expression that makes and applies the choice."""

    function: Callable[..., Any]
    expression: Callable[..., Any]
    elementwise: bool = False
    recorded: Callable[..., Any] | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.expression(*args, **kwargs)

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the function: as a whole, or as the functions its expression calls."""
        return (self.recorded or self.expression)(*args, **kwargs)


def ptp(a: Any, axis: Any = None, out: None = None, keepdims: Any = NO_VALUE) -> Any:
    """Largest minus smallest."""
    options = given(keepdims=keepdims)
    return np.max(a, axis=axis, **options) - np.min(a, axis=axis, **options)


def sort(
    a: Any,
    axis: int | None = -1,
    kind: Any = None,
    order: Any = None,
    *,
    stable: bool | None = None,
    descending: Any = NO_VALUE,
) -> Any:
    """The elements in order; equal ones stay in the order they had."""
    # NumPy judges the options; whatever the algorithm, the order followed is the stable one.
    direction = given(descending=descending)
    steadiness = {} if stable is None else {"stable": stable}
    np.sort(np.empty(0), kind=kind, order=order, **steadiness, **direction)
    a = number(a)
    if axis is None:
        a, axis = np.ravel(a), 0
    values = np.asarray(value(a))
    if values.ndim == 0:
        raise np.exceptions.AxisError(axis, 0)
    places = np.argsort(values, axis=axis, kind="stable", **direction)
    return np.take_along_axis(a, places, axis)


def _sort_pulls(a: Any, axis: int | None = -1, *rest: Any) -> Any:
    if axis is None or rest:
        return None
    back = np.argsort(np.argsort(a, axis, kind="stable"), axis, kind="stable")
    return [lambda g: np.take_along_axis(g, back, axis)]


def _partitioned(a: Any, kth: Any, axis: int | None = -1) -> Any:
    if not (type(kth) is int and axis == -1 and np.ndim(a) and 0 <= kth < a.shape[-1]):
        np.partition(a, kth, axis)  # what NumPy refuses
    return np.sort(a, axis)


def _partition_pulls(a: Any, kth: Any, axis: int | None = -1) -> Any:
    return _sort_pulls(a, axis)


def partition(
    a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    """A partition: completely sorted, which is one, and the only one that is stable."""
    a = number(a)
    np.partition(plain(a), kth, axis=axis, kind=kind, order=order)
    return sort(a, axis)


def sort_complex(a: Any) -> Any:
    """Sorted along the last axis, by real part, then by imaginary part; complex."""
    a = sort(a)
    return a if np.iscomplexobj(a) else a + 0j


def where(condition: Any, x: Any = NO_VALUE, y: Any = NO_VALUE, /) -> Any:
    """`x` where the condition holds, `y` elsewhere; what is not taken leaves no trace."""
    condition = plain(number(condition))
    if x is NO_VALUE and y is NO_VALUE:
        return np.where(condition)
    if x is NO_VALUE or y is NO_VALUE:
        raise ValueError("either both or neither of x and y should be given")
    x, y = number(x), number(y)
    algebra = common((x, y))
    if algebra is None:
        return np.where(condition, x, y)
    dtype = _common_dtype(value(x), value(y))
    ndim = max(np.ndim(condition), np.ndim(x), np.ndim(y))
    parts = np.where(condition, *(_aligned(rows_over(algebra, each), ndim) for each in (x, y)))
    return make(algebra, parts if parts.dtype == dtype else parts.astype(dtype))


def _where_recorded(condition: Any, x: Any = NO_VALUE, y: Any = NO_VALUE, /) -> Any:
    if x is NO_VALUE or y is NO_VALUE:
        return where(condition, x, y)
    condition, x, y = plain(number(condition)), number(x), number(y)
    return record(np.where(condition, *values_of((x, y))), (x, y), _where_pulls(condition))


def _where_pulls(condition: Any) -> Any:
    return (lambda g: np.where(condition, g, 0), lambda g: np.where(condition, 0, g))


def _common_dtype(*values: Any) -> Any:
    """What NumPy makes of arrays and scalars, of which Python's own are weak."""
    known = (int, float, complex, np.ndarray, np.generic)
    return np.result_type(*(v if isinstance(v, known) else np.asarray(v) for v in values))


def _aligned(parts: Any, ndim: int) -> Any:
    """Coefficients with the axes of length 1 that broadcasting to `ndim` axes supposes."""
    missing = ndim + 1 - parts.ndim
    return np.reshape(parts, (len(parts), *(1,) * missing, *parts.shape[1:])) if missing else parts


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The first choice whose condition holds."""
    conditions, default = plain(list(condlist)), number(default)
    choices = [number(choice) for choice in choicelist]
    values = np.select(conditions, plain(choices), value(default))  # NumPy judges the lists
    result = default
    for condition, choice in zip(conditions[::-1], choices[::-1], strict=True):
        result = np.where(condition, choice, result)
    return as_dtype(np.copy(np.broadcast_to(result, values.shape)), values.dtype)


def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """The choice that the integers `a` name."""
    listed = [number(choice) for choice in choices]
    taken = np.choose(plain(number(a)), range(len(listed)), mode=mode)  # NumPy judges them
    values = np.choose(taken, plain(listed))
    result = listed[0]
    for i, choice in enumerate(listed[1:], start=1):
        result = np.where(taken == i, choice, result)
    return as_dtype(np.copy(np.broadcast_to(result, values.shape)), values.dtype)


def clip(
    a: Any,
    a_min: Any = NO_VALUE,
    a_max: Any = NO_VALUE,
    out: None = None,
    *,
    min: Any = NO_VALUE,
    max: Any = NO_VALUE,
    **kwargs: Any,
) -> Any:
    """`a` between bounds; at a bound the derivative is that of `a`."""
    if kwargs:
        raise TypeError(
            f"numpy.clip of a number with derivatives takes no {', '.join(sorted(kwargs))}; "
            "it takes a_min and a_max (or min and max) and out"
        )
    a, a_min, a_max, min, max = map(number, (a, a_min, a_max, min, max))
    bounds = given(a_min=a_min, a_max=a_max, min=min, max=max)
    low, high = bounds.get("a_min", bounds.get("min")), bounds.get("a_max", bounds.get("max"))
    if Reverse.owns((a, low, high)):
        # NumPy judges which bounds may be given
        names, held = list(bounds), values_of((a, *bounds.values()))
        values = np.clip(held[0], **dict(zip(names, held[1:], strict=True)))
        return record(values, (a, low, high), _CLIPPED, "operands")
    values = np.clip(value(a), **plain(bounds))
    below, above = _outside(a, low, high)
    result = a if low is None else np.where(below, low, a)
    result = result if high is None else np.where(above, high, result)
    return with_value(+result, values)


def _outside(a: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Where the lower bound replaces `a`, and where the upper one replaces what is then there."""
    a, low, high = value(a), value(low), value(high)
    below, above = np.False_, np.False_
    if low is not None:
        below = (a < low) | is_nan(low)
        a = np.where(below, low, a)
    if high is not None:
        above = (a > high) | is_nan(high)
    return below, above


def _clipped(g: Any, a: Any, low: Any, high: Any) -> Any:
    below, above = _outside(a, low, high)
    return np.where(below | above, 0, g)


def _clipped_low(g: Any, a: Any, low: Any, high: Any) -> Any:
    below, above = _outside(a, low, high)
    return np.where(below & ~above, g, 0)


def _clipped_high(g: Any, a: Any, low: Any, high: Any) -> Any:
    return np.where(_outside(a, low, high)[1], g, 0)


_CLIPPED = (_clipped, _clipped_low, _clipped_high)


def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Finite numbers in place of nan and infinities; these have no derivatives."""
    x = number(x)
    if np.iscomplexobj(x):
        bounds = nan, posinf, neginf
        result = nan_to_num(np.real(x), True, *bounds) + 1j * nan_to_num(np.imag(x), True, *bounds)
        result = with_value(result, np.nan_to_num(value(x), True, *map(plain, bounds)))
    else:
        values, limits = value(x), np.finfo(x.dtype)
        result = np.where(is_nan(values), nan, x)
        result = np.where(np.isposinf(values), limits.max if posinf is None else posinf, result)
        result = np.where(np.isneginf(values), limits.min if neginf is None else neginf, result)
    if copy or not np.ndim(x):
        return result
    x[...] = result
    return x


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Each function (or constant) on the points where its condition holds."""
    x = number(x)
    values = np.asarray(value(x))
    conditions = plain(condlist)
    # As in NumPy, a single condition stands for a list of one.
    if np.isscalar(conditions) or (
        not isinstance(conditions[0], (list, np.ndarray)) and values.ndim != 0
    ):
        conditions = [conditions]
    conditions = np.asarray(conditions, dtype=bool)
    if len(conditions) == len(funclist) - 1:
        otherwise = ~np.any(conditions, axis=0, keepdims=True)
        conditions = np.concatenate([conditions, otherwise], axis=0)
    if len(conditions) != len(funclist):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    whole = np.reshape(x, (-1,)) if values.ndim == 0 else x
    conditions = conditions.reshape(len(conditions), *np.shape(whole))
    pieces = []
    for condition, piece in zip(conditions, funclist, strict=True):
        if callable(piece) and not carries(piece):  # a Taylor can be called
            if not condition.any():
                continue
            piece = piece(whole[condition], *args, **kw)
        pieces.append((condition, repack(piece)))
    zeros = np.zeros(np.shape(whole), dtype=values.dtype)
    result = constant_like([x, *(piece for _, piece in pieces)], zeros)
    for condition, piece in pieces:
        result[condition] = piece
    return np.reshape(result, values.shape)


def round_(a: Any, decimals: Any = 0, out: None = None) -> Any:
    """Rounded to `decimals`: constant between the steps, so without derivatives."""
    return constant_like((a,), np.round(value(a), decimals))


def fix(x: Any, out: None = None) -> Any:
    """Rounded towards zero."""
    return constant_like((x,), np.trunc(value(x)))


def trim_zeros(filt: Any, trim: Any = "fb", axis: Any = NO_VALUE) -> Any:
    """Without the leading and trailing elements whose value is zero."""
    # The trimmed positions are asked of NumPy itself, by trimming the value along each
    # axis from the front alone: what is missing then is what lies before the window.
    filt = number(filt)
    values = np.asarray(value(filt))
    window = [slice(None)] * values.ndim
    options = given(axis=axis)
    trimmed = np.trim_zeros(values, trim, **options).shape
    front = np.trim_zeros(values, "f", **options).shape if "f" in trim.lower() else values.shape
    for i, (size, kept, from_front) in enumerate(zip(values.shape, trimmed, front, strict=True)):
        first = size - from_front
        window[i] = slice(first, first + kept)
    return filt[tuple(window)]


SELECTING = (
    #         function          expression      elementwise recorded
    Selecting(np.ptp,           ptp),
    Selecting(np.sort,          sort),
    Selecting(np.partition,     partition),
    Selecting(np.sort_complex,  sort_complex),
    Selecting(np.where,         where,          True,       _where_recorded),
    Selecting(np.select,        select,         True),
    Selecting(np.choose,        choose,         True),
    Selecting(np.clip,          clip,           True),
    Selecting(np.nan_to_num,    nan_to_num,     True),
    Selecting(np.piecewise,     piecewise),  # its pieces are the user's
    Selecting(np.round,         round_,         True),
    Selecting(np.around,        round_,         True),
    Selecting(np.fix,           fix,            True),
    Selecting(np.trim_zeros,    trim_zeros),
)  # fmt: skip

dispatch.register(SELECTING)
enter_cut(np.trim_zeros)
enter_deferred(np.ptp, np.select, np.choose, np.nan_to_num, np.fix)
enter_deferred(np.round, np.around, method="round")
enter_deferred(np.sort, make=_sort_pulls)
enter_deferred(np.partition, make=_partition_pulls, plain=_partitioned)
enter_chosen(np.where, _where_pulls)
enter_given(np.clip, _CLIPPED, scalars=True, method="clip")
