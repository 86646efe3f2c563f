"""Kelvin functions: ber + i bei = J_0(x exp(3 pi i/4)), ker + i kei = K_0(x exp(pi i/4))."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad.rules.entire import rising
from taylorad.rules.scipy_special._rows import (
    Array,
    ByNumbers,
    Expression,
    enter,
    expanded,
    piecewise,
    ufunc,
)
from taylorad.rules.scipy_special.bessel import jv_numbers, kv_numbers
from taylorad.rules.scipy_special.struve import power_series

__all__ = ["TABLE"]

_ber, _bei, _ker, _kei = map(ufunc, ("ber", "bei", "ker", "kei"))
_berp, _beip, _kerp, _keip = map(ufunc, ("berp", "beip", "kerp", "keip"))
_psi = ufunc("psi")

Numbers = Callable[..., Array]
TERMS = 16


def _along(bessel: Numbers, eighths: int, part: Callable[[Any], Any]) -> Numbers:
    """Of the real or imaginary part along a ray of the complex plane."""
    # an exact zero keeps imaginary what is imaginary
    turn = math.sqrt(0.5) * ((-1 if eighths == 3 else 1) + 1j)

    def numbers(order: int, x: Array) -> Array:
        turns = turn ** np.arange(order + 1)[:, np.newaxis]
        return part(turns * bessel(order, 0.0, turn * x))

    return numbers


def _terms(shift: int, weight: Callable[[int], float] = lambda n: 1.0) -> Any:
    """(-1)^k w(n) / (n!)^2 (x/2)^(2 n) with n = 2 k + shift (DLMF 10.65.1)."""
    for k in range(TERMS):
        n = 2 * k + shift
        yield (-1) ** k * weight(n) / (4.0**n * math.factorial(n) ** 2), 2 * n


def _first(shift: int) -> Numbers:
    part = np.imag if shift else np.real
    far = _along(jv_numbers, 3, part)

    def numbers(order: int, x: Array) -> Array:
        near = np.abs(x) <= 4
        return piecewise(
            order, x, [(near, lambda n, x: power_series(n, x, _terms(shift))), (~near, far)]
        )

    return numbers


def _second(shift: int) -> Numbers:
    """-log(x/2) ber + pi/4 bei + a series, and the same with -bei and ber (DLMF 10.65.5)."""
    part = np.imag if shift else np.real
    far = _along(kv_numbers, 1, part)
    same, other = (_bei, _ber) if shift else (_ber, _bei)
    sign = -1 if shift else 1

    def close(order: int, x: Array) -> Array:
        logs = expanded(lambda t: -np.log(t / 2) * same(t) + sign * np.pi / 4 * other(t), order, x)
        f = logs + power_series(order, x, _terms(shift, lambda n: float(_psi(n + 1.0))))
        # at 0 as -log(x) x^(2 shift): a double zero of what is not constant, if it is kei
        k = np.arange(order + 1)[:, np.newaxis]
        return np.where(x == 0, np.where(k < 2 * shift, 0.0, (-1.0) ** k * np.inf), f)

    def numbers(order: int, x: Array) -> Array:
        return piecewise(order, x, [((x >= 0) & (x <= 2), close), (x > 2, far)])

    return numbers


def _rate(numbers: Numbers) -> Numbers:
    return lambda order, x: rising(numbers(order + 1, x), 1)


def _kelvin(x: Any) -> Any:
    return (
        _ber(x) + 1j * _bei(x),
        _ker(x) + 1j * _kei(x),
        _berp(x) + 1j * _beip(x),
        _kerp(x) + 1j * _keip(x),
    )


TABLE = (
    #          function  arguments  Taylor numbers
    ByNumbers("ber",     "x",       _first(0)),
    ByNumbers("bei",     "x",       _first(1)),
    ByNumbers("ker",     "x",       _second(0)),
    ByNumbers("kei",     "x",       _second(1)),
    ByNumbers("berp",    "x",       _rate(_first(0))),
    ByNumbers("beip",    "x",       _rate(_first(1))),
    ByNumbers("kerp",    "x",       _rate(_second(0))),
    ByNumbers("keip",    "x",       _rate(_second(1))),
    #          function  arguments  expression
    Expression("kelvin", "x",       _kelvin),
)  # fmt: skip

enter(TABLE)
