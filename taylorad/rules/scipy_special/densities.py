"""The densities of the gamma, beta, F and t distributions, without cancellation.

The value of a density is the saddle-point form of C. Loader, Fast and Accurate Computation
of Binomial Probabilities (2000): the exponent is a sum of deviances, each of which is small
where the density is large, so that no digits are lost to it for parameters of any size.
The derivatives are those of its logarithm, which is elementary: Dy = y D(log y).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad._numbers import Number, value
from taylorad.dispatch import Reverse, carries
from taylorad.rules.recording import values_of
from taylorad.rules.scipy_special._rows import Array, grown, quietly, ufunc

__all__ = ["Grown", "beta_density", "f_density", "gamma_density", "t_density"]

_beta, _gamma, _gammaln = map(ufunc, ("beta", "gamma", "gammaln"))

LOG_ROOT_2PI = math.log(2 * math.pi) / 2
# Stirling's series, by powers of n^-2: DLMF 5.11.1.
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


def stirling_error(n: Array) -> Array:
    """log Gamma(n + 1) less Stirling's (n + 1/2) log n - n + log sqrt(2 pi)."""
    n = np.asarray(n, float)
    far = np.where(n < 16, 16.0, n)
    total = np.zeros_like(far)
    for coefficient in reversed(STIRLING):
        total = total / (far * far) + coefficient
    near = np.where(n < 16, n, 1.0)
    return np.where(
        n < 16, _gammaln(near + 1) - (near + 0.5) * np.log(near) + near - LOG_ROOT_2PI, total / far
    )


def deviance(x: Array, mean: Array) -> Array:
    """x log(x / mean) + mean - x."""
    ratio = (x - mean) / (x + mean)
    near = np.abs(ratio) < 0.1
    r = np.where(near, ratio, 0.0)
    tail = np.zeros_like(r)
    for j in range(9, 0, -1):  # of log((1 + r) / (1 - r)) = 2 (r + r^3/3 + ...)
        tail = (tail + 1 / (2 * j + 1)) * (r * r)
    return np.where(
        near, np.where(near, x - mean, 0.0) * r + 2 * x * r * tail, x * np.log(x / mean) + mean - x
    )


def beta_power(a: Array, b: Array, x: Array, q: Array) -> Array:
    """x^a q^b / B(a, b) for q = 1 - x, which the caller may know better than 1 - x."""
    n = a + b
    exponent = stirling_error(n) - stirling_error(a) - stirling_error(b)
    exponent = exponent - deviance(a, n * x) - deviance(b, n * q)
    return np.exp(exponent) * np.sqrt(a / n * (b / (2 * np.pi)))


@dataclass(frozen=True)
class Grown:
    """A function of its first argument by its value and the derivatives of its logarithm.

    Parameters
    ----------
    at : callable
        The function at plain points.
    logarithm : callable
        A function with the derivatives of log |y|, for numbers and Variables.
    """

    at: Callable[..., Array]
    logarithm: Callable[..., Any]

    def __call__(self, x: Any, *parameters: Any) -> Any:
        if not carries(x):
            with quietly():
                return self.at(np.asarray(x, float), *parameters)
        below = x.value if isinstance(x, Number) and not Reverse.owns((x,)) else values_of((x,))[0]
        start = self(below, *parameters)
        return grown(lambda t: self.logarithm(t, *parameters), (x,), start)


def with_ends(
    inside: Callable[..., Any], at_end: Callable[..., Any], x: Any, last: float
) -> Any:
    """A density, which at the ends 0 and `last` is a power, and 0 outside of these."""
    first = np.asarray(value(x), float)
    ended = (first == 0) | ((first == last) & (last < np.inf))
    outside = (first < 0) | (first > last)
    if not np.any(ended | outside):
        return inside(x)
    middle = min(last / 2, 1.0)
    y = inside(np.where(ended | outside, middle, x))
    if np.any(ended):
        y = np.where(ended, at_end(np.where(ended, x, middle)), y)
    return np.where(outside, 0.0, y)


# --- Gamma -------------------------------------------------------------------------------


def _gamma_at(u: Array, a: Array) -> Array:
    far = np.isinf(u)
    u = np.where(far, 1.0, u)
    y = np.exp(-stirling_error(a) - deviance(a, u)) * np.sqrt(a / (2 * np.pi)) / u
    return np.where(far, 0.0, y)


_gamma_grown = Grown(_gamma_at, lambda u, a: (a - 1) * np.log(u) - u)


def gamma_density(u: Any, a: Any) -> Any:
    """u^(a-1) exp(-u) / Gamma(a)."""
    a = np.asarray(a, float)
    return with_ends(
        lambda u: _gamma_grown(u, a),
        lambda u: np.power(u, a - 1) * np.exp(-u) / _gamma(a),
        u,
        np.inf,
    )


# --- Beta --------------------------------------------------------------------------------

_beta_grown = Grown(
    lambda x, a, b: beta_power(a, b, x, 1 - x) / (x * (1 - x)),
    lambda x, a, b: (a - 1) * np.log(x) + (b - 1) * np.log1p(-x),
)


def beta_density(x: Any, a: Any, b: Any) -> Any:
    """x^(a-1) (1 - x)^(b-1) / B(a, b)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return with_ends(
        lambda x: _beta_grown(x, a, b),
        lambda x: np.power(x, a - 1) * np.power(1 - x, b - 1) / _beta(a, b),
        x,
        1.0,
    )


# --- F -----------------------------------------------------------------------------------


def _f_at(t: Array, m: Array, n: Array) -> Array:
    # of x = m t / (n + m t) and 1 - x, neither by a difference
    odds = m / n * t
    return beta_power(m / 2, n / 2, odds / (1 + odds), 1 / (1 + odds)) / t


_f_grown = Grown(
    _f_at, lambda t, m, n: (m / 2 - 1) * np.log(t) - (m + n) / 2 * np.log1p(m / n * t)
)


def f_density(t: Any, m: Any, n: Any) -> Any:
    """The density of the F distribution with m and n degrees of freedom."""
    m, n = np.asarray(m, float), np.asarray(n, float)
    scale = np.power(m / n, m / 2) / _beta(m / 2, n / 2)
    return with_ends(
        lambda t: _f_grown(t, m, n),
        lambda t: scale * np.power(t, m / 2 - 1) * np.power(1 + m / n * t, -(m + n) / 2),
        t,
        np.inf,
    )


# --- t -----------------------------------------------------------------------------------


def _gamma_ratio(m: Array) -> Array:
    """Gamma(m + 1/2) / Gamma(m) / sqrt(m)."""
    far = np.where(m < 20, 20.0, m)
    exponent = stirling_error(far - 0.5) - stirling_error(far) + far * np.log1p(-0.5 / far) + 0.5
    near = np.where(m < 20, m, 1.0)
    return np.where(
        m < 20, np.exp(_gammaln(near + 0.5) - _gammaln(near)) / np.sqrt(near), np.exp(exponent)
    )


def _t_logarithm(t: Any, n: Array) -> Any:
    normal = np.isinf(n)
    if not np.any(normal):
        return -(n + 1) / 2 * np.log1p(t * t / n)
    n = np.where(normal, 1.0, n)
    return np.where(normal, -t * t / 2, -(n + 1) / 2 * np.log1p(t * t / n))


def _t_at(t: Array, n: Array) -> Array:
    normal = np.isinf(n)
    top = np.where(normal, 1.0, _gamma_ratio(np.where(normal, 1.0, n) / 2))
    return np.exp(_t_logarithm(t, n)) * top / math.sqrt(2 * math.pi)


_t_grown = Grown(_t_at, _t_logarithm)


def t_density(t: Any, n: Any) -> Any:
    """The density of Student's t distribution with n degrees of freedom."""
    return _t_grown(t, np.asarray(n, float))
