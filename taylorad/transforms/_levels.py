"""One forward level: seed the arguments, call the function, read the coefficients off.

A transform takes a tag of its own, so that its numbers are told from those of every other
transform that is under way, and from those that have escaped from earlier ones. What it
reads off is an element of the algebra that is left: of the outer levels, or a plain array.
"""

from __future__ import annotations

import math
import numbers
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from taylorad import algebra as algebras
from taylorad._numbers import Number, common, make, parts_over, repack
from taylorad.algebra import Algebra
from taylorad.transforms._trees import flatten
from taylorad.valuation import undecided

__all__ = ["Expansion", "assemble", "common_dtype", "expand", "seed", "shape_of"]

# A function may divide leading zeros away (sin(x) / x at 0) and so lose orders, or meet 0/0
# through all orders there are; it is then evaluated again from a higher order. At most this
# often: to order + 16 where it is not known how many orders it takes.
ATTEMPTS = 6


def seed(level: Algebra, coefficients: Mapping[int, Any]) -> Any:
    """The number whose coefficient of degree k in `level` is ``coefficients[k]``, or else 0.

    The coefficients are plain or of lower levels; they broadcast to the shape of the first.
    """
    lower = common(coefficients.values())
    algebra = level if lower is None else lower.join(level)
    return assemble(algebra, level.tags[0], coefficients)


def assemble(algebra: Algebra, tag: int, coefficients: Mapping[int, Any]) -> Any:
    """The number over `algebra` with these coefficients in its factor `tag`."""
    shape, order = shape_of(coefficients[0]), _order(algebra, tag)
    parts = np.zeros((algebra.rows, *shape), common_dtype(coefficients.values()))
    for k, coefficient in coefficients.items():
        if k > order:
            continue
        if algebra.univariate:
            parts[k, ...] = coefficient
        else:
            rest, rows = algebra.select(tag, (k,))
            parts[rows] = _aligned(parts_over(rest, coefficient), parts.ndim)
    return make(algebra, parts)


def _order(algebra: Algebra, tag: int) -> int:
    factor = algebra.factor(tag)
    assert factor is not None
    return factor.order


def shape_of(x: Any) -> tuple[int, ...]:
    return x.shape if isinstance(x, Number) else np.shape(x)


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
    return x.dtype if isinstance(x, Number) else np.asarray(x).dtype


def _times_factorial(parts: Any, k: int) -> Any:
    """k! times the coefficients of degree k: their derivatives, in an array of their own."""
    if not hasattr(parts, "dtype") or parts.dtype == object:
        return parts * math.factorial(k)
    if k <= 34 or (k <= 170 and parts.dtype != np.float32):
        return parts * float(math.factorial(k))
    # k! alone would be infinite where its product with a small coefficient is not.
    for first in range(1, k + 1, 20):
        parts = parts * float(math.prod(range(first, min(first + 20, k + 1))))
    return parts


@dataclass(frozen=True)
class Expansion:
    """What a function returned at one level.

    Attributes
    ----------
    tag : int
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

    tag: int
    leaves: list[Any]
    rebuild: Callable[[Iterable[Any]], Any]
    dtype: np.dtype[Any]
    curried: bool = False

    def order(self, leaf: Any) -> int:
        """The largest order at which a leaf is known; a constant one is at every order."""
        factor = leaf.algebra.factor(self.tag) if isinstance(leaf, Number) else None
        return sys.maxsize if factor is None else factor.order

    def depends(self, leaf: Any) -> bool:
        """Whether a leaf was computed from the arguments of this level."""
        return isinstance(leaf, Number) and leaf.algebra.factor(self.tag) is not None

    def derivative(self, leaf: Any, k: int) -> Any:
        """The k-th derivative of a leaf: plain, or a number of the lower levels."""
        if not self.depends(leaf):
            return leaf if k == 0 else self._zero(leaf)
        if k > self.order(leaf):
            return self._unknown(leaf)
        if leaf.algebra.univariate:
            return _times_factorial(leaf.part(k), k)
        rest, rows = leaf.algebra.select(self.tag, (k,))
        return make(rest, _times_factorial(leaf.parts[rows], k))

    def coefficient(self, leaf: Any, k: int) -> Any:
        """The coefficient of degree k of a leaf: its k-th derivative, divided by k!."""
        if not self.depends(leaf) or k > self.order(leaf):
            return self.derivative(leaf, k)
        rest, rows = leaf.algebra.select(self.tag, (k,))
        return make(rest, leaf.parts[rows])

    def _zero(self, leaf: Any) -> Any:
        dtype = leaf.dtype if isinstance(leaf, Number) else np.asarray(leaf).dtype
        if dtype.kind in "biu":
            dtype = self.dtype
        return np.zeros(shape_of(leaf), dtype)[()]

    def _unknown(self, leaf: Any) -> Any:
        # Over an algebra of degree 0: outer levels know no derivative of it either.
        rest = leaf.algebra.without(self.tag).truncate(0)
        return make(rest, np.full((rest.rows, *leaf.shape), np.nan, leaf.dtype))


def expand(
    call: Callable[[Algebra], Any],
    order: int,
    dtype: np.dtype[Any],
    lists_are_arrays: bool = True,
    curried: bool = False,
) -> Expansion:
    """What ``call(level)`` returns, known to degree `order` of the level if it can be.

    Parameters
    ----------
    call : callable
        Seeds the arguments over the level it is given and calls the user's function.
    order : int
        The degree wanted.
    dtype : dtype
        Of the arguments.
    lists_are_arrays : bool
        Whether a list of nothing but scalars counts as an array, or as a tree of scalars.
    curried : bool
        Whether the user's function may return a function.
    """
    degree, open_before = order, _open()
    for attempt in range(ATTEMPTS):
        open_at_start, tag = _open(), algebras.new_tag()
        output = call(algebras.dual(tag) if degree == 1 else algebras.taylor(degree, tag))
        if curried and callable(output) and not isinstance(output, Number):
            return Expansion(tag, [], iter, dtype, curried=True)
        leaves, rebuild = _returned(output, lists_are_arrays)
        expansion = Expansion(tag, leaves, rebuild, dtype)
        known = min(map(expansion.order, leaves), default=order)
        if known < order:
            degree += order - known
        elif _open() > open_at_start and any(map(_has_nan, leaves)):
            degree = max(degree + 1, order + 2**attempt)
        else:
            _settled.count += _open() - open_before
            break
    return expansion


class _Settled(threading.local):
    count = 0


_settled = _Settled()


def _open() -> int:
    """How many divisions 0/0 of this thread are open: no level has found their result yet."""
    return undecided() - _settled.count


def _has_nan(leaf: Any) -> bool:
    parts = leaf.parts if isinstance(leaf, Number) else np.asarray(leaf)
    return bool(np.any(parts != parts))


def _returned(
    output: Any, lists_are_arrays: bool
) -> tuple[list[Any], Callable[[Iterable[Any]], Any]]:
    def is_array(node: Any) -> bool:
        return lists_are_arrays and isinstance(node, list) and _all_scalars(node)

    leaves, rebuild = flatten(output, is_array)
    return [_leaf(leaf) for leaf in leaves], rebuild


def _all_scalars(nodes: list[Any]) -> bool:
    """Whether a nested list holds numbers only and at least one."""
    return bool(nodes) and all(
        _all_scalars(node) if isinstance(node, list) else _is_scalar(node) for node in nodes
    )


def _is_scalar(node: Any) -> bool:
    return isinstance(node, (Number, numbers.Number, np.ndarray)) and shape_of(node) == ()


def _leaf(leaf: Any) -> Any:
    """An output as a Number or as a plain array or scalar."""
    leaf = repack(leaf)
    if isinstance(leaf, list):
        leaf = np.array(leaf)
    if isinstance(leaf, (Number, numbers.Number)):
        return leaf
    if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "biufcO":
        return leaf
    raise TypeError(
        "the function must return a number, an array, or a tuple, list or dict of these, "
        f"but it returned {type(leaf).__name__}"
    )
