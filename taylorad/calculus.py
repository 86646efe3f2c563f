"""The calculus of Taylor polynomials: derivatives, integrals, evaluation, composition.

Those in several variables are in `taylorad.polynomials`.

A `Taylor` is a polynomial in its own variable t, the offset from the expansion point:
``c_0 + c_1 t + ... + c_K t^K``, true up to terms of order K + 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import Number, Taylor, checked_order, engine, make
from taylorad.algebra import Algebra, Factor, taylor

__all__ = [
    "assembled",
    "coefficients",
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


def _own(series: Taylor) -> Any:
    """The factor that is the series' own; the others are levels it was made within."""
    return series.algebra.factors[0]


def coefficients(series: Any) -> Any:
    """c_0 ... c_K, stacked: plain, or numbers of the levels the series was made within.

    Those of several variables come in the order of the monomials of their own factor.
    """
    if len(series.algebra.factors) == 1:
        return series.parts
    parts, own = series.parts, _own(series)
    monomials = map(tuple, Algebra.of((own,)).exponents.tolist())
    selected = [series.algebra.select(own.tag, monomial) for monomial in monomials]
    rest = selected[-1][0]  # where degrees are capped, what is known of every coefficient
    columns = [parts[rows[: rest.rows]] for _, rows in selected]
    return make(rest, np.stack(columns, axis=1))


def assembled(factor: Factor, coefficients: Any) -> Any:
    """The series in the variables of `factor` with these coefficients."""
    own = Algebra.of((factor,))
    if not isinstance(coefficients, Number):
        return make(own, coefficients)
    algebra = coefficients.algebra.join(own)
    parts = np.zeros((algebra.rows, *coefficients.shape[1:]), coefficients.dtype)
    for k, monomial in enumerate(map(tuple, own.exponents.tolist())):
        rest, rows = algebra.select(factor.tag, monomial)
        column = coefficients.parts[:, k]
        parts[rows] = column[: rest.rows] if len(column) >= rest.rows else 0
    return make(algebra, parts)


def _assembled(series: Taylor, coefficients: Any) -> Any:
    """The series in the same variable with other coefficients."""
    return assembled(Factor(_own(series).tag, "taylor", len(coefficients) - 1), coefficients)


def derivative(series: Taylor, k: int = 1) -> Any:
    """k! c_k."""
    k = checked_order(k)
    if k > series.order:
        raise ValueError(
            f"a Taylor of order {series.order} knows the derivatives 0 to {series.order}, "
            f"not the one of order {k}"
        )
    return coefficients(series)[k] * math.factorial(k)


def derivatives(series: Taylor) -> Any:
    """All of them."""
    parts = coefficients(series)
    return parts * _factorials(parts)


def differentiate(series: Taylor) -> Any:
    """d/dt; one order is lost."""
    if series.order == 0:
        raise ValueError("a Taylor of order 0 cannot be differentiated: no derivative is known")
    parts = coefficients(series)
    steps = np.arange(1, len(parts)).reshape(-1, *(1,) * (parts.ndim - 1))
    return _assembled(series, parts[1:] * steps.astype(parts.dtype))


def integrate(series: Taylor, constant: Any = 0.0) -> Any:
    """The integral over t from 0, plus `constant`; one order is gained."""
    if isinstance(constant, Number):
        raise TypeError("the constant of integration is a plain number or array")
    parts = coefficients(series)
    if np.ndim(constant) == 0 and constant == 0:
        constant = parts[0] * 0  # as exact as the coefficients
    steps = np.arange(1, len(parts) + 1).reshape(-1, *(1,) * (parts.ndim - 1))
    rows = parts / (steps.astype(object) if parts.dtype == object else steps.astype(parts.dtype))
    shape = np.broadcast_shapes(np.shape(constant), series.shape)
    first = np.reshape(np.broadcast_to(constant, shape), (1, *shape))
    if not isinstance(constant, Number) and rows.dtype != object and first.dtype.kind in "biu":
        first = first.astype(rows.dtype)
    return _assembled(series, np.concatenate([first, _spread(rows, shape)]))


def truncate(series: Taylor, order: int) -> Any:
    """The same polynomial to a lower order."""
    order = checked_order(order)
    if order > series.order:
        raise ValueError(
            f"a Taylor of order {series.order} cannot be extended to order {order}: its higher "
            "coefficients are not known"
        )
    return _assembled(series, coefficients(series)[: order + 1].copy())


def evaluate(series: Taylor, t: Any) -> Any:
    """The polynomial at the offset `t`, by Horner's rule."""
    parts = coefficients(series)
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
        raise TypeError(
            f"compose takes a Taylor, not {type(inner).__name__}; to evaluate at t: series(t)"
        )
    outer, parts = coefficients(series), coefficients(inner)
    if np.any(inner.value != 0):
        raise ValueError(
            "the inner series of a composition is an offset from the outer one's expansion "
            "point, so its constant term must be 0; subtract it: inner - inner.value"
        )
    order = min(series.order, inner.order)
    shape = np.broadcast_shapes(outer.shape[1:], parts.shape[1:])
    outer, parts = _spread(outer[: order + 1], shape), _spread(parts[: order + 1], shape)
    return _assembled(inner, engine(outer, parts).compose(taylor(order), parts, outer))


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
    parts = coefficients(series)
    if np.any(parts[1] == 0):
        raise ValueError("a series whose linear coefficient is 0 has no inverse series")
    order = series.order
    algebra = taylor(order - 1)
    one = np.zeros_like(parts[1:])
    one[0] = one[0] + 1
    ratio = engine(parts).quotient(algebra, one, parts[1:])
    rows, power = [parts[0] * 0], ratio
    for n in range(1, order + 1):
        rows.append(power[n - 1] / n)
        if n < order:
            power = engine(parts).product(algebra, power, ratio)
    return _assembled(series, np.stack(rows))


_numbers.install_calculus(
    {
        "coefficients": coefficients,
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
