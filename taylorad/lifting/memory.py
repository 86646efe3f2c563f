"""The memory behind the arrays that lifted code allocates."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from taylorad._numbers import Number, level_of, make, value
from taylorad.dispatch import carries
from taylorad.rules.operands import constant_like

__all__ = ["Memory", "is_basic", "lacks_room"]


class Memory:
    """What an allocation gave: plain values, or the number that took their place."""

    __slots__ = ("number", "plain")

    def __init__(self, plain: Any) -> None:
        if plain.ndim == 0:  # a number that can be written into has an axis
            plain = plain.reshape(1)
        self.plain = plain if plain.base is None else plain.copy()
        self.number: Any = None

    def admit(self, item: Any) -> None:
        """Become able to hold `item`."""
        if not carries(item):
            return
        if self.number is None:
            number = constant_like([item], self.plain)
            if carries(number):  # else its tape has ended, and the item is a plain value
                self.number = number
                self.plain.fill(np.nan)  # an alias must never be read as a right answer
        elif not isinstance(self.number, Number) and level_of(item) > self.number.level:
            self.number = self.number + constant_like([item], np.zeros(self.plain.shape))

    def positions(self, view: Any) -> Any:
        """Where the elements of a view are, as indices into the memory in C order."""
        index = np.empty_like(self.plain, dtype=np.intp)
        index[...] = np.arange(index.size).reshape(index.shape)
        return _same_view(self.plain, view, index, ())

    def read(self, view: Any) -> Any:
        """The number that a view shows."""
        parts = self.number.parts if isinstance(self.number, Number) else None
        if isinstance(parts, np.ndarray) and _contiguous(parts) and _contiguous(self.plain):
            return make(self.number.algebra, _same_view(self.plain, view, parts, parts.shape[:1]))
        return np.reshape(self.number, -1)[self.positions(view)]

    def write(self, view: Any, index: Any, item: Any) -> None:
        if not view.flags.writeable:
            raise ValueError("assignment destination is read-only")
        self.admit(item)
        if self.number is None:
            view[index] = value(item)
        elif view is self.plain:
            self.number[index] = item
        else:
            places = self.positions(view)[index]
            self.number[np.unravel_index(places, self.plain.shape)] = item


def _contiguous(array: Any) -> bool:
    return bool(array.flags.c_contiguous)


def _same_view(memory: Any, view: Any, other: Any, rows: tuple[int, ...]) -> Any:
    """The view of `other`, an array laid out as `memory` is, that `view` is of `memory`."""
    item, own = memory.itemsize, other.itemsize
    offset = (_address(view) - _address(memory)) // item * own if view.size else 0
    strides = tuple(stride // item * own for stride in view.strides)
    return np.ndarray(
        (*rows, *view.shape),
        other.dtype,
        buffer=other.ravel(order="K"),  # in the order of its memory: no copy
        offset=offset,
        strides=(*other.strides[: len(rows)], *strides),
    )


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def is_basic(index: Any) -> bool:
    """Whether NumPy answers this index with a view."""
    items = index if isinstance(index, tuple) else (index,)
    return all(
        item is None or item is ... or (isinstance(item, _BASIC) and not isinstance(item, bool))
        for item in items
    )


_BASIC = (int, slice, np.integer)


def lacks_room(array: Any, new: Any) -> bool:
    """Whether a plain array that only a variable knows would have to hold numbers."""
    if not carries(new) or array.dtype.kind not in "fc" or sys.getrefcount(array) > _ALONE:
        return False
    base = array.base
    # The reference of the view, that of the name `base`, and that of the call.
    return base is None or (type(base) is np.ndarray and sys.getrefcount(base) <= 3)


def _count(array: Any, new: Any) -> int:
    return sys.getrefcount(array)


def _references() -> int:
    array = np.empty(0)
    return _count(array, array.size)


_ALONE = _references()  # of an array that only one variable knows, in a function
