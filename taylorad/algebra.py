"""Truncated graded algebras: monomials, degrees, product tables, tensor products.

Every forward-mode number is a vector of coefficients over the monomials of an
:class:`Algebra`. An algebra is a tuple of tagged :class:`Factor` objects, one for each
nested transform (tag 0 is what the user made by hand), and its monomials are sorted by
total degree. Two facts follow that everything else relies on:

* truncation to a lower degree keeps a prefix of the rows;
* in the product table the pairs ``(i, j)`` of row ``k`` start with ``(0, k)`` and end
  with ``(k, 0)``, so that a recurrence can leave out the unknown by position.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._arrivals import discover

__all__ = ["Algebra", "Factor", "dual", "hyperdual", "innermost", "new_tag", "opened", "taylor"]

_tags = itertools.count(1)
_innermost: ContextVar[int] = ContextVar("taylorad_innermost_level", default=0)


def new_tag() -> int:
    """A tag for a level: greater than that of every level opened before."""
    discover()
    return next(_tags)


class opened:
    """A context in which the level of a transform, whose function runs, is the innermost."""

    __slots__ = ("_tag", "_token")

    def __init__(self, tag: int) -> None:
        self._tag = tag

    def __enter__(self) -> None:
        self._token = _innermost.set(self._tag)

    def __exit__(self, *error: object) -> None:
        _innermost.reset(self._token)


def innermost() -> int:
    """The level of the innermost transform under way, 0 outside of all."""
    return _innermost.get()


@dataclass(frozen=True)
class Factor:
    """One tagged tensor factor: polynomials in `variables`, truncated.

    Parameters
    ----------
    tag : int
        The level it belongs to: 0 for numbers made by the user, else from `new_tag`.
    kind : str
        ``"dual"``, ``"hyperdual"``, ``"taylor"`` or ``"multi"``: the type a number shows.
    order : int
        The largest total degree kept within the factor.
    variables : int
        How many variables the factor has.
    limits : tuple of int, optional
        The largest exponent of each variable, where that is less than `order`.
    names : tuple of str, optional
        The names of the variables, for printing.
    """

    tag: int
    kind: str
    order: int
    variables: int = 1
    limits: tuple[int, ...] | None = None
    names: tuple[str, ...] | None = None

    def capped(self, degree: int) -> Factor:
        """The same factor with total degrees up to `degree` only."""
        return self if degree >= self.order else replace(self, order=degree)

    def meet(self, other: Factor) -> Factor:
        """The factor in which numbers over `self` and `other`, of one tag, are both true."""
        if self is other or self == other:
            return self
        if (self.kind, self.variables, self.names) != (other.kind, other.variables, other.names):
            raise TypeError(
                f"{_describe(self)} and {_describe(other)} were both made by hand and cannot be "
                "mixed; make both of one type, or let a transform (derivative, taylor, jvp) "
                "introduce one of them"
            )
        limits = None
        if self.limits or other.limits:
            mine = self.limits or (self.order,) * self.variables
            theirs = other.limits or (other.order,) * other.variables
            limits = tuple(min(pair) for pair in zip(mine, theirs, strict=True))
        return replace(self, order=min(self.order, other.order), limits=limits)

    @property
    def shape(self) -> tuple[int, int, tuple[int, ...] | None]:
        """What the monomials depend on: everything but tag, kind and names."""
        return self.variables, self.order, self.limits


def _describe(factor: Factor) -> str:
    names = {"dual": "a Dual", "hyperdual": "a HyperDual", "taylor": "a Taylor"}
    if factor.kind in names:
        return names[factor.kind]
    return f"a MultiTaylor in {', '.join(factor.names or ())}"


MOST_ROWS = 20_000  # the product table of one variable then has 2e8 pairs


class Structure:
    """Monomials and product table of an algebra, whatever its tags.

    Attributes
    ----------
    exponents : ndarray, shape (rows, variables)
        The exponents of each monomial, by degree, then in descending lexicographic order.
    degrees : ndarray of intc, shape (rows,)
        The total degree of each monomial.
    start, left, right : ndarray of intc
        The product table: row ``k`` of ``u * v`` is the sum of ``u[left[p]] * v[right[p]]``
        over ``start[k] <= p < start[k + 1]``.
    """

    def __init__(self, shapes: tuple[tuple[int, int, Any], ...], degree: int) -> None:
        variables = sum(shape[0] for shape in shapes)
        size = min(
            math.prod(_count(*shape) for shape in shapes), math.comb(variables + degree, degree)
        )
        if size > MOST_ROWS:
            raise ValueError(
                f"polynomials in {variables} variable(s) to degree {degree} have {size:.3g} "
                f"coefficients, more than the {MOST_ROWS} that are supported; lower the order"
            )
        per_factor = [_monomials(*shape) for shape in shapes]
        rows = [sum(parts, ()) for parts in itertools.product(*per_factor)]
        rows = [row for row in rows if sum(row) <= degree]
        rows.sort(key=lambda row: (sum(row), [-e for e in row]))
        self.degree = degree
        self.exponents = np.array(rows, dtype=np.intc).reshape(len(rows), variables)
        self.degrees = self.exponents.sum(axis=1, dtype=np.intc)
        self.index = {row: k for k, row in enumerate(rows)}
        self.compiled: Any = None  # what the compiled kernels keep of the table

    @property
    def rows(self) -> int:
        return len(self.degrees)

    @cached_property
    def table(self) -> tuple[npt.NDArray[np.intc], npt.NDArray[np.intc], npt.NDArray[np.intc]]:
        """The product table ``(start, left, right)``."""
        # A monomial is coded as one integer whose digits are its exponents; with a base
        # above twice the degree, adding codes multiplies monomials without carry.
        base = 2 * self.degree + 1
        weights = np.array([base**v for v in range(self.exponents.shape[1])], dtype=object)
        if sum(weights) * base < 2**62:
            weights = weights.astype(np.int64)
        codes = (self.exponents.astype(weights.dtype) * weights).sum(axis=1)
        by_code = np.argsort(codes, kind="stable")
        sorted_codes = codes[by_code]
        bounds = np.searchsorted(self.degrees, np.arange(self.degree + 2))
        triples = []
        for a in range(self.degree + 1):
            for b in range(self.degree + 1 - a):
                first = np.arange(bounds[a], bounds[a + 1])
                second = np.arange(bounds[b], bounds[b + 1])
                i, j = (grid.ravel() for grid in np.meshgrid(first, second, indexing="ij"))
                products = codes[i] + codes[j]
                at = np.searchsorted(sorted_codes, products)
                at[at == len(codes)] = 0
                known = sorted_codes[at] == products
                triples.append(np.stack([by_code[at[known]], i[known], j[known]]))
        k, i, j = np.concatenate(triples, axis=1)
        order = np.lexsort((j, i, k))
        start = np.searchsorted(k[order], np.arange(self.rows + 1)).astype(np.intc)
        return start, i[order].astype(np.intc), j[order].astype(np.intc)


def _count(variables: int, order: int, limits: tuple[int, ...] | None) -> int:
    """How many monomials a factor has, at most."""
    count = math.comb(variables + order, order)
    return min(count, math.prod(limit + 1 for limit in limits)) if limits else count


def _monomials(
    variables: int, order: int, limits: tuple[int, ...] | None
) -> list[tuple[int, ...]]:
    if limits is None:
        limits = (order,) * variables
    rows: list[tuple[int, ...]] = [()]
    for limit in limits:
        rows = [row + (e,) for row in rows for e in range(min(limit, order - sum(row)) + 1)]
    return rows


_structure = lru_cache(maxsize=512)(Structure)


class Algebra:
    """A truncated graded algebra: the tensor product of tagged factors.

    Algebras are immutable and hashable; equal ones are usually, but not always, one
    object. Build them with `Algebra.of`.

    Attributes
    ----------
    factors : tuple of Factor
        By ascending tag.
    degree : int
        The largest total degree kept.
    capped : bool
        Whether `degree` is below the sum of the factors' orders.
    """

    __slots__ = ("__weakref__", "capped", "classes", "degree", "factors", "structure")

    factors: tuple[Factor, ...]
    degree: int
    capped: bool
    structure: Structure
    classes: Any  # the classes of the numbers over it, once known

    @staticmethod
    def of(factors: Iterable[Factor], degree: int | None = None) -> Algebra:
        """The algebra over `factors` (sorted by tag), up to total degree `degree`."""
        factors = tuple(factors)
        if degree is not None:
            factors = tuple(factor.capped(degree) for factor in factors)
        natural = sum(_natural(factor) for factor in factors)
        return _algebra(factors, natural if degree is None else min(degree, natural), natural)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Algebra):
            return NotImplemented
        return self.degree == other.degree and self.factors == other.factors

    def __hash__(self) -> int:
        return hash((self.factors, self.degree))

    def __reduce__(self) -> tuple[Any, ...]:
        return Algebra.of, (self.factors, self.degree)

    def __repr__(self) -> str:
        inside = ", ".join(f"{f.kind}[{f.order}]@{f.tag}" for f in self.factors)
        return f"Algebra({inside}; degree {self.degree}, {self.rows} rows)"

    @property
    def rows(self) -> int:
        return self.structure.rows

    @property
    def exponents(self) -> npt.NDArray[np.intc]:
        return self.structure.exponents

    @property
    def degrees(self) -> npt.NDArray[np.intc]:
        return self.structure.degrees

    @property
    def table(self) -> tuple[npt.NDArray[np.intc], npt.NDArray[np.intc], npt.NDArray[np.intc]]:
        return self.structure.table

    def pairs(self, k: int) -> list[tuple[int, int]]:
        """The pairs of rows whose product is row `k`, from ``(0, k)`` to ``(k, 0)``."""
        start, left, right = self.table
        span = slice(start[k], start[k + 1])
        return list(zip(left[span].tolist(), right[span].tolist(), strict=True))

    @property
    def univariate(self) -> bool:
        """Whether row ``k`` is the ``k``-th power of the one variable."""
        return len(self.factors) == 1 and self.factors[0].variables == 1

    @property
    def tags(self) -> tuple[int, ...]:
        return tuple(factor.tag for factor in self.factors)

    def factor(self, tag: int) -> Factor | None:
        """The factor with this tag, if any."""
        for factor in self.factors:
            if factor.tag == tag:
                return factor
        return None

    def join(self, other: Algebra) -> Algebra:
        """The algebra in which numbers over `self` and `other` meet.

        Raises
        ------
        TypeError
            If both have a factor of one tag but of different kinds.
        """
        if self is other or self == other:
            return self
        return _join(self, other)

    def truncate(self, degree: int) -> Algebra:
        """The algebra of the first rows, those of total degree up to `degree`."""
        return self if degree >= self.degree else Algebra.of(self.factors, degree)

    def embedding(
        self, target: Algebra
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Rows of `self` that exist in `target`, and where: ``(own rows, target's rows)``."""
        return _embedding(self, target)

    def without(self, tag: int, degree: int = 0) -> Algebra:
        """What is left when a factor's monomial of that degree has been read off."""
        rest = tuple(factor for factor in self.factors if factor.tag != tag)
        return Algebra.of(rest, self.degree - degree if self.capped else None)

    def select(
        self, tag: int, exponents: tuple[int, ...]
    ) -> tuple[Algebra, npt.NDArray[np.intp]]:
        """The rows that hold one coefficient of one factor.

        Returns the algebra of what is left and, in the order of its rows, the rows of
        `self` whose exponents in the factor `tag` are `exponents`.
        """
        return _select(self, tag, exponents)


def _natural(factor: Factor) -> int:
    """The largest degree a factor's monomials reach."""
    if factor.limits is None:
        return factor.order if factor.variables else 0
    return min(factor.order, sum(factor.limits))


@lru_cache(maxsize=1024)
def _algebra(factors: tuple[Factor, ...], degree: int, natural: int) -> Algebra:
    algebra = Algebra()
    algebra.factors = factors
    algebra.degree = degree
    algebra.capped = degree < natural
    algebra.classes = None
    algebra.structure = _structure(tuple(factor.shape for factor in factors), degree)
    return algebra


@lru_cache(maxsize=1024)
def _join(one: Algebra, two: Algebra) -> Algebra:
    factors = {factor.tag: factor for factor in one.factors}
    for factor in two.factors:
        known = factors.get(factor.tag)
        factors[factor.tag] = factor if known is None else known.meet(factor)
    caps = [algebra.degree for algebra in (one, two) if algebra.capped]
    return Algebra.of((factors[tag] for tag in sorted(factors)), min(caps, default=None))


@lru_cache(maxsize=1024)
def _embedding(
    source: Algebra, target: Algebra
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    columns, width = {}, 0
    for factor in target.factors:
        columns[factor.tag] = slice(width, width + factor.variables)
        width += factor.variables
    padded = np.zeros((source.rows, width), dtype=np.intc)
    at, keep = 0, np.ones(source.rows, dtype=bool)
    for factor in source.factors:
        own = source.exponents[:, at : at + factor.variables]
        at += factor.variables
        if factor.tag in columns:
            padded[:, columns[factor.tag]] = own
        else:
            keep &= ~own.any(axis=1)
    index = target.structure.index
    found = [
        (row, index[exponents])
        for row, exponents in enumerate(map(tuple, padded.tolist()))
        if keep[row] and exponents in index
    ]
    own_rows, target_rows = np.array(found, dtype=np.intp).reshape(len(found), 2).T
    return own_rows, target_rows


@lru_cache(maxsize=4096)
def _select(
    algebra: Algebra, tag: int, exponents: tuple[int, ...]
) -> tuple[Algebra, npt.NDArray[np.intp]]:
    rest = algebra.without(tag, sum(exponents))
    at = 0
    for factor in algebra.factors:
        if factor.tag == tag:
            break
        at += factor.variables
    index = algebra.structure.index
    rows = [index[tuple(row[:at]) + exponents + tuple(row[at:])] for row in rest.exponents.tolist()]
    return rest, np.array(rows, dtype=np.intp)


def dual(tag: int = 0) -> Algebra:
    """R[e]/(e^2)."""
    return Algebra.of((Factor(tag, "dual", 1),))


def hyperdual(tag: int = 0) -> Algebra:
    """R[e1, e2]/(e1^2, e2^2)."""
    return Algebra.of((Factor(tag, "hyperdual", 2, 2, (1, 1)),))


def taylor(order: int, tag: int = 0) -> Algebra:
    """R[t]/(t^(order + 1))."""
    return Algebra.of((Factor(tag, "taylor", order),))
