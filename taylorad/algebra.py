"""Truncated graded algebras: tensor products of tagged factors.

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
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from taylorad._arrivals import discover
from taylorad.monomials import Rows, Shape, Structure, Table, cached, structure

__all__ = [
    "INNERMOST",
    "TAGS",
    "Algebra",
    "Factor",
    "dual",
    "hyperdual",
    "innermost",
    "new_tag",
    "opened",
    "taylor",
]

TAGS = itertools.count(1)
INNERMOST: ContextVar[int] = ContextVar("taylorad_innermost_level", default=0)


def new_tag() -> int:
    """A tag for a level: greater than that of every level opened before."""
    discover()
    return next(TAGS)


class opened:
    """A context in which the level of a transform, whose function runs, is the innermost."""

    __slots__ = ("_tag", "_token")

    def __init__(self, tag: int) -> None:
        self._tag = tag

    def __enter__(self) -> None:
        self._token = INNERMOST.set(self._tag)

    def __exit__(self, *error: object) -> None:
        INNERMOST.reset(self._token)


def innermost() -> int:
    """The level of the innermost transform under way, 0 outside of all."""
    return INNERMOST.get()


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
    crossed : bool, default True
        Whether products of different variables are kept, or powers of each alone.
    """

    tag: int
    kind: str
    order: int
    variables: int = 1
    limits: tuple[int, ...] | None = None
    names: tuple[str, ...] | None = None
    crossed: bool = True

    def capped(self, degree: int) -> Factor:
        """The same factor with total degrees up to `degree` only."""
        return self if degree >= self.order else self.limited(degree, self.limits)

    def limited(self, order: int, limits: tuple[int, ...] | None) -> Factor:
        """The same factor of another order and other limits, where they say something."""
        if self.kind == "multi" and limits and min(limits) >= order:
            limits = None
        return replace(self, order=order, limits=limits)

    def meet(self, other: Factor) -> Factor:
        """The factor in which numbers over `self` and `other`, of one tag, are both true."""
        if self is other or self == other:
            return self
        mine, theirs = (replace(factor, order=0, limits=None) for factor in (self, other))
        if mine != theirs:
            advice = (
                "make all variables with one call of MultiTaylor.variables"
                if self.kind == other.kind == "multi"
                else "make both of one type, or let a transform (derivative, taylor, jvp) "
                "introduce one of them"
            )
            raise TypeError(
                f"{_describe(self)} and {_describe(other)} were both made by hand and cannot be "
                f"mixed; {advice}"
            )
        limits = None
        if self.limits or other.limits:
            pairs = zip(self.exponent_limits, other.exponent_limits, strict=True)
            limits = tuple(min(pair) for pair in pairs)
        return self.limited(min(self.order, other.order), limits)

    @property
    def exponent_limits(self) -> tuple[int, ...]:
        """The largest exponent of each variable."""
        return self.limits or (self.order,) * self.variables

    @property
    def shape(self) -> Shape:
        """What the monomials depend on: everything but tag, kind and names."""
        return self.variables, self.order, self.limits, self.crossed


def _describe(factor: Factor) -> str:
    names = {"dual": "a Dual", "hyperdual": "a HyperDual", "taylor": "a Taylor"}
    if factor.kind in names:
        return names[factor.kind]
    return f"a MultiTaylor in {', '.join(factor.names or ())}"


class Algebra:
    """A truncated graded algebra: the tensor product of tagged factors.

    Algebras are immutable and hashable; equal ones are one object, but for those that two
    threads make at once. Build them with `Algebra.of`.

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
    def table(self) -> Table:
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

    def embedding(self, target: Algebra) -> tuple[Rows, Rows]:
        """Rows of `self` that exist in `target`, and where: ``(own rows, target's rows)``."""
        return _embedding(self, target)

    def without(self, tag: int, degree: int = 0) -> Algebra:
        """What is left when a factor's monomial of that degree has been read off."""
        rest = tuple(factor for factor in self.factors if factor.tag != tag)
        return Algebra.of(rest, self.degree - degree if self.capped else None)

    def select(self, tag: int, exponents: tuple[int, ...]) -> tuple[Algebra, Rows]:
        """The rows that hold one coefficient of one factor.

        Returns the algebra of what is left and, in the order of its rows, the rows of
        `self` whose exponents in the factor `tag` are `exponents`.
        """
        return _select(self, tag, exponents)


def _natural(factor: Factor) -> int:
    """The largest degree a factor's monomials reach."""
    if factor.limits is None:
        return factor.order if factor.variables else 0
    reached = sum(factor.limits) if factor.crossed else max(factor.limits)
    return min(factor.order, reached)


# Numbers of one algebra are quicker than of equal ones: while it is alive, it is the one.
_alive: WeakValueDictionary[tuple[tuple[Factor, ...], int], Algebra] = WeakValueDictionary()


@cached(maxsize=1024)
def _algebra(factors: tuple[Factor, ...], degree: int, natural: int) -> Algebra:
    found = _alive.get((factors, degree))
    if found is not None:
        return found
    algebra = Algebra()
    algebra.factors = factors
    algebra.degree = degree
    algebra.capped = degree < natural
    algebra.classes = None
    algebra.structure = structure(tuple(factor.shape for factor in factors), degree)
    _alive[factors, degree] = algebra
    return algebra


@cached(maxsize=1024)
def _join(one: Algebra, two: Algebra) -> Algebra:
    for algebra in (one, two):  # which `at_tag` did not enter
        _alive.setdefault((algebra.factors, algebra.degree), algebra)
    factors = {factor.tag: factor for factor in one.factors}
    for factor in two.factors:
        known = factors.get(factor.tag)
        factors[factor.tag] = factor if known is None else known.meet(factor)
    caps = [algebra.degree for algebra in (one, two) if algebra.capped]
    return Algebra.of((factors[tag] for tag in sorted(factors)), min(caps, default=None))


@cached(maxsize=1024)
def _embedding(source: Algebra, target: Algebra) -> tuple[Rows, Rows]:
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
    found = target.structure.find(padded)
    own_rows = np.flatnonzero(keep & (found >= 0))
    return own_rows, found[own_rows]


@cached(maxsize=4096)
def _select(algebra: Algebra, tag: int, exponents: tuple[int, ...]) -> tuple[Algebra, Rows]:
    rest = algebra.without(tag, sum(exponents))
    at = 0
    for factor in algebra.factors:
        if factor.tag == tag:
            break
        at += factor.variables
    own = np.broadcast_to(np.array(exponents, np.intc), (rest.rows, len(exponents)))
    rows = algebra.structure.find(
        np.concatenate([rest.exponents[:, :at], own, rest.exponents[:, at:]], axis=1)
    )
    if rows.min(initial=0) < 0:
        raise KeyError(f"{algebra} has no coefficients of {exponents} in the factor {tag}")
    return rest, rows


def dual(tag: int = 0) -> Algebra:
    """R[e]/(e^2)."""
    return Algebra.of((Factor(tag, "dual", 1),))


def hyperdual(tag: int = 0) -> Algebra:
    """R[e1, e2]/(e1^2, e2^2)."""
    return Algebra.of((Factor(tag, "hyperdual", 2, 2, (1, 1)),))


def taylor(order: int, tag: int = 0) -> Algebra:
    """R[t]/(t^(order + 1))."""
    return Algebra.of((Factor(tag, "taylor", order),))
