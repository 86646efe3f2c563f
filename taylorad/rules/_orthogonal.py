"""The QR decomposition and singular values and vectors: series and pulls.

QR, of a matrix with at least as many rows as columns, of full rank. With the sums over
a b = k, a != 1, b != 1,

    F = A_k - sum of Q_a R_b = Q_0 R_k + Q_k R_0,    S = - sum of Q_a^H Q_b,
    W = F R_0^-1,   H = Q_0^H W,   X = Q_0^H Q_k:    X + X^H = S,   H - X upper triangular
    with a real diagonal, so X is H below the diagonal and i Im H + S / 2 on it;
    R_k = (H - X) R_0,    Q_k = Q_0 X + (W - Q_0 H).

Source: Walter and Lehmann, On evaluating higher-order derivatives of the QR decomposition of
tall matrices with full column rank in forward and reverse mode algorithmic differentiation,
Optimization Methods and Software 27 (2012).

Singular values: A V = U S and A^H U = V S. With U = U_0 X + Z where Z is orthogonal to U_0,
V = V_0 Y + T likewise, B = U_0^H A V_0 and E, G what A V_0 and A^H U_0 are besides U_0 B and
V_0 B^H (one of T and Z is empty),

    S Y_k - X_k S - S_k = P = sum of X_a S_b - sum of B_a Y_b   - sum of G_a^H T_b
    S X_k - Y_k S - S_k = N = sum of Y_a S_b - sum of B_a^H X_b - sum of E_a^H Z_b
    Z_k S = sum of E_a Y_b - sum of Z_a S_b,    T_k S = sum of G_a X_b - sum of T_a S_b.

V^H D V = 0 on the diagonal; U then has the phase that keeps S real. The pulls are those of
Townsend, Differentiating the singular value decomposition (2016), and, for the phases,
Wan and Zhang, Automatic differentiation for complex valued SVD (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from taylorad._numbers import value
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._eigen import EIGVALSH
from taylorad.rules._factors import stacked, uses_vectors, vectors
from taylorad.rules._matrices import Solving, adjoint, division, sum_of_products, transposed
from taylorad.rules._repeated import all_rows, blocks_of
from taylorad.rules._rows import Rows

__all__ = ["QR", "SVD", "SVDVALS", "split_qr", "split_svd"]


def _diagonal(x: Any) -> Any:
    """The diagonal of matrices, as matrices; nothing of a sum without terms."""
    return np.where(np.eye(x.shape[-1], dtype=bool), x, 0) if np.ndim(x) else 0


def _outside(q: Any, x: Any) -> Any:
    """What of the columns of `x` is orthogonal to those of `q`."""
    return x - q @ (adjoint(q) @ x)


# --- QR ----------------------------------------------------------------------------------


def _qr(a: Any) -> Any:
    return QR.of(a) if carries(a) else stacked(*np.linalg.qr(a))


def split_qr(both: Any) -> tuple[Any, Any]:
    """Q and R, of Q on top of R."""
    m = both.shape[-2] - 1 - both.shape[-1]
    return both[..., :m, :], both[..., m:-1, :]


def _refuse_deficient(r: Any) -> None:
    sizes = np.abs(np.diagonal(value(r), axis1=-2, axis2=-1))
    lengths = np.max(np.abs(value(r)), axis=-2, initial=0.0)
    if np.any(sizes <= 4 * r.shape[-1] * np.finfo(sizes.dtype).eps * lengths):
        raise DerivativeError(
            "numpy.linalg.qr has derivatives where the first min(m, n) columns are independent, "
            "and here they are not"
        )


def _qr_series(algebra: Algebra, a: Rows) -> Rows:
    both = _qr(a[0])
    q0, r0 = split_qr(both)
    _refuse_deficient(r0)
    q0h, divide = adjoint(q0), division(transposed(r0))
    tall = q0.shape[-2] > q0.shape[-1]
    q: Rows = {}
    r: Rows = {}
    qh: Rows = {}
    rows = {0: both}
    for k in range(1, algebra.rows):
        known, gram = sum_of_products(algebra, k, q, r), sum_of_products(algebra, k, qh, q)
        if k not in a and known is None and gram is None:
            continue
        f = a[k] if known is None else a[k] - known if k in a else -known
        w = transposed(divide(transposed(f)))
        h = q0h @ w
        below = np.tril(h, -1)
        x = below - adjoint(below)
        if h.dtype.kind == "c":
            x = x + _diagonal(1j * np.imag(h))
        if gram is not None:
            x = x - np.triu(gram, 1) - _diagonal(np.real(gram) / 2)
        q[k] = q0 @ x + _outside(q0, w) if tall else q0 @ x
        r[k] = np.triu((h - x) @ r0)
        qh[k] = adjoint(q[k])
        rows[k] = stacked(q[k], r[k])
    return rows


def _qr_pull(g: Any, both: Any, a: Any) -> Any:
    """A_bar = (Q* H_bar + Q_bar) R^-T, with M = R_bar R^T - Q^T Q_bar and
    H_bar = M above the diagonal, its adjoint below it and Re M on it."""
    (q, r), (gq, gr) = split_qr(both), split_qr(g)
    _refuse_deficient(r)
    m = gr @ transposed(r) - transposed(q) @ gq
    above = np.triu(m, 1)
    w = np.conjugate(q) @ (above + adjoint(above) + _diagonal(np.real(m))) + gq
    return transposed(division(r)(transposed(w)))


# --- Singular values ---------------------------------------------------------------------


def _svd(a: Any) -> Any:
    if carries(a):
        return SVD.of(a)
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return stacked(u, s, adjoint(vh))


def _svdvals(a: Any) -> Any:
    return SVDVALS.of(a) if carries(a) else np.linalg.svdvals(a)


def split_svd(both: Any, m: int) -> tuple[Any, Any, Any]:
    """U, the singular values and V, one below the other."""
    return vectors(both, 0, m), both[..., m, :], vectors(both, m + 1, both.shape[-2] - 1)


def _zeros(s: np.ndarray, a: Any) -> np.ndarray:
    """Where singular values are zero but for rounding."""
    largest = np.max(s, axis=-1, keepdims=True, initial=0.0)
    return s <= max(a.shape[-2:]) * np.finfo(s.dtype).eps * largest


VECTORS = (
    "numpy.linalg.svd: the vectors of a singular value that is {} have no derivatives; "
    "numpy.linalg.svdvals gives the values, which have some; pass taylorad.value(x) if none are "
    "wanted"
)


class _Columns:
    """What the columns of U and V are divided by, and which of them that leaves undetermined.

    `left` and `right` are s_i and s_j over s_j^2 - s_i^2, without squares that underflow.
    """

    def __init__(self, s: Any, a: Any) -> None:
        self.zero = _zeros(value(s), a)
        self.blocks = blocks_of(value(s))
        left, right = s[..., :, np.newaxis], s[..., np.newaxis, :]
        gaps = self.blocks.reciprocals(right - left)
        both = np.where(self.blocks.same, 1, left + right)
        self.left, self.right = left / both * gaps, right / both * gaps
        self.inverse = np.where(self.zero, 0, 1 / np.where(self.zero, 1, s))[..., np.newaxis, :]

    def refuse(self) -> None:
        """Raise if not all vectors have derivatives."""
        if np.any(self.zero):
            raise DerivativeError(VECTORS.format("zero"))
        if self.blocks.repeated:
            raise DerivativeError(VECTORS.format("repeated"))

    def check(self, gs: Any, c: Any, d: Any, g: Any, vectors: bool) -> None:
        """Raise if a cotangent asks for derivatives that do not exist."""
        blocks, zero = self.blocks, self.zero
        if blocks.repeated:
            blocks.demand_symmetric(np.where(zero, 0, gs), "numpy.linalg.svd")
        if not vectors:
            return
        if np.any(np.any(all_rows(g), axis=(0, -2))[zero]) or not blocks.unused(gs, zero):
            raise DerivativeError(VECTORS.format("zero"))
        if not (blocks.absent(c) and blocks.absent(d) and blocks.unused(gs, blocks.several)):
            raise DerivativeError(VECTORS.format("repeated"))


class _Side:
    """U or V by row: what is in the space of its first columns, X, and what is not, Z.

    Parameters
    ----------
    algebra : Algebra
        What the rows are over.
    first : array
        U_0 or V_0.
    leak : dict
        Of A V_0 or A^H U_0, what is not in that space.
    """

    def __init__(self, algebra: Algebra, first: Any, leak: Rows) -> None:
        self.algebra, self.first, self.leak = algebra, first, leak
        self.inside: Rows = {}
        self.outside: Rows = {}
        self._adjoints: tuple[Rows, Rows] = ({}, {})
        self._leak_adjoint = {k: adjoint(row) for k, row in leak.items()}

    def _sum(self, k: int, *pairs: tuple[Rows, Rows]) -> Any:
        terms = [sum_of_products(self.algebra, k, u, v) for u, v in pairs]
        return sum((term for term in terms if term is not None), 0)

    def defect(self, k: int, other: _Side, b: Rows, s: Rows) -> Any:
        """X S - B Y - G^H T of lower degrees, for this X and the Y, G and T of the other."""
        return (
            self._sum(k, (self.inside, s))
            - b.get(k, 0)
            - self._sum(k, (b, other.inside), (other._leak_adjoint, other.outside))
        )

    def gram(self, k: int, weights: Sequence[int]) -> Any:
        """Sum of w_b (X_a^H X_b + Z_a^H Z_b), of lower degrees."""
        pairs = zip(self._adjoints, (self.inside, self.outside), strict=True)
        return self._sum(
            k, *((one, {j: weights[j] * row for j, row in two.items()}) for one, two in pairs)
        )

    def settle(self, k: int, inside: Any, other: _Side, s: Rows, inverse: Any) -> None:
        """Take row k of X, before that of the other side, and find that of Z."""
        if self.leak:
            z = self.leak.get(k, 0) + self._sum(k, (self.leak, other.inside))
            z = (z - self._sum(k, (self.outside, s))) * inverse
            self.outside[k], self._adjoints[1][k] = z, adjoint(z)
        self.inside[k], self._adjoints[0][k] = inside, adjoint(inside)

    def row(self, k: int) -> Any:
        return self.first @ self.inside[k] + self.outside.get(k, 0)


def _series(algebra: Algebra, a: Rows) -> tuple[Any, _Side, Rows, _Side, _Columns]:
    """U, S and V by row; the columns of vectors that have no derivatives mean nothing."""
    both, (m, n) = _svd(a[0]), a[0].shape[-2:]
    u0, s0, v0 = split_svd(both, m)
    s0 = np.real(s0)
    size = s0.shape[-1]
    columns = _Columns(s0, a[0])
    moving = {k: row for k, row in a.items() if k}
    b = {k: adjoint(u0) @ row @ v0 for k, row in moving.items()}
    bh = {k: adjoint(row) for k, row in b.items()}
    tall, wide = m > size, n > size
    u = _Side(algebra, u0, {k: _outside(u0, row @ v0) for k, row in moving.items() if tall})
    v = _Side(
        algebra, v0, {k: _outside(v0, adjoint(row) @ u0) for k, row in moving.items() if wide}
    )
    degrees, ones = algebra.degrees.tolist(), [1] * algebra.rows
    s: Rows = {}
    for k in range(1, algebra.rows):
        p, q = u.defect(k, v, b, s), v.defect(k, u, bh, s)
        if not np.ndim(p):
            continue
        turned = v.gram(k, degrees) / degrees[k]
        shrunk = np.real(u.gram(k, ones)) / 2
        x = -(columns.left * q + columns.right * p) - _diagonal(shrunk)
        y = -(columns.left * p + columns.right * q) - _diagonal(turned)
        if p.dtype.kind == "c":  # the phase of U that keeps S real
            x = x - _diagonal(1j * np.imag(turned + p * columns.inverse))
        u.settle(k, x, v, s, columns.inverse)
        v.settle(k, y, u, s, columns.inverse)
        s[k] = _diagonal(np.where(columns.zero[..., np.newaxis, :], 0, np.real(p + q) / -2))
    return both, u, s, v, columns


def _svd_series(algebra: Algebra, a: Rows) -> Rows:
    both, u, s, v, columns = _series(algebra, a)
    if s:
        columns.refuse()
    values = {k: np.diagonal(row, axis1=-2, axis2=-1) for k, row in s.items()}
    return {0: both} | {k: stacked(u.row(k), values[k], v.row(k)) for k in s}


def _svdvals_series(algebra: Algebra, a: Rows) -> Rows:
    _, _, s, _, columns = _series(algebra, a)
    first = _svdvals(a[0])
    values = {k: np.diagonal(row, axis1=-2, axis2=-1) for k, row in s.items()}
    if np.any(columns.blocks.inside(~columns.zero[..., np.newaxis, :]).sum(axis=-1) > 1):
        # The singular values are the largest eigenvalues of [[0, A], [A^H, 0]].
        whole = EIGVALSH.series(algebra, {k: _symmetric(row) for k, row in a.items()})
        size = first.shape[-1]
        values = {
            k: np.where(columns.zero, 0, row[..., ::-1][..., :size])
            for k, row in whole.items() if k
        }  # fmt: skip
    return {0: first} | values


def _symmetric(a: Any) -> Any:
    m, n = a.shape[-2:]
    upper = np.concatenate([np.zeros((*a.shape[:-2], m, m), a.dtype), a], axis=-1)
    lower = np.concatenate([adjoint(a), np.zeros((*a.shape[:-2], n, n), a.dtype)], axis=-1)
    return np.concatenate([upper, lower], axis=-2)


def _svd_pull(g: Any, both: Any, a: Any) -> Any:
    """A_bar = U* (S_bar + N + i Im C / S on the diagonal) V^T + what is outside of U and V.

    N_ij = (s_j (C - C^H) + s_i (D - D^H))_ij / (s_j^2 - s_i^2), C = U^T U_bar, D = V^T V_bar.
    """
    m, n = a.shape[-2:]
    u, s, v = split_svd(both, m)
    gu, gs, gv = g[..., :m, :], g[..., m, :], g[..., m + 1 : -1, :]
    s = np.real(s)
    columns = _Columns(s, a)
    uc, vt = np.conjugate(u), transposed(v)
    c, d = transposed(u) @ gu, vt @ gv
    columns.check(gs, c, d, np.concatenate([gu, gv], axis=-2), uses_vectors(g))
    inner = columns.right * (c - adjoint(c)) + columns.left * (d - adjoint(d))
    inner = inner + _diagonal(np.where(columns.zero, 0, np.real(gs))[..., np.newaxis, :])
    if c.dtype.kind == "c":
        inner = inner + _diagonal(1j * np.imag(c) * columns.inverse)
    result = uc @ inner @ vt
    if m > s.shape[-1]:
        result = result + ((gu - uc @ c) * columns.inverse) @ vt
    if n > s.shape[-1]:
        result = result + uc @ adjoint((gv - np.conjugate(v) @ d) * columns.inverse)
    return result


def _svdvals_pull(g: Any, s: Any, a: Any) -> Any:
    """A_bar = U* S_bar V^T, without the values that are zero."""
    u, s, v = split_svd(_svd(a), a.shape[-2])
    zero = _zeros(value(np.real(s)), a)
    blocks = blocks_of(value(np.real(s)))
    g = np.where(zero, 0, g)
    if blocks.repeated:
        blocks.demand_symmetric(g, "numpy.linalg.svdvals")
    return (np.conjugate(u) * g[..., np.newaxis, :]) @ transposed(v)


#                  function   series            pulls
QR      = Solving(  _qr,       _qr_series,       (_qr_pull,))
SVD     = Solving(  _svd,      _svd_series,      (_svd_pull,))
SVDVALS = Solving(  _svdvals,  _svdvals_series,  (_svdvals_pull,))
