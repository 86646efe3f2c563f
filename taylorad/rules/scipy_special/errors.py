"""Error functions, their inverses, the normal distribution, Fresnel's integrals.

The Taylor numbers of the scaled function exp(x^2) erfc(x) are, up to powers of -2, the
scaled repeated integrals of erfc (DLMF 7.18.4), and with them come those of wofz, dawsn
and of the logarithmic derivative of the normal distribution function.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Expression,
    Known,
    enter,
    expanded,
    piecewise,
    scaled_where,
    ufunc,
    vanishing,
)

__all__ = ["TABLE", "erfcx", "mills"]

ROOT_2, ROOT_PI = math.sqrt(2.0), math.sqrt(math.pi)
SLOPE = 2.0 / ROOT_PI  # of erf at 0
DENSITY = 1.0 / math.sqrt(2.0 * math.pi)  # of the normal distribution at 0

_dawsn, _erfcx, _erfcinv, _erfinv = map(ufunc, ("dawsn", "erfcx", "erfcinv", "erfinv"))
_ndtr, _ndtri, _ndtri_exp, _wofz = map(ufunc, ("ndtr", "ndtri", "ndtri_exp", "wofz"))


def bell(x: Any) -> Any:
    """exp(-x^2), which vanishes at infinity with all its derivatives."""
    far = np.isinf(value(x))
    return np.where(far, 0.0, np.exp(-(x * x))) if np.any(far) else np.exp(-(x * x))


def gauss(x: Any) -> Any:
    """The density of the normal distribution."""
    return DENSITY * bell(x / ROOT_2)


# --- exp(x^2) erfc(x) --------------------------------------------------------------------


def erfcx_numbers(order: int, x: Array) -> Array:
    """f_n = (-2)^n J_n, with J_n the repeated integrals of erfc, scaled by exp(x^2).

    ``2 n J_n = J_(n-2) - 2 x J_(n-1)`` with J_-1 = 2/sqrt(pi) (DLMF 7.18.7). To the right
    this is solved backwards, as a continued fraction: all its terms are positive. To the
    left the function is 2 exp(x^2) less that at -x. Between, far out, there are the
    asymptotic series and, before it holds, Cauchy's integral.
    """
    size = np.abs(x)
    far = _asymptotic_from(order)
    return piecewise(
        order,
        x,
        [
            (x.real >= 0.5, _by_fraction),
            (x.real < -0.5, _reflected),
            (size < 2.0, _by_recurrence),
            (size >= far, _erfcx_far),
            (size >= 2.0, _by_contour),
        ],
    )


def _by_fraction(order: int, x: Array) -> Array:
    """r_n = J_n / J_(n-1) = 1 / (2 x + 2 (n + 1) r_(n+1)), from an n where it is forgotten."""
    f = np.empty((order + 1, len(x)), x.dtype)
    f[0] = _erfcx(x)
    bounds = (0.5, 0.8, 1.5, 4.0, np.inf)
    for low, high in itertools.pairwise(bounds):
        some = (x.real >= low) & ((x.real < high) | (high == np.inf))
        if not np.any(some):
            continue
        at = x[some]
        r = np.zeros_like(at)
        ratios = []
        last = math.ceil((math.sqrt(2.0 * order) + 20.0 / low) ** 2 / 2) + 4
        for n in range(last, 0, -1):
            r = 1 / (2 * at + 2 * (n + 1) * r)
            if n <= order:
                ratios.append(-2 * r)
        for n, ratio in enumerate(reversed(ratios), start=1):
            f[n, some] = f[n - 1, some] * ratio
    return f


def _by_recurrence(order: int, x: Array) -> Array:
    """n f_n = 2 x f_(n-1) + 2 f_(n-2)."""
    f = [_erfcx(x)]
    before = np.full_like(x, -1.0 / ROOT_PI)
    for n in range(1, order + 1):
        f.append((2 * x * f[-1] + 2 * before) / n)
        before = f[-2]
    return np.stack(f)


def _reflected(order: int, x: Array) -> Array:
    signs = (-1.0) ** np.arange(order + 1).reshape(-1, 1)
    growing = expanded(lambda t: 2 * np.exp(t * t), order, x)
    return growing - signs * erfcx_numbers(order, -x)


@lru_cache
def _asymptotic_from(order: int) -> float:
    """Where the terms left out, exp(-x^2) 2^n x^(2 n + 1) / n!, no longer count."""
    x = 6.5
    while -x * x + order * math.log(2) + (2 * order + 1) * math.log(x) > math.lgamma(
        order + 1
    ) + math.log(1e-16):
        x += 0.1
    return x


def _erfcx_far(order: int, x: Array) -> Array:
    """sqrt(pi) f = sum of (-1)^m (2 m - 1)!! / 2^m x^-(2 m + 1) (DLMF 7.12.1), termwise."""
    f = np.zeros((order + 1, len(x)), x.dtype)
    for n in range(order + 1):
        term = (-1 / x) ** n / (x * ROOT_PI)
        total = term.copy()
        for m in range(1, 60):
            # C(2 m + n, n) over C(2 m + n - 2, n), times the next odd number over 2 x^2
            grow = (2 * m + n) * (2 * m + n - 1) / (2 * m * (2 * m - 1)) * (2 * m - 1) / 2
            following = -term * grow / (x * x)
            following = np.where(np.abs(following) < np.abs(term), following, 0)
            term = following
            total = total + term
        f[n] = total
    return f


def _by_contour(order: int, x: Array) -> Array:
    """f_n = mean of f(x + r w) / (r w)^n over roots of unity w, with r half the size of x."""
    nodes = 128 + 4 * order
    w = np.exp(2j * np.pi * np.arange(nodes) / nodes)
    r = np.abs(x) / 2
    on_circle = _erfcx(x + r * w[:, np.newaxis])
    powers = w ** -np.arange(order + 1).reshape(-1, 1)
    f = powers @ on_circle / nodes / r ** np.arange(order + 1).reshape(-1, 1)
    return f if np.iscomplexobj(x) else f.real


erfcx = Known(erfcx_numbers)


def wofz_numbers(order: int, z: Array) -> Array:
    """w(z) = erfcx(-i z)."""

    def turned(order: int, z: Array) -> Array:
        return (-1j) ** np.arange(order + 1).reshape(-1, 1) * erfcx_numbers(order, -1j * z)

    return piecewise(order, z, [(np.isinf(z) & (z.imag == 0), vanishing), (True, turned)])


def dawsn_numbers(order: int, x: Array) -> Array:
    """From F' = 1 - 2 x F near 0; elsewhere F = i sqrt(pi)/2 (exp(-x^2) - w(x)), Im x >= 0."""

    def by_recurrence(order: int, x: Array) -> Array:
        f = [_dawsn(x)]
        for n in range(1, order + 1):
            f.append((1 - 2 * x * f[0]) if n == 1 else (-2 * x * f[-1] - 2 * f[-2]) / n)
        return np.stack(f)

    def by_wofz(order: int, x: Array) -> Array:
        back = np.where(x.imag < 0, -1.0, 1.0)
        z = back * x + 0j
        f = 0.5j * ROOT_PI * (expanded(lambda t: np.exp(-t * t), order, z) - wofz_numbers(order, z))
        f = f * back ** (1 + np.arange(order + 1).reshape(-1, 1))
        return f if np.iscomplexobj(x) else f.real

    far = np.isinf(x) & (x.imag == 0)
    near = np.abs(x) < 2
    return piecewise(order, x, [(far, vanishing), (near, by_recurrence), (~near, by_wofz)])


# --- The normal distribution -------------------------------------------------------------


@lru_cache
def _log_series(terms: int) -> list[float]:
    """The coefficients of log(1 - v + 3 v^2 - 15 v^3 + ...)."""
    a = [Fraction(1)]
    for k in range(1, terms + 1):
        a.append(-a[-1] * (2 * k - 1))
    log = [Fraction(0)]
    for k in range(1, terms + 1):
        known = sum((j * log[j] * a[k - j] for j in range(1, k)), Fraction(0))
        log.append(a[k] - known / k)
    return [float(c) for c in log]


def mills_numbers(order: int, x: Array) -> Array:
    """The derivative of log ndtr: the density over the distribution function."""

    def far(order: int, x: Array) -> Array:
        # log ndtr = -x^2/2 - log(-x) + const + sum of l_k / x^2k
        f = np.zeros((order + 1, len(x)), x.dtype)
        f[0] = -x
        if order:
            f[1] = -1
        for n in range(order + 1):
            scale = (-1 / x) ** n
            total = np.zeros_like(x)
            for k in range(40, 0, -1):
                l_k = 2 * k * _log_series(40)[k] * math.comb(2 * k + n, n)
                total = (total + l_k) / (x * x)
            f[n] -= (1 + total) / x * scale
        return f

    def left(order: int, x: Array) -> Array:
        return expanded(lambda t: 2 * DENSITY / erfcx(-t / ROOT_2), order, x)

    def right(order: int, x: Array) -> Array:
        return expanded(lambda t: gauss(t) / _ndtr(t), order, x)

    real = not np.iscomplexobj(x)
    return piecewise(
        order, x, [((x.real < -20) & real, far), (x.real < 0, left), (x.real >= 0, right)]
    )


mills = Known(mills_numbers)


def _ndtri_slope(p: Any) -> Any:
    """1 / density(y), where density(y) = p mills(y) on the left."""
    edge = (value(p) == 0) | (value(p) == 1)
    p = np.where(edge, 0.5, p)
    y = _ndtri(p)
    left = value(p) <= 0.5
    slope = 1 / (np.where(left, p, 1 - p) * mills(np.where(left, y, -y)))
    return scaled_where(edge, np.inf, slope)


def _erfcinv_slope(q: Any) -> Any:
    """-1 / erfc'(y), with exp(y^2) = erfcx(y) / q on the right."""
    edge = value(q) == 0
    y = _erfcinv(np.where(edge, 1.0, q))
    right = (value(q) < 1) & ~edge
    there = erfcx(np.where(right, y, 1.0)) / np.where(right, q, 1.0)
    slope = -np.where(right, there, np.exp(np.where(right, 0.0, y * y))) * (ROOT_PI / 2)
    return scaled_where(edge, np.inf, slope)


def _is_narrow(x: Any, sigma: Any, gamma: Any) -> bool:
    return not sigma.all() if isinstance(sigma, np.ndarray) else sigma == 0


def _voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    """Re w(z) DENSITY / sigma at z = (x + i gamma) / (sigma sqrt(2)); Cauchy's at sigma = 0."""
    narrow = value(sigma) == 0
    if np.any(narrow) and carries(sigma):
        raise DerivativeError("scipy.special.voigt_profile has no derivative at sigma = 0")
    width = np.where(narrow, 1.0, sigma)

    def general(gamma: Any) -> Any:
        return np.real(_wofz((x + 1j * gamma) / (ROOT_2 * width))) * DENSITY / width

    profile = general(gamma)
    normal = np.asarray(value(gamma)) == 0
    if np.any(normal):  # the small real part beside a large imaginary one
        moving = profile - general(0.0) if carries(gamma) else 0.0
        profile = np.where(normal, gauss(x / width) / width + moving, profile)
    if not np.any(narrow):
        return profile
    square = np.where(narrow, x * x + gamma * gamma, 1.0)
    return np.where(narrow, gamma / (np.pi * square), profile)


def _modified_fresnel(sign: int) -> tuple[tuple[Any], tuple[Any]]:
    """Of the integral of exp(+-i t^2) from x on, and of K(x) = erfcx(exp(-+i pi/4) x) / 2."""
    turn = complex(1, -sign) / ROOT_2
    return (lambda x: -np.exp(sign * 1j * (x * x)),), (lambda x: turn / 2 * erfcx(turn * x, 1),)


TABLE = (
    #             function       arguments  derivatives
    ByDerivative("erf",          "x",       (lambda x: SLOPE * bell(x),)),
    ByDerivative("erfc",         "x",       (lambda x: -SLOPE * bell(x),)),
    ByDerivative("erfi",         "x",       (lambda x: SLOPE * np.exp(x * x),)),
    ByDerivative("erfinv",       "y",       (lambda y: np.exp(_erfinv(y) ** 2) / SLOPE,)),
    ByDerivative("erfcinv",      "y",       (_erfcinv_slope,)),
    ByDerivative("ndtr",         "x",       (gauss,)),
    ByDerivative("log_ndtr",     "x",       (mills,)),
    ByDerivative("ndtri",        "p",       (_ndtri_slope,)),
    ByDerivative("ndtri_exp",    "y",       (lambda y: 1 / mills(_ndtri_exp(y)),)),
    ByDerivative("fresnel",      "z",       ((lambda z: np.sin(np.pi / 2 * (z * z)),),
                                             (lambda z: np.cos(np.pi / 2 * (z * z)),))),
    ByDerivative("modfresnelp",  "x",       _modified_fresnel(1)),
    ByDerivative("modfresnelm",  "x",       _modified_fresnel(-1)),
    #             function       arguments  Taylor numbers
    ByNumbers("erfcx",           "x",       erfcx_numbers),
    ByNumbers("wofz",            "z",       wofz_numbers),
    ByNumbers("dawsn",           "x",       dawsn_numbers),
    Expression("voigt_profile",  "x sigma gamma",  _voigt, refuses=_is_narrow),
)  # fmt: skip

enter(TABLE)
