"""Cumulative distribution functions in their continuous arguments, and their inverses.

The derivative of a distribution function is its density, that of an inverse one over the
density at its result. There is none in closed form with respect to degrees of freedom and
other shapes: the rows refuse these arguments by name.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.rules.scipy_special._rows import Array, ByDerivative, ByNumbers, Expression, enter, ufunc
from taylorad.rules.scipy_special.densities import (
    Grown,
    beta_density,
    f_density,
    gamma_density,
    t_density,
)
from taylorad.rules.scipy_special.errors import gauss

__all__ = ["TABLE"]

_bdtri, _chdtri, _chndtrix, _fdtri, _gdtria, _gdtrix, _nbdtri, _pdtri, _stdtrit = map(
    ufunc, "bdtri chdtri chndtrix fdtri gdtria gdtrix nbdtri pdtri stdtrit".split()
)
_erf, _ndtri = map(ufunc, ("erf", "ndtri"))
_gammaln, _hyp0f1, _ive = map(ufunc, ("gammaln", "hyp0f1", "ive"))


# --- Discrete distributions, in the parameter that is continuous -------------------------


def binomial_slope(k: Any, n: Any, p: Any) -> Any:
    """The derivative of bdtrc in p; where all outcomes are counted there is none left."""
    k, n = np.floor(k), np.asarray(n, float)
    everything = k >= n
    density = beta_density(p, np.where(everything, 1.0, k + 1), np.where(everything, 1.0, n - k))
    return np.where(everything, 0.0, density)


def negative_binomial_slope(k: Any, n: Any, p: Any) -> Any:
    """The derivative of nbdtr in p."""
    return beta_density(p, n, np.floor(k) + 1)


def poisson_slope(k: Any, m: Any) -> Any:
    """The derivative of pdtrc in m."""
    return gamma_density(m, np.floor(k) + 1)


# --- Continuous distributions ------------------------------------------------------------


def chi_square(v: Any, x: Any) -> Any:
    """The density of the chi-square distribution."""
    return gamma_density(x / 2, np.divide(v, 2)) / 2


def _t_inverse_slope(df: Any, p: Any) -> Any:
    return 1 / t_density(_stdtrit(df, p), df)


def _gdtrix_by_p(a: Any, b: Any, p: Any) -> Any:
    return 1 / (a * gamma_density(a * _gdtrix(a, b, p), b))


def _gdtria_by_p(p: Any, b: Any, x: Any) -> Any:
    return 1 / (x * gamma_density(x * _gdtria(p, b, x), b))


def _owens_by_h(h: Any, a: Any) -> Any:
    return -gauss(h) * _erf(a * h / math.sqrt(2)) / 2


def _owens_by_a(h: Any, a: Any) -> Any:
    square = 1 + a * a
    return np.exp(-h * h * square / 2) / (2 * np.pi * square)


# --- The noncentral chi-square distribution ----------------------------------------------


def _noncentral_at(x: Array, df: Array, nc: Array) -> Array:
    """Of Bessel's I at sqrt(nc x), scaled: DLMF 10.25.2."""
    b, z = np.asarray(df, float) / 2, np.asarray(nc, float) * x / 4
    root = 2 * np.sqrt(z)
    small = z < 1
    bessel = np.where(small, _hyp0f1(b, z), 0.0)
    log = (1 - b) / 2 * np.log(np.where(small, 1.0, z)) + _gammaln(b) + root - nc / 2
    scaled = np.where(small, bessel * np.exp(-nc / 2), np.exp(log) * _ive(b - 1, root))
    return chi_square(df, x) * scaled


def noncentral_numbers(order: int, x: Array, df: Array, nc: Array) -> Array:
    """The Taylor numbers of the density of the noncentral chi-square distribution.

    It is ``x^(b-1) exp(-x/2) F(nc x / 4)`` up to a constant, with F the hypergeometric function
    0F1 of parameter b = df/2, whose derivatives are 0F1 of b + 1, b + 2 ... (DLMF 16.3.1).
    Ratios of these follow from a continued fraction (DLMF 10.33.1), all of positive terms.
    """
    b, z, scale = df / 2, nc * x / 4, nc / 4
    # r_k = 0F1(b + k + 1; z) / 0F1(b + k; z) = 1 / (1 + z r_(k+1) / ((b + k) (b + k + 1)))
    size = float(np.max(np.where(np.isfinite(z), z, 0.0), initial=0.0))
    last = order + 40 + int(4 * math.sqrt(size))
    r, ratios = np.ones_like(z), []
    for k in range(last, -1, -1):
        r = 1 / (1 + z * r / ((b + k) * (b + k + 1)))
        if k < order:
            ratios.append(r)
    bessel = [np.ones_like(x)]
    for k, ratio in enumerate(reversed(ratios)):
        bessel.append(bessel[-1] * ratio * scale / ((b + k) * (k + 1)))
    # the logarithmic derivative of the rest, and Dy = y D(log y)
    power = [np.ones_like(x)]
    for n in range(1, order + 1):
        total = -power[n - 1] / 2
        for k in range(n):
            total = total + (b - 1) / x * (-1 / x) ** k * power[n - 1 - k]
        power.append(total / n)
    start = _noncentral_at(x, df, nc)
    return np.stack(
        [
            start * sum(power[k] * bessel[n - k] for k in range(n + 1))
            for n in range(order + 1)
        ]
    )


def chndtr_numbers(order: int, x: Array, df: Array, nc: Array) -> Array:
    """The integral of the density."""
    f = np.zeros((order + 1, *x.shape))
    if order:
        f[1:] = noncentral_numbers(order - 1, x, df, nc)
        f[1:] /= np.arange(1, order + 1).reshape(-1, 1)
    return f


TABLE = (
    #             function     arguments     derivatives
    ByDerivative("bdtr",       "k n p",      (None, None, lambda k, n, p: -binomial_slope(k, n, p))),
    ByDerivative("bdtrc",      "k n p",      (None, None, binomial_slope)),
    ByDerivative("bdtri",      "k n y",      (None, None,
                                              lambda k, n, y: -1 / binomial_slope(k, n, _bdtri(k, n, y)))),
    ByDerivative("nbdtr",      "k n p",      (None, None, negative_binomial_slope)),
    ByDerivative("nbdtrc",     "k n p",      (None, None,
                                              lambda k, n, p: -negative_binomial_slope(k, n, p))),
    ByDerivative("nbdtri",     "k n y",      (None, None,
                                              lambda k, n, y: 1 / negative_binomial_slope(k, n, _nbdtri(k, n, y)))),
    ByDerivative("pdtr",       "k m",        (None, lambda k, m: -poisson_slope(k, m))),
    ByDerivative("pdtrc",      "k m",        (None, poisson_slope)),
    ByDerivative("pdtri",      "k y",        (None, lambda k, y: -1 / poisson_slope(k, _pdtri(k, y)))),
    ByDerivative("chdtr",      "v x",        (None, chi_square)),
    ByDerivative("chdtrc",     "v x",        (None, lambda v, x: -chi_square(v, x))),
    ByDerivative("chdtri",     "v p",        (None, lambda v, p: -1 / chi_square(v, _chdtri(v, p)))),
    ByDerivative("gdtr",       "a b x",      (lambda a, b, x: x * gamma_density(a * x, b), None,
                                              lambda a, b, x: a * gamma_density(a * x, b))),
    ByDerivative("gdtrc",      "a b x",      (lambda a, b, x: -x * gamma_density(a * x, b), None,
                                              lambda a, b, x: -a * gamma_density(a * x, b))),
    ByDerivative("gdtrix",     "a b p",      (lambda a, b, p: -_gdtrix(a, b, p) / a, None, _gdtrix_by_p)),
    ByDerivative("gdtria",     "p b x",      (_gdtria_by_p, None, lambda p, b, x: -_gdtria(p, b, x) / x)),
    ByDerivative("fdtr",       "dfn dfd x",  (None, None, lambda m, n, x: f_density(x, m, n))),
    ByDerivative("fdtrc",      "dfn dfd x",  (None, None, lambda m, n, x: -f_density(x, m, n))),
    ByDerivative("fdtri",      "dfn dfd p",  (None, None, lambda m, n, p: 1 / f_density(_fdtri(m, n, p), m, n))),
    ByDerivative("stdtr",      "df t",       (None, lambda df, t: t_density(t, df))),
    ByDerivative("stdtrit",    "df p",       (None, _t_inverse_slope)),
    ByDerivative("owens_t",    "h a",        (_owens_by_h, _owens_by_a)),
    #          function        arguments     expression
    Expression("nrdtrimn",     "p std x",    lambda p, std, x: x - std * _ndtri(p)),
    Expression("nrdtrisd",     "mn p x",     lambda mn, p, x: (x - mn) / _ndtri(p)),
    #         function         arguments     Taylor numbers
    ByNumbers("chndtr",        "x df nc",    chndtr_numbers, at=0),
)  # fmt: skip

enter(TABLE)
