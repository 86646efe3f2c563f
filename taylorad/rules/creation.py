"""Functions that make arrays: after a prototype, or anew with ``like=``.

What they make over a prototype's algebra is a number without derivatives, into which
numbers can be assigned: ``out = np.zeros_like(x); out[0] = x[0] ** 2``. Where an integer
or boolean dtype is asked for, the result is a plain array, usable as an index or a mask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import Number, common, make, parts_over, repack, value
from taylorad.rules.operands import constant, is_number_dtype, number

__all__ = ["LIKE", "PROTOTYPE", "Full", "FullLike", "Like", "Prototype"]


@dataclass(frozen=True)
class Prototype:
    """A function that makes an array of a prototype's shape and dtype."""

    function: Callable[..., Any]
    elementwise: bool = True

    def __call__(self, a: Any, *args: Any, **kwargs: Any) -> Any:
        a = number(a)
        # NumPy judges every option; `subok` is about subclasses of its own arrays.
        values = self.function(value(a), *args, **kwargs)
        return _over(a, values)


PROTOTYPE = (
    Prototype(np.zeros_like),
    Prototype(np.ones_like),
    Prototype(np.empty_like),
)


def _over(prototype: Any, values: Any) -> Any:
    """The values as a number without derivatives, where their dtype can be differentiated."""
    if not isinstance(prototype, Number) or not is_number_dtype(values.dtype):
        return values
    return constant(prototype.algebra, values)


def _filled(values: Any, fill_value: Any, algebra: Any) -> Any:
    """`values`, made by filling with the value of `fill_value`, with its derivatives."""
    if algebra is None or not (isinstance(fill_value, Number) or is_number_dtype(values.dtype)):
        return values
    if not is_number_dtype(values.dtype):
        raise TypeError(
            f"an array of {values.dtype} cannot be filled with a number that has derivatives; "
            "leave dtype out, or fill with taylorad.value(fill_value)"
        )
    parts = np.empty((algebra.rows, *values.shape), dtype=values.dtype)
    fill = parts_over(algebra, fill_value)
    parts[...] = fill.reshape(-1, *(1,) * (parts.ndim - fill.ndim), *fill.shape[1:])
    return make(algebra, parts)


@dataclass(frozen=True)
class FullLike:
    """`numpy.full_like`, whose fill may be a number too."""

    function: Callable[..., Any] = np.full_like
    elementwise: bool = True

    def __call__(self, a: Any, fill_value: Any, *args: Any, **kwargs: Any) -> Any:
        a, fill_value = number(a), number(fill_value)
        values = self.function(value(a), value(fill_value), *args, **kwargs)
        return _filled(values, fill_value, common((a, fill_value)))


@dataclass(frozen=True)
class Like:
    """A function with ``like=``: what it makes is a number over the algebra of `like`."""

    function: Callable[..., Any]
    like: bool = True

    def __call__(self, *args: Any, prototype: Any = None, **kwargs: Any) -> Any:
        made = repack(self.function(*args, **kwargs))
        return made if isinstance(made, Number) else _over(prototype, made)


@dataclass(frozen=True)
class Full:
    """`numpy.full` with ``like=``, whose fill may be a number too."""

    function: Callable[..., Any] = np.full
    like: bool = True

    def __call__(
        self, shape: Any, fill_value: Any, *args: Any, prototype: Any = None, **kwargs: Any
    ) -> Any:
        fill_value = number(fill_value)
        values = self.function(shape, value(fill_value), *args, **kwargs)
        return _filled(values, fill_value, common((prototype, fill_value)))


# Those that take an array (`array`, `asarray`, ...) are linear in it: see `linear`.
LIKE = (
    Like(np.arange),
    Like(np.empty),
    Like(np.eye),
    Like(np.frombuffer),
    Like(np.fromfile),
    Like(np.fromfunction),
    Like(np.fromiter),
    Like(np.fromstring),
    Like(np.genfromtxt),
    Like(np.identity),
    Like(np.loadtxt),
    Like(np.ones),
    Like(np.tri),
    Like(np.zeros),
)

dispatch.register(PROTOTYPE)
dispatch.register(LIKE)
dispatch.register([FullLike(), Full()])
