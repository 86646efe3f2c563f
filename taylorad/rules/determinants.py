"""Determinants, also of singular matrices.

Where a matrix is far from singular, Jacobi's formula is the equation,

    D log det A = tr(A^-1 D A),

with Euler's derivation D. A determinant is a polynomial, though, and its derivatives are
finite where there is no inverse, and cancel where there hardly is one. For small matrices
it is therefore computed as one, by minors. For large ones, with the singular vectors of
the value as constants, U^H A V is nearly diagonal, and of it

    det M = det M_11 det(M_22 - M_21 M_11^-1 M_12)

with the small singular values in M_22, whose determinant is computed without divisions.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._numbers import CONDITION, Number, value
from taylorad._tape import Variable, enter_deferred
from taylorad.algebra import Algebra
from taylorad.rules._matrices import (
    Solving,
    adjoint,
    inverse_rows,
    matrix,
    transposed,
    unless,
)
from taylorad.rules._rows import Rows
from taylorad.rules.composite import Composite
from taylorad.rules.operands import constant_like, with_value

__all__ = ["DETERMINANTS"]

SMALL = 3  # by minors as they are
MINORS = 8  # by minors, after turning: of the smallest singular values, that is


# Jacobi's formula ------------------------------------------------------------------------


def _logarithmic(algebra: Algebra, a: Rows) -> Rows:
    """The rows of D log det a; the inverse is needed to one degree less."""
    degrees = algebra.degrees.tolist()
    lower = algebra.truncate(max(algebra.degree - 1, 0))
    y = inverse_rows(lower, {k: a[k] for k in a if k < lower.rows}, la.inv(a[0]))
    total: Rows = {}
    for k in range(1, algebra.rows):
        for i, j in algebra.pairs(k)[:-1]:
            if i in y and j in a:
                term = degrees[j] * np.sum(transposed(y[i]) * a[j], axis=(-2, -1))
                total[k] = total[k] + term if k in total else term
    return total


def _log_series(algebra: Algebra, a: Rows) -> Rows:
    first = _log_determinant(a[0])
    rows = _logarithmic(algebra, {**a, 0: unless(_vanishes(first), a[0])})
    degrees = algebra.degrees.tolist()
    return {0: first, **{k: row / degrees[k] for k, row in rows.items()}}


def _log_pull(g: Any, y: Any, a: Any) -> Any:
    return np.expand_dims(g, (-2, -1)) * transposed(la.inv(unless(_vanishes(y), a)))


def _vanishes(log: Any) -> Any:
    return np.isneginf(np.real(value(log)))


def _log_determinant(a: Any) -> Any:
    """log det a, for a real matrix log |det a|."""
    sign, log = la.slogdet(a)
    return log + 1j * np.angle(sign) if a.dtype.kind == "c" else log


def _series(algebra: Algebra, a: Rows) -> Rows:
    y = {0: la.det(a[0])}
    rows, degrees = _logarithmic(algebra, a), algebra.degrees.tolist()
    for k in range(1, algebra.rows):
        terms = [y[i] * rows[j] for i, j in algebra.pairs(k)[:-1] if i in y and j in rows]
        if terms:
            y[k] = sum(terms[1:], start=terms[0]) / degrees[k]
    return y


def _pull(g: Any, y: Any, a: Any) -> Any:
    return np.expand_dims(g * y, (-2, -1)) * transposed(la.inv(a))


LOG = Solving(_log_determinant, _log_series, (_log_pull,))
REGULAR = Solving(la.det, _series, (_pull,))


def slogdet(a: Any) -> Any:
    """The sign of the determinant, which stands still if it is real, and log |det|."""
    a = matrix(a, la.slogdet)
    values = la.slogdet(value(a))
    log = LOG.of(a)
    if a.dtype.kind == "c":
        phase = np.imag(log)
        sign = with_value(np.exp(1j * phase), values[0])
        log = np.real(log)
    else:
        sign = constant_like([a], np.asarray(values[0]))
    return type(values)(sign, with_value(+log, values[1]))


# Without divisions -----------------------------------------------------------------------


@lru_cache(maxsize=MINORS)
def _expansions(n: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """How the minors of the first m rows are made of those of the first m - 1, for each m.

    For each choice of m columns: the columns, the minors without one of them, the signs.
    """
    steps = []
    known: dict[tuple[int, ...], int] = {(k,): k for k in range(n)}
    for m in range(2, n + 1):
        choices = list(itertools.combinations(range(n), m))
        rest = [[known[c[:p] + c[p + 1 :]] for p in range(m)] for c in choices]
        signs = np.array([(-1) ** (m - 1 - p) for p in range(m)], np.int8)
        steps.append((np.array(choices), np.array(rest), signs))
        known = {c: k for k, c in enumerate(choices)}
    return steps


def by_minors(a: Any) -> Any:
    """Laplace's expansion, each minor once: n 2^(n-1) products, no cancellation but its own."""
    minors = +a[..., 0, :]
    for row, (columns, rest, signs) in enumerate(_expansions(a.shape[-1]), start=1):
        minors = np.sum(a[..., row, columns] * signs * minors[..., rest], axis=-1)
    return minors[..., 0]


def by_products(a: Any) -> Any:
    """Bird's algorithm: n - 1 products of matrices (Inf. Process. Lett. 111, 2011, 1072)."""
    n = a.shape[-1]
    x, sign = a, 1
    for _ in range(n - 1):
        below = np.cumsum(np.diagonal(x, axis1=-2, axis2=-1)[..., ::-1], axis=-1)[..., ::-1]
        below = np.concatenate([below[..., 1:], np.zeros_like(below[..., :1])], axis=-1)
        x = (np.triu(x, 1) - below[..., np.newaxis] * np.eye(n, dtype=below.dtype)) @ a
        sign = -sign
    return sign * x[..., 0, 0]


def _turned(a: Any, plain: Any) -> Any:
    """det a, with the large singular values eliminated and the small ones expanded."""
    n = plain.shape[-1]
    finite = np.all(np.isfinite(plain), axis=(-2, -1), keepdims=True)
    u, s, v = la.svd(np.where(finite, plain, np.eye(n, dtype=plain.dtype)))
    smallest = np.sqrt(np.finfo(s.dtype).eps) * s[..., :1]
    block = max(min(n, MINORS), int(np.max(np.sum(s <= smallest, axis=-1), initial=0)))
    m, rest = adjoint(u) @ a @ adjoint(v), n - block
    corner, factor = m[..., rest:, rest:], la.det(u) * la.det(v)
    if rest:
        first = m[..., :rest, :rest]
        corner = corner - m[..., rest:, :rest] @ la.solve(first, m[..., :rest, rest:])
        factor = factor * REGULAR.of(first)
    return factor * (by_minors(corner) if block <= MINORS else by_products(corner))


def _is_regular(a: Any, plain: Any) -> bool:
    """Whether no derivative loses more digits by the inverse than a first one may."""
    while isinstance(a, Variable):
        a = a.value
    degree = a.algebra.degree if isinstance(a, Number) else 1
    return not np.any(la.cond(plain, 1) > CONDITION ** (1 / max(degree, 1)))


def det(a: Any) -> Any:
    """The determinant, a polynomial of the entries."""
    a = matrix(a, la.det)
    plain = value(a)
    values = np.asarray(la.det(plain))
    n = a.shape[-1]
    if n == 0:
        return constant_like([a], values)
    with np.errstate(all="ignore"):
        if n <= SMALL:
            result = by_minors(a)
        elif _is_regular(a, plain):
            return REGULAR.of(a)
        else:
            result = _turned(a, plain)
    return with_value(result, values)


DETERMINANTS = (
    #         function     expression
    Composite(la.det,      det),
    Composite(la.slogdet,  slogdet),
)  # fmt: skip

dispatch.register(DETERMINANTS)
enter_deferred(la.det)
enter_deferred(la.slogdet, several=True)
