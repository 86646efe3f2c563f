"""Functions of numbers whose coefficients are Python objects: mpf, Fraction, Decimal.

NumPy asks such elements for a method of the function's name, which they do not have. The
value comes from the library the elements come from; the series, from the same row as ever.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from taylorad import recurrences
from taylorad._numbers import SINGULAR, Number, make, value
from taylorad._tape import record
from taylorad.dispatch import carries

__all__ = ["at", "evaluate", "object_function", "record_object_function"]


def at(function: Any, *args: Any) -> Any:
    """A NumPy function, of anything: plain objects get it from their own library."""
    if any(map(carries, args)) or all(np.asarray(x).dtype != object for x in args):
        return function(*args)
    return evaluate(function.__name__, *args)


def evaluate(name: str, x: Any, *others: Any) -> Any:
    """A function by NumPy's name, elementwise, at arrays of objects or at one of them."""
    if isinstance(x, np.ndarray) or any(isinstance(other, np.ndarray) for other in others):
        arrays = np.broadcast_arrays(*(np.asarray(item, object) for item in (x, *others)))
        out = np.empty(arrays[0].shape, object)
        for i in np.ndindex(out.shape):
            out[i] = evaluate(name, *(array[i] for array in arrays))
        return out
    method = getattr(x, name, None)
    if callable(method):
        return method(*others)
    if isinstance(x, (float, complex, np.generic)):
        return getattr(np, name)(x, *map(float, others))
    module = sys.modules.get(type(x).__module__.partition(".")[0])
    short = "a" + name[3:] if name.startswith("arc") else name
    function = getattr(module, short, None)
    if function is None:
        raise TypeError(
            f"np.{name} of a {type(x).__name__} is not exact: {type(x).__name__} has no {name}; "
            "use float64 coefficients, or mpmath.mpf for more digits"
        )
    return function(x, *others)


def object_function(row: Any, x: Number) -> Any:
    """y = f(x) by the row of f, for coefficients that are objects."""
    name = row.function.__name__
    algebra, parts = x.algebra, x.parts
    if name in BASES:
        return _to_base(name, x)
    if carries(parts):
        raise TypeError(
            f"np.{name} of Taylor coefficients that are recorded objects is not supported; use "
            "float64 coefficients, or forward mode alone"
        )
    first = evaluate(name, parts[0])
    if getattr(row, "branch", None) is not None and not np.all(parts[0] != 0):
        return _root_at_zero(row, algebra, parts, first)
    if hasattr(row, "partner"):
        other = row.factor * evaluate(row.partner.__name__, parts[0])
        return make(algebra, recurrences.rotation(algebra, parts, first, other, row.sign)[0])
    # Whole numbers leave exact coefficients exact, floats do not.
    q = tuple(int(c) for c in row.q)
    a, b, c = int(row.a), int(row.b), int(row.c)
    slope = None
    if row.slope is not None:
        slope = _exact_slope(row, parts[0])
    return make(
        algebra, recurrences.riccati(algebra, parts, first, slope, q, row.root, a, b, c)
    )


def _root_at_zero(row: Any, algebra: Any, parts: Any, first: Any) -> Any:
    """A root where some value is zero: the zeros are taken care of by their valuation."""
    away = parts.copy()
    away[0] = np.where(parts[0] == 0, parts[0] * 0 + 1, parts[0])
    y = recurrences.riccati(
        algebra, away, evaluate(row.function.__name__, away[0]), None,
        tuple(int(c) for c in row.q), False, int(row.a), int(row.b), int(row.c),
    )  # fmt: skip
    y[0] = first
    return SINGULAR["power"](algebra, parts, row.branch, y, cbrt=row.function is np.cbrt)


def _exact_slope(row: Any, x: Any) -> Any:
    """The slope where the equation's own would cancel."""
    if row.function is np.tanh:
        return 1 / at(np.cosh, x) ** 2
    return at(np.exp, x)


BASES = {"exp2": 2, "log2": 2, "log10": 10}


def _to_base(name: str, x: Any) -> Any:
    """A power or a logarithm to a base whose logarithm the objects know best themselves."""
    scale = evaluate("log", value(x) * 0 + BASES[name])
    return np.exp(x * scale) if name == "exp2" else np.log(x) / scale


def record_object_function(row: Any, x: Any) -> Any:
    """Record y = f(x) by the row of f, for a Variable of objects."""
    if row.function.__name__ in BASES:
        return _to_base(row.function.__name__, x)
    y = at(row.function, x.value)
    if getattr(row, "branch", None) is None:
        pull = lambda g, y, x: g * _exact_derivative(row, x, y)  # noqa: E731
        return record(y, (x,), (pull,), "both", pointwise=True)

    def root(g: Any, y: Any, x: Any) -> Any:
        at_zero = value(x) == 0
        slope = _exact_derivative(row, np.where(at_zero, 1, x), np.where(at_zero, 1, y))
        return g * np.where(at_zero, np.inf, slope)

    return record(y, (x,), (root,), "both", branch=bool(np.any(value(x) == 0)), pointwise=True)


def _exact_derivative(row: Any, x: Any, y: Any) -> Any:
    """The first derivative at objects x, where the value is y; or at Variables of such."""
    if hasattr(row, "partner"):
        return row.factor * at(row.partner, x)
    if row.slope is not None:
        return _exact_slope(row, x)
    q0, q1, q2 = (*(int(c) for c in row.q), 0, 0)[:3]
    a, b, c = int(row.a), int(row.b), int(row.c)
    right = a + b * y + c * (y * y)
    left = q0 * (1 - x) * (1 + x) if not q1 and q2 == -q0 else q0 + x * (q1 + x * q2)
    return right / (at(np.sqrt, left) if row.root else left)
