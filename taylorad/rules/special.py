"""erf, erfc, gamma and lgamma, which the standard `math` module has and NumPy has not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._numbers import Number, engine, make
from taylorad.dispatch import register
from taylorad.rules.analytic import by_derivative, riccati_of
from taylorad.rules.elementwise import Elementwise

__all__ = ["TABLE"]

Floats = npt.NDArray[np.float64]

SHIFT = 16.0  # from here on the asymptotic series below reach full precision
# B_2, B_4, ... of Bernoulli: DLMF 24.2.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def _at_values(function: Callable[[float], float], x: Number) -> Any:
    """The standard function at every value."""
    return np.vectorize(function, otypes=[float])(x.value).astype(x.dtype)[()]


def _error_function(function: Callable[[float], float], sign: float) -> Callable[[Number], Any]:
    slope = sign * 2.0 / math.sqrt(math.pi)
    return lambda x: by_derivative(
        x, _at_values(function, x), lambda t: slope * np.exp(-(t * t))
    )


def polygamma_numbers(x: Floats, order: int) -> list[Floats]:
    """The Taylor numbers of log-gamma at `x`, of degrees 1 to `order`.

    They are psi(x) and ``(-1)^k zeta(k, x) / k``; both are summed up to an argument beyond
    `SHIFT`, the rest is the Euler-Maclaurin formula (DLMF 5.11.2 and 25.11.43).
    """
    if np.any(x < -1e5):
        raise ValueError("the derivatives of gamma are known for arguments above -1e5")
    y = x.copy()
    head = np.zeros((order + 1, *x.shape))
    while np.any(low := y < SHIFT):
        for k in range(1, order + 1):
            head[k][low] += y[low] ** -k
        y = np.where(low, y + 1.0, y)
    numbers = []
    for k in range(1, order + 1):
        tail = np.log(y) - 0.5 / y if k == 1 else y ** (1 - k) / (k - 1) + 0.5 * y**-k
        for j, bernoulli in enumerate(BERNOULLI, start=1):
            # B_2j / (2j)! times k (k + 1) ... (k + 2j - 2), which for psi is B_2j / 2j
            rising = math.prod(range(k, k + 2 * j - 1)) / math.factorial(2 * j)
            term = bernoulli * rising * y ** -(k + 2 * j - 1.0)
            tail = tail - term if k == 1 else tail + term
        numbers.append(tail - head[1] if k == 1 else (-1) ** k * (tail + head[k]) / k)
    return numbers


def _lgamma(x: Number) -> Any:
    parts = x.parts
    value = _at_values(math.lgamma, x)
    at = np.asarray(parts[0], float)
    slopes = [f.reshape(at.shape) for f in polygamma_numbers(at.ravel(), x.algebra.degree)]
    numbers = np.array([value, *slopes], parts.dtype)
    return make(x.algebra, engine(parts).compose(x.algebra, parts, numbers))


def _gamma(x: Number) -> Any:
    """D gamma = gamma D(log gamma)."""
    return riccati_of(_lgamma(x), _at_values(math.gamma, x), b=1.0)


TABLE = [
    Elementwise(math.erf, _error_function(math.erf, 1.0)),
    Elementwise(math.erfc, _error_function(math.erfc, -1.0)),
    Elementwise(math.gamma, _gamma),
    Elementwise(math.lgamma, _lgamma),
]

register(TABLE)
