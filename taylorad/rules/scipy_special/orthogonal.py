"""Orthogonal polynomials in their variable, and Legendre functions.

The derivative of a polynomial is one of the same family, of one degree less and with
shifted parameters: DLMF 18.9.15 to 18.9.28. So nothing cancels at the ends of the interval,
where the differential equation is singular, and formulas that divide by 1 - x^2 fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError
from taylorad.rules.scipy_special._rows import ByDerivative, Expression, enter, ufunc

__all__ = ["TABLE"]

_chebys, _chebyu, _gegenbauer, _genlaguerre, _hermite, _hermitenorm, _jacobi, _sh_jacobi = map(
    ufunc,
    (
        "eval_chebys", "eval_chebyu", "eval_gegenbauer", "eval_genlaguerre",
        "eval_hermite", "eval_hermitenorm", "eval_jacobi", "eval_sh_jacobi",
    ),
)  # fmt: skip
_gamma = ufunc("gamma")


def _of_degree(name: str, slope: Callable[..., Any]) -> Callable[..., Any]:
    """The slope where the degree is not 0; a constant has none.

    For whole degrees SciPy has recurrences, which are more accurate than the hypergeometric
    functions it takes for others, also for whole ones that are floats.
    """

    def derivative(n: Any, *args: Any) -> Any:
        n = np.asarray(n)
        whole = n == np.floor(n)
        if np.any(whole & (n < 0)):
            raise DerivativeError(
                f"scipy.special.{name} has no derivative here for negative n; "
                "pass taylorad.value(x) if its value alone is meant"
            )
        if n.dtype.kind == "f" and np.all(whole):
            n = n.astype(int)
        if not np.any(n == 0):
            return slope(n, *args)
        return np.where(n == 0, 0.0, slope(np.where(n == 0, n + 1, n), *args))

    return derivative


def _row(name: str, arguments: str, slope: Callable[..., Any]) -> ByDerivative:
    fixed = [None] * (len(arguments.split()) - 1)
    return ByDerivative(name, arguments, (*fixed, _of_degree(name, slope)))


def _legendre(m: Any, v: Any, x: Any) -> Any:
    """P_v^m = (-1)^m (1 - x^2)^(m/2) (2 m - 1)!! C, with Gegenbauer's C_(v-m)^(m + 1/2).

    DLMF 14.3.21 and 18.7.9; of degree -v - 1 it is the same function as of v.
    """
    m, v = np.asarray(m, float), np.asarray(v, float)
    v = np.where(v < 0, -v - 1, v)
    order = np.abs(m)
    if np.any(order > v):
        raise DerivativeError(
            "scipy.special.lpmv has no derivative here for an order |m| above the degree v; "
            "pass taylorad.value(x) if its value alone is meant"
        )
    odds = np.power(2.0, order) * _gamma(order + 0.5) / np.sqrt(np.pi)
    sign = np.where(order % 2 == 1, -1.0, 1.0)
    # DLMF 14.9.3
    turned = np.where(m < 0, sign * _gamma(v - order + 1) / _gamma(v + order + 1), 1.0)
    sine = _sine_power(x, order)
    return sign * turned * odds * sine * _gegenbauer(v - order, order + 0.5, x)


def _sine_power(x: Any, order: Any) -> Any:
    """(1 - x^2)^(m/2), for whole m/2 without a root."""
    square = (1 - x) * (1 + x)
    even = order % 2 == 0
    whole = np.power(square, np.where(even, order // 2, 0).astype(int))
    if np.all(even):
        return whole
    ended = value(square) <= 0
    root = np.power(np.where(ended & even, 1.0, square), np.where(even, 2.0, order) / 2)
    return np.where(even, whole, root)


TABLE = (
    #    function             arguments      derivative
    _row("eval_chebyt",       "n x",         lambda n, x: n * _chebyu(n - 1, x)),
    _row("eval_chebyu",       "n x",         lambda n, x: 2 * _gegenbauer(n - 1, 2.0, x)),
    _row("eval_chebyc",       "n x",         lambda n, x: n * _chebys(n - 1, x)),
    _row("eval_chebys",       "n x",         lambda n, x: _gegenbauer(n - 1, 2.0, x / 2)),
    _row("eval_sh_chebyt",    "n x",         lambda n, x: 2 * n * _chebyu(n - 1, 2 * x - 1)),
    _row("eval_sh_chebyu",    "n x",         lambda n, x: 4 * _gegenbauer(n - 1, 2.0, 2 * x - 1)),
    _row("eval_legendre",     "n x",         lambda n, x: _gegenbauer(n - 1, 1.5, x)),
    _row("eval_sh_legendre",  "n x",         lambda n, x: 2 * _gegenbauer(n - 1, 1.5, 2 * x - 1)),
    _row("eval_gegenbauer",   "n alpha x",   lambda n, a, x: 2 * a * _gegenbauer(n - 1, a + 1, x)),
    _row("eval_jacobi",       "n alpha beta x",
         lambda n, a, b, x: (n + a + b + 1) / 2 * _jacobi(n - 1, a + 1, b + 1, x)),
    _row("eval_sh_jacobi",    "n p q x",
         lambda n, p, q, x: n * _sh_jacobi(n - 1, p + 2, q + 1, x)),
    _row("eval_laguerre",     "n x",         lambda n, x: -_genlaguerre(n - 1, 1.0, x)),
    _row("eval_genlaguerre",  "n alpha x",   lambda n, a, x: -_genlaguerre(n - 1, a + 1, x)),
    _row("eval_hermite",      "n x",         lambda n, x: 2 * n * _hermite(n - 1, x)),
    _row("eval_hermitenorm",  "n x",         lambda n, x: n * _hermitenorm(n - 1, x)),
    #          function       arguments      expression
    Expression("lpmv",        "m v x",       _legendre,  "m v",  refuses=True),
)  # fmt: skip

enter(TABLE)
