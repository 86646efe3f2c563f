"""What lifted code calls in place of conversions, tests of types, and `math`.

Each does what the function it stands for does, on anything that is not a number of ours.
"""

from __future__ import annotations

import builtins
import cmath
import functools
import math as standard
import operator
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from taylorad import math
from taylorad._numbers import Operand, holds, value
from taylorad.dispatch import carries
from taylorad.lifting import calling
from taylorad.lifting.buffers import Buffer, settled
from taylorad.lifting.creation import packed
from taylorad.lifting.substitutes import FOLLOWING, substitute

call = FOLLOWING.call


# --- Types -------------------------------------------------------------------------------


@substitute(builtins.isinstance)
def isinstance_(x: Any, kinds: Any) -> bool:
    """Numbers of ours are what their values are."""
    return calling.is_instance(x, kinds)


@substitute(builtins.type)
def type_(x: Any, *args: Any, **kwargs: Any) -> Any:
    """The type of a number of ours is that of its value."""
    if args or not isinstance(x, (Operand, Buffer)):
        return type(x, *args, **kwargs)
    return calling.stand_in(x)


@substitute(np.isscalar)
def isscalar(element: Any) -> bool:
    return element.ndim == 0 if isinstance(element, Operand) else np.isscalar(element)


# --- Conversions -------------------------------------------------------------------------


def _single(x: Any) -> Any:
    """The only element of a number."""
    if x.size != 1:
        raise TypeError("only length-1 arrays can be converted to Python scalars")
    return np.reshape(x, -1)[0] if x.ndim else x


@substitute(builtins.float)
def float_(x: Any = 0.0, /) -> Any:
    """A real number stays as it is: it is like a float."""
    x = settled(x)
    if not carries(x):
        method = getattr(type(x), "__float__", None)
        return call(method)(x) if isinstance(method, FunctionType) else float(x)
    x = _single(x)
    if x.dtype.kind == "c":
        raise TypeError("float() argument must be a real number, not 'complex'")
    return x


@substitute(builtins.int)
def int_(x: Any = 0, /, *args: Any, **kwargs: Any) -> Any:
    """The whole number: it is plain, as its derivative is 0."""
    x = settled(x)
    return int(value(_single(x))) if carries(x) else int(x, *args, **kwargs)


@substitute(builtins.complex)
def complex_(real: Any = 0, imag: Any = 0) -> Any:
    real, imag = settled(real), settled(imag)
    if not carries(real) and not carries(imag):
        return complex(real, imag) if imag or not isinstance(real, str) else complex(real)
    parts = [_single(x) if carries(x) else x for x in (real, imag)]
    return parts[0] * (1 + 0j) + parts[1] * 1j if carries(imag) or imag else parts[0] * (1 + 0j)


@substitute(builtins.round)
def round_(x: Any, ndigits: Any = None) -> Any:
    x = settled(x)
    return round(value(_single(x))) if carries(x) and ndigits is None else round(x, ndigits)


@substitute(builtins.abs)
def abs_(x: Any, /) -> Any:
    method = getattr(type(x), "__abs__", None)
    return call(method)(x) if isinstance(method, FunctionType) else abs(x)


@substitute(builtins.getattr)
def getattr_(x: Any, name: str, *default: Any) -> Any:
    try:
        return FOLLOWING.attribute(x, name)
    except AttributeError:
        if default:
            return default[0]
        raise


def _scalar_type(kind: Any) -> None:
    @substitute(kind)
    @functools.wraps(kind, updated=())
    def convert(x: Any = 0, /, *args: Any, **kwargs: Any) -> Any:
        x = settled(x)
        if not carries(x):
            if isinstance(x, (list, tuple)) and holds(x, Operand):
                x = packed(x)
            else:
                return kind(x, *args, **kwargs)
        return x.astype(kind)


for _kind in {np.dtype(letter).type for letter in "fdgFDGbhilqBHILQ"}:
    _scalar_type(_kind)


# --- Builtins that are given functions, and types to call ---------------------------------

_CALLING: tuple[Any, ...] = (map, filter, sorted, max, min, functools.reduce)
for _function in _CALLING:
    substitute(_function)(calling.with_functions(call, _function, types=True))


# --- The math module ---------------------------------------------------------------------


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(function)
    def whole(x: Any, /) -> Any:
        x = settled(x)
        return function(value(_single(x))) if carries(x) else function(x)

    return whole


for _name in dir(standard):
    _function = getattr(standard, _name)
    if callable(_function) and hasattr(math, _name):
        substitute(_function)(getattr(math, _name))
_WHOLE: tuple[Any, ...] = (standard.floor, standard.ceil, standard.trunc)
for _function in _WHOLE:
    substitute(_function)(_whole(_function))


def _complex(function: Any, replacement: Callable[..., Any]) -> None:
    @substitute(function)
    @functools.wraps(function)
    def choose(*args: Any) -> Any:
        args = settled(args)
        if not any(map(carries, args)):
            return function(*args)
        return replacement(*[complex_(x) for x in args])


for _name, _other in (
    *((name, name) for name in "exp log log10 sqrt sin cos tan sinh cosh tanh".split()),
    *((name, "arc" + name[1:]) for name in "asin acos atan asinh acosh atanh".split()),
    ("phase", "angle"),
):  # fmt: skip
    _complex(getattr(cmath, _name), getattr(np, _other))
_complex(cmath.polar, lambda z: (np.abs(z), np.angle(z)))


@substitute(cmath.rect)
def rect(r: Any, phi: Any) -> Any:
    if carries(r) or carries(phi):
        return r * np.cos(phi) + 1j * (r * np.sin(phi))
    return cmath.rect(r, phi)


@substitute(operator.index)
def index(x: Any, /) -> Any:
    return operator.index(settled(x))
