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
from taylorad.dispatch import Reverse, carries
from taylorad.rules.entire import composed, rising
from taylorad.rules.recording import values_of
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Expression,
    Grown,
    enter,
    expanded,
    first_of,
    integrated,
    quietly,
    recorded,
    taylor_numbers,
    ufunc,
)
from taylorad.rules.scipy_special.elementary import _by_lambda as boxcox_by_lambda
from taylorad.rules.scipy_special.errors import gauss
from taylorad.rules.scipy_special.gamma import beta_density, gamma_density, log_ratio

__all__ = ["TABLE", "known"]

_bdtri, _chdtri, _chndtrix, _fdtri, _gdtria, _gdtrix, _nbdtri, _pdtri, _stdtrit = map(
    ufunc, "bdtri chdtri chndtrix fdtri gdtria gdtrix nbdtri pdtri stdtrit".split()
)
_erf, _ndtri = map(ufunc, ("erf", "ndtri"))
_boxcox, _boxcox1p, _inv_boxcox = map(ufunc, ("boxcox", "boxcox1p", "inv_boxcox"))
_gammaln, _hyp0f1, _ive = map(ufunc, ("gammaln", "hyp0f1", "ive"))


def known(numbers: Any, x: Any, *parameters: Any, n: int = 0) -> Any:
    """The n-th derivative of a function whose Taylor numbers in its first argument are known."""

    def at(x: Any, first: int, degree: int) -> Any:
        return rising(taylor_numbers(numbers, first + degree, (x, *parameters)), first)

    return composed(x if carries(x) else np.asarray(x, float), n, at)


# --- Discrete distributions, in the parameter that is continuous -------------------------


def binomial_slope(k: Any, n: Any, p: Any) -> Any:
    """The derivative of bdtrc in p; where all outcomes are counted there is none left."""
    k, n = np.floor(k), np.asarray(n, float)
    everything = k >= n
    density = beta_density(np.where(everything, 1.0, k + 1), np.where(everything, 1.0, n - k), p)
    return np.where(everything, 0.0, density)


def negative_binomial_slope(k: Any, n: Any, p: Any) -> Any:
    """The derivative of nbdtr in p."""
    return beta_density(np.asarray(n, float), np.floor(k) + 1, p)


def poisson_slope(k: Any, m: Any) -> Any:
    """The derivative of pdtrc in m."""
    return gamma_density(np.floor(k) + 1, m)


# --- Continuous distributions ------------------------------------------------------------


def chi_square(v: Any, x: Any) -> Any:
    """The density of the chi-square distribution."""
    return gamma_density(np.divide(v, 2), x / 2) / 2


def f_density(m: Any, n: Any, t: Any) -> Any:
    """The density of the F distribution, by that of the smaller of x and 1 - x.

    x = m t / (n + m t) has the beta distribution of parameters m/2 and n/2.
    """
    odd, even = m * t, np.asarray(n, float)
    swapped = value(odd) > even
    share = np.where(swapped, even, odd) / (even + odd)
    a, b = np.where(swapped, n, m) / 2, np.where(swapped, m, n) / 2
    return beta_density(a, b, share) * (m * even) / (even + odd) ** 2


def _t_logarithm(df: Any, t: Any) -> Any:
    normal = np.isinf(df)
    if not np.any(normal):
        return -(df + 1) / 2 * np.log1p(t * t / df)
    df = np.where(normal, 1.0, df)
    return np.where(normal, -t * t / 2, -(df + 1) / 2 * np.log1p(t * t / df))


def _t_at(df: Any, t: Any) -> Any:
    with quietly():
        normal = np.isinf(df)
        finite = np.where(normal, 1.0, df)
        top = np.exp(log_ratio(finite / 2, 0.5)) / np.sqrt(np.pi * finite)
        top = np.where(normal, 1 / math.sqrt(2 * math.pi), top)
        return top * np.exp(_t_logarithm(df, np.asarray(t, float)))


# Where t is infinite there is nothing left.
t_density = Grown(_t_at, _t_logarithm, lambda df, t: np.zeros(np.shape(df * t)))


def _t_inverse_slope(df: Any, p: Any) -> Any:
    return 1 / t_density(df, _stdtrit(df, p))


def _gdtrix_by_p(a: Any, b: Any, p: Any) -> Any:
    return 1 / (a * gamma_density(b, a * _gdtrix(a, b, p)))


def _gdtria_by_p(p: Any, b: Any, x: Any) -> Any:
    return 1 / (x * gamma_density(b, x * _gdtria(p, b, x)))


def _owens_by_h(h: Any, a: Any) -> Any:
    return -gauss(h) * _erf(a * h / math.sqrt(2)) / 2


def _owens_by_a(h: Any, a: Any) -> Any:
    square = 1 + a * a
    return np.exp(-h * h * square / 2) / (2 * np.pi * square)


# --- The noncentral chi-square distribution ----------------------------------------------


def _noncentral_at(x: Array, df: Array, nc: Array) -> Array:
    """Bessel's function for 0F1 (DLMF 10.39.9), except where that is about 1."""
    b, root = df / 2, np.sqrt(nc * x)
    bessel = (x / nc) ** ((b - 1) / 2) / 2 * np.exp(-((np.sqrt(x) - np.sqrt(nc)) ** 2) / 2)
    return np.where(
        root < 2, chi_square(df, x) * _beside(x, b, nc), bessel * _ive(b - 1, root)
    )


def _beside(x: Array, b: Array, nc: Array) -> Array:
    """exp(-nc/2) 0F1(b; nc x / 4)."""
    z = nc * x / 4
    small = z < 1
    away = np.where(small, 1.0, z)
    log = (1 - b) / 2 * np.log(away) + _gammaln(b) + np.sqrt(nc * x) - nc / 2
    bessel = np.exp(log) * _ive(b - 1, 2 * np.sqrt(away))
    return np.where(small, np.exp(-nc / 2) * _hyp0f1(b, np.where(small, z, 0.0)), bessel)


def noncentral_numbers(order: int, x: Array, df: Array, nc: Array) -> Array:
    """The Taylor numbers of the density of the noncentral chi-square distribution.

    That is the central one times ``exp(-nc/2) F(nc x / 4)``, with F the hypergeometric function
    0F1 of parameter b = df/2, whose derivatives are 0F1 of b + 1, b + 2 ... (DLMF 16.3.1).
    The ratios of these are a continued fraction (DLMF 10.33.1), all of positive terms.
    """
    b, z, scale = df / 2, nc * x / 4, nc / 4
    # r_k = 0F1(b + k + 1; z) / 0F1(b + k; z) = 1 / (1 + z r_(k+1) / ((b + k) (b + k + 1)))
    size = float(np.max(np.where(np.isfinite(z), z, 0.0), initial=0.0))
    ratio, ratios = np.ones_like(z), []
    for k in range(order + 40 + int(4 * math.sqrt(size)), -1, -1):
        ratio = 1 / (1 + z * ratio / ((b + k) * (b + k + 1)))
        if k < order:
            ratios.append(ratio)
    bessel = [np.ones_like(x)]
    for k, ratio in enumerate(reversed(ratios)):
        bessel.append(bessel[-1] * ratio * scale / ((b + k) * (k + 1)))
    near = (x < 4) & (b < 32)
    central = expanded(lambda t: chi_square(df, t), order, x)
    # of x^(b-1) exp(-x/2) elsewhere, by Dy = y D(log y), from 1
    power = [np.ones_like(x)]
    for n in range(1, order + 1):
        slopes = ((b - 1) / x * (-1 / x) ** k * power[n - 1 - k] for k in range(n))
        power.append((sum(slopes) - power[n - 1] / 2) / n)
    rest = np.where(near, central, np.stack(power))
    start = np.where(near, _beside(x, b, nc), _noncentral_at(x, df, nc))
    return np.stack(
        [start * sum(rest[k] * bessel[n - k] for k in range(n + 1)) for n in range(order + 1)]
    )


def noncentral(x: Any, df: Any, nc: Any) -> Any:
    """The density of the noncentral chi-square distribution."""
    return known(noncentral_numbers, x, df, nc)


def chndtr_numbers(order: int, x: Array, df: Array, nc: Array) -> Array:
    """The integral of the density."""
    f = np.zeros((order + 1, *x.shape))
    if order:
        f[1:] = noncentral_numbers(order - 1, x, df, nc) / np.arange(1, order + 1).reshape(-1, 1)
    return f


# --- Tukey's lambda distribution ---------------------------------------------------------


def _tail_at(x: Array, shape: Array) -> Array:
    """The p of at most 1/2 with ((p^shape) - (1 - p)^shape) / shape = x, by Newton's method.

    SciPy's own halves intervals until p is known to 1e-14, too few digits for small p. The
    unknown is log p; the start, where (1 - p)^shape is taken for 1.
    """
    x, shape = np.broadcast_arrays(np.asarray(x, float), np.asarray(shape, float))
    with quietly():
        outside = 1 + shape * x <= 0
        s = np.minimum(np.log(_inv_boxcox(np.where(outside, 0.0, x), shape)), -math.log(2))
        for _ in range(60):
            p = np.exp(s)
            excess = _boxcox(p, shape) - _boxcox1p(-p, shape) - x
            slope = np.exp(shape * s) + p * (1 - p) ** (shape - 1)
            following = np.minimum(s - excess / slope, -math.log(2))
            done = np.all(outside | ~(np.abs(following - s) > 1e-15 * np.abs(s)))
            s = following
            if done:
                break
        return np.where(outside, 0.0, np.exp(s))


def _tail(x: Any, shape: Any) -> Any:
    """The probability of less than x, where x is not positive."""
    args, slopes = (x, shape), (_tail_by_x, _tail_by_shape)
    if not any(map(carries, args)):
        return _tail_at(x, shape)
    if Reverse.owns(args):
        return recorded(args, _tail(*values_of(args)), slopes)
    firsts = list(map(first_of, args))
    return integrated(args, firsts, _tail(*firsts), slopes)


def _tukey_density(p: Any, shape: Any) -> Any:
    none = value(p) == 0
    inside = np.where(none, 0.5, p) if np.any(none) else p
    density = 1 / (np.power(inside, shape - 1) + np.power(1 - inside, shape - 1))
    return np.where(none, 0.0, density) if np.any(none) else density


def _tail_by_x(x: Any, shape: Any) -> Any:
    return _tukey_density(_tail(x, shape), shape)


def _tail_by_shape(x: Any, shape: Any) -> Any:
    p = _tail(x, shape)
    none = value(p) == 0
    inside = np.where(none, 0.5, p) if np.any(none) else p
    by_shape = boxcox_by_lambda(np.log(inside), shape) - boxcox_by_lambda(
        np.log1p(-inside), shape
    )
    return -by_shape * _tukey_density(p, shape)


def _folded(x: Any) -> Any:
    return np.where(value(x) > 0, -x, x)


def _tukey_by_x(x: Any, shape: Any) -> Any:
    return _tail_by_x(_folded(x), shape)


def _tukey_by_shape(x: Any, shape: Any) -> Any:
    return np.where(value(x) > 0, -1.0, 1.0) * _tail_by_shape(_folded(x), shape)


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
    ByDerivative("gdtr",       "a b x",      (lambda a, b, x: x * gamma_density(b, a * x), None,
                                              lambda a, b, x: a * gamma_density(b, a * x))),
    ByDerivative("gdtrc",      "a b x",      (lambda a, b, x: -x * gamma_density(b, a * x), None,
                                              lambda a, b, x: -a * gamma_density(b, a * x))),
    ByDerivative("gdtrix",     "a b p",      (lambda a, b, p: -_gdtrix(a, b, p) / a, None, _gdtrix_by_p)),
    ByDerivative("gdtria",     "p b x",      (_gdtria_by_p, None, lambda p, b, x: -_gdtria(p, b, x) / x)),
    ByDerivative("fdtr",       "dfn dfd x",  (None, None, f_density)),
    ByDerivative("fdtrc",      "dfn dfd x",  (None, None, lambda m, n, x: -f_density(m, n, x))),
    ByDerivative("fdtri",      "dfn dfd p",  (None, None, lambda m, n, p: 1 / f_density(m, n, _fdtri(m, n, p)))),
    ByDerivative("stdtr",      "df t",       (None, t_density)),
    ByDerivative("stdtrit",    "df p",       (None, _t_inverse_slope)),
    ByDerivative("owens_t",    "h a",        (_owens_by_h, _owens_by_a)),
    ByDerivative("chndtrix",   "p df nc",    (lambda p, df, nc: 1 / noncentral(_chndtrix(p, df, nc), df, nc),
                                              None, None)),
    ByDerivative("tklmbda",    "x lmbda",    (_tukey_by_x, _tukey_by_shape)),
    #          function        arguments     expression
    Expression("nrdtrimn",     "p std x",    lambda p, std, x: x - std * _ndtri(p)),
    Expression("nrdtrisd",     "mn p x",     lambda mn, p, x: (x - mn) / _ndtri(p)),
    #         function         arguments     Taylor numbers
    ByNumbers("chndtr",        "x df nc",    chndtr_numbers, at=0),
)  # fmt: skip

enter(TABLE)
