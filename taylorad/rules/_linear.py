"""The rows of `taylorad.rules.linear`: functions that are linear in their operands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from taylorad import dispatch
from taylorad._numbers import Number, by_rows, common, make, repack, value
from taylorad._tape import Variable, as_view, record
from taylorad.algebra import Algebra
from taylorad.dispatch import carries
from taylorad.rules import transposes
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
    unpacked,
)
from taylorad.rules._views import on_record, viewed, windows
from taylorad.rules.operands import has_truth
from taylorad.rules.recording import values_of
from taylorad.rules.transposes import Call

__all__ = ["ALL", "AXIS", "FLAT", "ROWS", "VIEW", "Join", "Linear", "Ordered", "Part", "Pieces"]

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
    back : callable, optional
        What makes the pulls of a call.
    elementwise : bool
        Whether an entry of the result depends on the same entry of the operand alone.
    """

    function: Callable[..., Any]
    operands: tuple[str, ...]
    how: str = ROWS
    back: Callable[[Call], Any] | None = None
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
            if carries(operand.parts):
                return on_record(lambda x: self.function(x, *rest, **kwargs), operand, self.name)
            view = self.function(operand.parts[0, ...], *rest, **kwargs)
            return windows(operand, view, self.name)
        if not kwargs.keys().isdisjoint(self.extras):
            return None
        if self.how == ROWS:
            return self._of_rows(operand, rest, kwargs)
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
        elif axis is None or has_truth(axis) or not operand.ndim:
            return None  # NumPy refuses the one, and lets some name the axis of a 0-d array
        elif isinstance(axis, tuple) and self.how == ALL:
            shifted = tuple(one + 1 for one in normalize_axis_tuple(axis, operand.ndim))
        else:
            shifted = normalize_axis_index(axis, operand.ndim) + 1
        result = self.function(parts, *rest[: at - 1], **{**kwargs, "axis": shifted})
        refuse_integers(result.dtype, self.name)
        # NumPy may answer in the order of its operand's axes in memory.
        return make(operand.algebra, by_rows(result) if type(result) is np.ndarray else result)

    def _of_rows(self, operand: Number, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The result by one call a row, where nothing else is an operand."""
        parts = operand.parts
        alone = len(self.operands) == 1 and type(parts) is np.ndarray and parts.ndim > 1
        if not alone or any(map(carries, (*rest, *kwargs.values()))):
            return None
        rows = [self.function(row, *rest, **kwargs) for row in parts]
        return assemble(operand.algebra, dict(enumerate(rows)), self.name)

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

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the function."""
        if args and isinstance(args[0], Variable) and self.leads:
            x, rest = args[0], args[1:]
            alone = kwargs.keys().isdisjoint(self.operands) and not (rest and self.operands[1:])
            if alone and "where" not in kwargs and not any(map(carries, (*rest, *kwargs.values()))):
                return self._of_one(x, rest, kwargs)
        given = dict(zip(self.parameters, args, strict=False))
        given.update(kwargs)
        arrays: list[Any] = []
        operands = self._operands(given, arrays, len(args))
        call = self._call(given, operands, [shape_of(array) for array in arrays], len(args))
        refuse_numbers(self.name, call.options.values())
        values = values_of(arrays)
        if any(map(carries, values)) and not carries(values[0]):
            # NumPy does not hand over to us for the sake of a later argument, like initial=.
            rule = self.reverse if dispatch.Reverse.owns(values) else self
            result = replace(call, function=rule)(values)
        else:
            result = call(values)
        refuse_integers(getattr(result, "dtype", np.dtype(object)), self.name)
        y = record(result, arrays, self._pulls(call))
        return viewed(y, arrays[0], lambda x: call([x])) if len(arrays) == 1 else y

    def _of_one(self, x: Variable, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Record the function of one Variable; what is pulled, only if it is asked for."""
        y = self.function(x.value, *rest, **kwargs)
        if not (type(y) is np.ndarray and y.dtype.kind == "f"):
            refuse_integers(getattr(y, "dtype", np.dtype(object)), self.name)
        y = record(y, (x,), partial(self.pulls_of, x.shape, rest, kwargs))
        return viewed(y, x, lambda other: self.function(other, *rest, **kwargs))

    def pulls_of(self, shape: Any, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The pulls of a call with one array of this shape."""
        given = dict(zip(self.parameters, (0, *rest), strict=False)) | kwargs
        for name in [name for name in kwargs if given[name] is np._NoValue]:
            del given[name]
        return self._pulls(self._call(given, [self.operands[0]], [shape], 1 + len(rest)))

    def pulls_again(self, *args: Any, **kwargs: Any) -> Any:
        """The pulls of a call with plain arguments."""
        given = dict(zip(self.parameters, args, strict=False)) | kwargs
        arrays: list[Any] = []
        operands = self._operands(given, arrays, len(args))
        return self._pulls(self._call(given, operands, list(map(shape_of, arrays)), len(args)))

    def _call(
        self, given: dict[str, Any], operands: list[str], shapes: list[Any], positional: int
    ) -> Call:
        others = [name for name in self.operands if name not in operands]
        return Call(self.function, given, operands, others, shapes, positional)

    def _pulls(self, call: Call) -> Any:
        pulls = None if self.back is None else self.back(call)
        return transposes.places(call) if pulls is None else pulls

    def _operands(self, given: dict[str, Any], arrays: list[Any], positional: int) -> list[str]:
        """Number the arrays in the operands, and list them; returns the operands' names."""

        def number(array: Any) -> int:
            arrays.append(array)
            return len(arrays) - 1

        found = []
        for name, item in list(given.items()):
            if name in self.operands:
                if item is None or item is np._NoValue:
                    continue
                if self.function is np.block:  # nested lists say where each array goes
                    given[name] = map_leaves(lambda leaf: number(unpacked(leaf)), item)
                elif name in SEVERAL and isinstance(item, list | tuple):
                    given[name] = [number(_array(unpacked(repack(one)))) for one in item]
                else:
                    given[name] = number(_array(unpacked(repack(item))))
                found.append(name)
            elif name in MASKS:
                given[name] = value(item)
            elif isinstance(item, Variable):
                refuse_numbers(self.name, [item])
        for name in list(given)[positional:]:
            if given[name] is np._NoValue:
                del given[name]
        return found


@dataclass(frozen=True)
class Ordered(Linear):
    """`np.ravel` and `np.reshape`, whose orders "A" and "K" ask how the operand lies in memory."""

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the function; its operand with the axes in the order of memory for "K"."""
        given = dict(zip(self.parameters, args, strict=False)) | kwargs
        order = given.get("order", "C")
        if order in ("A", "K"):
            x = given["a"]
            first = np.asarray(value(x))
            given["order"] = "F" if order == "A" and first.flags.fnc else "C"
            if order == "K":
                axes = np.argsort(np.negative(np.abs(first.strides)), kind="stable")
                given["a"] = np.transpose(x, axes)
            keywords = dict(list(given.items())[len(args) :])
            return super().reverse(*list(given.values())[: len(args)], **keywords)
        return super().reverse(*args, **kwargs)


@dataclass(frozen=True)
class Part(Linear):
    """`np.real` and `np.imag`: views that cannot be assigned to."""

    def reverse(self, val: Any) -> Any:
        """Record the part; it follows changes of the operand."""

        def again(x: Any) -> Any:
            result = self.function(x)
            if isinstance(x, np.ndarray) and not isinstance(result, np.generic):
                result = result[...]
                result.flags.writeable = not complex_
            return result

        complex_ = val.dtype.kind == "c"
        result = self.function(val.value)
        assert self.back is not None
        y = record(result, (val,), self.back(Call(self.function, {}, (), (), [val.shape], 1)))
        return as_view(y, val, again) if isinstance(y, Variable) and y.ndim else y


# Operands that are lists of arrays.
SEVERAL = ("arrays", "tup")


def _array(item: Any) -> Any:
    """A list as an array; scalars stay what they are, whose types are weak."""
    return np.asarray(item) if isinstance(item, list | tuple) else item


def shape_of(x: Any) -> Any:
    """The shape of an array or scalar."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


@dataclass(frozen=True)
class Pieces(Linear):
    """A function that cuts its operand along an axis: its results are slices.

    Parameters
    ----------
    along : int or tuple of int, optional
        The axis, where it is not an argument; for arrays of 1, 2, ... dimensions.
    """

    along: tuple[int, ...] = ()

    def reverse(self, *args: Any, **kwargs: Any) -> Any:
        """Record the slices."""
        given = dict(zip(self.parameters, args, strict=False)) | kwargs
        x = given[self.operands[0]]
        refuse_numbers(self.name, [given[name] for name in given if name != self.operands[0]])
        ndim = x.ndim
        axis = given.get("axis", 0)
        if self.along and ndim:
            axis = self.along[min(ndim, len(self.along)) - 1]
        axis = normalize_axis_index(axis, ndim) if ndim else 0
        # The places along the axis, cut by NumPy: what it refuses is refused here.
        marks = np.zeros(x.shape, int)
        marks += np.arange(x.shape[axis]).reshape(-1, *(1,) * (ndim - axis - 1)) if ndim else 0
        given[self.operands[0]] = marks
        pieces = self.function(
            *list(given.values())[: len(args)], **dict(list(given.items())[len(args) :])
        )
        before = (slice(None),) * axis
        if len(pieces) and pieces[0].ndim < ndim:
            return type(pieces)(x[(*before, i)] for i in range(len(pieces)))
        firsts = [
            int(piece.take(0, axis).flat[0]) if piece.size else None for piece in pieces
        ]
        return type(pieces)(
            x[(*before, slice(0, 0) if first is None else slice(first, first + piece.shape[axis]))]
            for first, piece in zip(firsts, pieces, strict=True)
        )


@dataclass(frozen=True)
class Join(Linear):
    """`np.concatenate` and `np.stack`: one call for all rows, of numbers over one algebra."""

    new_axis: bool = False

    def __call__(self, arrays: Any, axis: Any = 0, **kwargs: Any) -> Any:
        plain = kwargs or axis is None or has_truth(axis)
        plain = plain or not isinstance(arrays, list | tuple) or not arrays
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

    def reverse(self, arrays: Any, axis: Any = 0, **kwargs: Any) -> Any:
        """Record the function."""
        ready = not kwargs and axis is not None and isinstance(arrays, list | tuple)
        if not ready or not all(isinstance(array, Variable | np.ndarray) for array in arrays):
            return super().reverse(arrays, axis, **kwargs)
        arrays = list(map(unpacked, arrays))
        result = self.function(values_of(arrays), axis=axis)
        return record(result, arrays, self.pulls_along([array.shape for array in arrays], axis))

    @property
    def pulls_along(self) -> Callable[[list[Any], int], Any]:
        """What makes the pulls of arrays of some shapes, joined along an axis."""
        return transposes.stacked if self.new_axis else transposes.joined


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
        if type(leaf) in (bool, int, float, complex):
            return type(leaf)(0)
        return np.zeros(leaf.shape, leaf.dtype) if carries(leaf) else np.zeros_like(leaf)

    return read
