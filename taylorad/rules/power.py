"""x ** p: exact for integer powers everywhere, by its differential equation elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad import _numbers, recurrences
from taylorad._numbers import Number, engine, make, parts_over, value
from taylorad._tape import enter_pointwise
from taylorad.algebra import Algebra
from taylorad.dispatch import carries
from taylorad.rules.objects import at, evaluate
from taylorad.rules.recording import elementwise

__all__ = ["exponential", "power", "power_back"]


def power(base: Any, exponent: Any) -> Any:
    """u ** v, either or both a number of ours."""
    if not isinstance(exponent, Number):
        return _constant_exponent(base, exponent)
    if not isinstance(base, Number):
        return _constant_base(base, exponent)
    moving = _moving(exponent)
    fixed = ~moving | (value(base) == 0)
    constant = _constant_exponent(base, exponent.value)
    if np.all(fixed):
        return constant + 0.0 * exponent if constant is exponent else _over_both(constant, exponent)
    # u^v = exp(v log u): the value from NumPy, the series from D(u^v) = u^v D(v log u)
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(np.where(fixed, 1.0, base))
        first = np.power(base.value, exponent.value)
        y = exponential(exponent * log, first)
        lost = ~fixed & _is_subnormal(first)
        if np.any(lost):  # u^v = u^(v_0) u^(v - v_0), and only the first of these is small
            lost = lost & np.isfinite(value(log)) & np.isfinite(value(exponent))
            y = np.where(lost, constant * np.exp((exponent - exponent.value) * log), y)
    return np.where(fixed, constant, y) if np.any(fixed) else y


def _moving(x: Number) -> Any:
    """Where a number has derivatives; those on record count, since they may move from 0."""
    return carries(x.parts) | np.any(value(x.parts[1:]) != 0, axis=0)


def _over_both(constant: Any, exponent: Number) -> Any:
    algebra = constant.algebra.join(exponent.algebra)
    return make(algebra, parts_over(algebra, constant + np.zeros(exponent.shape)))


def exponential(x: Number, first: Any) -> Any:
    """The y with Dy = y Dx through a value known better than exp(x_0)."""
    parts = x.parts
    first = first if carries(first) else np.asarray(first, parts.dtype)
    first = np.broadcast_to(first, parts.shape[1:])
    return make(
        x.algebra,
        engine(parts, first).riccati(x.algebra, parts, first, None, (1.0,), False, 0.0, 1.0, 0.0),
    )


def _constant_base(base: Any, x: Number) -> Any:
    if x.dtype == object:
        return np.exp(x * evaluate("log", x.parts[0] * 0 + base))
    first = np.power(base, x.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        log = np.log(base if carries(base) else np.asarray(base, first.dtype))
    # where x does not move there is no logarithm in it; and 0 ** x is 0 around positive x
    needed = _moving(x) & ((np.asarray(value(base)) != 0) | (value(x) < 0))
    log = np.where(needed, log, first.dtype.type(0))
    return exponential(x * log, first)


def _constant_exponent(x: Number, p: Any) -> Any:
    if isinstance(p, np.ndarray) and p.ndim == 0:
        p = p[()]  # kernels take a number, or an array with an entry for every point
    if not carries(p) and np.ndim(p) == 0 and p in (0, 1, 2, 3, 4, -1):
        return _small_power(x, int(p.real if isinstance(p, complex) else p))
    if x.dtype == object:
        return _exact_power(x, p)
    if not carries(p) and np.ndim(p):
        p = np.asarray(p)
    parts: Any = x.parts
    shape = np.broadcast_shapes(parts.shape[1:], np.shape(p))
    if shape != parts.shape[1:]:
        missing = len(shape) + 1 - parts.ndim
        parts = parts.reshape(parts.shape[:1] + (1,) * missing + parts.shape[1:])
        parts = np.broadcast_to(parts, (parts.shape[0], *shape))
    first = parts[0]
    y0 = np.power(first, p)
    dtype = np.result_type(y0)
    if carries(p) and not carries(y0):  # nobody records it
        p = value(p)
    if carries(p):
        p = np.broadcast_to(p, shape)
    elif np.ndim(p):
        p = np.broadcast_to(np.asarray(p, dtype), shape)
    if dtype != parts.dtype:
        parts = parts.astype(dtype)
    elif isinstance(p, (int, np.integer, np.floating)):
        p = float(p)
    if not np.ndim(p) and _is_short_product(x.algebra, p):
        y = _whole_power(make(x.algebra, parts), int(p.real)).parts
        if not carries(y):
            y[0] = y0
        return make(x.algebra, y)
    with np.errstate(all="ignore"):
        constant = value(p) == 0
        if carries(p):  # it moves: only where this is no product may it be left out
            constant = constant & ((value(first) == 0) | ~np.isfinite(value(first)))
        slope = np.where(constant, 0.0, p * np.power(first, np.subtract(p, 1.0)))
        if not carries(slope):
            slope = np.asarray(slope, dtype)
        y = engine(parts, y0).riccati(
            x.algebra, parts, y0, slope, (0.0, 1.0), False, 0.0, p, 0.0
        )
    if not carries(p) and np.ndim(p):
        for n in np.unique(p[_is_short_product(x.algebra, p)].real):
            exact = _whole_power(make(x.algebra, parts), int(n)).parts
            y = np.where((p == n) & _beyond_value(y), exact, y)
    lost = _underflown(x, y0, p)
    if np.any(lost):
        y = np.where(lost & _beyond_value(y), _by_coefficients(make(x.algebra, parts), p, lost), y)
    if np.any(first == 0):
        return _numbers.SINGULAR["power"](x.algebra, parts, p, y)
    return make(x.algebra, y)


def _beyond_value(parts: Any) -> Any:
    """The rows of the derivatives, to broadcast."""
    return (np.arange(len(parts)) > 0).reshape(-1, *[1] * (parts.ndim - 1))


def _is_subnormal(y0: Any) -> Any:
    """Where a value is so small that not all its digits are left."""
    y0 = np.asarray(value(y0))
    return np.abs(y0) < np.finfo(y0.dtype).tiny if y0.dtype.kind in "fc" else np.False_


def _underflown(x: Number, y0: Any, p: Any) -> Any:
    """Where x^p is so small that the equation, which starts from it, has lost its digits."""
    if carries(p) or x.algebra.degree < 2 or np.dtype(x.dtype).kind != "f" or np.iscomplexobj(p):
        return False
    return _is_subnormal(y0) & (p > 0) & (value(x.parts[0]) != 0) & np.logical_not(
        _is_short_product(x.algebra, p)
    )


def _by_coefficients(x: Number, p: Any, where: Any) -> Any:
    """The rows of x^p as the sum of (p over k) x_0^(p - k) (x - x_0)^k, at these points."""
    first = np.where(where, x.parts[0], 1.0)
    step = x - x.value
    known, factor = [], np.ones(np.shape(where))
    for k in range(x.algebra.degree + 1):
        known.append(factor * np.power(first, np.where(factor == 0, 0.0, p - k)))
        factor = factor * (p - k) / (k + 1)
    result: Any = step * 0 + known.pop()
    while known:
        result = result * step + known.pop()
    return result.parts


def _is_short_product(algebra: Algebra, p: Any) -> Any:
    """Where x^p has degrees from p on, which the equation gets by dividing by powers of x_0.

    Near 0 nothing would be left of them; as a product of a few factors they are exact.
    """
    if carries(p):
        return False
    real = np.real(p)
    return (np.imag(p) == 0) & (real % 1 == 0) & (real > 0) & (real <= algebra.degree)


def _small_power(x: Number, n: int) -> Any:
    if n == 0:
        one = np.zeros_like(x.parts)
        one[0] = 1
        return make(x.algebra, one)
    if n == -1:
        return 1 / x
    if n == 1:
        return +x
    square = x * x
    return square if n == 2 else square * x if n == 3 else square * square


def _whole_power(x: Any, n: int) -> Any:
    """x^n by products, for n > 0."""
    result: Any = None
    while n:
        if n & 1:
            result = x if result is None else result * x
        x = x * x if n > 1 else x
        n >>= 1
    return result


def _exact_power(x: Number, p: Any) -> Any:
    """Integer powers of objects by products; others by the equation, from Python's power."""
    if np.ndim(p) == 0 and p == int(p):
        result = _whole_power(x, abs(int(p)))
        return 1 / result if p < 0 else result
    parts = x.parts
    return make(
        x.algebra,
        recurrences.riccati(
            x.algebra, parts, parts[0] ** p, None, (0, 1), False, 0, p, 0
        ),
    )


# --- Reverse -----------------------------------------------------------------------------


def power_back(base: Any, exponent: Any) -> Any:
    """Record u ** v: du is v u^(v-1), dv is u^v log u, and 0 where u is."""
    plain = not carries(exponent)
    if plain and np.ndim(exponent) == 0 and exponent in (0, 1, 2, 3):
        return _few_products(base, int(exponent))
    p = value(exponent)
    branch = bool(np.any((value(base) == 0) & (p > 0) & (p < 1))) if np.isrealobj(p) else False
    return elementwise(np.power, (base, exponent), (_by_base, _by_exponent), "both", branch)


def _few_products(x: Any, n: int) -> Any:
    if n == 0:
        return np.ones_like(x) + 0 * np.zeros_like(x)
    return +x if n == 1 else x * x if n == 2 else x * x * x


def _by_base(g: Any, y: Any, u: Any, v: Any) -> Any:
    constant = value(v) == 0
    if carries(v):  # it moves: only where the slope by u is no product may it be left out
        constant = constant & ((value(u) == 0) | ~np.isfinite(value(u)))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = v * np.power(u, np.where(constant, 1, v - 1))
    return g * np.where(constant, 0.0, slope)


def _by_exponent(g: Any, y: Any, u: Any, v: Any) -> Any:
    at_zero = value(u) == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return g * np.where(at_zero, 0.0, y * at(np.log, np.where(at_zero, 1.0, u)))


enter_pointwise(np.power, (_by_base, _by_exponent), "both", is_power=True)
