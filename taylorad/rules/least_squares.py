"""Least squares and the pseudoinverse.

Both are an expression of products and solutions of well-conditioned equations: with factors
of the value as constants, a matrix A is scaled to one whose value has orthonormal columns
(or rows), and of that the normal equations lose nothing.

    A = C R^-1      gives   A^+ = R (C^H C)^-1 C^H

A pseudoinverse jumps where the rank does, so the derivatives are those along matrices whose
rank is that of the value: Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973) 413.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._matrices import adjoint, matrix, transposed
from taylorad.rules._matrices import hermitian as from_triangle
from taylorad.rules._rows import refuse_numbers
from taylorad.rules.composite import Composite
from taylorad.rules.operands import NO_VALUE, constant_like, given, with_value

__all__ = ["LEAST_SQUARES"]


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The shortest x that makes |b - a x| least, for a matrix of full rank."""
    a, b = matrix(a, la.lstsq), matrix(b, la.lstsq)
    refuse_numbers("numpy.linalg.lstsq", (rcond,))
    x_value, residuals, rank, s_value = la.lstsq(value(a), value(b), rcond)
    m, n = a.shape
    if rank < min(m, n):
        raise DerivativeError(
            f"numpy.linalg.lstsq of a {m}x{n} matrix of rank {rank}: the solution jumps where "
            "the rank changes, so it has no derivatives here; give a matrix of full rank, or "
            "write np.linalg.pinv(a) @ b for derivatives along matrices of this rank"
        )
    right = b[:, np.newaxis] if b.ndim == 1 else b
    x = _solution(a, right)
    if np.size(residuals):
        error = right - a @ x
        squares = np.sum(np.real(error * np.conjugate(error)), axis=0)
        residuals = with_value(squares, residuals)
    else:
        residuals = constant_like([a, b], residuals)
    x = with_value(np.reshape(x, np.shape(x_value)), x_value)
    return x, residuals, rank, _singular_values(a, s_value) if carries(a) else s_value


def _singular_values(a: Any, values: Any) -> Any:
    """The singular values, with nan for derivatives where repeated ones have none.

    They come with every solution, and who wants that alone must not be refused.
    """
    try:
        s = la.svd(a, compute_uv=False)
    except DerivativeError:
        s = values + np.nan * np.sum(np.real(a))
    return with_value(s, values)


def _solution(a: Any, b: Any) -> Any:
    m, n = a.shape
    if m == n:
        return la.solve(a, b)
    if m > n:
        scale = la.inv(la.qr(value(a))[1])
        c = a @ scale
        return scale @ la.solve(adjoint(c) @ c, adjoint(c) @ b)
    scale = la.inv(adjoint(la.qr(adjoint(value(a)))[1]))
    c = scale @ a
    return adjoint(c) @ la.solve(c @ adjoint(c), scale @ b)


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NO_VALUE) -> Any:
    """The pseudoinverse; the rank is that of the value, by NumPy's measure."""
    a = matrix(a, la.pinv)
    refuse_numbers("numpy.linalg.pinv", (rcond, rtol))
    values = la.pinv(value(a), rcond, hermitian, **given(rtol=rtol))
    if values.size == 0:
        return constant_like([a], values)
    if hermitian:
        a = from_triangle(a)
    if rcond is None:
        rcond = 1e-15 if rtol is NO_VALUE else rtol
    if rcond is None:
        rcond = max(a.shape[-2:]) * np.finfo(a.dtype).eps
    s = la.svd(value(a), compute_uv=False)
    cutoff = np.asarray(rcond)[..., np.newaxis] * np.max(s, axis=-1, keepdims=True)
    ranks = np.sum(s > cutoff, axis=-1).ravel()
    if np.all(ranks == ranks[0]):
        result = _of_rank(a, ranks[0])
    else:
        stack = np.reshape(a, (-1, *a.shape[-2:]))
        places = [np.flatnonzero(ranks == rank) for rank in np.unique(ranks)]
        pieces = [_of_rank(stack[place], ranks[place[0]]) for place in places]
        result = np.concatenate(pieces)[np.argsort(np.concatenate(places))]
    return with_value(np.reshape(result, values.shape), values)


def _of_rank(a: Any, rank: int) -> Any:
    """The pseudoinverse of matrices that have this rank and keep it.

    With the first singular vectors U, V and values S of the value as constants, such an A is
    C N^-1 R, with C = A V S^-1, R = S^-1 U^H A and N = R V S^-1; then A^+ = R^+ N C^+.
    """
    u, s, v = la.svd(value(a), full_matrices=False)
    if rank == 0:
        return constant_like([a], np.zeros_like(transposed(value(a))))
    u, s, v = adjoint(u[..., :rank]), s[..., :rank], adjoint(v[..., :rank, :])
    v, u = v / s[..., np.newaxis, :], u / s[..., np.newaxis]
    c, r = a @ v, u @ a
    left = la.solve(adjoint(c) @ c, adjoint(c))
    right = adjoint(la.solve(r @ adjoint(r), r))
    return right @ (r @ v) @ left


LEAST_SQUARES = (
    #         function   expression
    Composite(la.lstsq,  lstsq),
    Composite(la.pinv,   pinv),
)  # fmt: skip

dispatch.register(LEAST_SQUARES)
enter_deferred(la.pinv)
enter_deferred(la.lstsq, several=True, fits=lambda result, a, *rest, **_: result[2] == min(a.shape))
