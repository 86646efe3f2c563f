"""Hypergeometric and Wright's functions: their derivatives are the same with other parameters.

There is no derivative in the parameters. There is none of `log_wright_bessel`: those of the
function, divided by it, cancel for the large arguments it is there for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from taylorad.rules.scipy_special._rows import Array, ByNumbers, enter, ufunc

__all__ = ["TABLE"]

_wright = ufunc("wright_bessel")


def _shifted(name: str, above: int) -> Any:
    """``F^(k) = (a)_k ... / ((b)_k ...) F(a + k, ..., b + k, ..., z)`` (DLMF 13.3.16, 15.5.2).

    The first `above` parameters are those of the numerator.
    """
    function = ufunc(name)

    def numbers(order: int, *args: Any) -> Array:
        *parameters, z = args
        f = []
        factor: Any = np.ones(len(z))
        for k in range(order + 1):
            shifted = [p + k for p in parameters]
            # beyond the degree of a polynomial the factor is zero
            f.append(np.where(factor == 0, 0.0, factor * function(*shifted, z)))
            for at, p in enumerate(shifted):
                factor = factor * p if at < above else factor / p
            factor = factor / (k + 1)
        return np.stack(f)

    return numbers


def _tricomi_numbers(order: int, a: Array, b: Array, x: Array) -> Array:
    """``U^(k) = (-1)^k (a)_k U(a + k, b + k, x)`` (DLMF 13.3.22)."""
    function = ufunc("hyperu")
    f, factor = [], np.ones(len(x))
    for k in range(order + 1):
        f.append(np.where(factor == 0, 0.0, factor * function(a + k, b + k, x)))
        factor = -factor * (a + k) / (k + 1)
    return np.stack(f)


def _wright_numbers(order: int, a: Array, b: Array, x: Array) -> Array:
    """The sum of x^m / (m! gamma(a m + b)), of which each derivative adds a to b."""
    return np.stack([_wright(a, b + a * k, x) / math.factorial(k) for k in range(order + 1)])


TABLE = (
    #         function             arguments  Taylor numbers
    ByNumbers("hyp0f1",            "v z",     _shifted("hyp0f1", 0),  at=1),
    ByNumbers("hyp1f1",            "a b x",   _shifted("hyp1f1", 1),  at=2),
    ByNumbers("hyp2f1",            "a b c z", _shifted("hyp2f1", 2),  at=3),
    ByNumbers("hyperu",            "a b x",   _tricomi_numbers,       at=2),
    ByNumbers("wright_bessel",     "a b x",   _wright_numbers,        at=2),
)  # fmt: skip

enter(TABLE)
