"""The distributions of Kolmogorov and Smirnov, and their inverses.

Sources: N. Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions
(1948); Z. Birnbaum and F. Tingey, One-sided Confidence Contours (1951).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad.rules.entire import blocks
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
from taylorad.rules.scipy_special.distributions import known

__all__ = ["TABLE"]

_kolmogi, _smirnovi = ufunc("kolmogi"), ufunc("smirnovi")
_gammaln, _xlogy = ufunc("gammaln"), ufunc("xlogy")


def kolmogorov_numbers(order: int, x: Array) -> Array:
    """2 sum of (-1)^(j-1) exp(-2 j^2 x^2), and for small x its theta transform.

    That is 1 - sqrt(2 pi) / x sum of exp(-(2 j - 1)^2 pi^2 / (8 x^2)), DLMF 20.7.32.
    """

    def small(x: Any) -> Any:
        exponent = -np.pi * np.pi / 8 / (x * x)
        total = sum(np.exp((2 * j - 1) ** 2 * exponent) for j in range(4, 0, -1))
        return 1 - math.sqrt(2 * math.pi) / x * total

    def large(x: Any) -> Any:
        return sum((-1) ** (j - 1) * 2 * np.exp(-2 * j * j * (x * x)) for j in range(7, 0, -1))

    def one(order: int, x: Array) -> Array:
        return np.eye(order + 1, 1) * np.ones_like(x)

    return piecewise(
        order,
        x,
        [
            (x < 0.04, one),  # exp(-771) is all the rest
            (x < 1.0, lambda n, x: expanded(small, n, x)),
            (x < 20.0, lambda n, x: expanded(large, n, x)),
            (x >= 20.0, lambda n, x: np.zeros((n + 1, *x.shape))),
        ],
    )


_kolmogorov = Known(kolmogorov_numbers)


def smirnov_numbers(order: int, x: Array, n: Array) -> Array:
    """(1 - x)^n + x sum of C(n, j) (x + j/n)^(j-1) (1 - x - j/n)^(n-j), j = 1 ... n (1 - x).

    Between multiples of 1/n it is a polynomial; at one of them, the piece to its left counts,
    except at 0. So there is no term for j = n.
    """
    f = np.full((order + 1, *x.shape), np.nan)
    n = np.trunc(n)
    for size in np.unique(n[n >= 1]):
        chosen = np.flatnonzero((n == size) & (x >= 0) & (x <= 1))
        for block in blocks(chosen.size, int(size)):
            at = chosen[block]
            f[:, at] = _of_sample(order, x[at], int(size))
    return f


def _of_sample(order: int, x: Array, n: int) -> Array:
    j = np.arange(1, n).reshape(-1, 1)
    u, v = x + j / n, 1 - x - j / n
    counts = j <= np.floor(n * (1 - x))
    v = np.where(counts, np.maximum(v, 0.0), 0.0)
    scale = _gammaln(n + 1.0) - _gammaln(j + 1.0) - _gammaln(n - j + 1.0) + (j - 1) * np.log(u)
    # by Taylor numbers: C(j-1, i) u^-i, and C(n-j, i) (-1)^i v^(n-j-i) times the scale
    left, right = [np.ones_like(u)], []
    choices = np.ones_like(u)
    for i in range(order + 1):
        power = np.exp(scale + _xlogy(np.maximum(n - j - i, 0), v))
        right.append(np.where(counts, choices * power, 0.0))
        choices = choices * (i - n + j) / (i + 1)
        left.append(left[-1] * (j - 1 - i) / (i + 1) / u)
    sums = [
        np.sum(sum(left[i] * right[k - i] for i in range(k + 1)), axis=0)
        for k in range(order + 1)
    ]
    first = expanded(lambda t: np.power(1 - t, n), order, x)
    shifted = [np.zeros_like(x), *sums[:-1]]
    return first + x * np.stack(sums) + np.stack(shifted)


def _kolmogi_slope(p: Any) -> Any:
    return -1 / (0.0 - _kolmogorov(_kolmogi(p), 1))  # at zeros -inf, as from inside


def _smirnovi_slope(n: Any, p: Any) -> Any:
    return -1 / (0.0 - known(smirnov_numbers, _smirnovi(n, p), n, n=1))


TABLE = (
    #             function      arguments  Taylor numbers, or derivatives
    ByNumbers("kolmogorov",     "y",       kolmogorov_numbers),
    ByNumbers("smirnov",        "n d",     lambda order, n, x: smirnov_numbers(order, x, n), at=1),
    ByDerivative("kolmogi",     "p",       (_kolmogi_slope,)),
    ByDerivative("smirnovi",    "n p",     (None, _smirnovi_slope)),
)  # fmt: skip

enter(TABLE)
