"""Functions that solve linear equations: degree by degree, with one inverse of the value.

    A Y = B      gives  A_0 Y_k = B_k - sum of A_i Y_j over the pairs with i != 0
    L L^H = A    gives  L_0 L_k^H + L_k L_0^H = A_k - sum of L_i L_j^H over the inner pairs

Reverse mode is the adjoint identity of each. All else is an expression of these.
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.algebra import Algebra
from taylorad.rules._matrices import (
    Solving,
    adjoint,
    halved_lower,
    hermitian,
    inverse_powers,
    inverse_rows,
    matrix,
    solve_powers,
    solve_rows,
    sum_of_products,
    transposed,
    unless,
)
from taylorad.rules._rows import Rows, refuse_numbers
from taylorad.rules.composite import Composite
from taylorad.rules.operands import constant_like, number, with_value

__all__ = ["COMPOSITES"]


# Linear equations ------------------------------------------------------------------------


def _solve_series(algebra: Algebra, a: Rows, b: Rows) -> Rows:
    return solve_rows(algebra, a, la.solve(a[0], b[0]), b)


def _solve_left(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -la.solve(transposed(a), g) @ transposed(y)


def _solve_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    return la.solve(transposed(a), g)


def _inverse_series(algebra: Algebra, a: Rows) -> Rows:
    return inverse_rows(algebra, a, la.inv(a[0]))


def _inverse_pull(g: Any, y: Any, a: Any) -> Any:
    y = transposed(y)
    return -(y @ g @ y)


SOLVE = Solving(la.solve, _solve_series, (_solve_left, _solve_right), solve_powers)
INVERSE = Solving(la.inv, _inverse_series, (_inverse_pull,), inverse_powers)


def solve(a: Any, b: Any) -> Any:
    """a^-1 b; a `b` with one axis is a vector, whatever `a` is a stack of."""
    a, b = matrix(a, la.solve), matrix(b, la.solve)
    if b.ndim == 1 and a.ndim > 1:
        return SOLVE.of(a, b[:, np.newaxis])[..., 0]
    return SOLVE.of(a, b)


def inv(a: Any) -> Any:
    """a^-1."""
    return INVERSE.of(matrix(a, la.inv))


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with ``tensordot(a, x, x.ndim) == b``."""
    a, b = matrix(a, la.tensorsolve), matrix(b, la.tensorsolve)
    if axes is not None:
        last = list(axes)
        a = np.moveaxis(a, last, range(a.ndim - len(last), a.ndim))
    shape = a.shape[-(a.ndim - b.ndim) :]
    size = int(np.prod(shape, dtype=int))
    if a.size != size**2:
        raise la.LinAlgError(
            "Input arrays must satisfy the requirement "
            "prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return np.reshape(la.solve(np.reshape(a, (size, size)), np.ravel(b)), shape)


def tensorinv(a: Any, ind: Any = 2) -> Any:
    """The inverse with respect to ``tensordot(a, b, ind)``."""
    a = matrix(a, la.tensorinv)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    size = int(np.prod(a.shape[ind:], dtype=int))
    return np.reshape(la.inv(np.reshape(a, (size, -1))), a.shape[ind:] + a.shape[:ind])


def matrix_power(a: Any, n: Any) -> Any:
    """Products of matrices, by repeated squaring; of the inverse if n is negative."""
    refuse_numbers("numpy.linalg.matrix_power", (n,))
    n = operator.index(n)
    a = number(a) if n >= 0 else matrix(a, la.matrix_power)
    values = la.matrix_power(value(a), n)
    if n == 0:
        return constant_like([a], np.asarray(values))
    if n < 0:
        a, n = la.inv(a), -n
    factors, square = [], a
    while n:
        if n & 1:
            factors.append(square)
        n >>= 1
        if n:
            square = square @ square
    return with_value(+reduce(operator.matmul, factors), values)


# The Cholesky factor ---------------------------------------------------------------------


def _cholesky_series(algebra: Algebra, a: Rows) -> Rows:
    y = {0: la.cholesky(a[0])}
    conjugate = {0: adjoint(y[0])}
    left = la.inv(y[0])
    right = adjoint(left)

    def solved(c: Any) -> Any:
        """The lower triangular y with y_0 y^H + y y_0^H = c."""
        return y[0] @ halved_lower(left @ c @ right)

    for k in range(1, algebra.rows):
        known, c = sum_of_products(algebra, k, y, conjugate), a.get(k)
        if known is not None:
            c = -known if c is None else c - known
        if c is None:
            continue
        row = solved(c)
        half = row @ conjugate[0]
        y[k] = row + solved(c - (half + adjoint(half)))
        conjugate[k] = adjoint(y[k])
    return y


def _cholesky_pull(g: Any, y: Any, a: Any) -> Any:
    # With P = tril(L^H G), diagonal halved, the cotangent is L^-H P L^-1; G is conjugate here.
    inverse = la.inv(y)
    return transposed(inverse) @ halved_lower(transposed(y) @ g) @ np.conjugate(inverse)


CHOLESKY = Solving(la.cholesky, _cholesky_series, (_cholesky_pull,))


def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular L with L L^H = a, or its adjoint; of a, one triangle is read."""
    a = matrix(a, la.cholesky)
    plain = value(a)
    values = la.cholesky(plain, upper=True) if upper else la.cholesky(plain)
    factor = CHOLESKY.of(hermitian(a, lower=not upper))
    return with_value(+adjoint(factor), values) if upper else factor


# Condition numbers -----------------------------------------------------------------------


def cond(x: Any, p: Any = None) -> Any:
    """The norm of a matrix times that of its inverse; infinite if it is singular."""
    x = matrix(x, la.cond)
    refuse_numbers("numpy.linalg.cond", (p,))
    values = la.cond(value(x), p)
    with np.errstate(all="ignore"):
        if p in (None, 2, -2):
            s = la.svd(x, compute_uv=False)
            result = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
        else:
            inverse = la.inv(unless(np.isinf(values), x))
            result = la.norm(x, p, axis=(-2, -1)) * la.norm(inverse, p, axis=(-2, -1))
    return with_value(result, values)


COMPOSITES = (
    #         function           expression
    Composite(la.solve,          solve),
    Composite(la.inv,            inv),
    Composite(la.tensorsolve,    tensorsolve),
    Composite(la.tensorinv,      tensorinv),
    Composite(la.matrix_power,   matrix_power),
    Composite(la.cholesky,       cholesky),
    Composite(la.cond,           cond),
)  # fmt: skip

dispatch.register(COMPOSITES)


def _solve_pulls(a: Any, b: Any) -> Any:
    """The pulls of a call with one matrix."""
    if a.ndim != 2 or b.ndim > 2:
        return None
    if b.ndim == 2:
        return [_solve_left, _solve_right]

    def left(g: Any, y: Any, a: Any, b: Any) -> Any:
        return _solve_left(g[:, np.newaxis], y[:, np.newaxis], a, b)

    def right(g: Any, y: Any, a: Any, b: Any) -> Any:
        return _solve_right(g[:, np.newaxis], y, a, b)[:, 0]

    return [left, right]


enter_deferred(la.solve, make=_solve_pulls, keep="both")
enter_deferred(la.inv, make=lambda a: [_inverse_pull], keep="both")
enter_deferred(la.matrix_power, la.cholesky, la.cond, la.tensorsolve)
