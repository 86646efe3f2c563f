"""Bessel functions with their exponential taken out: ive, kve, hankel1e and their kin.

What is left varies slowly, so that neither the ladders of `bessel` nor a product with an
exponential leave any digit for large z. Integrals do, whose derivatives are integrals too
(DLMF 10.32.9, 10.32.2, with w = cosh(t) - 1):

    exp(z) K_v(z) = integral of exp(-z w) cosh(v t) dt over 0 < t < inf,
    exp(-z) I_v(z) = 1 / (2 pi i) integral of exp(z w - v t) dt from inf - i pi to inf + i pi.

Every differentiation multiplies by -w or by w. Only below |z| = 1, where there is no
cancellation to speak of, the product rule is used.

`ive`, `jve` and `yve` have a factor exp(-|Re z|) or exp(-|Im z|). At its kink its derivatives
are those of abs at 0.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.rules.scipy_special._rows import (
    Array,
    ByNumbers,
    Expression,
    enter,
    ufunc,
)
from taylorad.rules.scipy_special.bessel import (
    iv_numbers,
    kv_numbers,
    of_order,
)

__all__ = ["TABLE", "ive_numbers", "kve_numbers"]

_hankel1e, _hankel2e, _iv, _jv, _yv = map(ufunc, ("hankel1e", "hankel2e", "iv", "jv", "yv"))

DEPTH = 45.0  # exp(-DEPTH) is left out
STEP = 0.12
POINTS = 1024  # that are done at a time


def _times_exp(f: Array, rate: Any, factor: Any) -> Array:
    """The Taylor numbers of f times an exponential."""
    e = [factor * np.ones(f.shape[1:])]
    for k in range(1, len(f)):
        e.append(e[-1] * rate / k)
    return np.stack([sum(f[j] * e[k - j] for j in range(k + 1)) for k in range(len(f))])


def _span(order: int, v: float) -> float:
    """Beyond it u^s exp(-u) with s up to order + v has no part in the integral over u."""
    s = order + v
    return s + 9 * math.sqrt(s) + DEPTH


# --- K -----------------------------------------------------------------------------------


def kve_numbers(order: int, v: Any, z: Array) -> Array:
    """Those of exp(z) K_v(z)."""
    v = np.abs(np.broadcast_to(np.asarray(v, float), z.shape))
    turning = np.iscomplexobj(z)
    f = np.full((order + 1, len(z)), np.nan, z.dtype)
    error = np.full(f.shape, np.inf)
    far = np.flatnonzero((np.abs(z) >= 2.0 if turning else z >= 1.0) & np.isfinite(v))
    # orders of like size together, as they need as many nodes
    far = far[np.argsort(v[far], kind="stable")]
    for block in (far[i : i + POINTS] for i in range(0, len(far), POINTS)):
        f[:, block], error[:, block] = _laplace(order, v[block], z[block])
    # The integrand oscillates for complex z if the order is not small.
    near = np.ones(len(z), bool)
    near[far] = turning & (v[far] ** 2 > np.abs(z[far]))
    if np.any(near):
        k, e = kv_numbers(order, v[near], z[near]), np.exp(z[near])
        product = _times_exp(k, 1.0, e)
        lost = _times_exp(np.abs(k), 1.0, np.abs(e)) > error[:, near]
        f[:, near] = np.where(lost, f[:, near], product)
    return f


def _laplace(order: int, v: Array, z: Array) -> tuple[Array, Array]:
    """By the trapezoidal rule on a ray of w = u^2 / z, in -inf < u < inf; and sums of sizes.

    With t = 2 arsinh(sqrt(w / 2)) it is

        z^(1/2) f_k = (-1 / z)^k / k! integral of u^(2 k) exp(-u^2) cosh(v t) / sqrt(2 + w) du.

    Close to negative z the ray is turned away from the singularity at w = -2.
    """
    u = STEP * np.arange(1 + math.ceil(math.sqrt(_span(order, v.max())) / STEP))[:, np.newaxis]
    turned: Any = 1.0
    if np.iscomplexobj(z):
        angle = np.angle(z)
        turned = np.exp(1j * (angle - np.clip(angle, -0.75 * np.pi, 0.75 * np.pi)))
    square = u * u
    root = u * np.sqrt(turned / 2) / np.sqrt(z)
    t = 2 * np.arcsinh(root)
    weights = np.full_like(u, STEP)
    weights[0] = STEP / 2
    # cosh(v t), without overflow beside exp(-u^2)
    decay = (np.exp(v * t - square * turned) + np.exp(-v * t - square * turned)) / 2
    term = 2 * weights * decay / np.sqrt(2 + 2 * root * root) * np.sqrt(turned / z)
    powers = (square ** np.arange(order + 1)).T
    f, sizes = powers @ term, powers @ np.abs(term)
    scale = -turned / z
    for k in range(1, order + 1):
        f[k:] *= scale / k
        sizes[k:] *= np.abs(scale) / k
    return f, sizes


def _hankel1e_numbers(order: int, v: Any, z: Array) -> Array:
    """exp(-i z) H1_v(z) = 2 / (pi i) exp(-v pi i / 2) exp(w) K_v(w), w = -i z (DLMF 10.27.8).

    In the third quadrant, and below 0, w is on another sheet, where K_v(w) is less
    2 cos(v pi) K_v(-w) (DLMF 10.34.4).
    """
    v = np.broadcast_to(np.asarray(v, float), z.shape)
    below = np.flatnonzero((z.real <= 0) & (z.imag < 0))
    w = -1j * z
    w.imag[z.real == 0] = 0.0  # the upper side of the cut
    f = kve_numbers(order, v, w)
    if below.size:
        k = kv_numbers(order, v[below], -w[below])
        sheet = _times_exp(k, -1.0, np.exp(w[below]))
        signs = (-1.0) ** np.arange(order + 1)[:, np.newaxis]
        f[:, below] = 2 * _sine(v[below] + 0.5) * signs * sheet - f[:, below]
    phase = 2 / (np.pi * 1j) * np.exp(-0.5j * np.pi * v)
    return phase * (-1j) ** np.arange(order + 1)[:, np.newaxis] * f


def _hankel2e_numbers(order: int, v: Any, z: Array) -> Array:
    return np.conj(_hankel1e_numbers(order, v, np.conj(z)))


# --- I -----------------------------------------------------------------------------------


def ive_numbers(order: int, v: Any, z: Array) -> Array:
    """Those of exp(-s z) I_v(z) with s the sign of z, for real z."""
    v = np.broadcast_to(np.asarray(v, float), z.shape)
    f = np.empty((order + 1, len(z)))
    size = np.abs(z)
    near = np.flatnonzero(~(size >= 1.0) | ~np.isfinite(v))
    rate = -np.sign(z[near])
    f[:, near] = _times_exp(iv_numbers(order, v[near], z[near]), rate, np.exp(-size[near]))
    far = np.flatnonzero((size >= 1.0) & np.isfinite(v))
    for block in (far[i : i + POINTS] for i in range(0, len(far), POINTS)):
        f[:, block] = _schlaefli(order, v[block], size[block])
    whole = np.round(v) == v
    below = far[(v[far] < 0) & ~whole[far]]
    if below.size:  # I_-v = I_v + 2 / pi sin(v pi) K_v
        at = z[below]
        k = _times_exp(kv_numbers(order, v[below], at), -1.0, np.exp(-at))
        f[:, below] -= 2 / np.pi * _sine(v[below]) * k
    negative = (z < 0) & (size >= 1.0)
    signs = (-1.0) ** (np.arange(order + 1)[:, np.newaxis] + v)
    return np.where(negative, np.where(whole, signs, np.nan) * f, f)


def _sine(v: Array) -> Array:
    """sin(v pi)."""
    turns = np.round(v)
    return np.sin(np.pi * (v - turns)) * (1 - 2 * (turns % 2))


@lru_cache(maxsize=16)
def _legendre(n: int) -> tuple[Array, Array]:
    """Gauss's nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (nodes + 1)[:, np.newaxis] / 2, weights[:, np.newaxis] / 2


def _schlaefli(order: int, v: Array, z: Array) -> Array:
    """Along t = b + i y, -pi < y < pi, through the saddle at sinh(b) = v / z, for z > 0.

    There is nothing oscillating in what counts. The ends of the contour, t > b with y = pi and
    -pi, contribute if v is not whole and z is not large.
    """
    v = np.abs(v)
    depth = _span(order, 0.0)
    ratio = v / z
    b, slope = np.arcsinh(ratio), np.hypot(1.0, ratio)  # cosh(b)
    peak = slope * z
    nodes, weights = _legendre(64 + 2 * order)
    end = 2 * np.arcsin(np.sqrt(np.minimum(depth / (2 * peak), 1.0)))
    y = end * nodes
    half = 2 * np.sin(y / 2) ** 2  # 1 - cos(y)
    # cosh(b) - 1 without cancellation
    w = ratio * ratio / (1 + slope) - slope * half + 1j * ratio * np.sin(y)
    # z w - v t, of which z (cosh(b) - 1) - v b is taken out first
    top = z * (ratio * ratio / (1 + slope)) - v * b
    term = weights * end / np.pi * np.exp(top - peak * half - 1j * v * (y - np.sin(y)))
    f = np.empty((order + 1, len(z)))
    for k in range(order + 1):
        f[k] = np.sum(term.real, axis=0)
        term = term * w / (k + 1)
    sine = _sine(v)
    ends = np.flatnonzero((sine != 0) & (peak < depth))
    if ends.size:
        f[:, ends] -= sine[ends] / np.pi * _ends(order, v[ends], z[ends], b[ends], depth)
    return f


def _ends(order: int, v: Array, z: Array, b: Array, depth: float) -> Array:
    """The integral of (-1 - cosh(t))^k / k! exp(-z (1 + cosh(t)) - v t) dt, t from b on."""
    nodes, weights = _legendre(64 + 2 * order)
    reach = np.maximum(np.arccosh(1 + depth / z) - b, 0.0)
    t = b + reach * nodes
    w = -1 - np.cosh(t)
    term = weights * reach * np.exp(z * w - v * t)
    f = np.empty((order + 1, len(z)))
    for k in range(order + 1):
        f[k] = np.sum(term, axis=0)
        term = term * w / (k + 1)
    return f


# --- The factors that are not analytic ---------------------------------------------------

_real_ive = ByNumbers("ive", "v z", ive_numbers, at=1)
FAR = 30.0  # where Hankel's functions no longer cancel in J


def _complex(z: Any) -> bool:
    return bool(value(z).dtype.kind == "c")


def _parted(v: Any, z: Any, near: Any, sign: int) -> Any:
    """J or Y times exp(-|Im z|): for large z the sum of both of Hankel's functions."""
    decay = -np.abs(np.imag(z))
    far = np.abs(value(z)) > FAR + np.asarray(value(v)) ** 2
    close = near(v, np.where(far, 1.0, z)) * np.exp(np.where(far, 0.0, decay))
    if not np.any(far):
        return close
    z = np.where(far, z, FAR)
    decay = np.where(far, decay, 0.0)
    first = _hankel1e(v, z) * np.exp(1j * z + decay)
    second = _hankel2e(v, z) * np.exp(-1j * z + decay)
    both = (first + second) / 2 if sign > 0 else (first - second) / 2j
    return np.where(far, both, close)


def _jve(v: Any, z: Any) -> Any:
    return _parted(v, z, _jv, 1) if _complex(z) else _jv(v, z)


def _yve(v: Any, z: Any) -> Any:
    return _parted(v, z, _yv, -1) if _complex(z) else _yv(v, z)


def _ive(v: Any, z: Any) -> Any:
    """I_v(z) = exp(v pi i / 2) J_v(-i z) for Im z >= 0, else with -i for i (DLMF 10.27.6)."""
    if not _complex(z):
        return _real_ive(v, z)
    i = np.where(value(z).imag >= 0, 1j, -1j)
    return np.exp(i * np.pi / 2 * v) * _jve(v, -i * z)


TABLE = (
    #          function       arguments  Taylor numbers
    ByNumbers("i0e",          "x",       of_order(0.0, ive_numbers)),
    ByNumbers("i1e",          "x",       of_order(1.0, ive_numbers)),
    ByNumbers("k0e",          "x",       of_order(0.0, kve_numbers)),
    ByNumbers("k1e",          "x",       of_order(1.0, kve_numbers)),
    ByNumbers("kve",          "v z",     kve_numbers,        at=1),
    ByNumbers("hankel1e",     "v z",     _hankel1e_numbers,  at=1),
    ByNumbers("hankel2e",     "v z",     _hankel2e_numbers,  at=1),
    #          function       arguments  expression
    Expression("ive",         "v z",     _ive,               fixed="v"),
    Expression("jve",         "v z",     _jve,               fixed="v"),
    Expression("yve",         "v z",     _yve,               fixed="v"),
)  # fmt: skip

enter(TABLE)
