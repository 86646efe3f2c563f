"""Functions known at plain points, made into functions of numbers and Variables.

By their Taylor numbers, or by their logarithms: for ufuncs and for the helpers in their
derivatives alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._numbers import Number, make, parts_over, value
from taylorad._tape import record
from taylorad.algebra import taylor as taylor_algebra
from taylorad.dispatch import Reverse, carries
from taylorad.rules.entire import composed, rising
from taylorad.rules.operands import with_value
from taylorad.rules.power import exponential
from taylorad.rules.recording import values_of

__all__ = [
    "Grown",
    "Known",
    "expanded",
    "first_of",
    "piecewise",
    "quietly",
    "scaled_where",
    "stilled",
    "taylor_numbers",
    "valued",
    "vanishing",
]

Array = npt.NDArray[Any]


def quietly() -> np.errstate:
    """A context without warnings: those of the value are SciPy's to give."""
    return np.errstate(all="ignore")


def first_of(x: Any) -> Any:
    """What a number is at t = 0: plain, or a Variable."""
    return x.value if isinstance(x, Number) else x


def stilled(x: Any, y: Any) -> Any:
    """y = f(x), which does not move where x does not, however steep the function is."""
    if not isinstance(x, Number) or not isinstance(x.parts, np.ndarray):
        return y
    parts = y.parts
    if not isinstance(parts, np.ndarray) or np.all(np.isfinite(parts)):
        return y
    still = np.all(x.parts[1:] == 0, axis=0)
    return make(y.algebra, np.concatenate([parts[:1], np.where(still, 0, parts[1:])]))


def valued(result: Any, values: Any) -> Any:
    if np.shape(result) != np.shape(values):
        result = np.broadcast_to(result, np.shape(values))
    outside = np.isnan(values)  # of the domain there is no slope either
    return with_value(scaled_where(outside, np.nan, result), values)


def scaled_where(mask: Any, factor: float, x: Any) -> Any:
    """x with all its parts times `factor`, nan or infinity, where the mask holds."""
    if not np.any(mask):
        return x
    dtype = x.real.dtype if carries(x) else np.asarray(x).real.dtype
    return x * np.where(mask, factor, 1.0).astype(dtype)


# --- By Taylor numbers -------------------------------------------------------------------


def taylor_numbers(
    numbers: Callable[..., Array], order: int, args: Sequence[Any], at: int = 0
) -> Array:
    """Call `numbers` with 1-d arrays of double precision; the result in the dtype of args[at]."""
    arrays = np.broadcast_arrays(*args)
    flat = [
        np.ascontiguousarray(a, np.result_type(a.dtype, np.float64)).reshape(-1)
        if a.dtype.kind in "fc"
        else np.ascontiguousarray(a).reshape(-1)
        for a in arrays
    ]
    with quietly():
        found = numbers(order, *flat)
        return found.reshape(order + 1, *arrays[0].shape).astype(arrays[at].dtype, copy=False)


@dataclass(frozen=True)
class Known:
    """A function of one argument, no ufunc, whose Taylor numbers are known at plain points.

    ``f(x)`` and ``f(x, n)``, its n-th derivative, take numbers and Variables too.
    """

    numbers: Callable[[int, Array], Array]

    def __call__(self, x: Any, n: int = 0) -> Any:
        x = x if carries(x) else np.asarray(x)
        return stilled(x, composed(x, n, self._numbers))

    def _numbers(self, x: Any, first: int, degree: int) -> Any:
        return rising(taylor_numbers(self.numbers, first + degree, (x,)), first)


def expanded(function: Callable[[Any], Any], order: int, x: Array) -> Array:
    """The Taylor numbers, at plain points, of an expression."""
    algebra = taylor_algebra(order)
    parts = np.zeros((algebra.rows, *x.shape), x.dtype)
    parts[0] = x
    if order:
        parts[1] = 1
    return parts_over(algebra, function(make(algebra, parts)))


def piecewise(
    order: int, x: Array, pieces: Sequence[tuple[Any, Callable[[int, Array], Array]]]
) -> Array:
    """Taylor numbers by several methods, each where the first of the masks holds."""
    out = np.full((order + 1, *x.shape), np.nan, x.dtype)
    left = ~np.isnan(x)
    for mask, numbers in pieces:
        chosen = np.flatnonzero(left & mask)
        if chosen.size:
            out[:, chosen] = numbers(order, x[chosen])
            left[chosen] = False
    return out


def vanishing(order: int, x: Array) -> Array:
    """The Taylor numbers of a function that goes to zero, at infinity."""
    return np.zeros((order + 1, *x.shape), x.dtype)


# --- By a logarithm ----------------------------------------------------------------------


@dataclass(frozen=True)
class Grown:
    """A function with Dy = y D(log y), known at plain points.

    Parameters
    ----------
    function : callable
        The function of plain arguments.
    logarithm : callable
        A function of all arguments with the derivatives of log |y|; its value says only
        whether it is finite.
    singular : callable, optional
        What to use where it is not, as at zeros and poles of y.
    near : callable, optional
        Where to use it also, of the plain values: close to zeros of y the derivatives of
        log y cancel.
    """

    function: Callable[..., Any]
    logarithm: Callable[..., Any]
    singular: Callable[..., Any] | None = None
    near: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        if not any(map(carries, args)):
            return self.function(*args)
        below = values_of(args) if Reverse.owns(args) else map(first_of, args)
        start = self(*below)
        with quietly():
            log = self.logarithm(*args)
            y = _grown(log, start)
            if self.singular is None:
                return y
            at = infinite = ~np.isfinite(value(log))
            if self.near is not None:
                at = at | self.near(*map(value, args))
            at = at & np.isfinite(value(start))
            if np.any(at):
                other = self.singular(*args)
                at = at & (infinite | np.isfinite(value(other)))
                y = np.where(at, valued(other, start), y)
        return y


def _grown(log: Any, start: Any) -> Any:
    if not carries(log):
        return start
    if np.shape(log) != np.shape(start):
        log = np.broadcast_to(log, np.shape(start))
    if Reverse.owns((log,)):
        return record(start, (log,), (lambda g, y: g * y,), "output", pointwise=True)
    return stilled(log, exponential(log, start))
