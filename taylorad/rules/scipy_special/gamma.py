"""The gamma function and what is made of it: beta, binomials, incomplete functions, zeta."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.dispatch import carries
from taylorad.rules.elementwise import Elementwise, nowhere, step
from taylorad.rules.entire import rising
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Exponential,
    Expression,
    Grown,
    Known,
    enter,
    expanded,
    piecewise,
    ufunc,
    vanishing,
)
from taylorad.rules.special import BERNOULLI, SHIFT, polygamma_numbers

__all__ = ["TABLE", "beta_density", "gamma_density", "log_beta", "log_ratio", "loggamma"]

_gamma, _gammaln, _loggamma, _rgamma = map(ufunc, ("gamma", "gammaln", "loggamma", "rgamma"))
_gammaincinv, _gammainccinv, _igam_fac = map(
    ufunc, ("gammaincinv", "gammainccinv", "_igam_fac")
)
_beta_pdf, _betaincinv, _betainccinv, _betaln = map(
    ufunc, ("_beta_pdf", "betaincinv", "betainccinv", "betaln")
)
_gammasgn, _xlog1py, _xlogy, _zeta = map(ufunc, ("gammasgn", "xlog1py", "xlogy", "_zeta"))


def loggamma_numbers(order: int, x: Array) -> Array:
    """Those of log-gamma: for real x < 0 of log |gamma|."""
    first = _loggamma(x) if np.iscomplexobj(x) else _gammaln(x)
    return np.stack([first, *polygamma_numbers(x, order)])


loggamma = Known(loggamma_numbers)


def psi_numbers(order: int, x: Array) -> Array:
    """Those of the derivative of log-gamma."""
    return rising(loggamma_numbers(order + 1, x), 1)


def log_ratio(a: Any, b: Any) -> Any:
    """log |gamma(a + b) / gamma(a)|, accurate also where b is small beside a."""
    near = np.abs(value(b)) < value(a) / 2
    if not np.any(near):
        return loggamma(a + b) - loggamma(a)
    close = _close_ratio(np.where(near, a, SHIFT), np.where(near, b, 1.0))
    if np.all(near):
        return close
    a, b = np.where(near, 1.0, a), np.where(near, 1.0, b)
    return np.where(near, close, loggamma(a + b) - loggamma(a))


def _close_ratio(a: Any, b: Any) -> Any:
    """From gamma(a + 1) = a gamma(a) and the differences in Stirling's series (DLMF 5.11.1)."""
    total: Any = 0.0
    while np.any(low := value(a) < SHIFT):
        step_up = np.log1p(b / a)
        total = total - (step_up if np.all(low) else np.where(low, step_up, 0.0))
        a = a + 1.0 if np.all(low) else np.where(low, a + 1.0, a)
    ratio = np.log1p(b / a)
    total = total + (a - 0.5) * ratio + b * np.log(a + b) - b
    for j, bernoulli in enumerate(BERNOULLI, start=1):
        # (a + b)^-n - a^-n with n = 2 j - 1
        change = np.expm1(-(2 * j - 1) * ratio) * np.power(a, float(1 - 2 * j))
        total = total + bernoulli / (2 * j * (2 * j - 1)) * change
    return total


def log_beta(a: Any, b: Any) -> Any:
    """log |B(a, b)|."""
    first = value(a) >= value(b)
    large, small = np.where(first, a, b), np.where(first, b, a)
    return loggamma(small) - log_ratio(large, small)


def _product(factor: Any, count: Any) -> Any:
    """The product of ``factor(k)`` for k = 1 ... count, with plain counts."""
    result: Any = 1.0
    for k in range(1, int(np.max(count, initial=0)) + 1):
        result = result * np.where(k <= count, factor(float(k)), 1.0)
    return result


_by_logarithm = Grown(_rgamma, lambda x: -loggamma(x))
ENTIRE = 8.0  # how far from its zeros 1 / gamma is to be taken by its logarithm


def rgamma_numbers(order: int, x: Array) -> Array:
    """1 / gamma is x (x + 1) ... (x + m - 1) / gamma(x + m), with its zeros as factors.

    On the left, with all of them far away, it is gamma(1 - x) sin(pi x) / pi (DLMF 5.5.3).
    """

    def near(t: Any) -> Any:
        count = np.ceil(ENTIRE - value(t).real)
        return _product(lambda k: t + (k - 1), count) * _by_logarithm(t + count)

    def left(t: Any) -> Any:
        turns = np.round(value(t).real)
        return _gamma(1 - t) * np.sin(np.pi * (t - turns)) * ((-1) ** turns / np.pi)

    return piecewise(
        order,
        x,
        [
            (x == np.inf, vanishing),
            (x.real >= ENTIRE, lambda n, x: expanded(_by_logarithm, n, x)),
            (x.real >= -ENTIRE, lambda n, x: expanded(near, n, x)),
            (x.real < -ENTIRE, lambda n, x: expanded(left, n, x)),
        ],
    )


# --- Zeros, and poles against poles ------------------------------------------------------

def _few(count: Any, needed: Any) -> Any:
    """Where these are plain whole numbers so small that a product is best, or the only way."""
    if carries(count):
        return np.zeros(np.shape(count), bool)
    most = np.where(needed, 1000, 32)
    return (np.round(count) == count) & (np.abs(count) <= most)


def _beta(a: Any, b: Any) -> Any:
    """gamma(b) over a (a + 1) ... (a + b - 1) for whole numbers b; gamma functions for others."""
    for x, n in ((a, b), (b, a)):
        if np.all(_few(n, False) & (value(n) > 0)):
            return _gamma(n) / _product(lambda k, x=x: x + (k - 1), n)
    return _gamma(a) * _gamma(b) * _rgamma(a + b)


def _mixed(few: Any, product: Any, other: Any) -> Any:
    """The product where there are few factors, else the other function."""
    if np.all(few):
        return product()
    return np.where(few, product(), other()) if np.any(few) else other()


_any_poch = Grown(
    ufunc("poch"),
    log_ratio,
    lambda a, m: _gamma(a + m) * _rgamma(a),
    lambda a, m: (a < 4) & ~(np.abs(m) < a / 2),
)
_any_binom = Grown(
    ufunc("binom"),
    lambda n, k: log_ratio(n - k + 1, k) - loggamma(k + 1),
    lambda n, k: _gamma(n + 1) * _rgamma(k + 1) * _rgamma(n - k + 1),
    lambda n, k: (np.minimum(k + 3, n - k) < 3) & ~(np.abs(k) < (n - k + 1) / 2),
)


def _poch(a: Any, m: Any) -> Any:
    few = _few(m, value(a) < 0.5)
    n = np.where(few, value(m), 0)

    def product() -> Any:
        return _product(lambda k: a + (k - 1), n) / _product(lambda k: a - k, -n)

    return _mixed(few, product, lambda: _any_poch(a, m))


def _binom(n: Any, k: Any) -> Any:
    few = _few(k, value(n) < value(k)) & (np.asarray(value(k)) >= 0)
    count = np.where(few, value(k), 0)

    def product() -> Any:
        return _product(lambda i: (n - count + i) / i, count)

    return _mixed(few, product, lambda: _any_binom(n, k))


# --- Incomplete functions: their derivatives are densities -------------------------------


# Near zeros of the density the derivatives of its logarithm cancel: there it is a product.


def _plain_gamma_density(a: Any, x: Any) -> Any:
    x = np.asarray(x)
    inside = (x != 0) & ~np.isinf(x)
    return np.where(inside, _igam_fac(a, x) / x, _gamma_product(a, x))


def _gamma_product(a: Any, x: Any) -> Any:
    far = np.isposinf(value(x))
    x = np.where(far, 0.0, x)
    return np.where(far, 0.0, np.power(x, a - 1.0) * np.exp(-x) * _rgamma(a))


def _plain_beta_density(a: Any, b: Any, x: Any) -> Any:
    if _beta_pdf is not None:
        return _beta_pdf(x, a, b)
    return np.exp(_xlogy(a - 1.0, x) + _xlog1py(b - 1.0, -x) - _betaln(a, b))


def _beta_product(a: Any, b: Any, x: Any) -> Any:
    return np.power(x, a - 1.0) * np.power(1 - x, b - 1.0) * np.exp(-_betaln(a, b))


def _beta_is_product(a: Any, b: Any, x: Any) -> Any:
    return ((a < 32) & ((b < 32) | (b * x < 4))) | ((b < 32) & (a * (1 - x) < 4))


# x^(a-1) exp(-x) / gamma(a)
gamma_density = Grown(
    _plain_gamma_density,
    lambda a, x: (a - 1) * np.log(x) - x,
    _gamma_product,
    lambda a, x: (x < 4) & (a < 32),
)

# x^(a-1) (1 - x)^(b-1) / B(a, b)
beta_density = Grown(
    _plain_beta_density,
    lambda a, b, x: (a - 1) * np.log(x) + (b - 1) * np.log1p(-x),
    _beta_product,
    _beta_is_product,
)


def _none(count: int, slope: Any) -> tuple[Any, ...]:
    """No derivative in the parameters, which come first."""
    return (*[None] * count, slope)


TABLE = (
    #            function         arguments  Taylor numbers
    ByNumbers("digamma",          "z",       psi_numbers),
    ByNumbers("psi",              "z",       psi_numbers),
    ByNumbers("gammaln",          "x",       loggamma_numbers),
    ByNumbers("loggamma",         "z",       loggamma_numbers),
    ByNumbers("rgamma",           "z",       rgamma_numbers),
    #            function         arguments  its logarithm; what where that is infinite; where also
    Exponential("gamma",          "z",       loggamma),
    Exponential("beta",           "a b",     log_beta,  _beta,  lambda a, b: a + b < 0.5),
    #            function         arguments  expression
    Expression("poch",            "z m",     _poch),
    Expression("binom",           "n k",     _binom),
    Expression("betaln",          "a b",     log_beta),
    Elementwise(_gammasgn,        step(_gammasgn),  nowhere(_gammasgn)),
    #            function         arguments  derivatives
    ByDerivative("_riemann_zeta", "x",       (None,)),
    ByDerivative("_zeta",         "x q",     (None, lambda x, q: -x * _zeta(x + 1, q))),
    ByDerivative("gammainc",      "a x",     _none(1, gamma_density)),
    ByDerivative("gammaincc",     "a x",     _none(1, lambda a, x: -gamma_density(a, x))),
    ByDerivative("gammaincinv",   "a y",
                 _none(1, lambda a, y: 1 / gamma_density(a, _gammaincinv(a, y)))),
    ByDerivative("gammainccinv",  "a y",
                 _none(1, lambda a, y: -1 / gamma_density(a, _gammainccinv(a, y)))),
    ByDerivative("betainc",       "a b x",   _none(2, beta_density)),
    ByDerivative("betaincc",      "a b x",   _none(2, lambda a, b, x: -beta_density(a, b, x))),
    ByDerivative("betaincinv",    "a b y",
                 _none(2, lambda a, b, y: 1 / beta_density(a, b, _betaincinv(a, b, y)))),
    ByDerivative("betainccinv",   "a b y",
                 _none(2, lambda a, b, y: -1 / beta_density(a, b, _betainccinv(a, b, y)))),
)  # fmt: skip

enter(TABLE)
