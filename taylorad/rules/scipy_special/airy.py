"""Airy, parabolic cylinder and Mathieu functions, by their equations ``y'' = p(x) y``.

SciPy gives y and y' together; all else follows from the Taylor numbers of p. The scaled Airy
functions are Bessel functions of order 1/3 and 2/3 (DLMF 9.6), whose scaled versions know how to
do without the exponential.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError
from taylorad.rules.entire import rising
from taylorad.rules.scipy_special._rows import (
    Array,
    ByDerivative,
    ByNumbers,
    Expression,
    enter,
    expanded,
    ufunc,
)

__all__ = ["TABLE"]

_airy, _ive, _kve = map(ufunc, ("airy", "ive", "kve"))
_mathieu_a, _mathieu_b = map(ufunc, ("mathieu_a", "mathieu_b"))

Pair = tuple[Callable[..., Array], Callable[..., Array]]
ROOT_3, DEGREE = math.sqrt(3.0), math.pi / 180


def _equation(order: int, start: Any, slope: Any, p: Any) -> Array:
    """``(k + 2) (k + 1) y_(k+2) = sum of p_j y_(k-j)``."""
    y = [start, slope]
    for k in range(order - 1):
        terms = (p[j] * y[k - j] for j in range(min(k + 1, len(p))))
        y.append(sum(terms) / ((k + 2) * (k + 1)))
    return np.stack(y[: order + 1])


def _solution(name: str, first: int, p: Callable[..., Any], unit: float = 1.0) -> Pair:
    """The Taylor numbers of y and y', results `first` and `first` + 1 of a ufunc of this name.

    The derivatives in the argument are `unit` times those in the variable of y'.
    """
    function = ufunc(name)

    def numbers(order: int, *args: Any) -> Array:
        values = function(*args)
        slope = unit * values[first + 1]
        return _equation(order, values[first], slope, p(order, *args))

    return numbers, lambda order, *args: rising(numbers(order + 1, *args), 1) / unit


def _cylinder(order: int, v: Array, x: Array) -> Any:
    """x^2/4 - v - 1/2 (DLMF 12.2.4)."""
    return x * x / 4 - (v + 0.5), x / 2, np.full_like(x, 0.25)


def _cylinder_w(order: int, a: Array, x: Array) -> Any:
    """a - x^2/4 (DLMF 12.14.2)."""
    return a - x * x / 4, -x / 2, np.full_like(x, -0.25)


def _mathieu(characteristic: Any, cosine: Any, sign: int, unit: float = 1.0) -> Callable[..., Any]:
    """2 q cos(2 x) - a, or a - 2 q cosh(2 x) for the modified functions (DLMF 28.2.1, 28.20.1)."""

    def p(order: int, m: Array, q: Array, x: Array) -> Array:
        f = 2 * sign * q * expanded(lambda t: cosine(2 * unit * t), order, x)
        f[0] -= sign * characteristic(m, q)
        return unit * unit * f

    return p


def _angular(name: str, characteristic: Any) -> Pair:
    return _solution(name, 0, _mathieu(characteristic, np.cos, 1, DEGREE), DEGREE)


def _radial(name: str, characteristic: Any) -> Pair:
    return _solution(name, 0, _mathieu(characteristic, np.cosh, -1))


def _airye(x: Any) -> Any:
    """On the right by Bessel functions of 2/3 x^(3/2), from 1 on; on the left Bi as it is."""
    at = value(x)
    if np.iscomplexobj(at):
        raise DerivativeError(
            "scipy.special.airye has derivatives for real arguments only; use scipy.special.airy"
        )
    far, left = at >= 1, at < 0
    t = np.where(far, x, 1.0)
    zeta = 2 / 3 * t**1.5
    ai = np.sqrt(t / 3) / np.pi * _kve(1 / 3, zeta)
    aip = -t / (np.pi * ROOT_3) * _kve(2 / 3, zeta)
    bi = np.sqrt(t / 3) * (_ive(-1 / 3, zeta) + _ive(1 / 3, zeta))
    bip = t / ROOT_3 * (_ive(-2 / 3, zeta) + _ive(2 / 3, zeta))
    near = _airy(np.where(far, 1.0, x))
    growth = np.exp(2 / 3 * np.where(far | left, 1.0, x) ** 1.5)
    ends = np.where(left, np.nan, growth), np.where(left, 1.0, 1 / growth)
    factors = ends[0], ends[0], ends[1], ends[1]
    return tuple(
        np.where(far, y, beside * factor)
        for y, beside, factor in zip((ai, aip, bi, bip), near, factors, strict=True)
    )


def _airy_p(order: int, z: Array) -> Any:
    return z, np.ones_like(z)


_of_airy = (*_solution("airy", 0, _airy_p), *_solution("airy", 2, _airy_p))

TABLE = (
    #         function           arguments  Taylor numbers
    ByNumbers("airy",            "z",       _of_airy),
    ByNumbers("pbdv",            "v x",     _solution("pbdv", 0, _cylinder),     at=1),
    ByNumbers("pbvv",            "v x",     _solution("pbvv", 0, _cylinder),     at=1),
    ByNumbers("pbwa",            "a x",     _solution("pbwa", 0, _cylinder_w),   at=1),
    ByNumbers("mathieu_cem",     "m q x",   _angular("mathieu_cem", _mathieu_a), at=2),
    ByNumbers("mathieu_sem",     "m q x",   _angular("mathieu_sem", _mathieu_b), at=2),
    ByNumbers("mathieu_modcem1", "m q x",   _radial("mathieu_modcem1", _mathieu_a), at=2),
    ByNumbers("mathieu_modcem2", "m q x",   _radial("mathieu_modcem2", _mathieu_a), at=2),
    ByNumbers("mathieu_modsem1", "m q x",   _radial("mathieu_modsem1", _mathieu_b), at=2),
    ByNumbers("mathieu_modsem2", "m q x",   _radial("mathieu_modsem2", _mathieu_b), at=2),
    #         function           arguments  expression
    Expression("airye",          "z",       _airye),
    #            function        arguments  derivatives
    ByDerivative("itairy",       "x",       ((lambda x: _airy(x)[0],),
                                             (lambda x: _airy(x)[2],),
                                             (lambda x: _airy(-x)[0],),
                                             (lambda x: _airy(-x)[2],))),
)  # fmt: skip

enter(TABLE)
