"""Struve functions, integrals of Bessel functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Known,
    enter,
    expanded,
    piecewise,
    ufunc,
)
from taylorad.rules.scipy_special.bessel import yv_numbers

__all__ = ["TABLE", "power_series"]

_besselpoly, _i0, _j0, _k0, _y0 = map(ufunc, ("besselpoly", "i0", "j0", "k0", "y0"))
_gammaln, _modstruve, _rgamma, _struve = map(ufunc, ("gammaln", "modstruve", "rgamma", "struve"))

TERMS = 60  # enough for arguments up to NEAR
NEAR = 8.0
FAR, FAR_TERMS = 36.0, 18  # from where on the terms of the asymptotic series get small enough
HIGH = 60.0  # orders from which on coefficients might underflow


def power_series(order: int, x: Array, terms: Any) -> Array:
    """The Taylor numbers at x of the sum of c x^p, from pairs of c and p, smallest p first."""
    f = np.zeros((order + 1, len(x)))
    for index, (c, p) in enumerate(terms):
        c = np.where((x == 0) & (index > 0) & (np.round(p) != p), 0.0, c)
        for k in range(order + 1):
            f[k] += np.where(c == 0, 0.0, c * np.power(x, p - k))
            c = c * (p - k) / (k + 1)
    return f


def _terms(v: Any, sign: float, lower: int = 0) -> Any:
    """(x/2)^(v+1) times the sum of (sign x^2/4)^m / (gamma(m + 3/2) gamma(m + v + 3/2)), over
    x^lower (DLMF 11.2.1).
    """
    for m in range(TERMS):
        p = 2 * m + 1 + v
        c = sign**m * 2.0**-p * _rgamma(m + 1.5) * _rgamma(m + v + 1.5)
        yield c, p - lower


def _large_series(order: int, x: Array, terms: Any) -> Array:
    """That of the sum of s exp(l) (x/2)^p, from s, l and p, where exp(l) alone may underflow."""
    f = np.zeros((order + 1, len(x)))
    half = np.log(np.abs(x) / 2)
    for sign, log, p in terms:
        odd = np.where(np.round(p) == p, 1.0 - 2.0 * (p % 2), np.nan)
        t = sign * np.exp(log + p * half) * np.where(x < 0, odd, 1.0)
        for k in range(order + 1):
            f[k] += t
            t = t * (p - k) / (k + 1) / x
    return np.where(x == 0, 0.0, f)


def _series(order: int, v: Array, x: Array, sign: float) -> Array:
    """By increasing powers."""

    def large(v: Array) -> Any:
        for m in range(TERMS):
            yield sign**m, -_gammaln(m + 1.5) - _gammaln(m + v + 1.5), 2 * m + 1 + v

    return _by_order(order, v, x, lambda v: _terms(v, sign), large)


def _far_series(order: int, v: Array, x: Array) -> Array:
    """Y_v and an asymptotic series in decreasing powers (DLMF 11.6.1), which varies slowly: its
    derivatives would cancel in the equation.
    """

    def small(v: Array) -> Any:
        for m in range(FAR_TERMS):
            p = v - 2 * m - 1
            yield math.gamma(m + 0.5) / np.pi * 2.0**-p * _rgamma(v + 0.5 - m), p

    def large(v: Array) -> Any:
        for m in range(FAR_TERMS):
            yield 1 / np.pi, math.lgamma(m + 0.5) - _gammaln(v + 0.5 - m), v - 2 * m - 1

    return yv_numbers(order, v, x) + _by_order(order, v, x, small, large)


def _right_side(order: int, v: Array, x: Array) -> Array:
    """4 (x/2)^(v+1) / (sqrt(pi) gamma(v + 1/2))."""
    c = 4 / math.sqrt(math.pi)
    return _by_order(
        order,
        v,
        x,
        lambda v: [(c * 0.5 ** (v + 1) * _rgamma(v + 0.5), v + 1)],
        lambda v: [(c, -_gammaln(v + 0.5), v + 1)],
    )


def _by_order(order: int, v: Array, x: Array, small: Any, large: Any) -> Array:
    high = v > HIGH
    f = np.empty((order + 1, len(x)))
    f[:, ~high] = power_series(order, x[~high], small(v[~high]))
    f[:, high] = _large_series(order, x[high], large(v[high]))
    return f


def _struve_numbers(function: Any, sign: float) -> Callable[..., Array]:
    """By the series, by another one far out, and between by its equation (DLMF 11.2.7),

    ``x^2 y'' + x y' - (v^2 + sign x^2) y = 4 (x/2)^(v+1) / (sqrt(pi) gamma(v + 1/2))``.
    """

    def by_equation(order: int, v: Array, x: Array) -> Array:
        r = _right_side(order, v, x)
        y = [function(v, x)]
        y.append(function(v - 1, x) - v / x * y[0])
        for k in range(order - 1):
            rest = r[k] + (v * v + sign * x * x - k * k) * y[k]
            rest = rest - (2 * k + 1) * (k + 1) * x * y[k + 1]
            if k > 0:
                rest = rest + 2 * sign * x * y[k - 1]
            if k > 1:
                rest = rest + sign * y[k - 2]
            y.append(rest / (x * x * (k + 2) * (k + 1)))
        return np.stack(y[: order + 1])

    def numbers(order: int, v: Array, x: Array) -> Array:
        v = np.broadcast_to(np.asarray(v, float), x.shape)
        near = (np.abs(x) <= NEAR) | ((v > HIGH) & (x * x < 8 * v))
        far = ~near & (sign < 0) & (x >= FAR) & (np.abs(v) < np.minimum(x * x / 100, 0.8 * x))
        between = ~near & ~far
        f = np.empty((order + 1, len(x)))
        f[:, near] = _series(order, v[near], x[near], sign)
        f[:, far] = _far_series(order, v[far], x[far])
        f[:, between] = by_equation(order, v[between], x[between])
        return np.where(np.isnan(x) | np.isnan(v), np.nan, f)

    return numbers


def _known(terms: Any, otherwise: Callable[[Any], Any]) -> Known:
    """A function by its power series, far out by an expression."""

    def numbers(order: int, x: Array) -> Array:
        near = np.abs(x) <= NEAR / 2
        return piecewise(
            order,
            x,
            [
                (near, lambda order, x: power_series(order, x, terms())),
                (~near, lambda order, x: expanded(otherwise, order, x)),
            ],
        )

    return Known(numbers)


def _bessel_terms(sign: float) -> Any:
    """(C_0 - 1) / x."""
    return ((sign**m / (4.0**m * math.factorial(m) ** 2), 2 * m - 1) for m in range(1, TERMS))


_struve_ratio = _known(lambda: _terms(0.0, -1.0, 1), lambda x: _struve(0.0, x) / x)
_j_ratio = _known(lambda: _bessel_terms(-1.0), lambda x: (_j0(x) - 1) / x)
_i_ratio = _known(lambda: _bessel_terms(1.0), lambda x: (_i0(x) - 1) / x)


def _besselpoly_numbers(order: int, a: Array, lmb: Array, nu: Array) -> Array:
    """The integral of x^lmb J_nu(2 a x) dx over 0 < x < 1; k-th derivatives as those of J,

    ``sum of (-1)^i C(k, i)`` times that with lmb + k and nu - k + 2 i.
    """
    f = []
    for k in range(order + 1):
        terms = (
            (-1) ** i * math.comb(k, i) * _besselpoly(a, lmb + k, nu - k + 2 * i)
            for i in range(k + 1)
        )
        f.append(sum(terms) / math.factorial(k))
    return np.stack(f)


TABLE = (
    #         function          arguments   Taylor numbers
    ByNumbers("struve",         "v x",      _struve_numbers(_struve, -1.0),    at=1),
    ByNumbers("modstruve",      "v x",      _struve_numbers(_modstruve, 1.0),  at=1),
    ByNumbers("besselpoly",     "a lmb nu", _besselpoly_numbers),
    #            function       arguments   derivatives
    ByDerivative("itstruve0",   "x",        (lambda x: _struve(0.0, x),)),
    ByDerivative("it2struve0",  "x",        (lambda x: -_struve_ratio(x),)),
    ByDerivative("itmodstruve0", "x",       (lambda x: _modstruve(0.0, x),)),
    ByDerivative("itj0y0",      "x",        ((lambda x: _j0(x),), (lambda x: _y0(x),))),
    ByDerivative("iti0k0",      "x",        ((lambda x: _i0(x),), (lambda x: _k0(x),))),
    ByDerivative("it2j0y0",     "x",        ((lambda x: -_j_ratio(x),), (lambda x: -_y0(x) / x,))),
    ByDerivative("it2i0k0",     "x",        ((lambda x: _i_ratio(x),), (lambda x: -_k0(x) / x,))),
)  # fmt: skip

enter(TABLE)
