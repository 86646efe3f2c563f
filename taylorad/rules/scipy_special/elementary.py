"""Elementary functions: SciPy's own exp2, cbrt and kin, degrees, Box and Cox, Huber."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.rules.analytic import LN10, ONE
from taylorad.rules.elementwise import Elementwise, nowhere, step
from taylorad.rules.entire import blocks, fejer
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Equation,
    Exponential,
    Expression,
    Known,
    enter,
    ufunc,
)

__all__ = ["TABLE", "exprel", "log1prel"]

DEGREE = math.pi / 180

_cosdg, _sindg = map(ufunc, ("cosdg", "sindg"))
_round = ufunc("round")


def exprel_numbers(order: int, x: Array) -> Array:
    """f_n of (exp(x) - 1) / x = integral of exp(x s) ds over 0 < s < 1.

    ``x f_n = exp(x) / n! - f_(n-1)`` for n up to |x|, and for the others
    ``n! f_n = integral of s^n exp(x s) ds``, whose terms are all positive.
    """
    f = np.empty((order + 1, len(x)), x.dtype)
    e, size = np.exp(x), np.abs(x)
    f[0] = np.expm1(x) / x
    for n in range(1, order + 1):
        f[n] = (e / math.factorial(n) - f[n - 1]) / x
        f[n] = np.where(np.isneginf(x), 0, np.where(np.isposinf(x), x, f[n]))
    near = np.flatnonzero(size < order + 1)
    if near.size == 0:
        return f
    nodes, weights = fejer(order)
    degrees = np.arange(order + 1)[:, np.newaxis]
    factorials = np.array([float(math.factorial(n)) for n in range(order + 1)])[:, np.newaxis]
    moments = weights * nodes**degrees / factorials
    for block in blocks(near.size, len(nodes)):
        at = near[block]
        integrals = moments @ np.exp(x[at] * nodes[:, np.newaxis])
        f[:, at] = np.where(degrees > size[at] - 1, integrals, f[:, at])
    return f


def log1prel_numbers(order: int, x: Array) -> Array:
    """f_n of log(1 + x) / x = integral of ds / (1 + x s) over 0 < s < 1.

    ``x f_n = g_n - f_(n-1)`` with g_n of log(1 + x), and, where that would cancel,
    ``f_n = integral of (-s)^n / (1 + x s)^(n+1) ds``, which Fejer's rule gives as long as the
    pole at s = -1/x is not too close.
    """
    f = np.empty((order + 1, len(x)), x.dtype)
    f[0] = np.log1p(x) / x
    for n in range(1, order + 1):
        f[n] = (-((-1 / (1 + x)) ** n) / n - f[n - 1]) / x
    pole = -2 / x - 1
    ellipse = np.maximum(*(np.abs(pole + s * np.sqrt(pole * pole - 1 + 0j)) for s in (1, -1)))
    near = np.flatnonzero(~(ellipse < 2.4))
    if near.size == 0:
        return f
    nodes, weights = fejer(order + 30)
    for block in blocks(near.size, len(nodes)):
        at = near[block]
        beside = 1 / (1 + x[at] * nodes[:, np.newaxis])
        term = weights[:, np.newaxis] * beside
        for n in range(order + 1):
            f[n, at] = np.sum(term, axis=0)
            term = term * (-nodes[:, np.newaxis] * beside)
    return f


exprel = Known(exprel_numbers)
log1prel = Known(log1prel_numbers)


# --- Box and Cox: (x^p - 1) / p, with the limit log(x) at p = 0 --------------------------


def _by_lambda(log: Any, p: Any) -> Any:
    """With t = p log x it is log(x) exprel(t), so the derivative in p is log(x)^2 exprel'(t)."""
    at_end = np.isneginf(value(log))
    inside = np.where(at_end, 0.0, log)
    slope = inside * inside * exprel(p * inside, 1)
    if not np.any(at_end):
        return slope
    power = np.where(at_end, p, 1.0)
    end = np.where(value(power) < 0, np.nan, 1.0) / (power * power)
    return np.where(at_end, end, slope)


def _log_inverse(y: Any, p: Any) -> Any:
    """log((1 + p y)^(1/p))."""
    return y * log1prel(p * y)


def _inverse(y: Any, p: Any) -> Any:
    return np.power(1 + p * y, 1 / np.where(value(p) == 0, 1.0, p))


def _shifted(y: Any, p: Any) -> Any:
    return ufunc("inv_boxcox")(y, p)


# --- Huber's losses ----------------------------------------------------------------------


def _huber(delta: Any, r: Any) -> Any:
    size = np.abs(r)
    outside = np.where(value(delta) < 0, np.nan, delta * (size - delta / 2))
    return np.where(value(size) <= value(delta), r * r / 2, outside)


def _pseudo_huber_by_delta(delta: Any, r: Any) -> Any:
    h = np.hypot(delta, r)
    at_zero = value(h) == 0
    h = np.where(at_zero, 1.0, h)
    share = r / np.where(at_zero, 1.0, delta + h)
    return r * r / h * share * share


def _pseudo_huber_by_r(delta: Any, r: Any) -> Any:
    far = np.isinf(value(r))
    sign = np.sign(value(r))
    r = np.where(far, 1.0, r)
    h = np.hypot(delta, r)
    return delta * np.where(far, sign, r / np.where(value(h) == 0, 1.0, h))


def _radian(d: Any, m: Any, s: Any) -> Any:
    return (d + m / 60 + s / 3600) * DEGREE


TABLE = (
    #        function          argument  q     a        b     c
    Equation("exp10",          "x",      ONE,  0,       LN10, 0),
    Equation("tandg",          "x",      ONE,  DEGREE,  0,    DEGREE),
    Equation("cotdg",          "x",      ONE, -DEGREE,  0,   -DEGREE),
    #          function        arguments   expression
    Expression("cbrt",         "x",        np.cbrt),
    Expression("exp2",         "x",        np.exp2),
    Expression("expm1",        "x",        np.expm1),
    Expression("log1p",        "x",        np.log1p),
    Expression("powm1",        "x y",      np.power),
    Expression("radian",       "d m s",    _radian),
    Expression("huber",        "delta r",  _huber),
    Elementwise(_round,        step(_round),  nowhere(_round)),
    #             function       arguments  derivatives
    ByDerivative("cosm1",        "x",       (lambda x: -np.sin(x),)),
    ByDerivative("sindg",        "x",       (lambda x: DEGREE * _cosdg(x),)),
    ByDerivative("cosdg",        "x",       (lambda x: -DEGREE * _sindg(x),)),
    ByDerivative("pseudo_huber", "delta r", (_pseudo_huber_by_delta, _pseudo_huber_by_r)),
    ByDerivative("boxcox",       "x lmbda", (lambda x, p: np.power(x, p - 1),
                                             lambda x, p: _by_lambda(np.log(x), p))),
    ByDerivative("boxcox1p",     "x lmbda", (lambda x, p: np.exp((p - 1) * np.log1p(x)),
                                             lambda x, p: _by_lambda(np.log1p(x), p))),
    Exponential("inv_boxcox",    "y lmbda", _log_inverse,  _inverse),
    Expression("inv_boxcox1p",   "y lmbda", _shifted),
    ByNumbers("exprel",          "x",       exprel_numbers),
)  # fmt: skip

enter(TABLE)
