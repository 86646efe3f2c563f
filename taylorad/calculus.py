"""The calculus of Taylor polynomials: derivatives, integrals, evaluation, composition.

A `Taylor` is a polynomial in its own variable t, the offset from the expansion point:
``c_0 + c_1 t + ... + c_K t^K``, true up to terms of order K + 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import Number, Taylor, checked_order, engine, make
from taylorad.algebra import taylor

__all__ = [
    "compose",
    "derivative",
    "derivatives",
    "differentiate",
    "evaluate",
    "integrate",
    "reverse",
    "truncate",
]


def _factorials(parts: Any) -> Any:
    """0!, 1!, ... as a column for these coefficients; exact where they are exact."""
    numbers = [math.factorial(k) for k in range(len(parts))]
    dtype = object if parts.dtype == object else parts.real.dtype
    return np.array(numbers, dtype).reshape(-1, *(1,) * (parts.ndim - 1))


def _over(series: Taylor, order: int) -> Any:
    """The algebra of the same variable, to another order."""
    (factor,) = series.algebra.factors
    return taylor(order, factor.tag)


def derivative(series: Taylor, k: int = 1) -> Any:
    """k! c_k."""
    k = checked_order(k)
    if k > series.order:
        raise ValueError(
            f"a Taylor of order {series.order} knows the derivatives 0 to {series.order}, "
            f"not the one of order {k}"
        )
    part = series.part(k)
    return part * math.factorial(k) if part.dtype != object else math.factorial(k) * part


def derivatives(series: Taylor) -> Any:
    """All of them."""
    parts = series.coefficients
    return parts * _factorials(parts)


def differentiate(series: Taylor) -> Any:
    """d/dt; one order is lost."""
    if series.order == 0:
        raise ValueError("a Taylor of order 0 cannot be differentiated: no derivative is known")
    parts = series.coefficients
    steps = np.arange(1, len(parts)).reshape(-1, *(1,) * (parts.ndim - 1))
    return make(_over(series, series.order - 1), parts[1:] * steps.astype(parts.dtype))


def integrate(series: Taylor, constant: Any = 0.0) -> Any:
    """The integral over t from 0, plus `constant`; one order is gained."""
    if isinstance(constant, Number):
        raise TypeError("the constant of integration is a plain number or array")
    parts = series.coefficients
    if np.ndim(constant) == 0 and constant == 0:
        constant = parts[0] * 0  # as exact as the coefficients
    steps = np.arange(1, len(parts) + 1).reshape(-1, *(1,) * (parts.ndim - 1))
    first = np.broadcast_to(np.asarray(constant), np.broadcast_shapes(np.shape(constant), series.shape))
    if parts.dtype == object:
        rows = parts / steps.astype(object)
    else:
        rows = parts / steps
        rows = rows.astype(np.result_type(parts, first if first.ndim else constant))
    rows = np.broadcast_to(
        rows.reshape(len(rows), *(1,) * (first.ndim + 1 - rows.ndim), *rows.shape[1:]),
        (len(rows), *first.shape),
    )
    return make(_over(series, series.order + 1), np.concatenate([first[None].astype(rows.dtype), rows]))


def truncate(series: Taylor, order: int) -> Any:
    """The same polynomial to a lower order."""
    order = checked_order(order)
    if order > series.order:
        raise ValueError(
            f"a Taylor of order {series.order} cannot be extended to order {order}: its higher "
            "coefficients are not known"
        )
    return make(_over(series, order), series.coefficients[: order + 1].copy())


def evaluate(series: Taylor, t: Any) -> Any:
    """The polynomial at the offset `t`, by Horner's rule."""
    parts = series.coefficients
    t = _numbers.repack(t)
    if not isinstance(t, Number):
        t = t if isinstance(t, (int, float, complex)) or np.ndim(t) == 0 else np.asarray(t)
    total = parts[-1] + 0 * t
    for row in parts[-2::-1]:
        total = total * t + row
    return total


def compose(series: Taylor, inner: Any) -> Any:
    """``series(inner(t))`` as a series in t, of the lower of the two orders."""
    if not isinstance(inner, Taylor):
        raise TypeError(f"compose takes a Taylor, not {type(inner).__name__}; to evaluate: series(t)")
    if np.any(inner.value != 0):
        raise ValueError(
            "the inner series of a composition is an offset from the outer one's expansion "
            "point, so its constant term must be 0; subtract it: inner - inner.value"
        )
    order = min(series.order, inner.order)
    algebra = _over(inner, order)
    outer, parts = series.coefficients[: order + 1], inner.coefficients[: order + 1]
    shape = np.broadcast_shapes(outer.shape[1:], parts.shape[1:])
    outer, parts = _spread(outer, shape), _spread(parts, shape)
    return make(algebra, engine(outer, parts).compose(algebra, parts, outer))


def _spread(parts: Any, shape: tuple[int, ...]) -> Any:
    missing = len(shape) + 1 - parts.ndim
    parts = parts.reshape(len(parts), *(1,) * missing, *parts.shape[1:])
    return np.broadcast_to(parts, (len(parts), *shape))


def reverse(series: Taylor) -> Any:
    """The series r with ``series(r(s)) = c_0 + s``, by Lagrange's inversion formula.

    With h(t) = t / (series(t) - c_0), the coefficient of s^n is that of t^(n-1) in h^n / n.
    """
    if series.order == 0:
        raise ValueError("reversion needs a series of order at least 1")
    parts = series.coefficients
    if np.any(parts[1] == 0):
        raise ValueError("a series whose linear coefficient is 0 has no inverse series")
    order = series.order
    algebra = _over(series, order - 1)
    one = np.zeros_like(parts[1:])
    one[0] = one[0] + 1
    ratio = engine(parts).quotient(algebra, one, parts[1:])
    rows, power = [parts[0] * 0], ratio
    for n in range(1, order + 1):
        rows.append(power[n - 1] / n)
        if n < order:
            power = engine(parts).product(algebra, power, ratio)
    return make(_over(series, order), np.array(rows, parts.dtype))


_numbers.install_calculus(
    {
        "compose": compose,
        "derivative": derivative,
        "derivatives": derivatives,
        "differentiate": differentiate,
        "evaluate": evaluate,
        "integrate": integrate,
        "reverse": reverse,
        "truncate": truncate,
    }
)
