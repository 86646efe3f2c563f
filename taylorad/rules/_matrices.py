"""What the rules that solve and factor matrices share.

An equation F(A, Y) = 0 between matrices is solved degree by degree: row k of Y enters
linearly, through a linear equation whose matrix is made of the values alone, and all other
terms are products of rows of lower degree. So there is one factorisation, of the value,
and what follows are products of matrices. Source: Griewank and Walther, Evaluating
Derivatives, 2nd ed. (SIAM 2008), section 13.3; the pulls are those of Giles, Collected
matrix derivative results for forward and reverse mode algorithmic differentiation (2008).

Rows come as dicts that leave out what is zero, as in `taylorad.rules._rows`, and may be
Variables: everything is written in NumPy functions. Matrices are in the last two axes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from taylorad import _matrices as kernels
from taylorad import dispatch
from taylorad._numbers import Number, common, make, value
from taylorad._tape import record
from taylorad.algebra import Algebra
from taylorad.dispatch import DerivativeError, Reverse, carries
from taylorad.rules._rows import Rows, assemble, coefficients, describe
from taylorad.rules.operands import number
from taylorad.rules.recording import values_of

__all__ = [
    "Solving",
    "adjoint",
    "division",
    "halved_lower",
    "hermitian",
    "inverse_powers",
    "inverse_rows",
    "matrix",
    "solve_powers",
    "solve_rows",
    "sum_of_products",
    "transposed",
    "unless",
]


def matrix(operand: Any, function: Callable[..., Any]) -> Any:
    """The operand of a function of `numpy.linalg`, which knows no exact objects."""
    operand = number(operand)
    if not carries(operand):
        operand = np.asarray(operand)
    if operand.dtype == object:
        raise DerivativeError(
            f"{describe(function)} works on floating and complex matrices, not on objects; "
            "convert them with x.astype(float)"
        )
    return operand


def transposed(a: Any) -> Any:
    """The transpose of every matrix."""
    return np.swapaxes(a, -1, -2)


def adjoint(a: Any) -> Any:
    """The conjugate transpose of every matrix."""
    return np.conjugate(transposed(a)) if a.dtype.kind == "c" else transposed(a)


@lru_cache(maxsize=64)
def _halved_triangle(n: int, dtype: np.dtype[Any]) -> np.ndarray:
    weights = np.tri(n, dtype=dtype) - np.eye(n, dtype=dtype) / 2
    weights.flags.writeable = False
    return weights


def halved_lower(a: Any) -> Any:
    """The lower triangle with half of the diagonal: X = P + P^H for Hermitian X and P of it."""
    return a * _halved_triangle(a.shape[-1], np.empty(0, a.dtype).real.dtype)


def hermitian(a: Any, lower: bool = True) -> Any:
    """The Hermitian matrix of which NumPy reads one triangle, and of the diagonal the real part.

    A function of Hermitian matrices is, to NumPy, a function of that triangle, and so are
    its derivatives: those with respect to the other triangle are zero.
    """
    n = a.shape[-1]
    own = np.tri(n, dtype=bool) if lower else np.tri(n, dtype=bool).T
    whole = np.where(own, a, adjoint(a))
    return np.where(np.eye(n, dtype=bool), np.real(a), whole) if a.dtype.kind == "c" else whole


# Up to this size a call costs as much as what it computes, and sums of products are made as
# one product of longer matrices, [u_0 ... u_k] [v_k; ...; v_0]; larger ones BLAS multiplies
# as fast one by one.
JOINED = 64


def sum_of_products(algebra: Algebra, k: int, u: Rows, v: Rows) -> Any:
    """Sum of u_i @ v_j over the pairs of row `k` that both have; None if there is none.

    Rows that are not solved for yet are not there: with row k of v missing this is the
    part of (u v)_k that is known.
    """
    pairs = [(u[i], v[j]) for i, j in algebra.pairs(k) if i in u and j in v]
    if not pairs:
        return None
    if len(pairs) > 2 and all(map(_is_small, pairs[0])):
        left, right = zip(*pairs, strict=True)
        return np.concatenate(left, axis=-1) @ np.concatenate(right, axis=-2)
    return reduce(operator.add, (one @ other for one, other in pairs))


def _is_small(a: Any) -> bool:
    return isinstance(a, np.ndarray) and max(a.shape[-2:]) <= JOINED


# More columns, or matrices beyond IN_CACHE, are faster multiplied by an inverse, as BLAS does.
_FEW_COLUMNS = 16


def division(a: Any, like: Any = None) -> Callable[[Any], Any]:
    """The function x -> a^-1 x, for many x, the results of which are like this one.

    One factorisation of the matrix, then two triangular systems for each column. Where that
    is slower, one inverse, then products: one step of refinement makes the product with an
    inverse as accurate as a solution by elimination (Higham, Accuracy and Stability of
    Numerical Algorithms, section 12.1).
    """
    if like is not None and are_eliminated(a, like):
        factors = kernels.Factors(a)
        if factors.regular:
            return lambda x: factors.solve(np.array(np.broadcast_to(x, like.shape)))
    inverse = np.linalg.inv(a)
    if not np.all(np.isfinite(value(inverse))):  # of tiny matrices, say
        return lambda x: np.linalg.solve(a, x)

    def divide(x: Any) -> Any:
        y = inverse @ x
        return y + inverse @ (x - a @ y)

    return divide


def are_eliminated(a: Any, x: Any) -> bool:
    """Whether to solve for results like x by the factors of `a`."""
    if not (type(a) is type(x) is np.ndarray and a.dtype == x.dtype == np.float64):
        return False
    fit = a.shape[:-2] == x.shape[:-2] and 0 < a.shape[-1] <= kernels.IN_CACHE
    return fit and x.shape[-1] <= _FEW_COLUMNS


def solve_rows(algebra: Algebra, a: Rows, first: Any, b: Rows) -> Rows:
    """The rows of y in a y = b, of which row 0 is `first`."""
    y = {0: first}
    if len(a) == 1:  # a constant: all rows are independent
        rows = [k for k in b if k]
        if rows:
            found = np.linalg.solve(a[0], np.concatenate([b[k] for k in rows], axis=-1))
            y |= zip(rows, np.split(found, len(rows), axis=-1), strict=True)
        return y
    divide = division(a[0], first)
    for k in range(1, algebra.rows):
        known, right = sum_of_products(algebra, k, a, y), b.get(k)
        if known is not None:
            right = -known if right is None else right - known
        if right is not None:
            y[k] = divide(right)
    return y


def solve_powers(a: Any, b: Any) -> Any:
    """The same in powers of one variable, for arrays. None where another way is faster."""
    if not are_eliminated(a[0], b[0]):
        return None
    return kernels.solve(a, b, np.linalg.solve(a[0], b[0]))


def inverse_rows(algebra: Algebra, a: Rows, first: Any) -> Rows:
    """The rows of y in y a = 1, of which row 0 is `first`, as LAPACK computes it.

    That is by solving a y = 1, so that a_0 y_0 is 1 + e with a small e. From y_0 on the right,
    z y_0 = (z a_0^-1) (1 + e) is then as accurate as a solution by elimination is; y_0 z is not.
    """
    y, minus = {0: first}, -first
    for k in range(1, algebra.rows):
        known = sum_of_products(algebra, k, y, a)
        if known is not None:
            y[k] = known @ minus
    return y


def inverse_powers(a: Any) -> Any:
    """The same in powers of one variable, for arrays. None where another way is faster."""
    rows, n = len(a), a.shape[-1]
    if a.dtype == np.float64 and n <= kernels.IN_CACHE:
        return kernels.invert(a, np.linalg.inv)
    if n > JOINED:
        return None
    y = np.empty(a.shape, a.dtype)
    y[0] = np.linalg.inv(a[0])
    minus = -y[0]
    # [y_{k-1} ... y_0] and [a_1; ...; a_k], which is a itself if it is no stack of matrices
    last = (rows - 1) * n
    beside = np.empty((*a.shape[1:-1], last), a.dtype)
    below = np.moveaxis(a[1:], 0, -3).reshape(*a.shape[1:-2], last, n)
    known = np.empty(a.shape[1:], a.dtype)
    for k in range(1, rows):
        beside[..., last - k * n : last - (k - 1) * n] = y[k - 1]
        np.matmul(beside[..., last - k * n :], below[..., : k * n, :], out=known)
        np.matmul(known, minus, out=y[k])
    return y


def unless(singular: Any, a: Any) -> Any:
    """A stack of matrices, with nan in place of those that are said to be singular."""
    if not np.any(singular):
        return a
    return np.where(np.asarray(singular)[..., np.newaxis, np.newaxis], np.nan, a)


_DOUBLE = {np.dtype("f4"): np.dtype("f8"), np.dtype("c8"): np.dtype("c16")}
_SINGLE = {wide: narrow for narrow, wide in _DOUBLE.items()}


@dataclass(frozen=True)
class Solving:
    """A function of matrices that is defined by an equation.

    Parameters
    ----------
    function : callable
        The NumPy function, of matrices alone.
    series : callable
        ``series(algebra, *rows)`` gives the rows of the result from those of the operands.
    pulls : tuple of callable
        For each operand: ``pull(g, y, *operands)``.
    powers : callable, optional
        A faster `series` in one variable: of the coefficients as arrays, ``(rows, ..., n, m)``.
        It returns None where it is not.
    """

    function: Callable[..., Any]
    series: Callable[..., Rows]
    pulls: Sequence[Callable[..., Any]]
    powers: Callable[..., Any] | None = None

    def of(self, *operands: Any) -> Any:
        """The function of operands of any kind, as the dispatch would call it."""
        if Reverse.owns(operands):
            return self.reverse(*Reverse.kept(operands))
        return self(*Reverse.settled(operands)) if any(map(carries, operands)) else (
            self.function(*operands)
        )  # fmt: skip

    def __call__(self, *operands: Any) -> Any:
        algebra = common(operands)
        assert algebra is not None
        dispatch.mixes()
        single = all(x.dtype in _DOUBLE for x in operands)  # as NumPy does: computed in double
        with np.errstate(invalid="ignore"):  # of infinite operands, whose derivatives are nan
            parts = self._coefficients(algebra, operands)
            if self.powers is not None and parts is not None:
                if single:
                    parts = [x.astype(_DOUBLE[x.dtype]) for x in parts]
                whole = self.powers(*parts)
                if whole is not None:  # rounded once
                    return make(algebra, whole.astype(_SINGLE[whole.dtype]) if single else whole)
            rows = [coefficients(algebra, x) for x in operands]
            if single:
                rows = [{k: row.astype(_DOUBLE[row.dtype]) for k, row in x.items()} for x in rows]
            found = self.series(algebra, *rows)
        if single:
            found = {k: row.astype(_SINGLE[row.dtype]) for k, row in found.items()}
        return assemble(algebra, found, describe(self.function))

    def _coefficients(self, algebra: Algebra, operands: Sequence[Any]) -> list[Any] | None:
        """Series of one variable, as arrays; None if they are not, or the first is plain."""
        if not (algebra.univariate and isinstance(operands[0], Number)):
            return None
        parts = []
        for x in operands:
            if not isinstance(x, Number):
                parts.append(np.zeros((algebra.rows, *x.shape), np.result_type(x, 1.0)))
                parts[-1][0] = x
            elif x.algebra == algebra and isinstance(x.parts, np.ndarray):
                parts.append(x.parts)
            else:
                return None
        return parts

    def reverse(self, *operands: Any) -> Any:
        """Record the function."""
        return record(self.function(*values_of(operands)), operands, self.pulls, "both")
