"""Exponential, sine and cosine integrals, Spence's function, Lambert's W, Owen's T."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    enter,
    ufunc,
)
from taylorad.rules.scipy_special.elementary import log1prel
from taylorad.rules.scipy_special.errors import DENSITY, ROOT_2, bell

__all__ = ["TABLE"]

_erf, _expn, _lambertw, _wrightomega = map(ufunc, ("erf", "expn", "_lambertw", "wrightomega"))


def expn_numbers(order: int, n: Array, x: Array) -> Array:
    """E_n' = -E_(n-1); below E_0 = exp(-x) / x there is p E_(p+1) + x E_p = exp(-x)."""
    n = np.trunc(n)  # as SciPy takes what is not whole
    f, factorial = [], 1.0
    e, later = np.exp(-x), np.zeros_like(x)
    for k in range(order + 1):
        p = n - k
        low = np.where(p == 0, e / x, (e - p * later) / x)
        later = np.where(p > 0, _expn(np.maximum(p, 0), x), low)
        factorial *= max(k, 1)
        f.append((-1) ** k * later / factorial)
    return np.stack(f)


def sinc(x: Any) -> Any:
    """sin(x) / x."""
    return _settled(lambda x: np.sinc(x / np.pi), x)


def cosc(x: Any) -> Any:
    """cos(x) / x."""
    return _settled(lambda x: np.cos(x) / x, x)


def _settled(function: Any, x: Any) -> Any:
    """A function that goes to zero at infinity with all its derivatives."""
    far = np.isinf(value(x))
    return np.where(far, 0.0, function(np.where(far, 1.0, x))) if np.any(far) else function(x)


def sinhc(x: Any) -> Any:
    """sinh(x) / x."""
    turned = np.sinc(1j * x / np.pi)
    return turned if np.iscomplexobj(value(x)) else np.real(turned)


def _spence_slope(z: Any) -> Any:
    """log(z) / (1 - z)."""
    small = np.abs(value(z)) < 0.5
    near_one = -log1prel(np.where(small, 0.0, z - 1))
    if not np.any(small):
        return near_one
    z = np.where(small, z, 0.5)
    return np.where(small, np.log(z) / (1 - z), near_one)


def _omega_slope(z: Any) -> Any:
    w = _wrightomega(z)
    far = np.isposinf(value(w).real)
    return np.where(far, 1.0, w / (1 + w)) if np.any(far) else w / (1 + w)


def _lambertw_slope(z: Any, k: Any, tol: Any) -> Any:
    w = _lambertw(z, k, tol)
    return np.exp(-w) / (1 + w)


def _by_h(h: Any, a: Any) -> Any:
    return -DENSITY * bell(h / ROOT_2) * _erf(a * h / ROOT_2) / 2


def _by_a(h: Any, a: Any) -> Any:
    def density(a: Any) -> Any:
        square = 1 + a * a
        return np.exp(-h * h * square / 2) / (2 * np.pi * square)

    return _settled(density, a)


TABLE = (
    #             function     arguments  derivatives
    ByDerivative("exp1",       "z",       (lambda z: -np.exp(-z) / z,)),
    ByDerivative("expi",       "x",       (lambda x: np.exp(x) / x,)),
    ByDerivative("sici",       "x",       ((sinc,), (cosc,))),
    ByDerivative("shichi",     "x",       ((sinhc,), (lambda x: np.cosh(x) / x,))),
    ByDerivative("spence",     "z",       (_spence_slope,)),
    ByDerivative("wrightomega", "z",      (_omega_slope,)),
    ByDerivative("_lambertw",  "z k tol", (_lambertw_slope, None, None)),
    ByDerivative("owens_t",    "h a",     (_by_h, _by_a)),
    ByNumbers("expn",          "n x",     expn_numbers, at=1),
)  # fmt: skip

enter(TABLE)
