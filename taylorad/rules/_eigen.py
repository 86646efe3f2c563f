"""Eigenvalues and eigenvectors, of Hermitian and of general matrices: series and pulls.

With A_0 V_0 = V_0 L_0 and B = V_0^-1 A V_0, the columns of V = V_0 X are eigenvectors where

    B X = X L,    (l_j - l_i) X_k = R_k outside of the blocks,    L_k = R_k inside of them,
    R_k = sum of B_a X_b - sum of X_a L_b    over a b = k, a != 1 and, in the second, b != 1,

so that every degree costs products of matrices alone. A block is an eigenvalue of A_0 with
all its copies; most are one number. What X_k is inside of a block is a choice. For Hermitian
matrices it is D V orthogonal to V, V^H D V = 0, along every ray from the expansion point:

    d_k X_k = - sum of d_b X_a^H X_b,    a b = k, a != 1, b != 1.

It keeps V unitary and, for one parameter, is the choice of the pulls. For general matrices
it is X_k = 0, until the vectors are normalised.

Sources: Walter and Lehmann, Algorithmic differentiation of linear algebra functions with
application in optimum experimental design (2010); the pulls are those of Giles (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from taylorad._numbers import value
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, carries
from taylorad.rules._factors import stacked, uses_vectors, vectors
from taylorad.rules._matrices import (
    Solving,
    adjoint,
    division,
    hermitian,
    sum_of_products,
    transposed,
)
from taylorad.rules._repeated import Blocks, blocks_of, largest
from taylorad.rules._rows import Rows

__all__ = ["EIG", "EIGH", "EIGVALS", "EIGVALSH", "unstacked"]


VECTORS = (
    "{0}: the vectors of a repeated value have no derivatives; "
    "{1} gives the values, which have some; pass taylorad.value(x) if none are wanted"
)


def unstacked(both: Any) -> tuple[Any, Any]:
    """Eigenvalues and vectors."""
    return both[..., 0, :], vectors(both, 1, both.shape[-2] - 1)


def _blocks_and_vectors(
    algebra: Algebra, b: Rows, values: Any, blocks: Blocks, unitary: bool
) -> tuple[Rows, Rows]:
    """The X and the block-diagonal L of B X = X L, from row 1 on."""
    degrees = algebra.degrees.tolist()
    divided = blocks.reciprocals(values[..., np.newaxis, :] - values[..., :, np.newaxis])
    x: Rows = {}
    lam: Rows = {}
    xh: Rows = {}
    dx: Rows = {}
    sizes: tuple[Rows, Rows, Rows] = {k: largest(row) for k, row in b.items()}, {}, {}
    for k in range(1, algebra.rows):
        gained, lost = sum_of_products(algebra, k, b, x), sum_of_products(algebra, k, x, lam)
        terms = [b.get(k), gained, None if lost is None else -lost]
        present = [term for term in terms if term is not None]
        if not present:
            continue
        r = sum(present[1:], present[0])
        if blocks.repeated:
            lam[k] = blocks.settled(k, r, _size(algebra, k, *sizes))
        else:
            lam[k] = blocks.inside(r)
        x[k] = r * divided
        turned = sum_of_products(algebra, k, xh, dx) if unitary else None
        if turned is not None:
            x[k] = x[k] - blocks.inside(turned) / degrees[k]
        if unitary:
            xh[k], dx[k] = adjoint(x[k]), degrees[k] * x[k]
        if blocks.repeated:
            sizes[1][k], sizes[2][k] = largest(x[k]), largest(lam[k])
    return x, lam


def _size(algebra: Algebra, k: int, b: Rows, x: Rows, lam: Rows) -> Any:
    """The size of the terms of row `k`, of which rounding errors are a fraction."""
    size = b.get(k, 0.0)
    for i, j in algebra.pairs(k)[1:-1]:
        size = size + (b.get(i, 0.0) + lam.get(i, 0.0)) * x.get(j, 0.0)
    return np.asarray(size)


def _diagonals(rows: Rows) -> Rows:
    return {k: np.diagonal(row, axis1=-2, axis2=-1) for k, row in rows.items()}


def _with_vectors(both: Any, v: Any, x: Rows, lam: Rows, blocks: Blocks, names: Any) -> Rows:
    """The rows of eigenvalues and vectors, in one array each."""
    if blocks.broken:
        raise DerivativeError(VECTORS.format(*names))
    values = _diagonals(lam)
    return {0: both} | {k: stacked(values[k], v @ x[k]) for k in x}


def _check(blocks: Blocks, g: Any, turns: Any, names: tuple[str, str]) -> None:
    """Raise if something depends on what has no derivatives."""
    if not blocks.repeated:
        return
    blocks.demand_symmetric(g[..., 0, :], names[0])
    if uses_vectors(g) and not (
        blocks.absent(turns) and blocks.unused(g[..., 0, :], blocks.several)
    ):
        raise DerivativeError(VECTORS.format(*names))


# --- Hermitian matrices ------------------------------------------------------------------


def _eigh_of(triangle: Literal["L", "U"]) -> Solving:
    """By the triangle that LAPACK reads, on which signs and phases of the vectors depend."""

    def plain(a: Any) -> Any:
        return solving.of(a) if carries(a) else stacked(*np.linalg.eigh(a, triangle))

    def series(algebra: Algebra, a: Rows) -> Rows:
        both, v, x, lam, blocks = _hermitian_blocks(algebra, a, plain)
        names = "numpy.linalg.eigh", "numpy.linalg.eigvalsh"
        return _with_vectors(both, v, x, lam, blocks, names)

    solving = Solving(plain, series, (_eigh_pull,))
    return solving


def _eigvalsh(a: Any) -> Any:
    return EIGVALSH.of(a) if carries(a) else np.linalg.eigvalsh(a)


def _hermitian_blocks(
    algebra: Algebra, a: Rows, eigh: Callable[[Any], Any]
) -> tuple[Any, Any, Rows, Rows, Blocks]:
    both = eigh(a[0])
    w, v = unstacked(both)
    w = np.real(w)
    vh = adjoint(v)
    b = {k: vh @ row @ v for k, row in a.items() if k}
    blocks = blocks_of(value(w))
    x, lam = _blocks_and_vectors(algebra, b, w, blocks, unitary=True)
    return both, v, x, lam, blocks


def _eigvalsh_series(algebra: Algebra, a: Rows) -> Rows:
    _, _, _, lam, blocks = _hermitian_blocks(algebra, a, EIGH["L"].function)
    first = _eigvalsh(a[0])
    if not blocks.broken:
        return {0: first} | {k: np.real(row) for k, row in _diagonals(lam).items()}
    name = "numpy.linalg.eigvalsh"
    return blocks.split(algebra, first, lam, _eigvalsh_of_block, name, hermitian=True)


def _eigvalsh_of_block(algebra: Algebra, rows: Rows) -> Rows:
    rows = {k: hermitian((row + adjoint(row)) / 2) for k, row in rows.items()}
    return EIGVALSH.series(algebra, rows)


def _eigh_pull(g: Any, both: Any, a: Any) -> Any:
    """A_bar = V* (w_bar + F o V^T V_bar) V^T, with F_ij = 1/(w_j - w_i), 0 inside of a block."""
    (w, v), (gw, gv) = unstacked(both), (g[..., 0, :], g[..., 1:-1, :])
    w = np.real(w)
    blocks = blocks_of(value(w))
    turns = transposed(v) @ gv
    _check(blocks, g, turns, ("numpy.linalg.eigh", "numpy.linalg.eigvalsh"))
    inner = turns * blocks.reciprocals(w[..., np.newaxis, :] - w[..., :, np.newaxis])
    inner = inner + _diagonal(np.real(gw))
    return np.conjugate(v) @ inner @ transposed(v)


def _eigvalsh_pull(g: Any, w: Any, a: Any) -> Any:
    """A_bar = V* w_bar V^T."""
    w, v = unstacked(EIGH["L"].of(a))
    blocks = blocks_of(value(np.real(w)))
    if blocks.repeated:
        blocks.demand_symmetric(g, "numpy.linalg.eigvalsh")
    return (np.conjugate(v) * g[..., np.newaxis, :]) @ transposed(v)


def _diagonal(x: Any) -> Any:
    return x[..., np.newaxis, :] * np.eye(x.shape[-1], dtype=x.dtype)


# --- General matrices --------------------------------------------------------------------


def _eig(a: Any) -> Any:
    return EIG.of(a) if carries(a) else stacked(*np.linalg.eig(a))


def _eigvals(a: Any) -> Any:
    return EIGVALS.of(a) if carries(a) else np.linalg.eigvals(a)


def _in_order(both: Any, values: Any) -> Any:
    """Eigenvalues and vectors in the order of the eigenvalues alone, which may be another."""
    wanted = value(values)
    distances = np.abs(wanted[..., :, np.newaxis] - value(both)[..., 0, np.newaxis, :])
    places = np.zeros(wanted.shape, int)
    for i in range(wanted.shape[-1]):
        places[..., i] = np.argmin(distances[..., i, :], axis=-1)
        np.put_along_axis(distances, places[..., i, np.newaxis, np.newaxis], np.inf, axis=-1)
    if np.array_equal(places, np.broadcast_to(np.arange(wanted.shape[-1]), places.shape)):
        return both
    return np.take_along_axis(both, places[..., np.newaxis, :], axis=-1)


def _general_blocks(
    algebra: Algebra, a: Rows, name: str, ordered: Any = None
) -> tuple[Any, Any, Rows, Rows, Blocks]:
    both = _eig(a[0]) if ordered is None else _in_order(_eig(a[0]), ordered)
    w, v = unstacked(both)
    blocks = _blocks(w, v, name)
    divide = division(v)
    b = {k: divide(row @ v) for k, row in a.items() if k}
    x, lam = _blocks_and_vectors(algebra, b, w, blocks, unitary=False)
    return both, v, x, lam, blocks


def _blocks(w: Any, v: Any, name: str) -> Blocks:
    """Which eigenvalues are repeated; where their vectors span no space of them, raise."""
    vectors = value(v)
    if not vectors.size:
        return blocks_of(value(w))
    limit = 1 / np.finfo(vectors.dtype).eps
    condition = np.minimum(np.linalg.cond(vectors), limit)
    blocks = blocks_of(value(w), condition)
    if np.any(blocks.several.any(axis=-1) & ~(condition < limit**0.5)):
        raise DerivativeError(
            f"{name}: the matrix is defective, it has too few eigenvectors; "
            "its eigenvalues move like roots and have no derivatives"
        )
    return blocks


def _eig_series(algebra: Algebra, a: Rows) -> Rows:
    both, v, x, lam, blocks = _general_blocks(algebra, a, "numpy.linalg.eig")
    names = "numpy.linalg.eig", "numpy.linalg.eigvals"
    return _with_vectors(both, v, x, lam, blocks, names)


def _eigvals_series(algebra: Algebra, a: Rows) -> Rows:
    name = "numpy.linalg.eigvals"
    first = _eigvals(a[0])
    _, _, _, lam, blocks = _general_blocks(algebra, a, name, first)
    if not blocks.broken:
        return {0: first} | _diagonals(lam)
    return blocks.split(algebra, first, lam, EIGVALS.series, name)


def _eig_pull(g: Any, both: Any, a: Any) -> Any:
    """A_bar = V^-T (w_bar + F o V^T V_bar) V^T."""
    (w, v), (gw, gv) = unstacked(both), (g[..., 0, :], g[..., 1:-1, :])
    blocks = _blocks(w, v, "numpy.linalg.eig")
    turns = transposed(v) @ gv
    _check(blocks, g, turns, ("numpy.linalg.eig", "numpy.linalg.eigvals"))
    inner = turns * blocks.reciprocals(w[..., np.newaxis, :] - w[..., :, np.newaxis])
    return division(transposed(v))((inner + _diagonal(gw)) @ transposed(v))


def _eigvals_pull(g: Any, w: Any, a: Any) -> Any:
    """A_bar = V^-T w_bar V^T."""
    both = _in_order(_eig(a), w)
    return _eig_pull(stacked(g, np.zeros_like(value(both[..., 1:-1, :]))), both, a)


EIGH = {"L": _eigh_of("L"), "U": _eigh_of("U")}
EIGVALSH = Solving(_eigvalsh, _eigvalsh_series, (_eigvalsh_pull,))
EIG = Solving(_eig, _eig_series, (_eig_pull,))
EIGVALS = Solving(_eigvals, _eigvals_series, (_eigvals_pull,))
