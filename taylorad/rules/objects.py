"""Functions of numbers whose coefficients are Python objects: mpf, Fraction, Decimal.

NumPy asks such elements for a method of the function's name, which they do not have. The
value comes from the library the elements come from; the series, from the same row as ever.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from taylorad import recurrences
from taylorad._numbers import SINGULAR, Number, make

__all__ = ["evaluate", "object_function"]


def evaluate(name: str, x: Any) -> Any:
    """A function by NumPy's name, elementwise, at an array of objects or at one of them."""
    if isinstance(x, np.ndarray):
        out = np.empty(x.shape, object)
        for i in np.ndindex(x.shape):
            out[i] = evaluate(name, x[i])
        return out
    method = getattr(x, name, None)
    if callable(method):
        return method()
    if isinstance(x, (float, complex, np.generic)):
        return getattr(np, name)(x)
    module = sys.modules.get(type(x).__module__.partition(".")[0])
    short = "a" + name[3:] if name.startswith("arc") else name
    function = getattr(module, short, None)
    if function is None:
        raise TypeError(
            f"np.{name} of a {type(x).__name__} is not exact: {type(x).__name__} has no {name}; "
            "use float64 coefficients, or mpmath.mpf for more digits"
        )
    return function(x)


def object_function(row: Any, x: Number) -> Any:
    """y = f(x) by the row of f, for coefficients that are objects."""
    name = row.function.__name__
    algebra, parts = x.algebra, x.parts
    if name == "exp2":
        return np.exp(x * evaluate("log", parts[0] * 0 + 2))
    if name in ("log2", "log10"):
        return np.log(x) / evaluate("log", parts[0] * 0 + (2 if name == "log2" else 10))
    value = evaluate(name, parts[0])
    if getattr(row, "branch", None) is not None and not np.all(parts[0] != 0):
        return _root_at_zero(row, algebra, parts, value)
    if hasattr(row, "partner"):
        other = row.factor * evaluate(row.partner.__name__, parts[0])
        return make(algebra, recurrences.rotation(algebra, parts, value, other, row.sign)[0])
    # Whole numbers leave exact coefficients exact, floats do not.
    q = tuple(int(c) for c in row.q)
    a, b, c = int(row.a), int(row.b), int(row.c)
    slope = None
    if row.slope is not None:
        slope = _exact_slope(row, parts[0], value)
    return make(
        algebra, recurrences.riccati(algebra, parts, value, slope, q, row.root, a, b, c)
    )


def _root_at_zero(row: Any, algebra: Any, parts: Any, value: Any) -> Any:
    """A root where some value is zero: the zeros are taken care of by their valuation."""
    away = parts.copy()
    away[0] = np.where(parts[0] == 0, parts[0] * 0 + 1, parts[0])
    y = recurrences.riccati(
        algebra, away, evaluate(row.function.__name__, away[0]), None,
        tuple(int(c) for c in row.q), False, int(row.a), int(row.b), int(row.c),
    )  # fmt: skip
    y[0] = value
    return SINGULAR["power"](algebra, parts, row.branch, y, cbrt=row.function is np.cbrt)


def _exact_slope(row: Any, x: Any, y: Any) -> Any:
    """The slope where the equation's own would cancel."""
    if row.function is np.tanh:
        return 1 / evaluate("cosh", x) ** 2
    return evaluate("exp", x)
