"""Polynomials by their coefficients: their values, products of factors, roots, fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import Number, value
from taylorad._tape import enter_deferred
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._matrices import Solving
from taylorad.rules._repeated import all_rows
from taylorad.rules._rows import Rows, assemble, coefficients
from taylorad.rules.composite import Composite
from taylorad.rules.operands import number, with_value

__all__ = ["POLYNOMIALS"]


def polyval(p: Any, x: Any) -> Any:
    """Horner's scheme; `x` may also be a `numpy.poly1d`, as in NumPy."""
    p = number(p)
    y: Any = 0 if isinstance(x, np.poly1d) else np.zeros_like(number(x))
    x = x if isinstance(x, np.poly1d) else number(x)
    for coefficient in p:
        y = y * x + coefficient
    return y


def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the product of (x - z) over the zeros z, or over eigenvalues."""
    zeros = np.atleast_1d(number(seq_of_zeros))
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] != 0:
        return with_value(_characteristic(zeros), np.poly(value(zeros)))
    if zeros.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    a = np.ones_like(zeros, shape=(1,))
    for zero in zeros:
        none = np.zeros_like(a[:1])
        a = np.concatenate([a, none]) - zero * np.concatenate([none, a])
    return np.real(a) if _is_conjugate(zeros) else a


def _characteristic(a: Any) -> Any:
    """The characteristic polynomial without its zeros, which may coincide.

    Each leading submatrix [[M, c], [r, d]] multiplies that of M, as a polynomial without its
    last terms, by 1, -d, -r c, -r M c, -r M^2 c, ... Source: Berkowitz, On computing the
    determinant in small parallel time using a small number of processors, Inf. Proc.
    Letters 18 (1984) 147.
    """
    p = np.ones_like(a, shape=(1,))
    for k in range(len(a)):
        factors = [np.ones_like(p[:1]), -np.reshape(a[k, k], (1,))]
        column = a[:k, k]
        for _ in range(k):
            factors.append(-np.reshape(a[k, :k] @ column, (1,)))
            column = a[:k, :k] @ column
        p = np.convolve(np.concatenate(factors), p)[: k + 2]
    return p


def _is_conjugate(zeros: Any) -> bool:
    """Whether complex zeros come in conjugate pairs, whose derivatives do so too."""
    if not np.iscomplexobj(zeros):
        return False
    while carries(zeros) and not isinstance(zeros, Number):  # a Variable: it may move anyhow,
        zeros = zeros.value  # but then the real part of its cotangent is all there is
    parts = value(zeros.parts) if isinstance(zeros, Number) else zeros[np.newaxis]
    here, there = (part[:, np.lexsort(part[::-1])] for part in (parts, parts.conj()))
    return bool(np.all(here == there))


def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder of polynomials, by long division."""
    u, v = np.atleast_1d(number(u)) + 0.0, np.atleast_1d(number(v)) + 0.0
    m, n = len(u) - 1, len(v) - 1
    scale = 1.0 / v[0]
    quotient, remainder = [], u + 0 * v[0]
    for k in range(m - n + 1):
        digit = scale * remainder[k]
        quotient.append(digit)
        rest = remainder[k : k + n + 1] - digit * v
        remainder = np.concatenate([remainder[:k], rest, remainder[k + n + 1 :]])
    q = np.stack(quotient) if quotient else np.zeros_like(remainder[:1])
    # The leading part of the remainder was divided away and is zero but for rounding; of
    # what follows, a zero goes as in NumPy, unless it is the value of something that moves.
    remainder = remainder[min(max(m - n + 1, 0), m) :]
    while len(remainder) > 1 and _vanishes(remainder[0]):
        remainder = remainder[1:]
    return q, remainder


def _vanishes(x: Any) -> bool:
    still = not carries(x) or (
        isinstance(x, Number) and not carries(x.parts) and not np.any(x.parts[1:])
    )
    return still and bool(np.allclose(value(x), 0, rtol=1e-14))


# Roots -----------------------------------------------------------------------------------


def roots(p: Any) -> Any:
    """The zeros of a polynomial, each where the implicit function theorem has it."""
    p = np.atleast_1d(number(p))
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    last = len(p)
    if isinstance(p, Number):  # zeros at zero that stay there
        moving = np.flatnonzero(carries(p.parts) | np.any(all_rows(p) != 0, axis=0))
        last = moving[-1] + 1 if moving.size else 0
    z = ROOTS.of(p[:last] + 0.0)
    if last == len(p):
        return z
    return np.concatenate([z, np.zeros(len(np.roots(value(p))) - len(z), z.dtype)])


def _roots(p: Any) -> Any:
    return ROOTS.of(p) if carries(p) else np.roots(p)


def _multiple(z: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Which zeros are no farther from another than their rounding errors."""
    apart = np.abs(z[:, np.newaxis] - z)
    np.fill_diagonal(apart, np.inf)
    nearest = np.min(apart, axis=1, initial=np.inf)
    with np.errstate(invalid="ignore"):
        known = 0.1 * nearest * np.abs(np.polyval(np.polyder(p), z))
    eps = np.finfo(np.result_type(z.dtype, p.dtype)).eps
    return ~(eps * np.polyval(np.abs(p), np.abs(z)) < known)


def _refuse_multiple(multiple: np.ndarray) -> None:
    if np.any(multiple):
        raise DerivativeError(
            "numpy.roots has derivatives for simple zeros, and some of these are multiple, or "
            "nearer to each other than their rounding errors"
        )


def _roots_series(algebra: Algebra, p: Rows) -> Rows:
    """Newton's method, from zeros without derivatives; each step doubles the degree known."""
    first = _roots(p[0])
    _refuse_multiple(_multiple(value(first), value(p[0])))
    z = assemble(algebra, {0: first}, "numpy.roots")
    whole = assemble(algebra, p, "numpy.roots")
    for _ in range(algebra.degree.bit_length()):
        z = z - polyval(whole, z) / polyval(np.polyder(whole), z)
    return coefficients(algebra, z) | {0: first}


def _roots_pull(g: Any, z: Any, p: Any) -> Any:
    """p_bar_k = - sum of z_bar z^(n - k) / p'(z)."""
    multiple = _multiple(value(z), value(p))
    _refuse_multiple(multiple & np.any(all_rows(g) != 0, axis=0))
    slopes = np.where(multiple, 1, polyval(np.polyder(p), z))
    return -np.where(multiple, 0, g) / slopes @ np.vander(z, len(p))


ROOTS = Solving(_roots, _roots_series, (_roots_pull,))


# Fits ------------------------------------------------------------------------------------


def polyfit(
    x: Any,
    y: Any,
    deg: int,
    rcond: float | None = None,
    full: bool = False,
    w: Any = None,
    cov: bool | str = False,
) -> Any:
    """The polynomial that fits best, a least-squares solution; anything may be differentiated."""
    x, y = number(x), number(y)
    w = None if w is None else number(w)
    plain = np.polyfit(value(x), value(y), deg, rcond, full, value(w), cov)
    matrix, right = np.vander(x + 0.0, int(deg) + 1), y + 0.0
    if w is not None:
        matrix = matrix * w[:, np.newaxis]
        right = right * (w if y.ndim == 1 else w[:, np.newaxis])
    if rcond is None:
        rcond = len(x) * np.finfo(matrix.dtype).eps
    scale = np.sqrt(np.sum(np.square(value(matrix)), axis=0))
    scaled = matrix / scale
    if carries(matrix):
        c = np.linalg.lstsq(scaled, right, rcond)[0]
    else:  # linear in the samples, whatever the rank
        c = np.linalg.pinv(scaled, rcond) @ right
    c = np.transpose(np.transpose(c) / scale)
    error = right - matrix @ c
    squares = np.sum(np.real(error * np.conjugate(error)), axis=0)
    if full:
        _, residuals, rank, s, limit = plain
        if residuals.size:
            residuals = with_value(np.reshape(squares, residuals.shape), residuals)
        if carries(matrix):
            lengths = np.sqrt(np.sum(np.square(matrix), axis=0))
            s = with_value(np.linalg.svdvals(matrix / lengths), s)
        return with_value(c, plain[0]), residuals, rank, s, limit
    if not cov:
        return with_value(c, plain)
    base = np.linalg.inv(np.transpose(scaled) @ scaled) / np.outer(scale, scale)
    if y.ndim > 1:
        base = base[..., np.newaxis]
    if cov != "unscaled":
        base = base * (squares / (len(x) - int(deg) - 1))
    return with_value(c, plain[0]), with_value(base, plain[1]) if carries(base) else plain[1]


POLYNOMIALS = (
    #         function     expression
    Composite(np.polyval,  polyval),
    Composite(np.poly,     poly),
    Composite(np.polydiv,  polydiv),
    Composite(np.roots,    roots),
    Composite(np.polyfit,  polyfit),
)  # fmt: skip

dispatch.register(POLYNOMIALS)
enter_deferred(np.polyval, np.poly, np.roots)
enter_deferred(np.polyfit, fixed=(0,))  # which never refuses the samples
