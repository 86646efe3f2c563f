"""One forward level: seed the arguments, call the function, read the coefficients off.

A transform takes a tag of its own, so that its numbers are told from those of every other
transform that is under way, and from those that have escaped from earlier ones. What it
reads off is an element of the algebra that is left: of the outer levels, or a plain array.
"""

from __future__ import annotations

import math
import numbers
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from taylorad._numbers import (
    Number,
    at_tag,
    classes,
    common,
    here,
    laid_as,
    make,
    parts_over,
    repack,
    value,
)
from taylorad._tape import Variable
from taylorad._trees import flatten
from taylorad.algebra import Algebra, Factor, dual, new_tag, opened, taylor
from taylorad.dispatch import carries, mixing_count

__all__ = [
    "Evaluation",
    "Expansion",
    "Level",
    "assemble",
    "common_dtype",
    "evaluate",
    "expand",
    "open_divisions",
    "returned_leaf",
    "shape_of",
]

# A function may divide leading zeros away (sin(x) / x at 0) and so lose orders, or meet 0/0
# through all orders there are; it is then evaluated again from a higher order. At most this
# often: to order + 16 where it is not known how many orders it takes.
ATTEMPTS = 6
# The same within another transform, which can raise its own order too.
INNER_ATTEMPTS = 5
# All attempts in vain, of nested transforms together.
VAIN_ATTEMPTS = 12
# To no order at which a product in several variables takes more multiplications than this, and
# many times those of the order wanted: the next attempts would take minutes, or hours.
MOST_PRODUCTS = 50_000


@dataclass(frozen=True)
class Level:
    """The algebra of one transform: polynomials in a variable, or several, of its own.

    Attributes
    ----------
    algebra : Algebra
        Of one factor.
    scale : int
        A power of 2 by which the variable is stretched: the row of degree k holds
        ``scale**k / k!`` times the k-th derivative. This is exact, and keeps coefficients
        of high degree from underflow where the derivatives do not.
    """

    algebra: Algebra
    scale: int = 1

    @staticmethod
    def open(
        degree: int, scaled: bool = False, variables: int = 1, crossed: bool = True
    ) -> Level:
        tag = new_tag()
        if variables > 1:
            return Level(Algebra.of((Factor(tag, "multi", degree, variables, crossed=crossed),)))
        # k! is about (k / e)^k
        scale = 2 ** round(math.log2(degree / math.e)) if scaled and degree > 16 else 1
        return Level(at_tag(_univariate(degree), tag), scale)

    @property
    def tag(self) -> int:
        return self.algebra.factors[0].tag

    def seed(self, derivatives: Mapping[int, Any]) -> Any:
        """The number whose k-th derivative at this level is ``derivatives[k]``, or else 0.

        They are plain or of lower levels, and broadcast to the shape of the first.
        """
        lower = common(derivatives.values())
        algebra = self.algebra if lower is None else lower.join(self.algebra)
        coefficients = {
            k: derivative if k < 2 and self.scale == 1 else self._coefficient(derivative, k)
            for k, derivative in derivatives.items()
        }
        return assemble(algebra, self.tag, coefficients)

    def variable(self, v: int, x: Any, direction: Any) -> Any:
        """The number with value `x` that moves in one of several variables."""
        return self._moving(x, {v: direction})

    def moving(self, x: Any, directions: Any) -> Any:
        """The number with value `x` that moves in every variable, in its own direction."""
        if isinstance(x, np.ndarray) and len(self.algebra.factors) == 1:
            parts = laid_as(np.zeros((self.algebra.rows, *x.shape), x.dtype), x)
            parts[0] = x
            parts[1 : len(directions) + 1] = directions[: self.algebra.rows - 1]
            return make(self.algebra, parts)
        return self._moving(x, dict(enumerate(directions)))

    def _moving(self, x: Any, directions: Mapping[int, Any]) -> Any:
        lower = common((x,))
        algebra = self.algebra if lower is None else lower.join(self.algebra)
        monomials = [*map(tuple, np.eye(self.algebra.factors[0].variables, dtype=int).tolist())]
        coefficients = {(0,) * len(monomials): x}
        coefficients |= {monomials[v]: direction for v, direction in directions.items()}
        return assemble(algebra, self.tag, coefficients)

    def _coefficient(self, derivative: Any, k: int) -> Any:
        if hasattr(derivative, "dtype") and derivative.dtype.kind == "O":
            return derivative * self.scale**k / math.factorial(k)
        return derivative * _ratio(self.scale**k, math.factorial(k))

    def derivative(self, part: Any, k: int) -> Any:
        """The k-th derivative from the coefficients of degree k, in an array of its own."""
        if not hasattr(part, "dtype") or part.dtype == object:
            return part * math.factorial(k) / self.scale**k if k > 1 else part * 1
        return part * self.factor(k)

    def factor(self, k: int) -> float:
        """What the coefficient of degree k has to be multiplied with for the derivative."""
        return _ratio(math.factorial(k), self.scale**k)


@lru_cache
def _univariate(degree: int) -> Algebra:
    """The algebra of a level in one variable, but for its tag."""
    algebra = dual(1) if degree == 1 else taylor(degree, 1)
    classes(algebra)
    return algebra


@lru_cache
def _ratio(numerator: int, denominator: int) -> float:
    try:
        return float(Fraction(numerator, denominator))
    except OverflowError:
        return math.inf


Monomial = int | tuple[int, ...]


def _tuple(monomial: Monomial) -> tuple[int, ...]:
    return (monomial,) if isinstance(monomial, int) else monomial


def assemble(algebra: Algebra, tag: int, coefficients: Mapping[Any, Any]) -> Any:
    """The number over `algebra` with these coefficients in its factor `tag`.

    They are given by their exponents, or by the one exponent; the value comes first.
    """
    factor = algebra.factor(tag)
    assert factor is not None
    first = next(iter(coefficients.values()))
    shape, dtype = shape_of(first), common_dtype(coefficients.values())
    if any(map(_recorded, coefficients.values())):
        return make(algebra, _stacked(algebra, tag, coefficients, shape, dtype))
    parts = laid_as(np.zeros((algebra.rows, *shape), dtype), first)
    for k, coefficient in coefficients.items():
        monomial = _tuple(k)
        if sum(monomial) > factor.order:
            continue
        if algebra.univariate:
            parts[k, ...] = coefficient
            continue
        rest, rows = algebra.select(tag, monomial)
        if isinstance(coefficient, Number):
            parts[rows] = _aligned(parts_over(rest, coefficient), parts.ndim)
        else:
            parts[rows[0], ...] = coefficient
    return make(algebra, parts)


def _recorded(coefficient: Any) -> bool:
    """Whether a coefficient is a Variable, or a number that has one for its buffer."""
    if isinstance(coefficient, Number):
        coefficient = coefficient.parts
    return isinstance(coefficient, Variable)


def _stacked(
    algebra: Algebra,
    tag: int,
    coefficients: Mapping[Any, Any],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
) -> Any:
    """The buffer of `assemble`, where it is one that is recorded."""
    buffer: list[Any] = [np.zeros(shape, dtype)] * algebra.rows
    for k, coefficient in coefficients.items():
        if sum(_tuple(k)) > algebra.degree:
            continue
        rest, rows = algebra.select(tag, _tuple(k))
        if isinstance(coefficient, Number):
            for row, part in zip(rows.tolist(), parts_over(rest, coefficient), strict=True):
                buffer[row] = np.broadcast_to(part, shape)
        else:
            buffer[rows[0]] = np.broadcast_to(coefficient, shape)
    return np.stack(buffer)


def shape_of(x: Any) -> tuple[int, ...]:
    return x.shape if carries(x) else np.shape(x)


def _aligned(parts: Any, ndim: int) -> Any:
    """`parts` with the shape after its rows broadcastable from the right."""
    return parts.reshape(parts.shape[:1] + (1,) * (ndim - parts.ndim) + parts.shape[1:])


def common_dtype(values: Iterable[Any]) -> np.dtype[Any]:
    """The common dtype; Python's own numbers give way to NumPy's, as in NumPy."""
    kinds = [_kind(x) for x in values]
    dtype = np.result_type(*kinds) if kinds else np.dtype(np.float64)
    return np.dtype(np.float64) if dtype.kind in "biu" else dtype


def _kind(x: Any) -> Any:
    if type(x) in (int, float, complex):
        return x
    return x.dtype if carries(x) else np.asarray(x).dtype


@dataclass(frozen=True)
class Expansion:
    """What a function returned at one level.

    Attributes
    ----------
    level : Level
        The level.
    leaves : list
        The numbers and plain arrays in what was returned.
    rebuild : callable
        Puts leaves into a structure like the one that was returned.
    dtype : dtype
        Of the arguments: what derivatives of a plain integer output have.
    curried : bool
        Whether a function was returned.
    """

    level: Level
    leaves: list[Any]
    rebuild: Callable[[Iterable[Any]], Any]
    dtype: np.dtype[Any]
    curried: bool = False

    def order(self, leaf: Any) -> int:
        """The largest order at which a leaf is known; a constant one is at every order."""
        factor = leaf.algebra.factor(self.level.tag) if isinstance(leaf, Number) else None
        return sys.maxsize if factor is None else factor.order

    def depends(self, leaf: Any) -> bool:
        """Whether a leaf was computed from the arguments of this level."""
        return isinstance(leaf, Number) and leaf.algebra.factor(self.level.tag) is not None

    def derivative(self, leaf: Any, k: int) -> Any:
        """The k-th derivative of a leaf: plain, or a number of the lower levels."""
        if not self.depends(leaf):
            return leaf if k == 0 else self._zero(leaf)
        if k > self.order(leaf):
            return self._unknown(leaf)
        if leaf.algebra.univariate:
            return self.level.derivative(leaf.part(k), k)
        rest, rows = leaf.algebra.select(self.level.tag, (k,))
        return make(rest, self.level.derivative(leaf.parts[rows], k))

    def coefficient(self, leaf: Any, k: Monomial) -> Any:
        """The coefficient of a monomial of a leaf, at a level that is not stretched."""
        degree = sum(_tuple(k))
        if not self.depends(leaf) or degree > self.order(leaf):
            return self.derivative(leaf, degree)
        rest, rows = leaf.algebra.select(self.level.tag, _tuple(k))
        return make(rest, leaf.parts[rows])

    def _zero(self, leaf: Any) -> Any:
        dtype = leaf.dtype if carries(leaf) else np.asarray(leaf).dtype
        if dtype.kind in "biu":
            dtype = self.dtype
        return np.zeros(shape_of(leaf), dtype)[()]

    def _unknown(self, leaf: Any) -> Any:
        # Over an algebra of degree 0: outer levels know no derivative of it either.
        rest = leaf.algebra.without(self.level.tag).truncate(0)
        return make(rest, np.full((rest.rows, *leaf.shape), np.nan, leaf.dtype))


class Evaluation(NamedTuple):
    """A function called once, at a level, and what happened meanwhile.

    Attributes
    ----------
    level : Level
        The level.
    output : object
        What the function returned.
    mixed : bool
        Whether points of an array were combined.
    undecided : int
        `open_divisions` before.
    vain : int
        How many evaluations from a higher order had been in vain before.
    """

    level: Level
    output: Any
    mixed: bool
    undecided: int
    vain: int

    @property
    def plain(self) -> bool:
        """Whether every point of the output is what it is by its own point."""
        return not self.mixed and open_divisions() == self.undecided


def evaluate(call: Callable[[Level], Any], level: Level) -> Evaluation:
    """``call(level)``, with the level open."""
    mixed, undecided, vain = mixing_count(), open_divisions(), here.vain
    here.depth += 1
    try:
        with opened(level.tag):
            output = call(level)
    except BaseException:
        here.vain = vain
        raise
    finally:
        here.depth -= 1
    return Evaluation(level, output, mixing_count() != mixed, undecided, vain)


def expand(
    call: Callable[[Level], Any],
    order: int,
    dtype: np.dtype[Any],
    *,
    begun: Evaluation | None = None,
    lists_are_arrays: bool = True,
    curried: bool = False,
    scaled: bool = True,
    variables: int = 1,
    crossed: bool = True,
) -> Expansion:
    """What ``call(level)`` returns, known to degree `order` of the level if it can be.

    Parameters
    ----------
    call : callable
        Seeds the arguments at the level it is given and calls the user's function.
    order : int
        The degree wanted.
    dtype : dtype
        Of the arguments.
    begun : Evaluation, optional
        The first call, to a level of this order.
    lists_are_arrays : bool
        Whether a list of nothing but scalars counts as an array, or as a tree of scalars.
    curried : bool
        Whether the user's function may return a function.
    scaled : bool
        Whether derivatives are wanted and not coefficients: see `Level`.
    variables : int
        Of how many variables the level is.
    crossed : bool
        Whether these are multiplied with each other.
    """
    degree, open_before, vain_before = order, open_divisions(), here.vain
    here.depth += 1
    try:
        for attempt in range(ATTEMPTS if here.depth == 1 else INNER_ATTEMPTS):
            if begun is not None and attempt == 0:
                level, output, open_at_start = begun.level, begun.output, begun.undecided
                open_before, vain_before = open_at_start, begun.vain
            else:
                open_at_start = open_divisions()
                level = Level.open(degree, scaled and dtype.kind != "O", variables, crossed)
                with opened(level.tag):
                    output = call(level)
            if curried and callable(output) and not carries(output):
                return Expansion(level, [], iter, dtype, curried=True)
            expansion = Expansion(level, *_returned(output, level.tag, lists_are_arrays), dtype)
            known = min([order, *map(expansion.order, expansion.leaves)])
            doubtful = open_divisions() > open_at_start and any(map(_has_nan, expansion.leaves))
            if known >= order and not doubtful:
                here.settled += open_divisions() - open_before
                here.vain = vain_before
                break
            if here.vain >= VAIN_ATTEMPTS:
                break
            here.vain += 1
            degree = max(degree + order - known, order + 2**attempt)
            if crossed and _products(degree, variables) > max(
                MOST_PRODUCTS, 64 * _products(order, variables)
            ):
                break
        return expansion
    finally:
        here.depth -= 1
        if here.depth == 0:
            here.vain = 0


def _products(degree: int, variables: int) -> int:
    """How many multiplications one of two polynomials takes."""
    return math.comb(degree + 2 * variables, degree)


def open_divisions() -> int:
    """How many divisions 0/0 have found no result yet; it only matters whether it grows."""
    return here.undecided - here.settled


def _has_nan(leaf: Any) -> bool:
    parts = value(leaf.parts if isinstance(leaf, Number) else leaf)
    return bool(np.any(parts != parts))


def _returned(
    output: Any, tag: int, lists_are_arrays: bool
) -> tuple[list[Any], Callable[[Iterable[Any]], Any]]:
    def is_array(node: Any) -> bool:
        return lists_are_arrays and isinstance(node, list) and _all_scalars(node)

    leaves, rebuild = flatten(output, is_array)
    return [returned_leaf(leaf, tag) for leaf in leaves], rebuild


def _all_scalars(nodes: list[Any]) -> bool:
    """Whether a nested list holds numbers only and at least one."""
    return bool(nodes) and all(
        _all_scalars(node) if isinstance(node, list) else _is_scalar(node) for node in nodes
    )


def _is_scalar(node: Any) -> bool:
    is_number = isinstance(node, (numbers.Number, np.ndarray)) or carries(node)
    return is_number and shape_of(node) == ()


def returned_leaf(leaf: Any, tag: int) -> Any:
    """An output of the level `tag` as a number, a Variable or a plain array or scalar."""
    leaf = repack(leaf)
    while isinstance(leaf, Variable) and leaf.level > tag:
        leaf = leaf.value  # what a tape within the function recorded
    if isinstance(leaf, list):
        leaf = np.array(leaf)
    if isinstance(leaf, numbers.Number) or carries(leaf):
        return leaf
    if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "biufcO":
        return leaf
    raise TypeError(
        "the function must return a number, an array, or a tuple, list or dict of these, "
        f"but it returned {type(leaf).__name__}"
    )
