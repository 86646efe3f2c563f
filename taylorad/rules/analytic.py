"""Analytic ufuncs: one row a function.

A row is the function's differential equation, for one of the recurrences of
`taylorad.recurrences`. Forward mode reads its series off it, scalars their C path, and the
first derivative, for whoever needs just that, is `slope` or ``(a + b y + c y^2) / q``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import Number, engine, make, value
from taylorad._tape import record, register_unary
from taylorad._vector import values
from taylorad.dispatch import register
from taylorad.rules.objects import object_function, record_object_function

__all__ = ["LN10", "ONE", "Riccati", "Rotation", "by_derivative", "riccati_of"]

LN2, LN10 = math.log(2.0), math.log(10.0)

# The polynomials q, by rising powers of x.
ONE = (1.0,)
X = (0.0, 1.0)


def sech2(x: Any) -> Any:
    """1 / cosh(x)^2, without overflow."""
    if np.iscomplexobj(x):
        return 1.0 / np.cosh(x) ** 2
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def _value(function: np.ufunc, parts: Any) -> Any:
    """The value row; at order 0 it is the plain function itself, to the last place."""
    return values(function, parts[0]) if len(parts) > 1 else function(parts[0])


@dataclass(frozen=True)
class Riccati:
    """y = f(x) with ``q(x) Dy = (a + b y + c y^2) Dx``.

    `slope` is the first derivative as a function of x where the equation's own would
    cancel. `branch` is the exponent p of functions x^p, whose zeros may be removable.
    """

    function: np.ufunc
    q: tuple[float, ...]
    a: float
    b: float
    c: float
    root: bool = False
    slope: Callable[[Any], Any] | None = None
    branch: float | None = None

    def __call__(self, x: Number) -> Any:
        parts = x.parts
        if parts.dtype == object:
            return object_function(self, x)
        first = parts[0]
        value = _value(self.function, parts)
        slope = None if self.slope is None else self.slope(first)
        equation = (self.q, self.root, self.a, self.b, self.c)
        if self.branch is not None and not np.all(first):
            with np.errstate(all="ignore"):
                y = engine(parts).riccati(x.algebra, parts, value, slope, *equation)
            odd = self.function is np.cbrt
            return _numbers.SINGULAR["power"](x.algebra, parts, self.branch, y, cbrt=odd)
        return make(x.algebra, engine(parts).riccati(x.algebra, parts, value, slope, *equation))

    def derivative(self, x: Any, y: Any) -> Any:
        """The first derivative at x, where the value is y; of anything NumPy takes."""
        if self.slope is not None:
            return self.slope(x)
        right: Any = self.a
        if self.b:
            term = y if self.b == 1 else self.b * y
            right = right + term if self.a else term
        if self.c:
            right = right + self.c * (y * y)
        q0, q1, q2 = (*self.q, 0.0, 0.0)[:3]
        if not (q1 or q2):
            return right if q0 == 1 else right / q0
        if not q1 and q2 == -q0:
            left = q0 * (1 - x) * (1 + x)
        else:
            left = q0 + x * (q1 + x * q2) if q2 else q0 + q1 * x
        return right / (np.sqrt(left) if self.root else left)

    def reverse(self, x: Any) -> Any:
        """Record y = f(x)."""
        if x.dtype == object:
            return record_object_function(self, x)
        first = value(x)
        y = self.function(x.value)
        if self.branch is not None and not np.all(first):
            p = self.branch

            def root(g: Any, y: Any, x: Any) -> Any:
                at_zero = value(x) == 0
                inside = np.where(at_zero, 1.0, x)
                return g * np.where(at_zero, np.inf, p * np.where(at_zero, 1.0, y) / inside)

            return record(y, (x,), (root,), "both", branch=True, pointwise=True)
        return record(y, (x,), (self._pull,), self.keep, pointwise=True)

    @property
    def keep(self) -> str:
        """What the derivative is computed from."""
        if self.slope is not None or not (self.b or self.c):
            return "operands"
        return "both" if self.q[1:] else "output"

    def _pull(self, g: Any, *kept: Any) -> Any:
        return g * self.derivative(kept[-1], kept[0])


@dataclass(frozen=True)
class Rotation:
    """y = f(x) with ``Dy = z Dx``, ``Dz = sign y Dx`` and ``z = factor * partner(x)``."""

    function: np.ufunc
    partner: np.ufunc
    sign: int
    factor: int

    def __call__(self, x: Number) -> Any:
        parts = x.parts
        if parts.dtype == object:
            return object_function(self, x)
        value, other = _value(self.function, parts), _value(self.partner, parts)
        if self.factor < 0:
            other = -other
        return make(x.algebra, engine(parts).rotation(x.algebra, parts, value, other, self.sign)[0])

    def derivative(self, x: Any) -> Any:
        """The first derivative at x, of anything NumPy takes."""
        return self.partner(x) if self.factor == 1 else -self.partner(x)

    def reverse(self, x: Any) -> Any:
        """Record y = f(x)."""
        if x.dtype == object:
            return record_object_function(self, x)
        return record(self.function(x.value), (x,), (self._pull,), "operands", pointwise=True)

    def _pull(self, g: Any, x: Any) -> Any:
        return g * self.derivative(x)


TABLE: list[Riccati | Rotation] = [
    #       function    q             a    b    c
    Riccati(np.exp,     ONE,          0,   1,   0),
    Riccati(np.exp2,    ONE,          0,   LN2, 0),
    Riccati(np.expm1,   ONE,          1,   1,   0,   slope=np.exp),
    Riccati(np.log,     X,            1,   0,   0),
    Riccati(np.log2,    (0.0, LN2),   1,   0,   0),
    Riccati(np.log10,   (0.0, LN10),  1,   0,   0),
    Riccati(np.log1p,   (1.0, 1.0),   1,   0,   0),
    Riccati(np.sqrt,    (0.0, 2.0),   0,   1,   0,   branch=1 / 2),
    Riccati(np.cbrt,    (0.0, 3.0),   0,   1,   0,   branch=1 / 3),
    Riccati(np.tan,     ONE,          1,   0,   1),
    Riccati(np.tanh,    ONE,          1,   0,  -1,   slope=sech2),
    Riccati(np.arcsin,  (1, 0, -1),   1,   0,   0,   root=True),
    Riccati(np.arccos,  (1, 0, -1),  -1,   0,   0,   root=True),
    Riccati(np.arctan,  (1, 0, 1),    1,   0,   0),
    Riccati(np.arcsinh, (1, 0, 1),    1,   0,   0,   root=True),
    Riccati(np.arccosh, (-1, 0, 1),   1,   0,   0,   root=True),
    Riccati(np.arctanh, (1, 0, -1),   1,   0,   0),
    #        function   partner  sign  factor
    Rotation(np.sin,    np.cos,  -1,    1),
    Rotation(np.cos,    np.sin,  -1,   -1),
    Rotation(np.sinh,   np.cosh,  1,    1),
    Rotation(np.cosh,   np.sinh,  1,    1),
]  # fmt: skip

register(TABLE)
for _row in TABLE:
    if isinstance(_row, Riccati):
        register_unary(_row.function, _row._pull, _row.keep, _row.branch is not None)
        _numbers.register_scalar(
            _row.function, q=_row.q, root=_row.root, a=_row.a, b=_row.b, c=_row.c,
            slope=_row.slope and _row.slope.__name__,
        )  # fmt: skip
    else:
        register_unary(_row.function, _row._pull, "operands")
        _numbers.register_scalar(
            _row.function, other=_row.partner.__name__, sign=_row.sign, partner_sign=_row.factor
        )


def riccati_of(
    x: Number, value: Any, *, q: Any = ONE, a: Any = 0.0, b: Any = 0.0, c: Any = 0.0
) -> Number:
    """The solution through `value` of a Riccati equation along `x`."""
    parts = x.parts
    return make(x.algebra, engine(parts).riccati(x.algebra, parts, value, None, q, False, a, b, c))


def by_derivative(x: Number, value: Any, derivative: Callable[[Any], Any]) -> Number:
    """f(x) from its value and its derivative, a function of numbers: Dy = f'(x) Dx.

    The derivative is evaluated one degree lower, which ends the recursion of functions
    that are their own derivatives.
    """
    algebra, parts = x.algebra, x.parts
    lower = algebra.truncate(algebra.degree - 1)
    rate = derivative(make(lower, parts[: lower.rows]))
    if isinstance(rate, Number):
        known = _numbers.parts_over(lower.join(rate.algebra), rate)
    else:
        known = np.reshape(rate, (1, *parts.shape[1:]))
    unread = np.zeros((algebra.rows - len(known), *parts.shape[1:]), known.dtype)
    full = np.concatenate([known, unread])
    if isinstance(full, np.ndarray) and isinstance(value, (np.ndarray, np.generic, float)):
        full = full.astype(np.result_type(parts, full, np.asarray(value)), copy=False)
        value = np.asarray(value, full.dtype)
    return make(algebra, engine(parts, full, value).quadrature(algebra, parts, value, full))
