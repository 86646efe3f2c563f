"""What the rules that are not recurrences share: values, coefficient rows, dtypes, axes.

A rule here lets the *values* decide (which element is the largest, where a condition
holds) and then applies a map that is linear at these values to every coefficient, or
records it. The value itself always comes from NumPy, so that it is the same to the last
bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from taylorad._numbers import Number, common, laid_as, make, parts_over, repack, value
from taylorad._tape import identity, record
from taylorad.dispatch import Reverse, carries

__all__ = [
    "NO_VALUE",
    "as_dtype",
    "axes_of",
    "constant",
    "constant_like",
    "given",
    "has_truth",
    "is_nan",
    "is_number_dtype",
    "last_axis",
    "number",
    "plain",
    "reduced_shape",
    "rows_over",
    "with_value",
]

NO_VALUE: Any = np._NoValue


def number(operand: Any) -> Any:
    """The operand as a number of ours or as an array, whatever it was given as."""
    if isinstance(operand, (list, tuple)):
        operand = repack(operand)
        return np.asarray(operand) if isinstance(operand, (list, tuple)) else operand
    if isinstance(operand, np.ndarray) and operand.dtype == object:
        return repack(operand)
    return operand


def plain(tree: Any) -> Any:
    """The plain values of `tree`: an operand, or lists, tuples and dicts of operands."""
    if type(tree) in (list, tuple):
        return type(tree)(plain(leaf) for leaf in tree)
    if type(tree) is dict:
        return {key: plain(leaf) for key, leaf in tree.items()}
    if isinstance(tree, np.ndarray) and tree.dtype == object:
        tree = repack(tree)
    return value(tree)


def given(**keywords: Any) -> dict[str, Any]:
    """The keywords that were given: those that are not NumPy's ``<no value>``."""
    return {name: given for name, given in keywords.items() if given is not NO_VALUE}


def is_nan(values: Any) -> Any:
    """Where `values` is nan; unlike `numpy.isnan`, for objects too."""
    return values != values


def is_number_dtype(dtype: Any) -> bool:
    """Whether derivatives can be kept in this dtype."""
    return np.dtype(dtype).kind in "fcO"


def as_dtype(operand: Any, dtype: npt.DTypeLike | None) -> Any:
    """The operand in another dtype, which must be one that can hold derivatives."""
    if dtype is None:
        return operand
    if not is_number_dtype(dtype):
        raise TypeError(
            f"dtype={np.dtype(dtype)} cannot hold derivatives; leave it out or give a "
            "floating or complex dtype (or pass taylorad.value(x) if no derivatives are wanted)"
        )
    if operand.dtype == np.dtype(dtype):
        return operand
    return operand.astype(dtype)


def constant(algebra: Any, values: Any) -> Any:
    """The number over `algebra` that has these values and no derivatives."""
    values = np.asarray(values)
    if not is_number_dtype(values.dtype):
        values = values.astype(float)
    parts = np.zeros((algebra.rows, *values.shape), dtype=values.dtype)
    parts[0] = values
    return make(algebra, parts)


def constant_like(operands: Sequence[Any], values: Any) -> Any:
    """What the operands would make together, with these values and no derivatives.

    It can be assigned into: numbers over their algebra, where a Variable is on record.
    """
    operands = [x for x in operands if carries(x)]
    if Reverse.owns(operands):
        values = np.array(values, None if is_number_dtype(values.dtype) else float)
        return record(values[()], operands, [None] * len(operands))
    algebra = common(operands)
    if algebra is None:
        return values
    parts = constant(algebra, values).parts
    return make(
        algebra, constant_like([x.parts if isinstance(x, Number) else x for x in operands], parts)
    )


def rows_over(algebra: Any, operand: Any) -> Any:
    """The coefficients over `algebra`; a plain operand keeps its dtype, be it of integers."""
    if carries(operand):
        return parts_over(algebra, operand)
    operand = np.asarray(operand)
    parts = np.zeros((algebra.rows, *operand.shape), operand.dtype)
    parts[0] = operand
    return parts


def with_value(result: Any, values: Any) -> Any:
    """A number or Variable just made, with its value replaced by NumPy's own result.

    A sum of products in another order than NumPy's differs in the last bits; a program
    must not see another value because it asks for derivatives.
    """
    values = value(values)
    if isinstance(result, Number):
        parts = result.parts
        if isinstance(parts, np.ndarray):
            parts = laid_as(parts, values)
            parts[0] = values
        else:
            first = with_value(parts[0], values)
            parts = np.concatenate([np.reshape(first, (1, *first.shape)), parts[1:]])
        return make(result.algebra, parts)
    if carries(result):
        held = result.value  # of a lower level, if it carries derivatives as well
        values = with_value(+held, values) if carries(held) else values
        return record(values, (result,), (identity,))
    return values


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes a reduction runs over, as non-negative numbers."""
    if axis is None:
        return tuple(range(ndim))
    if has_truth(axis):
        raise TypeError(f"an axis is an integer or a tuple of integers, not {axis!r}")
    if ndim == 0 and axis in (0, -1):
        return ()  # NumPy lets a reduction of a 0-d array name its axis
    return np.lib.array_utils.normalize_axis_tuple(axis, ndim)


def has_truth(axis: Any) -> bool:
    """Whether a truth value is given for an axis, which NumPy mostly refuses."""
    return any(isinstance(one, bool) for one in (axis if isinstance(axis, tuple) else (axis,)))


def reduced_shape(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: Any) -> tuple[int, ...]:
    """The shape of a reduction over `axes`."""
    if keepdims is not NO_VALUE and keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


def last_axis(operand: Any, axes: tuple[int, ...]) -> Any:
    """The operand with `axes` moved to the end and merged into one axis."""
    shape = np.shape(operand)
    rest = tuple(axis for axis in range(len(shape)) if axis not in axes)
    size = int(np.prod([shape[axis] for axis in axes], dtype=int))
    if rest + axes != tuple(range(len(shape))):
        operand = np.transpose(operand, rest + axes)
    return np.reshape(operand, (*(shape[axis] for axis in rest), size))
