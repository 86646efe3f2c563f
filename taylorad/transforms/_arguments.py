"""What users may pass to a transform, and what they are told when they pass something else."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._foreign import refuse_foreign
from taylorad._numbers import repack
from taylorad.dispatch import carries

__all__ = [
    "check_argnum",
    "check_argnums",
    "check_callable",
    "check_count",
    "check_order",
    "named",
    "numeric",
    "position",
]


def check_callable(f: Any, name: str = "f") -> None:
    if carries(f) or not callable(f):
        raise TypeError(
            f"{name} must be a function of numbers or arrays, but {_shown(f)} was given; "
            "pass the function itself, not its value"
        )


def check_order(order: Any) -> int:
    """`order` as an int: a whole number from 0 up."""
    count = check_count(order, "order")
    if count < 0:
        raise ValueError(f"order must be 0 or more, but {order} was given")
    return count


def check_count(count: Any, name: str) -> int:
    """`count` as an int; booleans, floats and whatever else is not one are refused."""
    if isinstance(count, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, but {count} (a boolean) was given")
    try:
        return operator.index(count)
    except TypeError:
        raise TypeError(f"{name} must be an integer, but {_shown(count)} was given") from None


def check_argnum(argnum: Any) -> int:
    if isinstance(argnum, (tuple, list)):
        raise TypeError(
            f"argnum must be one integer, but {argnum!r} was given; differentiate in one "
            "argument at a time, or in several at once with jvp"
        )
    return check_count(argnum, "argnum")


def check_argnums(argnums: Any) -> int | tuple[int, ...]:
    """`argnums` as an int or a tuple of ints."""
    if not isinstance(argnums, (tuple, list)):
        return check_count(argnums, "argnums")
    if not argnums:
        raise ValueError("argnums must name at least one argument, but it is empty")
    return tuple(check_count(argnum, "argnums") for argnum in argnums)


def position(argnum: int, args: tuple[Any, ...]) -> int:
    """Where the differentiated argument is among the positional ones."""
    if not -len(args) <= argnum < len(args):
        given = f"{len(args)} positional argument" + "s" * (len(args) != 1)
        raise ValueError(
            f"argnum={argnum}, but the function was called with {given}; the differentiated "
            "argument must be passed by position, and argnum counts from 0"
        )
    return argnum % len(args)


def numeric(x: Any, name: str) -> Any:
    """`x` as a number or Variable of a lower level or a plain array to be differentiated.

    Booleans and integers become float64; objects are let through when they do arithmetic.
    """
    if type(x) is np.ndarray and x.dtype == np.float64:
        return x
    x = repack(x)
    if carries(x):
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost; pass x.filled(np.nan) or "
            "x.compressed()"
        )
    refuse_foreign(type(x))
    array = np.asarray(x)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    kind = array.dtype.kind
    if kind in "biu" or array.dtype == np.float16:
        return array.astype(np.float64)
    if kind in "fc" or (kind == "O" and all(map(_does_arithmetic, array.flat))):
        return array
    raise TypeError(
        f"{name} must be a number or an array of numbers to be differentiated, "
        f"but {_shown(x)} was given"
    )


def _does_arithmetic(item: Any) -> bool:
    return hasattr(item, "__mul__") and hasattr(item, "__sub__") and not carries(item)


def _shown(thing: Any) -> str:
    text = repr(thing)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(thing).__name__})"


def named(g: Callable[..., Any], f: Callable[..., Any], what: str) -> Callable[..., Any]:
    """`g` with the name of `f` and a docstring."""
    name = getattr(f, "__name__", type(f).__name__)
    g.__name__ = g.__qualname__ = name
    g.__doc__ = f"{what} of `{name}`."
    g.__module__ = getattr(f, "__module__", None) or __name__
    return g
