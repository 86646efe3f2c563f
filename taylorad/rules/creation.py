"""Functions that make arrays: after a prototype, or anew with ``like=``.

What they make after a number or a Variable is one without derivatives, into which such
can be assigned: ``out = np.zeros_like(x); out[0] = x[0] ** 2``. Where an integer
or boolean dtype is asked for, the result is a plain array, usable as an index or a mask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import repack, value
from taylorad._tape import enter_constant, enter_like
from taylorad.dispatch import carries
from taylorad.rules.operands import as_dtype, constant_like, is_number_dtype, number

__all__ = ["LIKE", "PROTOTYPE", "Full", "FullLike", "Like", "Prototype"]


@dataclass(frozen=True)
class Prototype:
    """A function that makes an array of a prototype's shape and dtype."""

    function: Callable[..., Any]
    elementwise: bool = True

    def __call__(self, a: Any, *args: Any, **kwargs: Any) -> Any:
        a = number(a)
        # NumPy judges every option; `subok` is about subclasses of its own arrays.
        return _over(a, self.function(value(a), *args, **kwargs))


PROTOTYPE = (
    Prototype(np.zeros_like),
    Prototype(np.ones_like),
    Prototype(np.empty_like),
)


def _over(prototype: Any, values: Any) -> Any:
    """The values as a constant, where their dtype can be differentiated."""
    return constant_like((prototype,), values) if is_number_dtype(values.dtype) else values


def _filled(values: Any, fill_value: Any, prototype: Any) -> Any:
    """`values`, made by filling with the value of `fill_value`, with its derivatives."""
    if not carries(fill_value):
        return _over(prototype, values)
    if not is_number_dtype(values.dtype):
        raise TypeError(
            f"an array of {values.dtype} cannot be filled with a number that has derivatives; "
            "leave dtype out, or fill with taylorad.value(fill_value)"
        )
    constant = constant_like((prototype, fill_value), values)
    return as_dtype(np.where(True, fill_value, constant), values.dtype)


@dataclass(frozen=True)
class FullLike:
    """`numpy.full_like`, whose fill may be a number too."""

    function: Callable[..., Any] = np.full_like
    elementwise: bool = True

    def __call__(self, a: Any, fill_value: Any, *args: Any, **kwargs: Any) -> Any:
        a, fill_value = number(a), number(fill_value)
        values = self.function(value(a), value(fill_value), *args, **kwargs)
        return _filled(values, fill_value, a)


@dataclass(frozen=True)
class Like:
    """A function with ``like=``: what it makes is a constant that can hold what `like` can."""

    function: Callable[..., Any]
    like: bool = True

    def __call__(self, *args: Any, prototype: Any = None, **kwargs: Any) -> Any:
        made = repack(self.function(*args, **kwargs))
        return made if carries(made) else _over(prototype, made)


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
        return _filled(values, fill_value, prototype)


# Those that take an array (`array`, `asarray`, ...) are linear in it: see `conversion`.
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
for _row in (*PROTOTYPE, FullLike()):
    enter_constant(_row.function)
for _function in (np.arange, np.empty, np.eye, np.identity, np.ones, np.tri, np.zeros):
    enter_like(_function)
