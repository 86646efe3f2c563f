"""Bessel functions: J, Y, I, K, Hankel's H, and the spherical j, y, i, k.

They all obey ``C_v' = a C_(v-1) + b C_(v+1)`` (DLMF 10.6.1, 10.29.1, 10.51.2, 10.51.5), hence
their derivatives of order k are sums over the functions of orders v - k ... v + k. The terms
that lead for small z and those that lead for large z add up, so that nothing cancels but at
zeros of the derivative. There is no derivative in the order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad.rules.entire import rising
from taylorad.rules.scipy_special._rows import Array, ByNumbers, enter, ufunc

__all__ = [
    "TABLE",
    "hankel1_numbers",
    "iv_numbers",
    "jv_numbers",
    "kv_numbers",
    "ladder",
    "of_order",
    "yv_numbers",
]

Numbers = Callable[..., Array]

_j0, _j1, _y0, _y1 = map(ufunc, ("j0", "j1", "y0", "y1"))
_iv, _jv, _kv, _yv = map(ufunc, ("iv", "jv", "kv", "yv"))
_hankel1, _hankel2 = map(ufunc, ("hankel1", "hankel2"))


def ladder(values: Array, below: Any, above: Any) -> Array:
    """The Taylor numbers of C_v from the values of C at v - n ... v + n.

    ``k f_k = below f_(k-1) of order v - 1 + above f_(k-1) of order v + 1``; the factors may
    depend on the order, in the rows of an array.
    """
    middle = len(values) // 2
    numbers = [values[middle]]
    for k in range(1, middle + 1):
        factors = [f[k:-k] if np.ndim(f) else f for f in (below, above)]
        values = (factors[0] * values[:-2] + factors[1] * values[2:]) / k
        numbers.append(values[len(values) // 2])
    return np.stack(numbers)


def _orders(order: int, v: Any) -> Array:
    """v - order ... v + order, on a new first axis."""
    return np.asarray(v, float) + np.arange(-order, order + 1.0)[:, np.newaxis]


def _first_kind(function: Any, above: float) -> Numbers:
    def numbers(order: int, v: Any, z: Array) -> Array:
        v = np.asarray(v, float)
        f = ladder(function(_orders(order, v), z), 0.5, above)
        at_zero = (z == 0) & (np.round(v) != v)
        if np.any(at_zero):  # (z/2)^v / gamma(v + 1) is what counts
            leading = np.broadcast_to(_jv(_orders(order, v)[order::-1], 0.0), f.shape)
            f = np.where(at_zero, leading, f)
        return f

    return numbers


def _second_kind(function: Any, below: float, above: float) -> Numbers:
    def numbers(order: int, v: Any, z: Array) -> Array:
        return _singular(ladder(function(_orders(order, v), z), below, above), z)

    return numbers


def _singular(f: Array, z: Array) -> Array:
    """At the singularity at zero the signs alternate, as those of log and 1/z do."""
    signs = (-1.0) ** np.arange(len(f))[:, np.newaxis]
    return np.where(z == 0, signs * f[0], f)


jv_numbers = _first_kind(_jv, -0.5)
iv_numbers = _first_kind(_iv, 0.5)
kv_numbers = _second_kind(_kv, -0.5, -0.5)
yv_numbers = _second_kind(_yv, 0.5, -0.5)
hankel1_numbers = _second_kind(_hankel1, 0.5, -0.5)
hankel2_numbers = _second_kind(_hankel2, 0.5, -0.5)


def _whole(upward: Callable[[int, Array], Array], v: int) -> Numbers:
    """From the functions of orders 0 ... n + v, with C_(-m) = (-1)^m C_m."""

    def numbers(order: int, z: Array) -> Array:
        values = upward(order + v, z)
        orders = np.arange(v - order, v + order + 1)
        signs = np.where((orders < 0) & (orders % 2 == 1), -1.0, 1.0)[:, np.newaxis]
        return ladder(signs * values[np.abs(orders)], 0.5, -0.5)

    return numbers


def _upward(c0: Array, c1: Array, last: int, z: Array) -> Array:
    """C_(m+1) = 2 m / z C_m - C_(m-1)."""
    values = [c0, c1]
    for m in range(1, last):
        values.append(2 * m / z * values[m] - values[m - 1])
    return np.stack(values[: last + 1])


def _j_upward(last: int, z: Array) -> Array:
    """By recurrence where |z| is large: `jv` ends at 1e9, `j0` does not."""
    values = _upward(_j0(z), _j1(z), last, z)
    near = np.abs(z) < last + 2
    if np.any(near):
        values[:, near] = _jv(np.arange(last + 1.0)[:, np.newaxis], z[near])
    return values


def _y_upward(last: int, z: Array) -> Array:
    return _upward(_y0(z), _y1(z), last, z)


def _cylinder(v: int) -> tuple[Numbers, Numbers]:
    """The Taylor numbers of J and Y of an order 0 or 1."""
    y = _whole(_y_upward, v)
    return _whole(_j_upward, v), lambda order, z: _singular(y(order, z), z)


def of_order(v: float, numbers: Numbers) -> Numbers:
    """The Taylor numbers of the function of this order."""
    return lambda order, z: numbers(order, v, z)


# --- Spherical ---------------------------------------------------------------------------


def _truncated(numbers: Numbers) -> Numbers:
    """Where SciPy takes whole orders only, and the whole part of others."""
    return lambda order, n, z: numbers(order, np.trunc(n), z)


def _spherical(name: str, below: float, above: float) -> tuple[Numbers, Numbers]:
    """``(2 n + 1) f_n' = below n f_(n-1) + above (n + 1) f_(n+1)``, and of the derivative."""
    function = ufunc(name)

    def numbers(order: int, n: Any, z: Array) -> Array:
        orders = np.asarray(n) + np.arange(-order, order + 1)[:, np.newaxis]
        some = np.maximum(orders, 0)
        values = np.where(orders >= 0, function(some, z), 0.0)
        values[:, np.asarray(n) < 0] = np.nan
        factors = below * some / (2 * some + 1), above * (some + 1) / (2 * some + 1)
        f = ladder(values, *factors)
        return f if name in ("_spherical_jn", "_spherical_in") else _singular(f, z)

    return numbers, lambda order, n, z: rising(numbers(order + 1, n, z), 1)


j0_numbers, y0_numbers = _cylinder(0)
j1_numbers, y1_numbers = _cylinder(1)
_jn, _jn_d = _spherical("_spherical_jn", 1, -1)
_yn, _yn_d = _spherical("_spherical_yn", 1, -1)
_in, _in_d = _spherical("_spherical_in", 1, 1)
_kn, _kn_d = _spherical("_spherical_kn", -1, -1)


TABLE = (
    #         function           arguments  Taylor numbers
    ByNumbers("j0",              "x",       j0_numbers),
    ByNumbers("j1",              "x",       j1_numbers),
    ByNumbers("jv",              "v z",     jv_numbers,                  at=1),
    ByNumbers("y0",              "x",       y0_numbers),
    ByNumbers("y1",              "x",       y1_numbers),
    ByNumbers("yn",              "n x",     _truncated(yv_numbers),     at=1),
    ByNumbers("yv",              "v z",     yv_numbers,                 at=1),
    ByNumbers("i0",              "x",       of_order(0.0, iv_numbers)),
    ByNumbers("i1",              "x",       of_order(1.0, iv_numbers)),
    ByNumbers("iv",              "v z",     iv_numbers,                  at=1),
    ByNumbers("k0",              "x",       of_order(0.0, kv_numbers)),
    ByNumbers("k1",              "x",       of_order(1.0, kv_numbers)),
    ByNumbers("kn",              "n x",     _truncated(kv_numbers),     at=1),
    ByNumbers("kv",              "v z",     kv_numbers,                  at=1),
    ByNumbers("hankel1",         "v z",     hankel1_numbers,             at=1),
    ByNumbers("hankel2",         "v z",     hankel2_numbers,             at=1),
    ByNumbers("_spherical_jn",   "n z",     _jn,                         at=1),
    ByNumbers("_spherical_jn_d", "n z",     _jn_d,                       at=1),
    ByNumbers("_spherical_yn",   "n z",     _yn,                         at=1),
    ByNumbers("_spherical_yn_d", "n z",     _yn_d,                       at=1),
    ByNumbers("_spherical_in",   "n z",     _in,                         at=1),
    ByNumbers("_spherical_in_d", "n z",     _in_d,                       at=1),
    ByNumbers("_spherical_kn",   "n z",     _kn,                         at=1),
    ByNumbers("_spherical_kn_d", "n z",     _kn_d,                       at=1),
)  # fmt: skip

enter(TABLE)
