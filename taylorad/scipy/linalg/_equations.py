"""Linear equations, inverses and determinants, with SciPy's ways of saying what the matrix is.

What SciPy is told about a matrix says which of its entries it reads. The others have
derivative zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import linalg as la

from taylorad._numbers import value
from taylorad.dispatch import DerivativeError
from taylorad.rules._matrices import adjoint, transposed
from taylorad.rules._matrices import hermitian as from_triangle
from taylorad.scipy.linalg._module import array, identity_like, rule
from taylorad.scipy.linalg._structured import moved

__all__ = ["triangle"]


def triangle(a: Any, lower: Any) -> Any:
    """One triangle of a matrix, with the diagonal."""
    return np.tril(a) if lower else np.triu(a)


def _symmetric(a: Any, lower: Any) -> Any:
    own = np.tri(a.shape[-1], dtype=bool)
    return np.where(own if lower else own.T, a, transposed(a))


def _band(a: Any, lower: Any) -> Any:
    return np.triu(np.tril(a, 1), -1)


# What SciPy reads of a matrix that it is told to be of this kind.
READ = {
    kind: read
    for kinds, read in (
        (("gen", "general", "banded"), lambda a, lower: a),
        (("sym", "symmetric"), _symmetric),
        (("her", "hermitian", "pos", "positive definite"), from_triangle),
        (("diagonal",), lambda a, lower: np.tril(np.triu(a))),
        (("tridiagonal",), _band),
        (("lower triangular",), lambda a, lower: np.tril(a)),
        (("upper triangular",), lambda a, lower: np.triu(a)),
    )
    for kind in kinds
}


def _read(a: Any, kind: Any, lower: Any) -> Any:
    a = array(a)
    if a.ndim >= 2 and kind is not None:
        return READ[kind](a, lower)
    return a


@rule
def solve(
    a: Any, b: Any, lower: bool = False, assume_a: Any = None, transposed: bool = False
) -> Any:
    """The x with a x = b."""
    a, b = _read(a, assume_a, lower), array(b)
    if a.ndim < 2:
        a = np.reshape(a, (1, 1))
    if transposed:
        a = np.swapaxes(a, -1, -2)
    return la.solve(a, b) if b.ndim else la.solve(a, np.reshape(b, 1))


@rule
def inv(a: Any, assume_a: Any = None, lower: bool = False) -> Any:
    """The inverse of a matrix."""
    return la.inv(_read(a, assume_a, lower))


@rule
def det(a: Any) -> Any:
    """The determinant of a matrix, exact where it is singular."""
    return la.det(array(a))


@rule
def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The x with a x = b, with the triangle of a matrix, or with its transpose or adjoint."""
    a = triangle(array(a), lower)
    if unit_diagonal:
        a = np.where(identity_like(a).astype(bool), 1.0, a)
    which = {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    if which:
        a = transposed(a) if which == 1 else adjoint(a)
    return la.solve(a, array(b))


@rule
def solve_banded(l_and_u: Any, ab: Any, b: Any) -> Any:
    """The x with a x = b, for a matrix given by its diagonals; solved as a full one."""
    (below, above), ab = l_and_u, array(ab)
    n = ab.shape[-1]
    row, column = np.indices((n, n))
    stored = above + row - column
    inside = (stored >= 0) & (stored <= below + above)
    entries = ab[..., np.where(inside, stored, 0), column]
    return la.solve(np.where(inside, entries, 0.0), array(b))


@rule
def solveh_banded(ab: Any, b: Any, lower: bool = False) -> Any:
    """The x with a x = b, for a Hermitian matrix given by its diagonals; solved as a full one."""
    ab = array(ab)
    n, above = ab.shape[-1], ab.shape[-2] - 1
    row, column = np.indices((n, n))
    stored = row - column if lower else above + row - column
    inside = (stored >= 0) & (stored <= above)
    entries = np.where(inside, ab[..., np.where(inside, stored, 0), column], 0.0)
    return la.solve(from_triangle(entries, lower), array(b))


def _of_toeplitz(c_or_cr: Any) -> Any:
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, None)
    c = np.ravel(array(c))
    return moved("toeplitz", c, np.conjugate(c) if r is None else np.ravel(array(r)))


@rule
def solve_toeplitz(c_or_cr: Any, b: Any) -> Any:
    """The x with T x = b, for a Toeplitz matrix; solved as a full one."""
    return la.solve(_of_toeplitz(c_or_cr), array(b))


@rule
def matmul_toeplitz(c_or_cr: Any, x: Any) -> Any:
    """The product of a Toeplitz matrix, as a full one, and a vector or matrix."""
    return _of_toeplitz(c_or_cr) @ array(x)


@rule
def solve_circulant(c: Any, b: Any) -> Any:
    """The x with C x = b, for a circulant matrix; solved as a full one."""
    return la.solve(moved("circulant", array(c)), array(b))


# Least squares ---------------------------------------------------------------------------


@rule
def lstsq(a: Any, b: Any, cond: Any = None) -> Any:
    """The shortest x that makes ``|b - a x|`` least, for a matrix of full rank."""
    a, b = array(a), array(b)
    if a.ndim > 2:
        raise DerivativeError(
            "scipy.linalg.lstsq of a stack of matrices has no derivative rule; write "
            "np.linalg.pinv(a) @ b"
        )
    x, residuals, rank, s = la.lstsq(a, b, rcond=cond)
    if b.ndim == 1 and np.size(residuals):
        residuals = residuals[0]
    return x, residuals, rank, s


@rule
def pinv(a: Any, atol: Any = None, rtol: Any = None, return_rank: bool = False) -> Any:
    """The pseudoinverse, with derivatives along matrices of the same rank."""
    a = array(a)
    s = la.svd(value(a), compute_uv=False).max(axis=-1, initial=0.0)
    if rtol is None:
        rtol = max(a.shape[-2:]) * np.finfo(a.dtype).eps if atol is None else 0.0
    cut = rtol + np.divide(atol or 0.0, s, out=np.zeros_like(s), where=s > 0)
    result = la.pinv(a, rcond=cut)
    return (result, None) if return_rank else result


@rule
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of a matrix or vector."""
    return la.norm(array(a), ord, axis, keepdims)
