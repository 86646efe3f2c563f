"""Factorisations: LU, Cholesky, QR, polar, eigenvalues and singular values.

    P A = L U    gives  L_0^-1 (P A_k - sum of L_i U_j over the inner pairs) U_0^-1 = F,
                 L_k = L_0 tril(F, -1),  U_k = triu(F) U_0

The columns of the factors are determined up to a sign or phase, and LAPACK's drivers differ
in that: the derivatives, of NumPy's choice, are turned into those of SciPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
from numpy import linalg as la

from taylorad._numbers import value
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._matrices import Solving, adjoint, sum_of_products, transposed
from taylorad.rules._matrices import hermitian as from_triangle
from taylorad.rules._rows import Rows
from taylorad.rules.operands import plain
from taylorad.scipy.linalg._equations import triangle
from taylorad.scipy.linalg._functions import root
from taylorad.scipy.linalg._module import array, each, rule, with_complex

# LU --------------------------------------------------------------------------------------


def _exchanges(a: Any) -> np.ndarray:
    """The pivots of the value, as the order of its rows."""
    pivots = each(lambda one: scipy.linalg.lu_factor(one)[1][:, np.newaxis], value(a))[..., 0]
    return _order(pivots, a.shape[-2])


def _order(pivots: Any, size: int) -> np.ndarray:
    """The order of rows that exchanging row i for row ``pivots[i]``, one by one, makes."""
    pivots = np.asarray(pivots)
    order = np.broadcast_to(np.arange(size), (*pivots.shape[:-1], size)).copy()
    for at in np.ndindex(pivots.shape[:-1]):
        for i, j in enumerate(pivots[at]):
            order[at][[i, j]] = order[at][[j, i]]
    return order


def _permuted(a: Any, order: np.ndarray, back: bool = False) -> Any:
    """The rows of matrices in this order, or back from it."""
    order = np.argsort(order, axis=-1) if back else order
    if order.ndim == 1:
        return a[..., order, :]
    batch = np.broadcast_shapes(a.shape[:-2], order.shape[:-1])
    a = np.broadcast_to(a, batch + a.shape[-2:])
    order = np.broadcast_to(order, batch + order.shape[-1:])
    return np.take_along_axis(a, order[..., np.newaxis], axis=-2)


def _unpacked(packed: Any) -> tuple[Any, Any]:
    m, n = packed.shape[-2:]
    left = packed[..., :, : min(m, n)]
    lower = np.tril(left, -1) + np.eye(m, min(m, n), dtype=packed.dtype)
    return lower, np.triu(packed[..., : min(m, n), :])


def _packed(a: Any) -> Any:
    """L without its diagonal of ones and U in one matrix, for a square one."""
    if carries(a):
        return LU.of(a)
    return each(lambda one: scipy.linalg.lu_factor(one)[0], a)


def _lu_series(algebra: Algebra, a: Rows) -> Rows:
    packed = {0: _packed(a[0])}
    order = _exchanges(a[0])
    lower, upper = ({0: x} for x in _unpacked(packed[0]))
    left, right = la.inv(lower[0]), la.inv(upper[0])
    for k in range(1, algebra.rows):
        known, row = sum_of_products(algebra, k, lower, upper), a.get(k)
        if row is not None:
            row = _permuted(row, order)
        if known is not None:
            row = -known if row is None else row - known
        if row is None:
            continue
        f = left @ row @ right
        lower[k], upper[k] = lower[0] @ np.tril(f, -1), np.triu(f) @ upper[0]
        packed[k] = lower[k] + upper[k]
    return packed


def _lu_pull(g: Any, y: Any, a: Any) -> Any:
    lower, upper = _unpacked(y)
    strict = transposed(lower) @ np.tril(g, -1)
    rest = np.triu(g) @ transposed(upper)
    inner = np.tril(strict, -1) + np.triu(rest)
    found = la.inv(transposed(lower)) @ inner @ la.inv(transposed(upper))
    return _permuted(found, _exchanges(a), back=True)


LU = Solving(_packed, _lu_series, (_lu_pull,))


def _decomposed(a: Any) -> tuple[Any, np.ndarray]:
    """The packed factors of any matrix, and the order of rows: beyond the square, solved for."""
    m, n = a.shape[-2:]
    if m == n:
        return _packed(a), _exchanges(a)
    order = _exchanges(a)
    a = _permuted(a, order)
    small = min(m, n)
    packed = _packed(a[..., :small, :small])
    lower, upper = _unpacked(packed)
    if m < n:
        return np.concatenate([packed, la.solve(lower, a[..., :, small:])], axis=-1), order
    below = transposed(la.solve(transposed(upper), transposed(a[..., small:, :])))
    return np.concatenate([packed, below], axis=-2), order


@rule
def lu_factor(a: Any) -> Any:
    """The factors L and U in one matrix, and the pivots."""
    return _decomposed(array(a))[0], None


@rule
def lu_solve(lu_and_piv: Any, b: Any, trans: Any = 0) -> Any:
    """The x with a x = b, by the factors of `lu_factor`, or with the transpose or adjoint."""
    packed, b = array(lu_and_piv[0]), array(b)
    order = _order(plain(lu_and_piv[1]), packed.shape[-1])
    lower, upper = _unpacked(packed)
    vector = b.ndim == 1
    b = b[:, np.newaxis] if vector else b
    if trans == 0:
        x = la.solve(upper, la.solve(lower, _permuted(b, order)))
    else:
        turn = transposed if trans == 1 else adjoint
        x = _permuted(la.solve(turn(lower), la.solve(turn(upper), b)), order, back=True)
    return x[..., 0] if vector else x


@rule
def lu(a: Any, permute_l: bool = False, p_indices: bool = False) -> Any:
    """The factors P, L and U, or L in the order of the matrix and U."""
    packed, order = _decomposed(array(a))
    lower, upper = _unpacked(packed)
    return (_permuted(lower, order, back=True), upper) if permute_l else (None, lower, upper)


# Cholesky --------------------------------------------------------------------------------


@rule
def cholesky(a: Any, lower: bool = False) -> Any:
    """The triangular factor of a positive definite matrix, of which one triangle is read."""
    return la.cholesky(array(a), upper=not lower)


# Older versions of SciPy leave the matrix itself there.
_OTHER_IS_ZERO = scipy.linalg.cho_factor(np.eye(2) + 1.0)[0][1, 0] == 0


@rule
def cho_factor(a: Any, lower: bool = False) -> Any:
    """The factor of `cholesky`, with what SciPy leaves in the other triangle."""
    a = array(a)
    own = np.tri(a.shape[-1], dtype=bool)
    other = 0.0 if _OTHER_IS_ZERO else a
    return np.where(own if lower else own.T, la.cholesky(a, upper=not lower), other), None


@rule
def cho_solve(c_and_lower: Any, b: Any) -> Any:
    """The x with a x = b, by the factor of `cho_factor`."""
    c, lower = c_and_lower
    c, b = triangle(array(c), lower), array(b)
    c = c if lower else adjoint(c)
    return la.solve(adjoint(c), la.solve(c, b))


# Orthogonal factors ----------------------------------------------------------------------


def _turns(found: Any, wanted: Any) -> Any:
    """The factors of modulus 1 that turn the columns of one matrix into those of another."""
    found = value(found)
    inner = np.sum(np.conjugate(found) * wanted, axis=-2)
    size = np.abs(inner)
    return np.where(size > 0, inner / np.where(size > 0, size, 1), 1)


@rule
def qr(a: Any, mode: str = "full", pivoting: bool = False) -> Any:
    """A = Q R; with pivoting, of the columns in the order that SciPy chooses."""
    a = array(a)
    m, n = a.shape[-2:]
    if mode == "raw" or (mode == "full" and m > n):
        raise DerivativeError(
            f"scipy.linalg.qr with mode={mode!r} of a matrix of {m} rows and {n} columns gives "
            "factors that the matrix does not determine; ask for mode='economic' or 'r'"
        )
    found = scipy.linalg.qr(value(a), mode="economic", pivoting=pivoting)
    if pivoting:
        order = np.broadcast_to(found[-1][..., np.newaxis, :], a.shape)
        a = np.take_along_axis(a, order, axis=-1)
    q, r = la.qr(a)
    turns = _turns(q, found[0])
    q, r = q * turns[..., np.newaxis, :], r * np.conjugate(turns)[..., :, np.newaxis]
    if mode == "r":
        if m > n:
            r = np.concatenate([r, np.zeros((*r.shape[:-2], m - n, n))], axis=-2)
        return (r, None) if pivoting else (r,)
    return (q, r, None) if pivoting else (q, r)


@rule
def polar(a: Any, side: str = "right") -> Any:
    """A = U P, or P U, of full rank: P is the square root of A^H A, or of A A^H."""
    a = array(a)
    if side == "right":
        p = root(adjoint(a) @ a)
        return adjoint(la.solve(p, adjoint(a))), p
    p = root(a @ adjoint(a))
    return la.solve(p, a), p


@rule
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """A = U S V^H."""
    a = array(a)
    if not compute_uv:
        return la.svd(a, compute_uv=False)
    found = scipy.linalg.svd(value(a), full_matrices=full_matrices)
    u, s, vh = la.svd(a, full_matrices=full_matrices)
    k = s.shape[-1]
    turns = _turns(u[..., :k], found[0][..., :k])
    u = u[..., :k] * turns[..., np.newaxis, :] if u.shape[-1] == k else u
    return u, s, vh * np.conjugate(turns)[..., :, np.newaxis] if vh.shape[-2] == k else vh


@rule
def svdvals(a: Any) -> Any:
    """The singular values."""
    return la.svd(array(a), compute_uv=False)


# Eigenvalues -----------------------------------------------------------------------------


def _whitened(a: Any, b: Any, lower: bool) -> tuple[Any, Any]:
    """The matrix whose eigenvalues solve a v = b v l, and the adjoint inverse factor of b."""
    a = from_triangle(array(a), lower)
    if b is None:
        return a, None
    factor = la.inv(la.cholesky(from_triangle(array(b), lower)))
    return factor @ a @ adjoint(factor), adjoint(factor)


@rule
def eigh(a: Any, b: Any = None, lower: bool = True, eigvals_only: bool = False,
         subset_by_index: Any = None) -> Any:  # fmt: skip
    """Eigenvalues and vectors of a Hermitian matrix, or of a v = b v l."""
    white, factor = _whitened(a, b, lower)
    chosen = slice(None)
    if subset_by_index is not None:
        chosen = slice(int(subset_by_index[0]), int(subset_by_index[1]) + 1)
    if eigvals_only:
        return la.eigvalsh(white)[..., chosen]
    w, v = la.eigh(white)
    v = v[..., chosen] if factor is None else factor @ v[..., chosen]
    second = None if b is None else plain(b)
    found = scipy.linalg.eigh(plain(a), second, lower=lower, subset_by_index=subset_by_index)
    return w[..., chosen], v * _turns(v, found[1])[..., np.newaxis, :]


@rule
def eigvalsh(a: Any, b: Any = None, lower: bool = True, subset_by_index: Any = None) -> Any:
    """Eigenvalues of a Hermitian matrix, or of a v = b v l."""
    chosen = slice(None)
    if subset_by_index is not None:
        chosen = slice(int(subset_by_index[0]), int(subset_by_index[1]) + 1)
    return la.eigvalsh(_whitened(a, b, lower)[0])[..., chosen]


@rule
def eig(a: Any, b: Any = None, right: bool = True) -> Any:
    """Eigenvalues and right eigenvectors of a matrix, or of a v = b v l with b regular."""
    a = array(a) if b is None else la.solve(array(b), array(a))
    if not right:
        return with_complex(la.eigvals(a))
    if b is not None:
        raise DerivativeError(
            "scipy.linalg.eig with b= has a derivative rule for the eigenvalues alone: call "
            "eigvals(a, b), or eig(np.linalg.solve(b, a)) for its vectors"
        )
    w, v = la.eig(a)
    found = scipy.linalg.eig(value(a))
    return with_complex(w), v * _turns(v, found[1])[..., np.newaxis, :]


@rule
def eigvals(a: Any, b: Any = None) -> Any:
    """Eigenvalues of a matrix, or of a v = b v l with b regular."""
    return with_complex(la.eigvals(array(a) if b is None else la.solve(array(b), array(a))))


__all__: list[str] = []
