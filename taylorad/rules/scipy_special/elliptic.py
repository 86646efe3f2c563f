"""Elliptic integrals, by Carlson's duplication, and Jacobi's elliptic functions.

Duplication (DLMF 19.26(i), 19.36(i)) is arithmetic with square roots of positive sums, so
it is a formula for numbers as well as for values: each round brings the arguments closer
by a factor of 4, with all their derivatives, until a polynomial of degree 7 will do. The
derivatives of Legendre's integrals are such symmetric integrals again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad._numbers import common, value
from taylorad._tape import record
from taylorad.dispatch import DerivativeError, Reverse, carries
from taylorad.rules.operands import with_value
from taylorad.rules.recording import values_of
from taylorad.rules.scipy_special._rows import (
    ByDerivative,
    Expression,
    enter,
    first_of,
    scaled_where,
    ufunc,
)

__all__ = ["TABLE", "rd", "rf"]

CLOSE = 2e-4  # relative distance of the arguments at which the polynomials take over
LEAST = 8  # rounds in any case: equal arguments need not move together
ROUNDS = 40  # more than any floats need

_ellipj, _ellipkinc, _elliprc = map(ufunc, ("ellipj", "ellipkinc", "elliprc"))


def _apart(*arguments: Any) -> bool:
    """Whether some arguments are still too far from each other; nan and infinity are not."""
    xs = np.broadcast_arrays(*map(value, arguments))
    mean = sum(xs) / len(xs)
    return any(bool(np.any(np.abs(x - mean) > CLOSE * np.abs(mean))) for x in xs)


def _root(x: Any) -> Any:
    """The square root; of Python's floats one of Python's, which widen no float32."""
    return x**0.5 if isinstance(x, float) and not isinstance(x, np.float64) else np.sqrt(x)


def _duplicated(x: Any, y: Any, z: Any, roots: Any, each: Callable[..., None]) -> tuple[Any, ...]:
    """The arguments after as many rounds as it takes; `each` sees the roots of every round."""
    for done in range(ROUNDS):
        if done >= LEAST and not _apart(x, y, z):
            break
        a, b, c = roots or map(_root, (x, y, z))
        shift = a * b + b * c + c * a
        each(a, b, c, z, shift)
        x, y, z = ((v + shift) / 4 for v in (x, y, z))
        roots = None
    return x, y, z


def rf(x: Any, y: Any, z: Any) -> Any:
    """R_F(x, y, z)."""
    x, y, z = _duplicated(x, y, z, None, lambda *_: None)
    mean = (x + y + z) / 3
    a, b = 1 - x / mean, 1 - y / mean
    c = -a - b
    e2, e3 = a * b - c * c, a * b * c
    series = (
        1 - e2 / 10 + e3 / 14 + e2 * e2 / 24 - 3 * e2 * e3 / 44
        - 5 * e2 * e2 * e2 / 208 + 3 * e3 * e3 / 104 + e2 * e2 * e3 / 16
    )  # fmt: skip
    return series / np.sqrt(mean)


def rd(x: Any, y: Any, z: Any, roots: Any = None) -> Any:
    """R_D(x, y, z); `roots` are the square roots, where they are known as such."""
    total: Any = 0.0
    scale = 1.0

    def add(a: Any, b: Any, c: Any, z: Any, shift: Any) -> None:
        nonlocal total, scale
        total = total + scale / (c * (z + shift))
        scale /= 4

    none = (np.asarray(value(x)) == 0) & (np.asarray(value(y)) == 0)
    far = np.isinf(value(x)) | np.isinf(value(y)) | np.isinf(value(z))
    if np.any(none | far):
        x, y, z = (np.where(none | far, 1.0, v) for v in (x, y, z))
        roots = None
    x, y, z = _duplicated(x, y, z, roots, add)
    mean = (x + y + 3 * z) / 5
    a, b = 1 - x / mean, 1 - y / mean
    c = -(a + b) / 3
    ab, cc = a * b, c * c
    result = 3 * total + scale * _fifth(
        ab - 6 * cc, (3 * ab - 8 * cc) * c, 3 * (ab - cc) * cc, ab * cc * c
    ) / (mean * np.sqrt(mean))
    if np.any(none | far):
        result = np.where(far, 0.0, scaled_where(none, np.inf, result))
    return result


def _fifth(e2: Any, e3: Any, e4: Any, e5: Any) -> Any:
    """The polynomial of R_J and R_D in the elementary symmetric functions (DLMF 19.36.2)."""
    return (
        1 - 3 * e2 / 14 + e3 / 6 + 9 * e2 * e2 / 88 - 3 * e4 / 22 - 9 * e2 * e3 / 52
        + 3 * e5 / 26 - e2 * e2 * e2 / 16 + 3 * e3 * e3 / 40 + 3 * e2 * e4 / 20
        + 45 * e2 * e2 * e3 / 272 - 9 * (e3 * e4 + e2 * e5) / 68
    )  # fmt: skip


def rc_by_x(x: Any, y: Any) -> Any:
    """The derivative of R_C(x, y) = R_F(x, y, y) in x; for y < 0 of its principal value."""
    return _either(
        lambda x, y: -rd(y, y, x) / 6,
        lambda x, y: (_elliprc(x, y) - 1 / np.sqrt(x)) / (2 * (y - x)),
        x,
        y,
    )


def rc_by_y(x: Any, y: Any) -> Any:
    """The derivative in y."""
    return _either(
        lambda x, y: -rd(x, y, y) / 3,
        lambda x, y: (np.sqrt(x) / y - _elliprc(x, y)) / (2 * (y - x)),
        x,
        y,
    )


def _either(positive: Any, negative: Any, x: Any, y: Any) -> Any:
    below = (value(y).real < 0) & (value(y).imag == 0)
    if not np.any(below):
        return positive(x, y)
    other = negative(x, np.where(below, y, -1.0))
    return np.where(below, other, positive(np.where(below, 1.0, x), np.where(below, 1.0, y)))


def rj(x: Any, y: Any, z: Any, p: Any) -> Any:
    """R_J(x, y, z, p) by duplication, with R_C(1, e) = R_F(1, e, e) (DLMF 19.26.9)."""
    if np.isrealobj(value(p)) and np.any(value(p) < 0):
        raise DerivativeError("scipy.special.elliprj has derivatives for p > 0 only")
    total: Any = 0.0
    scale, shrink = 1.0, 1.0
    delta = (p - x) * (p - y) * (p - z)
    for done in range(ROUNDS):
        if done >= LEAST and not _apart(x, y, z, p):
            break
        a, b, c, d = map(_root, (x, y, z, p))
        shift = a * b + b * c + c * a
        product = (d + a) * (d + b) * (d + c)
        e = 1 + shrink * delta / (product * product)
        total = total + scale / product * rf(1.0, e, e)
        scale, shrink = scale / 4, shrink / 64
        x, y, z, p = ((v + shift) / 4 for v in (x, y, z, p))
    mean = (x + y + z + 2 * p) / 5
    a, b, c = (1 - v / mean for v in (x, y, z))
    d = -(a + b + c) / 2
    abc = a * b * c
    e2 = a * b + a * c + b * c - 3 * d * d
    series = _fifth(
        e2,
        abc + 2 * e2 * d + 4 * d * d * d,
        (2 * abc + e2 * d + 3 * d * d * d) * d,
        abc * d * d,
    )
    return 6 * total + scale * series / (mean * np.sqrt(mean))


def rg_slope(x: Any, y: Any, z: Any) -> Any:
    """The derivative of R_G(x, y, z) in x: (y R_D(z, x, y) + z R_D(x, y, z)) / 12."""

    def term(x: Any, y: Any, z: Any) -> Any:
        none = np.asarray(value(z)) == 0
        if not np.any(none):
            return z * rd(x, y, z)
        return np.where(none, 0.0, z * rd(x, y, np.where(none, 1.0, z)))

    return (term(z, x, y) + term(x, y, z)) / 12


def agm(a: Any, b: Any) -> Any:
    """The arithmetic-geometric mean: of two negative numbers the negative one."""
    negative = value(a) < 0
    a, b = np.where(negative, -a, a), np.where(negative, -b, b)
    for done in range(ROUNDS):
        if done >= LEAST and not _apart(a, b):
            break
        a, b = (a + b) / 2, np.sqrt(a) * np.sqrt(b)
    return np.where(negative, -a, a)


# --- Legendre's integrals ----------------------------------------------------------------


def k_slope(m: Any) -> Any:
    """K'(m)."""
    return rd(0.0, 1.0, 1 - m) / 6


def e_slope(m: Any) -> Any:
    """E'(m)."""
    return -rd(0.0, 1 - m, 1.0) / 6


def _reduced(phi: Any, m: Any) -> tuple[Any, Any, Any, Any]:
    """The whole half turns, sine and cosine of what is left, and sqrt(1 - m sin^2)."""
    turns = np.round(value(phi) / np.pi)
    rest = phi - turns * np.pi
    s, c = np.sin(rest), np.cos(rest)
    return turns, s, c, np.sqrt(c * c + (1 - m) * s * s)


def delta(phi: Any, m: Any) -> Any:
    """sqrt(1 - m sin(phi)^2)."""
    return _reduced(phi, m)[3]


def f_by_m(phi: Any, m: Any) -> Any:
    """The derivative in m of F(phi, m)."""
    turns, s, c, d = _reduced(phi, m)
    part = s * s * s * rd(c * c, 1.0, d * d, (c, 1.0, d)) / 6
    return part + 2 * turns * k_slope(m) if np.any(turns) else part


def e_by_m(phi: Any, m: Any) -> Any:
    """The derivative in m of E(phi, m)."""
    turns, s, c, d = _reduced(phi, m)
    part = -s * s * s * rd(c * c, d * d, 1.0, (c, d, 1.0)) / 6
    return part + 2 * turns * e_slope(m) if np.any(turns) else part


# --- Jacobi's functions ------------------------------------------------------------------


def amplitude(u: Any, m: Any) -> Any:
    """The phi with F(phi, m) = u."""
    if not (carries(u) or carries(m)):
        return _ellipj(u, m)[3]
    if Reverse.owns((u, m)):
        return record(
            amplitude(*values_of((u, m))),
            (u, m),
            (
                lambda g, u, m: g * delta(amplitude(u, m), m),
                lambda g, u, m: -g * delta(amplitude(u, m), m) * f_by_m(amplitude(u, m), m),
            ),
            "operands",
            pointwise=True,
        )
    # Newton's method: each step doubles the degrees that are right.
    start = amplitude(first_of(u), first_of(m))
    phi = start
    degree: int = common((u, m)).degree  # type: ignore[union-attr]
    for _ in range(max(degree.bit_length(), 1)):
        phi = with_value(phi + (u - _ellipkinc(phi, m)) * delta(phi, m), start)
    return phi


def _jacobi(u: Any, m: Any) -> tuple[Any, Any, Any, Any]:
    phi = amplitude(u, m)
    return np.sin(phi), np.cos(phi), delta(phi, m), phi


TABLE = (
    #            function     arguments  derivatives
    ByDerivative("ellipk",    "m",       (k_slope,)),
    ByDerivative("ellipkm1",  "p",       (lambda p: -rd(0.0, 1.0, p) / 6,)),
    ByDerivative("ellipe",    "m",       (e_slope,)),
    ByDerivative("ellipkinc", "phi m",   (lambda phi, m: 1 / delta(phi, m), f_by_m)),
    ByDerivative("ellipeinc", "phi m",   (delta, e_by_m)),
    ByDerivative("elliprc",   "x y",     (rc_by_x, rc_by_y)),
    ByDerivative("elliprf",   "x y z",   (lambda x, y, z: -rd(y, z, x) / 6,
                                          lambda x, y, z: -rd(z, x, y) / 6,
                                          lambda x, y, z: -rd(x, y, z) / 6)),
    ByDerivative("elliprg",   "x y z",   (rg_slope,
                                          lambda x, y, z: rg_slope(y, z, x),
                                          lambda x, y, z: rg_slope(z, x, y))),
    #            function     arguments  expression
    Expression("ellipj",      "u m",     _jacobi),
    Expression("elliprd",     "x y z",   rd),
    Expression("elliprj",     "x y z p", rj, refuses=True),
    Expression("agm",         "a b",     agm),
)  # fmt: skip

enter(TABLE)
