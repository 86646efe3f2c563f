"""Linear functions: apply them to every coefficient.

    f(sum of x_k t^k) = sum of f(x_k) t^k

Several arguments may be operands, as in ``np.insert(arr, 1, values)``; the function is
linear in all of them together, so a constant appears in row 0 and is zero in the others.

How the coefficients are reached is one more column of the table, for memory and speed:

``VIEW``
    NumPy answers with a view. It is taken of row 0 and repeated in every row, so that the
    result shares memory with the operand exactly where NumPy's would.
``ALL``, ``FLAT``, ``AXIS``
    The function works along ``axis``. It is called once on the whole buffer, with the axis
    shifted by one. ``axis=None`` means all axes, the flattened array, or an error.
``ROWS``
    One call a row. The others fall back to it for whatever is out of the ordinary: several
    operands, ``where=``, a view that NumPy had to copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import fft
from numpy import linalg as la
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple
from numpy.lib.stride_tricks import sliding_window_view

from taylorad import dispatch
from taylorad._numbers import Number, common, make, value
from taylorad.algebra import Algebra
from taylorad.rules._rows import (
    Rows,
    assemble,
    coefficients,
    describe,
    leaves,
    map_leaves,
    parameters,
    refuse_integers,
    refuse_numbers,
    same_view,
    unpacked,
)

__all__ = ["ELEMENTWISE", "TABLE", "Join", "Linear", "view_or_rows", "windows"]

ROWS, VIEW, AXIS, ALL, FLAT = "rows", "view", "axis", "all", "flat"

# Arguments that select by truth value: a number stands for its value there, as in `if`.
MASKS = ("where", "condition")


@dataclass(frozen=True)
class Linear:
    """A function that is linear in its operands together.

    Parameters
    ----------
    function : callable
        The NumPy function.
    operands : tuple of str
        The arguments it is linear in, the main one first. Each is an array or a nested
        list of arrays.
    how : str
        How the coefficients are reached: see the head of this module.
    elementwise : bool
        Whether an entry of the result depends on the same entry of the operand alone.
    """

    function: Callable[..., Any]
    operands: tuple[str, ...]
    how: str = ROWS
    elementwise: bool = False

    @cached_property
    def name(self) -> str:
        return describe(self.function)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the function, in order, with their defaults."""
        return parameters(self.function)

    @cached_property
    def leads(self) -> bool:
        """Whether the main operand is the first argument."""
        return next(iter(self.parameters)) == self.operands[0]

    @cached_property
    def axis_at(self) -> int:
        return list(self.parameters).index("axis")

    @cached_property
    def extras(self) -> frozenset[str]:
        """The arguments that one call for all rows cannot take."""
        return frozenset((*self.operands, "where"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args and self.leads:
            args = (kwargs.pop(self.operands[0]),)
        if isinstance(args[0], Number) and self.leads:
            whole = self._whole(args[0], args[1:], kwargs)
            if whole is not None:
                return whole
        given = dict(zip(self.parameters, args, strict=False))
        given.update(kwargs)
        for mask in MASKS:
            if mask in given:
                given[mask] = value(given[mask])
        return self._by_rows(given, len(args))

    def _whole(self, operand: Number, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The result by one call, or None where that is not possible."""
        if self.how == VIEW:
            view = self.function(operand.parts[0, ...], *rest, **kwargs)
            return windows(operand, view, self.name)
        if self.how == ROWS or not kwargs.keys().isdisjoint(self.extras):
            return None
        at = self.axis_at
        if len(rest) > at:
            return None
        refuse_numbers(self.name, (*rest, *kwargs.values()))
        parts = operand.parts
        axis = rest[at - 1] if len(rest) == at else kwargs.get("axis", self.parameters["axis"])
        shifted: Any
        if axis is None and self.how == ALL:
            shifted = tuple(range(1, parts.ndim))
        elif axis is None and self.how == FLAT:
            parts, shifted = parts.reshape(len(parts), -1), 1
        elif axis is None or not operand.ndim:  # NumPy lets some name the axis of a 0-d array
            return None
        elif isinstance(axis, tuple) and self.how == ALL:
            shifted = tuple(one + 1 for one in normalize_axis_tuple(axis, operand.ndim))
        else:
            shifted = normalize_axis_index(axis, operand.ndim) + 1
        result = self.function(parts, *rest[: at - 1], **{**kwargs, "axis": shifted})
        refuse_integers(result.dtype, self.name)
        return make(operand.algebra, result)

    def _by_rows(self, given: dict[str, Any], positional: int) -> Any:
        """The result by one call a row; the first arguments are given by position."""
        refuse_numbers(self.name, [given[name] for name in given if name not in self.operands])
        operands = [name for name in self.operands if name in given]
        for name in operands:
            given[name] = map_leaves(unpacked, given[name])
        algebra = common([leaf for name in operands for leaf in leaves(given[name])])
        names, filled = list(given), list(given.values())
        stored = {}
        if algebra is not None:
            stored = {names.index(name): _stored(algebra, given[name]) for name in operands}
        present = {row for item in stored.values() for leaf in leaves(item) for row in leaf}
        rows = {}
        for row in sorted(present) or [0]:
            for at, item in stored.items():
                filled[at] = map_leaves(_reader(row), item)
            keywords = dict(zip(names[positional:], filled[positional:], strict=True))
            rows[row] = self.function(*filled[:positional], **keywords)
        return rows[0] if algebra is None else assemble(algebra, rows, self.name)


@dataclass(frozen=True)
class Join(Linear):
    """`np.concatenate` and `np.stack`: one call for all rows, of numbers over one algebra."""

    new_axis: bool = False

    def __call__(self, arrays: Any, axis: Any = 0, **kwargs: Any) -> Any:
        plain = kwargs or axis is None or not isinstance(arrays, list | tuple) or not arrays
        if not plain and all(isinstance(array, Number) for array in arrays):
            algebra = arrays[0].algebra
            if all(array.algebra == algebra for array in arrays):
                try:
                    ndim = arrays[0].ndim + self.new_axis
                    shifted = normalize_axis_index(axis, ndim) + 1
                    joined = self.function([array.parts for array in arrays], axis=shifted)
                    return make(algebra, joined)
                except ValueError:  # for the message, of arrays as the user knows them
                    pass
        return super().__call__(arrays, axis, **kwargs)


def _stored(algebra: Algebra, operand: Any) -> Any:
    return map_leaves(lambda leaf: coefficients(algebra, leaf), operand)


def _reader(row: int) -> Callable[[Rows], Any]:
    """Read one row of an operand: its coefficient, or a zero of the same type and shape."""

    def read(stored: Rows) -> Any:
        if row in stored:
            return stored[row]
        leaf = stored[0]
        if leaf is None or leaf is np._NoValue:  # an optional operand, not given
            return leaf
        # The type of a Python number is weak in NumPy's promotion: it must stay one.
        return type(leaf)(0) if type(leaf) in (bool, int, float, complex) else np.zeros_like(leaf)

    return read


def windows(operand: Number, view: Any, name: str) -> Any:
    """The number whose value is the view of the operand's, or None if that is a copy."""
    if isinstance(view, list | tuple):
        found = [windows(operand, item, name) for item in view]
        return None if any(one is None for one in found) else type(view)(found)
    refuse_integers(view.dtype, name)
    parts = same_view(operand.parts, view)
    return None if parts is None else make(operand.algebra, parts)


def view_or_rows(function: Callable[[Any], Any], operand: Number, name: str) -> Any:
    """A linear function of one operand: a view where NumPy gives one, else row by row."""
    first = function(operand.parts[0, ...])
    found = windows(operand, first, name)
    if found is not None:
        return found
    rows = coefficients(operand.algebra, operand)
    return assemble(
        operand.algebra, {row: function(rows[row]) if row else first for row in rows}, name
    )


TABLE = [
    Linear(function, tuple(operands.split()), how)
    for function, operands, how in (
        # function               operands                how
        (np.reshape,             "a",                    VIEW),
        (np.ravel,               "a",                    VIEW),
        (np.transpose,           "a",                    VIEW),
        (np.matrix_transpose,    "x",                    VIEW),
        (np.swapaxes,            "a",                    VIEW),
        (np.moveaxis,            "a",                    VIEW),
        (np.rollaxis,            "a",                    VIEW),
        (np.squeeze,             "a",                    VIEW),
        (np.expand_dims,         "a",                    VIEW),
        (np.broadcast_to,        "array",                VIEW),
        (np.flip,                "m",                    VIEW),
        (np.fliplr,              "m",                    VIEW),
        (np.flipud,              "m",                    VIEW),
        (np.rot90,               "m",                    VIEW),
        (np.diag,                "v",                    VIEW),
        (np.diagonal,            "a",                    VIEW),
        (np.split,               "ary",                  VIEW),
        (np.array_split,         "ary",                  VIEW),
        (np.hsplit,              "ary",                  VIEW),
        (np.vsplit,              "ary",                  VIEW),
        (np.dsplit,              "ary",                  VIEW),
        (sliding_window_view,    "x",                    VIEW),
        (la.diagonal,            "x",                    VIEW),
        (la.matrix_transpose,    "x",                    VIEW),
        (np.sum,                 "a initial",            ALL),
        (np.mean,                "a",                    ALL),
        (np.cumsum,              "a",                    FLAT),
        (np.take,                "a",                    FLAT),
        (np.repeat,              "a",                    FLAT),
        (np.delete,              "arr",                  FLAT),
        (np.compress,            "a",                    FLAT),
        (np.diff,                "a prepend append",     AXIS),
        (fft.fft,                "a",                    AXIS),
        (fft.ifft,               "a",                    AXIS),
        (fft.rfft,               "a",                    AXIS),
        (fft.irfft,              "a",                    AXIS),
        (fft.hfft,               "a",                    AXIS),
        (fft.ihfft,              "a",                    AXIS),
        (fft.fft2,               "a",                    ROWS),
        (fft.ifft2,              "a",                    ROWS),
        (fft.rfft2,              "a",                    ROWS),
        (fft.irfft2,             "a",                    ROWS),
        (fft.fftn,               "a",                    ROWS),
        (fft.ifftn,              "a",                    ROWS),
        (fft.rfftn,              "a",                    ROWS),
        (fft.irfftn,             "a",                    ROWS),
        (fft.fftshift,           "x",                    ROWS),
        (fft.ifftshift,          "x",                    ROWS),
        (np.trace,               "a",                    ROWS),
        (la.trace,               "x",                    ROWS),
        (np.ediff1d,             "ary to_end to_begin",  ROWS),
        (np.roll,                "a",                    ROWS),
        (np.tile,                "A",                    ROWS),
        (np.resize,              "a",                    ROWS),
        (np.take_along_axis,     "arr",                  ROWS),
        (np.extract,             "arr",                  ROWS),
        (np.diagflat,            "v",                    ROWS),
        (np.tril,                "m",                    ROWS),
        (np.triu,                "m",                    ROWS),
        (np.append,              "arr values",           ROWS),
        (np.insert,              "arr values",           ROWS),
        (np.vstack,              "tup",                  ROWS),
        (np.hstack,              "tup",                  ROWS),
        (np.dstack,              "tup",                  ROWS),
        (np.column_stack,        "tup",                  ROWS),
        (np.block,               "arrays",               ROWS),
        (np.bincount,            "weights",              ROWS),
        (np.polyder,             "p",                    ROWS),
        (np.polyint,             "p k",                  ROWS),
        (np.polyadd,             "a1 a2",                ROWS),
        (np.polysub,             "a1 a2",                ROWS),
    )
]  # fmt: skip

TABLE += [
    Join(np.concatenate, ("arrays",)),
    Join(np.stack, ("arrays",), new_axis=True),
]

# Not in every NumPy since 2.0.
TABLE += [
    Linear(getattr(np, name), (operand,), how)
    for name, operand, how in (
        ("unstack",              "x",                    VIEW),
        ("cumulative_sum",       "x",                    ROWS),
    )
    if hasattr(np, name)
]  # fmt: skip

ELEMENTWISE = [
    Linear(function, (operand,), how, elementwise=True)
    for function, operand, how in (
        (np.real,                "val",                  VIEW),
        (np.imag,                "val",                  VIEW),
        (np.astype,              "x",                    VIEW),
        (np.copy,                "a",                    ROWS),
    )
]  # fmt: skip

dispatch.register([*TABLE, *ELEMENTWISE])
