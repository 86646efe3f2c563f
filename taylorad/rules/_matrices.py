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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import common, value
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
    "matrix",
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


def sum_of_products(algebra: Algebra, k: int, u: Rows, v: Rows) -> Any:
    """Sum of u_i @ v_j over the pairs of row `k` that both have; None if there is none.

    Rows that are not solved for yet are not there: with row k of v missing this is the
    part of (u v)_k that is known.
    """
    total = None
    for i, j in algebra.pairs(k):
        if i in u and j in v:
            term = u[i] @ v[j]
            total = term if total is None else total + term
    return total


def division(a: Any, inverse: Any = None) -> Callable[[Any], Any]:
    """The function x -> a^-1 x, for many x: one inverse, then products.

    One step of refinement makes the product with an inverse as accurate as a solution by
    elimination (Higham, Accuracy and Stability of Numerical Algorithms, section 12.1).
    """
    if inverse is None:
        inverse = np.linalg.inv(a)
    if not np.all(np.isfinite(value(inverse))):  # of tiny matrices, say
        return lambda x: np.linalg.solve(a, x)

    def divide(x: Any) -> Any:
        y = inverse @ x
        return y + inverse @ (x - a @ y)

    return divide


def solve_rows(algebra: Algebra, a: Rows, y: Rows, b: Rows, inverse: Any = None) -> Rows:
    """The rows of y that follow from row 0, for a y = b."""
    if algebra.rows == 1:
        return y
    divide = division(a[0], inverse)
    for k in range(1, algebra.rows):
        known, right = sum_of_products(algebra, k, a, y), b.get(k)
        if known is not None:
            right = -known if right is None else right - known
        if right is not None:
            y[k] = divide(right)
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
    """

    function: Callable[..., Any]
    series: Callable[..., Rows]
    pulls: Sequence[Callable[..., Any]]

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
        rows = [coefficients(algebra, x) for x in operands]
        single = all(x.dtype in _DOUBLE for x in operands)
        if single:  # as NumPy does: computed in double precision, and rounded once
            rows = [{k: row.astype(_DOUBLE[row.dtype]) for k, row in x.items()} for x in rows]
        with np.errstate(invalid="ignore"):  # of infinite operands, whose derivatives are nan
            found = self.series(algebra, *rows)
        if single:
            found = {k: row.astype(_SINGLE[row.dtype]) for k, row in found.items()}
        return assemble(algebra, found, describe(self.function))

    def reverse(self, *operands: Any) -> Any:
        """Record the function."""
        return record(self.function(*values_of(operands)), operands, self.pulls, "both")
