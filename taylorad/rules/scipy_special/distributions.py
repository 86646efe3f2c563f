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
    Slope,
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
from taylorad.rules.scipy_special.gamma import beta_density, gamma_density, log_ratio

__all__ = ["TABLE", "known"]

_chndtrix, _gdtria, _gdtrix = map(ufunc, ("chndtrix", "gdtria", "gdtrix"))
_ndtri = ufunc("ndtri")
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
    k, n = np.floor(k), np.trunc(n)  # as SciPy takes what is not whole
    everything = k >= n
    density = beta_density(np.where(everything, 1.0, k + 1), np.where(everything, 1.0, n - k), p)
    return np.where(everything, 0.0, density)


def negative_binomial_slope(k: Any, n: Any, p: Any) -> Any:
    """The derivative of nbdtr in p."""
    return beta_density(np.trunc(n), np.trunc(k) + 1, p)


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


def _gamma_by_scale(a: Any, b: Any, x: Any) -> Any:
    return x * gamma_density(b, a * x)


def _gamma_by_x(a: Any, b: Any, x: Any) -> Any:
    return a * gamma_density(b, a * x)


def _quantile_by_scale(a: Any, b: Any, p: Any) -> Any:
    return -_gdtrix(a, b, p) / a


def _scale_by_p(p: Any, b: Any, x: Any) -> Any:
    return 1 / _gamma_by_scale(_gdtria(p, b, x), b, x)


def _scale_by_x(p: Any, b: Any, x: Any) -> Any:
    return -_gdtria(p, b, x) / x


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


def _noncentral_by_p(p: Any, df: Any, nc: Any) -> Any:
    return 1 / noncentral(_chndtrix(p, df, nc), df, nc)


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


def _minus(slope: Slope) -> Slope:
    return lambda *args: -slope(*args)


def _inverse(density: Slope, name: str, sign: int = 1) -> Slope:
    """One over the density at the result; the probability is the last argument."""
    inverse = ufunc(name)
    return lambda *args: sign / density(*args[:-1], inverse(*args))


def _row(name: str, arguments: str, slope: Slope) -> ByDerivative:
    """One in whose last argument alone there is a derivative."""
    return ByDerivative(name, arguments, (*[None] * (len(arguments.split()) - 1), slope))


TABLE = (
    #    function              arguments     derivative in the last of them
    _row("bdtr",               "k n p",      _minus(binomial_slope)),
    _row("bdtrc",              "k n p",      binomial_slope),
    _row("bdtri",              "k n y",      _inverse(binomial_slope, "bdtri", -1)),
    _row("chdtr",              "v x",        chi_square),
    _row("chdtrc",             "v x",        _minus(chi_square)),
    _row("chdtri",             "v p",        _inverse(chi_square, "chdtri", -1)),
    _row("fdtr",               "dfn dfd x",  f_density),
    _row("fdtrc",              "dfn dfd x",  _minus(f_density)),
    _row("fdtri",              "dfn dfd p",  _inverse(f_density, "fdtri")),
    _row("nbdtr",              "k n p",      negative_binomial_slope),
    _row("nbdtrc",             "k n p",      _minus(negative_binomial_slope)),
    _row("nbdtri",             "k n y",      _inverse(negative_binomial_slope, "nbdtri")),
    _row("pdtr",               "k m",        _minus(poisson_slope)),
    _row("pdtrc",              "k m",        poisson_slope),
    _row("pdtri",              "k y",        _inverse(poisson_slope, "pdtri", -1)),
    _row("stdtr",              "df t",       t_density),
    _row("stdtrit",            "df p",       _inverse(t_density, "stdtrit")),
    #            function      arguments     derivatives
    ByDerivative("gdtr",       "a b x",      (_gamma_by_scale, None, _gamma_by_x)),
    ByDerivative("gdtrc",      "a b x",      (_minus(_gamma_by_scale), None, _minus(_gamma_by_x))),
    ByDerivative("gdtrix",     "a b p",      (_quantile_by_scale, None,
                                              _inverse(_gamma_by_x, "gdtrix"))),
    ByDerivative("gdtria",     "p b x",      (_scale_by_p, None, _scale_by_x)),
    ByDerivative("chndtrix",   "p df nc",    (_noncentral_by_p, None, None)),
    ByDerivative("tklmbda",    "x lmbda",    (_tukey_by_x, _tukey_by_shape)),
    #          function        arguments     expression
    Expression("nrdtrimn",     "p std x",    lambda p, std, x: x - std * _ndtri(p)),
    Expression("nrdtrisd",     "mn p x",     lambda mn, p, x: (x - mn) / _ndtri(p)),
    #         function         arguments     Taylor numbers
    ByNumbers("chndtr",        "x df nc",    chndtr_numbers),
)  # fmt: skip

enter(TABLE)
