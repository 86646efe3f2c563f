"""`numpy.pad`: linear in array and constants, but for the modes that ask the values.

``maximum``, ``minimum`` and ``median`` select, and a mode that is a function may do
anything, so those are written in numbers; every other mode pads each coefficient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import value
from taylorad.rules.composite import Composite
from taylorad.rules.linear import Linear
from taylorad.rules.operands import number, with_value

__all__ = ["pad"]

_LINEAR = Linear(np.pad, ("array", "constant_values", "end_values"))

_SELECTING: dict[str, Callable[..., Any]] = {
    "maximum": np.max,
    "minimum": np.min,
    "median": np.median,
}


def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """`numpy.pad`, every mode."""
    array = number(array)
    if callable(mode):
        return _by_function(array, pad_width, mode, kwargs)
    if mode not in _SELECTING:
        return _LINEAR(array, pad_width, mode, **kwargs)
    values = np.pad(value(array), pad_width, mode, **kwargs)
    widths = _widths(array.ndim, pad_width)
    lengths = np.broadcast_to(
        np.asarray(kwargs.get("stat_length"), object), (array.ndim, 2)
    ).tolist()
    for axis, (width, length) in enumerate(zip(widths, lengths, strict=True)):
        if array.shape[axis]:
            array = _by_statistic(array, axis, width, length, _SELECTING[mode])
    return with_value(array, values)


def _widths(ndim: int, pad_width: Any) -> list[list[int]]:
    """How far to pad before and after, for each axis."""
    if isinstance(pad_width, dict):
        pairs = {axis % ndim: width for axis, width in pad_width.items()}
        pad_width = [np.broadcast_to(pairs.get(axis, 0), 2) for axis in range(ndim)]
    return np.broadcast_to(pad_width, (ndim, 2)).tolist()


def _by_statistic(
    array: Any, axis: int, width: list[int], length: list[int | None], statistic: Callable[..., Any]
) -> Any:
    size = array.shape[axis]
    before, after = (size if one is None else min(one, size) for one in length)
    pieces = [
        statistic(np.take(array, range(before), axis), axis=axis, keepdims=True),
        array,
        statistic(np.take(array, range(size - after, size), axis), axis=axis, keepdims=True),
    ]
    repeats = (width[0], 1, width[1])
    return np.concatenate(
        [np.repeat(piece, count, axis) for piece, count in zip(pieces, repeats, strict=True)], axis
    )


def _by_function(array: Any, pad_width: Any, function: Any, options: dict[str, Any]) -> Any:
    """Let `function` fill the margins in place, one line of the array after another."""
    padded = _LINEAR(array, pad_width)
    widths = [tuple(width) for width in _widths(array.ndim, pad_width)]
    for axis, width in enumerate(widths):
        lines = np.moveaxis(padded, axis, -1)
        for index in np.ndindex(lines.shape[:-1]):
            function(lines[(*index, ...)], width, axis, options)
    return padded


dispatch.register([Composite(np.pad, pad)])
