"""How lifted code calls functions that are not rewritten: what goes in, and what comes out."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._numbers import Operand, holds, repack, value
from taylorad.dispatch import carries
from taylorad.lifting.buffers import Buffer, settled, wrapped

__all__ = [
    "COPYING",
    "Complex",
    "Float",
    "compiled",
    "crossing",
    "dispatched",
    "gathered",
    "is_instance",
    "library",
    "method",
    "stand_in",
    "ufunc",
    "with_functions",
]

Call = Callable[[Any], Any]

# Methods of an array that give another one, into which numbers may be written.
COPYING = frozenset("astype byteswap copy dot flatten repeat take".split())


def ufunc(f: Any) -> Any:
    """A ufunc, which does not see numbers in lists; its results can be written to."""

    @functools.wraps(f)
    def called(*args: Any, **kwargs: Any) -> Any:
        for x in args:
            if type(x) is list or type(x) is tuple:
                args = tuple([gathered(x) for x in args])
                break
        result = f(*args, **kwargs)
        return wrapped(result, args) if type(result) is np.ndarray else result

    return called


def method(f: Any) -> Any:
    """A method of a plain array that gives another array."""
    return lambda *args, **kwargs: wrapped(f(*settled(args), **settled(kwargs)), (f.__self__,))


def with_functions(call: Call, f: Any, types: bool = False) -> Any:
    """A function of NumPy or a builtin, which may be given functions; or types, to be called."""

    @functools.wraps(f)
    def called(*args: Any, **kwargs: Any) -> Any:
        args = tuple([crossing(call, x, types) if callable(x) else gathered(x) for x in args])
        for name, x in kwargs.items():
            if callable(x):
                kwargs[name] = crossing(call, x, types)
        result = f(*args, **kwargs)
        if type(result) in _CONTAINERS:
            return wrapped(result, (*args, *kwargs.values()))
        return result

    return called


_CONTAINERS = frozenset((np.ndarray, tuple, list))


def library(call: Call, f: Any) -> Any:
    """A function of this library: it gets numbers and arrays, and functions of them."""

    @functools.wraps(f)
    def called(*args: Any, **kwargs: Any) -> Any:
        args = tuple([crossing(call, x) if callable(x) else settled(x) for x in args])
        for name, x in kwargs.items():
            kwargs[name] = crossing(call, x) if callable(x) else settled(x)
        return f(*args, **kwargs)

    return called


def compiled(call: Call, f: Any) -> Any:
    """A compiled function of some package: it knows plain arrays, and no buffers."""

    @functools.wraps(f, updated=())
    def called(*args: Any, **kwargs: Any) -> Any:
        plain = [_answering(call, x) if callable(x) else settled(x) for x in args]
        for name, x in kwargs.items():
            kwargs[name] = _answering(call, x) if callable(x) else settled(x)
        result = f(*plain, **kwargs)
        for x, given in zip(args, plain, strict=True):
            if result is given:
                return x
        if sys.getrefcount(result) > _ALONE:  # whoever made it has kept it
            return result
        return wrapped(result, (*plain, *kwargs.values()))

    return called


def _references() -> int:
    result = np.empty(0)
    return sys.getrefcount(result)


_ALONE = _references()  # of an array that only a local variable knows


def crossing(call: Call, f: Any, types: bool = False) -> Any:
    """A function for others to call: followed, and no buffers come out of it."""
    if isinstance(f, (Operand, Buffer)) or (isinstance(f, type) and not types):
        return f
    followed = call(f)
    if isinstance(followed, type):
        return followed

    @functools.wraps(followed, updated=())
    def called(*args: Any, **kwargs: Any) -> Any:
        return settled(followed(*args, **kwargs))

    return called


def _answering(call: Call, f: Any) -> Any:
    """A function for a compiled one to call, which takes plain answers only."""
    if isinstance(f, (type, Operand, Buffer)):
        return settled(f)
    followed = call(f)

    @functools.wraps(f, updated=())
    def called(*args: Any, **kwargs: Any) -> Any:
        result = settled(followed(*args, **kwargs))
        if carries(result):
            raise TypeError(
                "a compiled function was given a function whose results carry derivatives, which "
                "it would drop; write it in Python, or give it a derivative with "
                "ta.custom_derivative"
            )
        return result

    return called


def stand_in(x: Any) -> type:
    """The type a number of ours, or a buffer, stands for."""
    if x.ndim or isinstance(x, Buffer):
        return np.ndarray
    return type(value(x)) if x.dtype == object else x.dtype.type


def is_instance(x: Any, kinds: Any) -> bool:
    """Whether x, or the value it stands for, is of one of these types."""
    if not isinstance(x, (Operand, Buffer)):
        return isinstance(x, kinds)
    return isinstance(x, kinds) or issubclass(stand_in(x), kinds)


class _Value(type):
    """The type of types in patterns: numbers of ours match where their values would."""

    def __instancecheck__(cls, x: Any) -> bool:
        return is_instance(x, cls.__base__)


class Float(float, metaclass=_Value):
    """What ``case float():`` says in lifted code."""


class Complex(complex, metaclass=_Value):
    """What ``case complex():`` says in lifted code."""


def dispatched(call: Call, f: Any) -> Any:
    """A function of `functools.singledispatch`: numbers of ours go where their values would."""

    def called(*args: Any, **kwargs: Any) -> Any:
        known = isinstance(args[0], (Operand, Buffer))
        return call(f.dispatch(stand_in(args[0]) if known else type(args[0])))(*args, **kwargs)

    return called


def gathered(x: Any) -> Any:
    """A list of 0-d numbers as the number NumPy would make of it; anything else as it is."""
    if (type(x) is list or type(x) is tuple) and _scalars(x) and holds(x, Operand):
        return repack(x)
    return x


def _scalars(items: Any) -> bool:
    """Whether a nested list has no arrays in it."""
    for x in items:
        if type(x) is list or type(x) is tuple:
            if not _scalars(x):
                return False
        elif getattr(x, "ndim", 0) or (callable(x) and not isinstance(x, Operand)):
            return False
    return True
