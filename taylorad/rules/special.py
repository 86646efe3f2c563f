"""erf, erfc, gamma and lgamma, which the standard `math` module has and NumPy has not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._tape import record
from taylorad.dispatch import Reverse, carries, register, rule_of
from taylorad.rules.analytic import by_derivative, riccati_of
from taylorad.rules.elementwise import Elementwise
from taylorad.rules.entire import composed, rising

__all__ = ["TABLE", "polygamma_numbers"]

Array = npt.NDArray[Any]

SHIFT = 16.0  # from here on the asymptotic series below reach full precision
# B_2, B_4, ... of Bernoulli: DLMF 24.2.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)


def _at_value(function: Callable[[float], float], x: Any) -> Any:
    """The standard function at the value, which may be of a lower level."""
    at = x.value
    if carries(at):
        rule = rule_of(function)
        assert rule is not None
        return rule(at)
    return np.vectorize(function, otypes=[float])(at).astype(x.dtype)[()]


def _error_function(function: Callable[[float], float], sign: float) -> Callable[[Any], Any]:
    def slope(t: Any) -> Any:
        return sign * 2.0 / math.sqrt(math.pi) * np.exp(-(t * t))

    def rule(x: Any) -> Any:
        value = _at_value(function, x)
        if Reverse.owns((x,)):
            return record(value, (x,), (lambda g, x: g * slope(x),), "operands", pointwise=True)
        return by_derivative(x, value, slope)

    return rule


def polygamma_numbers(x: Array, order: int) -> list[Array]:
    """The Taylor numbers of log-gamma at real or complex `x`, of degrees 1 to `order`.

    They are psi(x) and ``(-1)^k zeta(k, x) / k``; both are summed up to an argument beyond
    `SHIFT`, the rest is the Euler-Maclaurin formula (DLMF 5.11.2 and 25.11.43). Far on the
    left, log-gamma is log(pi / sin(pi x)) less that at 1 - x (DLMF 5.5.3).
    """
    left = x.real < -SHIFT
    if np.any(left):
        far, near = _reflected(x[left], order), polygamma_numbers(x[~left], order)
        numbers = [np.empty_like(x) for _ in range(order)]
        for k in range(order):
            numbers[k][left], numbers[k][~left] = far[k], near[k]
        return numbers
    y = x.copy()
    head = np.zeros((order + 1, *x.shape), x.dtype)
    while np.any(low := y.real < SHIFT):
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


def _reflected(x: Array, order: int) -> list[Array]:
    """From that at 1 - x, with c = cot(pi x), whose equation is c' = -pi (1 + c^2)."""
    angle = np.pi * (x - np.round(x.real))
    c: list[Any] = [1 / np.tan(angle), -np.pi / np.sin(angle) ** 2]
    for n in range(1, order - 1):
        c.append(-np.pi * sum(c[i] * c[n - i] for i in range(n + 1)) / (n + 1))
    other = polygamma_numbers(1 - x, order)
    return [-np.pi * c[k - 1] / k - (-1) ** k * other[k - 1] for k in range(1, order + 1)]


def _numbers(x: Any, first: int, degree: int) -> Any:
    """The Taylor numbers of a derivative of log-gamma."""
    at = np.asarray(x, float)
    slopes = [f.reshape(at.shape) for f in polygamma_numbers(at.ravel(), first + degree)]
    value = np.full(at.shape, np.nan) if first else np.vectorize(math.lgamma, otypes=[float])(at)
    return rising(np.stack([value, *slopes]), first).astype(np.asarray(x).dtype)


def _lgamma(x: Any) -> Any:
    return composed(x, 0, _numbers)


def _gamma(x: Any) -> Any:
    """D gamma = gamma D(log gamma)."""
    value = _at_value(math.gamma, x)
    if Reverse.owns((x,)):
        pull = lambda g, y, x: g * y * composed(x, 1, _numbers)  # noqa: E731
        return record(value, (x,), (pull,), "both", pointwise=True)
    return riccati_of(_lgamma(x), value, b=1.0)


TABLE = [
    Elementwise(math.erf, _error_function(math.erf, 1.0)),
    Elementwise(math.erfc, _error_function(math.erfc, -1.0)),
    Elementwise(math.gamma, _gamma),
    Elementwise(math.lgamma, _lgamma),
]

register(TABLE)
