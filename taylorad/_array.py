"""Numbers that are arrays: indexing, iteration, in-place operators.

A view of the coefficient buffer, with the same algebra, is a view of the number: indexing
shifts the index by one axis and leaves the rest to NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import (
    Dual,
    HyperDual,
    Items,
    MultiTaylor,
    Nested,
    Number,
    Taylor,
    by_rows,
    make,
    mixes,
    parts_over,
    repack,
)
from taylorad._tape import record
from taylorad.dispatch import carries

__all__ = ["ARRAY_CLASSES", "Array", "Flat"]


def _shifted(index: Any) -> tuple[tuple[Any, ...], int]:
    """An index into the points as one into the coefficients, and where their rows end up."""
    if type(index) in (int, slice):
        return (slice(None), index), 0
    if not isinstance(index, tuple):
        index = (index,)
    plain = tuple(_plain_index(item) for item in index)
    arrays: list[Any] = [item for item in plain if isinstance(item, (np.ndarray, bool))]
    if arrays:
        # Array indices that are apart from each other (an integer counts as one beside
        # them) put their axes in front of all others, the rows' axis included.
        places = [i for i, item in enumerate(plain) if isinstance(item, (np.ndarray, int, bool))]
        if places[-1] - places[0] + 1 != len(places):
            flat = [np.asarray(item) for item in arrays]
            flat = [np.atleast_1d(x).nonzero()[0] if x.dtype == bool else x for x in flat]
            return (slice(None), *plain), np.broadcast(*flat).ndim
    return (slice(None), *plain), 0


def _plain_index(item: Any) -> Any:
    if item is None or item is ... or isinstance(item, (slice, int)):
        return item
    if isinstance(item, np.integer):
        return int(item)
    item = np.asarray(_numbers.value(item)) if not isinstance(item, Number) else item
    if isinstance(item, Number):
        raise IndexError(
            "arrays are indexed by integers or booleans, not by a number that carries "
            "derivatives; write ta.value(i).astype(int)"
        )
    if item.size == 0 and item.dtype == float:  # an empty list
        return item.astype(int)
    return item


def _get(parts: Any, index: Any) -> Any:
    shifted, axis = _shifted(index)
    found = np.moveaxis(parts[shifted], axis, 0) if axis else parts[shifted]
    gathered = any(isinstance(item, (np.ndarray, bool)) for item in shifted)
    if gathered and isinstance(found, np.ndarray):
        # A copy, whose memory begins with the axes of the index: so do NumPy's of the value,
        # and whether reshaping is a view of it depends on that.
        return by_rows(found)
    return found


def _get_item(x: Any, index: Any) -> Any:
    """x[index]: a view where NumPy's is one."""
    mixes()
    return make(x.algebra, _item(_get(x.parts, index)))


def _item(parts: Any) -> Any:
    """The coefficients of an item: those of a scalar are no view, on record neither."""
    return +parts if parts.ndim == 1 and carries(parts) else parts


def _set_item(x: Any, index: Any, item: Any) -> None:
    """x[index] = item: plain items are constants."""
    mixes()
    item = repack(item)
    if isinstance(item, Number):
        _make_room(x, item.algebra, item.dtype)
        given = _on_record(x, parts_over(x.algebra, item))
    elif np.iscomplexobj(item) and x.parts.dtype.kind == "f":
        raise TypeError("cannot assign complex numbers to an array of real numbers")
    else:
        given = _on_record(x, item) if carries(item) else np.asarray(item)
    parts = x.parts
    shifted, axis = _shifted(index)
    if not isinstance(item, Number):
        parts[0][shifted[1:]] = given
        for row in parts[1:]:
            row[shifted[1:]] = 0
        return
    missing = parts[shifted].ndim - given.ndim
    if missing > 0:
        given = given.reshape(given.shape[:1] + (1,) * missing + given.shape[1:])
    parts[shifted] = np.moveaxis(given, 0, axis) if axis else given


def _make_room(x: Number, algebra: Any, dtype: Any) -> None:
    """Move to a buffer that can hold numbers over `algebra` too."""
    if np.dtype(dtype).kind == "c" and x.parts.dtype.kind == "f":
        raise TypeError("cannot assign complex numbers to an array of real numbers")
    joint = x.algebra.join(algebra)
    if joint != x.algebra:
        old = x.parts
        x.adopt(joint, parts_over(joint, x).copy())
        _void(old)


def _on_record(x: Number, given: Any) -> Any:
    """What is assigned to x, whose buffer becomes a Variable to hold Variables."""
    old = x.parts
    if carries(given) and not carries(old):
        parts = record(np.array(old), [given], [None])  # no derivative yet
        if not carries(parts):  # no tape is recording
            return _numbers.value(given)
        x.adopt(x.algebra, parts)
        _void(old)
    return given


def _void(old: Any) -> None:
    """Fill a buffer that was left with nan.

    Whatever still looks at it, a view taken earlier, would miss what is written from now
    on, and must never be read as a right answer.
    """
    if isinstance(old, np.ndarray) and old.dtype.kind in "fc" and old.flags.writeable:
        old.fill(np.nan)


def _replace(x: Any, result: Any) -> Any:
    """Take over the result of an in-place operator."""
    if not isinstance(result, Number):
        old = x.parts  # the name is bound to a Variable of a higher level
        x.adopt(x.algebra, np.full(old.shape, np.nan))
        _void(old)
        return result
    if result.shape != x.shape:
        raise ValueError(f"a result of shape {result.shape} does not fit in place into {x.shape}")
    if result.dtype.kind == "c" and x.parts.dtype.kind == "f":
        raise TypeError("a complex result does not fit in place into an array of real numbers")
    old = x.parts
    if result.algebra == x.algebra and (carries(old) or not carries(result.parts)):
        old[...] = result.parts
        return x
    x.adopt(result.algebra, result.parts.astype(old.dtype))
    _void(old)
    return x


class Flat:
    """The points of a number in C order: what ``x.flat`` is."""

    def __init__(self, number: Any) -> None:
        self._number = number

    def __len__(self) -> int:
        return int(self._number.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(np.reshape(self._number, -1))

    def __getitem__(self, index: Any) -> Any:
        x = self._number
        item = (x if x.ndim == 1 and type(index) is int else np.reshape(x, -1))[index]
        return item.copy() if np.ndim(item) else item  # not a view, as in NumPy

    def __setitem__(self, index: Any, item: Any) -> None:
        x = self._number
        if x.ndim == 0:
            raise TypeError("flat changes an array in place; a 0-d number never changes")
        mixes()
        where = np.unravel_index(np.arange(x.size)[index], x.shape)
        if isinstance(item, (Flat, Number)) or np.ndim(item):
            item = np.resize(np.ravel(item), np.shape(where[0]))
        x[where] = item


class Array(Items):
    """What arrays have and 0-d numbers must not: the protocols of a sequence."""

    __slots__ = ()

    shape: tuple[int, ...]

    @property
    def flat(self) -> Flat:
        """The points in C order."""
        return Flat(self)

    @flat.setter
    def flat(self, item: Any) -> None:
        Flat(self)[:] = item

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __ifloordiv__(self, other: Any) -> Any:
        return _replace(self, self // other)

    def __imod__(self, other: Any) -> Any:
        return _replace(self, self % other)

    def __imatmul__(self, other: Any) -> Any:
        return _replace(self, self @ other)


class DualArray(Array, Dual):
    """The arrays among the dual numbers."""

    __slots__ = ()


class HyperDualArray(Array, HyperDual):
    """The arrays among the hyper-dual numbers."""

    __slots__ = ()


class TaylorArray(Array, Taylor):
    """The arrays among the Taylor polynomials."""

    __slots__ = ()


class MultiTaylorArray(Array, MultiTaylor):
    """The arrays among the Taylor polynomials in several variables."""

    __slots__ = ()


class NestedArray(Array, Nested):
    """The arrays among the numbers over several factors."""

    __slots__ = ()


_numbers.install_items(_get_item, _set_item, _replace)

ARRAY_CLASSES = {
    "dual": DualArray,
    "hyperdual": HyperDualArray,
    "taylor": TaylorArray,
    "multi": MultiTaylorArray,
    "nested": NestedArray,
}
