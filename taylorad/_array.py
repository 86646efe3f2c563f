"""Numbers that are arrays: indexing, iteration, in-place operators, ndarray's methods.

A view of the coefficient buffer, with the same algebra, is a view of the number: indexing
shifts the index by one axis and leaves the rest to NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from taylorad import _numbers
from taylorad._numbers import Dual, HyperDual, Nested, Number, Taylor, make, parts_over, repack
from taylorad.dispatch import mixes

__all__ = ["Array", "DualArray", "HyperDualArray", "NestedArray", "TaylorArray"]


def _shifted(index: Any) -> tuple[tuple[Any, ...], int]:
    """An index into the points as one into the coefficients, and where their rows end up."""
    if type(index) in (int, slice):
        return (slice(None), index), 0
    if not isinstance(index, tuple):
        index = (index,)
    plain = tuple(_plain_index(item) for item in index)
    arrays = [item for item in plain if isinstance(item, (np.ndarray, bool))]
    if arrays:
        # Array indices that are apart from each other (an integer counts as one beside
        # them) put their axes in front of all others, the rows' axis included.
        places = [i for i, item in enumerate(plain) if isinstance(item, (np.ndarray, int, bool))]
        if places[-1] - places[0] + 1 != len(places):
            flat = [item.nonzero()[0] if item.dtype == bool else item for item in arrays]
            return (slice(None), *plain), np.broadcast(*flat).ndim
    return (slice(None), *plain), 0


def _plain_index(item: Any) -> Any:
    if item is None or item is ... or isinstance(item, (slice, int)):
        return item
    item = np.asarray(_numbers.value(item)) if not isinstance(item, Number) else item
    if isinstance(item, Number):
        raise IndexError(
            "arrays are indexed by integers or booleans, not by a number that carries "
            "derivatives; write ta.value(i).astype(int)"
        )
    if item.size == 0 and item.dtype == float:  # an empty list
        return item.astype(int)
    return int(item) if item.ndim == 0 and item.dtype.kind in "iu" else item


def _get(parts: Any, index: Any) -> Any:
    shifted, axis = _shifted(index)
    return np.moveaxis(parts[shifted], axis, 0) if axis else parts[shifted]


class Array:
    """What array numbers have and 0-d numbers must not: the protocols of a sequence."""

    __slots__ = ()

    algebra: Any
    parts: Any
    shape: tuple[int, ...]
    adopt: Callable[..., None]

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        mixes()
        algebra, parts = self.algebra, self.parts
        return (make(algebra, parts[:, i]) for i in range(self.shape[0]))

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __getitem__(self, index: Any) -> Any:
        mixes()
        return make(self.algebra, _get(self.parts, index))

    def __setitem__(self, index: Any, item: Any) -> None:
        mixes()
        item = repack(item)
        if isinstance(item, Number):
            self._make_room(item.algebra, item.dtype)
            given = parts_over(self.algebra, item)
        elif np.iscomplexobj(item) and self.parts.dtype.kind == "f":
            raise TypeError("cannot assign complex numbers to an array of real numbers")
        else:
            given = np.asarray(item)
        parts = self.parts
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

    def _make_room(self, algebra: Any, dtype: Any) -> None:
        """Move to a buffer that can hold numbers over `algebra` too.

        Whatever still looks at the old buffer, a view taken earlier, would miss what is
        written from now on: it gets nan, so that it can never be read as a right answer.
        """
        if np.result_type(dtype, self.parts) != self.parts.dtype and np.dtype(dtype).kind == "c":
            raise TypeError("cannot assign complex numbers to an array of real numbers")
        joint = self.algebra.join(algebra)
        if joint == self.algebra:
            return
        old = self.parts
        self.adopt(joint, parts_over(joint, self).copy())
        if old.dtype.kind in "fc" and old.flags.writeable:
            old.fill(np.nan)

    def _replace(self, result: Any) -> Any:
        """Take over the result of an in-place operation."""
        if not isinstance(result, Number):
            return result
        if result.shape != self.shape:
            raise ValueError(
                f"a result of shape {result.shape} does not fit in place into {self.shape}"
            )
        kind = np.result_type(result.dtype, self.parts).kind
        if kind != self.parts.dtype.kind and kind == "c":
            raise TypeError("a complex result does not fit in place into an array of real numbers")
        if result.algebra == self.algebra:
            self.parts[...] = result.parts
            return self
        old = self.parts
        self.adopt(result.algebra, result.parts.astype(old.dtype))
        if old.dtype.kind in "fc" and old.flags.writeable:
            old.fill(np.nan)
        return self

    def __iadd__(self, other: Any) -> Any:
        return self._replace(self + other)

    def __isub__(self, other: Any) -> Any:
        return self._replace(self - other)

    def __imul__(self, other: Any) -> Any:
        return self._replace(self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self._replace(self / other)

    def __ipow__(self, other: Any) -> Any:
        return self._replace(self**other)

    def __ifloordiv__(self, other: Any) -> Any:
        return self._replace(self // other)

    def __imod__(self, other: Any) -> Any:
        return self._replace(self % other)

    def __imatmul__(self, other: Any) -> Any:
        return self._replace(self @ other)


class DualArray(Array, Dual):
    __slots__ = ()


class HyperDualArray(Array, HyperDual):
    __slots__ = ()


class TaylorArray(Array, Taylor):
    __slots__ = ()


class NestedArray(Array, Nested):
    __slots__ = ()


for _class in (DualArray, HyperDualArray, TaylorArray, NestedArray):
    _class.__doc__ = f"The arrays among the numbers of type {_class.__name__[:-5]}."

ARRAY_CLASSES = {
    "dual": DualArray,
    "hyperdual": HyperDualArray,
    "taylor": TaylorArray,
    "nested": NestedArray,
}
