"""The monomials of an algebra, and the pairs of them whose product is a third.

Monomials are enumerated as the leaves of a tree. A node at depth v is a choice of the
first v exponents; its children, one for each exponent the next variable may have, are
numbered in a row. The whole tree is therefore one array for each variable, with the
number of every node's first child; a monomial is found by walking down it, and everything
here is done for all monomials at once, in time linear in what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Shape", "Structure", "cached", "structure"]

# Of a factor: variables, order, limits of the exponents, whether variables are multiplied.
Shape = tuple[int, int, tuple[int, ...] | None, bool]
Rows = npt.NDArray[np.intp]
Table = tuple[npt.NDArray[np.intc], npt.NDArray[np.intc], npt.NDArray[np.intc]]

# A pair takes 8 bytes, an exponent 4: a table or a list of exponents has at most 1 GiB, and
# so have all tables that are kept in the caches.
MOST_PAIRS = 2**27
MOST_EXPONENTS = 2**28
KEPT_PAIRS = 2**27
CHUNK = 2**20  # pairs made at once: what is made on the way to them stays small

P = ParamSpec("P")
R = TypeVar("R")

_caches: list[Any] = []
_kept = 0


def cached(maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A cache of what depends on algebras, which lets go when their tables get too many."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        memo = lru_cache(maxsize=maxsize)(function)
        _caches.append(memo)
        return memo  # type: ignore[return-value]

    return decorate


def _keep(pairs: int) -> None:
    """Count a table that was made; beyond what may be kept, all caches start anew.

    The algebras of numbers that are alive keep theirs. Nothing depends on algebras being
    one object if they are equal.
    """
    global _kept
    if _kept + pairs > KEPT_PAIRS:
        _kept = 0
        for memo in _caches:
            memo.cache_clear()
    _kept += pairs


# --- Sizes, before anything is made ------------------------------------------------------


def _by_degree(shape: Shape, degree: int, pairs: bool) -> npt.NDArray[np.float64]:
    """How many monomials of a factor, or pairs of such, there are of each degree."""
    variables, order, limits, crossed = shape
    top = min(order, degree)
    degrees = np.arange(top + 1.0)
    each = degrees + 1 if pairs else np.ones(top + 1)  # of the powers of one variable
    if not crossed:
        known = np.array([variables if limits is None else sum(e >= d for e in limits)
                          for d in range(top + 1)])  # fmt: skip
        return np.where(degrees == 0, 1.0, known * each)
    if limits is None:
        # binom(d + m - 1, d) for m variables: two in the place of each for pairs
        m = 2 * variables if pairs else variables
        if m == 0:
            return np.where(degrees == 0, 1.0, 0.0)
        with np.errstate(over="ignore"):
            return np.cumprod(np.concatenate([[1.0], (degrees[1:] + m - 1) / degrees[1:]]))
    total = np.ones(1)
    for limit in limits:
        total = np.convolve(total, each[: limit + 1])[: top + 1]
    return total


def _size(shapes: Sequence[Shape], degree: int, pairs: bool) -> float:
    """How many monomials, or pairs, all factors have together."""
    total = np.ones(1)
    with np.errstate(over="ignore", invalid="ignore"):
        for shape in shapes:
            total = np.convolve(total, _by_degree(shape, degree, pairs))[: degree + 1]
            if not np.all(np.isfinite(total)):
                return np.inf
        return float(total.sum())


def _refuse_what_is_too_large(shapes: Sequence[Shape], degree: int) -> None:
    variables = sum(shape[0] for shape in shapes)
    rows, pairs = (_size(shapes, degree, pairs) for pairs in (False, True))
    if pairs > MOST_PAIRS or rows * variables > MOST_EXPONENTS:
        size = max(8 * pairs, 4 * rows * variables) / 2**30
        raise ValueError(
            f"polynomials in {variables} variable(s) to degree {degree} have {rows:.3g} "
            f"coefficients; their exponents and products would take {size:.3g} GiB, more "
            f"than the {8 * MOST_PAIRS / 2**30:.3g} GiB that are supported; lower the order, "
            "or limit the exponents of some variables"
        )


# --- Monomials and products --------------------------------------------------------------


class Structure:
    """Monomials and product table of an algebra, whatever its tags.

    Parameters
    ----------
    shapes : tuple of Shape
        What the monomials of each factor depend on.
    degree : int
        The largest total degree.

    Attributes
    ----------
    exponents : ndarray of intc, shape (rows, variables)
        The exponents of each monomial, by degree, then in descending lexicographic order.
    degrees : ndarray of intc, shape (rows,)
        The total degree of each monomial.

    Raises
    ------
    ValueError
        If the algebra is too large.
    """

    def __init__(self, shapes: tuple[Shape, ...], degree: int) -> None:
        _refuse_what_is_too_large(shapes, degree)
        columns, parents = self._grow(shapes, degree)
        leaves = len(columns[-1]) if columns else 1
        exponents = np.empty((leaves, len(columns)), np.intc)
        node = np.arange(leaves)
        for v in reversed(range(len(columns))):
            exponents[:, v] = columns[v][node]
            node = parents[v][node]
        # Leaves come in ascending lexicographic order; rows descend within a degree.
        degrees = exponents.sum(axis=1, dtype=np.intc)
        order = leaves - 1 - np.argsort(degrees[::-1], kind="stable")
        self.degree = degree
        self.exponents = exponents[order]
        self.degrees = degrees[order]
        self._row = np.empty(leaves, np.intc)  # of a leaf
        self._row[order] = np.arange(leaves, dtype=np.intc)
        self.compiled: Any = None  # what the compiled kernels keep of the table

    def _grow(self, shapes: tuple[Shape, ...], degree: int) -> tuple[list[Any], list[Any]]:
        """The exponent and the parent of every node, for each depth; sets `_first`."""
        self._first: list[npt.NDArray[np.intc]] = []
        columns, parents = [], []
        left = np.array([degree], np.intc)  # of the total degree
        for variables, order, limits, crossed in shapes:
            own = np.minimum(left, order).astype(np.intc)  # of the factor's
            for v in range(variables):
                count = 1 + (own if limits is None else np.minimum(own, limits[v]))
                first = np.concatenate([[0], np.cumsum(count)]).astype(np.intc)
                parent = np.repeat(np.arange(len(count), dtype=np.intc), count)
                exponent = np.arange(first[-1], dtype=np.intc) - first[parent]
                left, own = left[parent] - exponent, own[parent] - exponent
                if not crossed:
                    own[exponent > 0] = 0
                self._first.append(first)
                columns.append(exponent)
                parents.append(parent)
        return columns, parents

    @property
    def rows(self) -> int:
        return len(self.degrees)

    def find(self, exponents: npt.ArrayLike) -> Rows:
        """The row of each monomial, -1 where there is none.

        Parameters
        ----------
        exponents : array_like of int, shape (monomials, variables)
        """
        wanted = np.asarray(exponents, dtype=np.intp).reshape(-1, len(self._first))
        node: Any = np.zeros(len(wanted), np.intp)
        known = np.ones(len(wanted), bool)
        for first, exponent in zip(self._first, wanted.T, strict=True):
            start = first[node]
            known &= (exponent >= 0) & (exponent < first[node + 1] - start)
            node = start + np.where(known, exponent, 0)
        return np.where(known, self._row[node], -1).astype(np.intp)

    @cached_property
    def table(self) -> Table:
        """The product table ``(start, left, right)``.

        Row ``k`` of ``u * v`` is the sum of ``u[left[p]] * v[right[p]]`` over
        ``start[k] <= p < start[k + 1]``: all ways to share the exponents of k between two
        monomials, in ascending lexicographic order of the first.
        """
        counts = np.prod(self.exponents + 1, axis=1, dtype=np.int64)
        start = np.concatenate([[0], np.cumsum(counts)])
        left, right = np.empty(start[-1], np.intc), np.empty(start[-1], np.intc)
        _keep(len(left))
        row = 0
        while row < self.rows:
            end = int(np.searchsorted(start, start[row] + CHUNK, side="right")) - 1
            end = max(end, row + 1)
            span = slice(start[row], start[end])
            left[span], right[span] = self._factors(slice(row, end))
            row = end
        return start.astype(np.intc), left, right

    def _factors(self, rows: slice) -> tuple[Any, Any]:
        """The rows of both factors of each product, for some rows of the products."""
        exponents = self.exponents[rows]
        k: Any = np.arange(len(exponents))
        i: Any = np.zeros(len(k), np.intc)  # nodes of the tree
        j: Any = i
        for first, column in zip(self._first, exponents.T, strict=True):
            whole = column[k]
            i, j = first[i], first[j] + whole
            if not whole.any():
                continue
            count = whole + 1
            end: Any = np.cumsum(count, dtype=np.intc)
            start, step = end - count, np.arange(end[-1], dtype=np.intc)
            i = np.repeat(i - start, count) + step
            j = np.repeat(j + start, count) - step
            k = np.repeat(k, count)
        return self._row[i], self._row[j]


structure = cached(maxsize=512)(Structure)
