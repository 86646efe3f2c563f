"""`numpy.pad`: linear in array and constants, but for the modes that ask the values.

``maximum``, ``minimum`` and ``median`` select, and a mode that is a function may do
anything, so those are written in numbers; every other mode pads each coefficient. In
reverse most of those move elements about; the few that mix them are undone axis by axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from taylorad import dispatch
from taylorad._numbers import value
from taylorad._tape import enter_deferred
from taylorad.dispatch import Reverse
from taylorad.rules._linear import Linear
from taylorad.rules.composite import Composite
from taylorad.rules.operands import number, with_value
from taylorad.rules.sums import dense
from taylorad.rules.transposes import Call

__all__ = ["pad"]


def _pulls(call: Call) -> list[Any] | None:
    mixing = call.given.get("mode") in ("linear_ramp", "mean")
    if not mixing and call.given.get("reflect_type") != "odd":
        return None
    pulls = dense(call)  # of the few end values
    shape = call.shapes[0]
    widths = _widths(len(shape), call.given["pad_width"])
    matrices = [_matrix(call, axis, size, widths[axis]) for axis, size in enumerate(shape)]

    def pull(g: Any) -> Any:
        for axis, matrix in enumerate(matrices):
            g = np.moveaxis(np.tensordot(matrix, g, ([1], [axis])), 0, axis)
        return g

    pulls[0] = pull
    return pulls


def _matrix(call: Call, axis: int, size: int, width: list[int]) -> np.ndarray:
    """What padding makes of each unit vector along an axis: all axes are padded alike."""
    options = {name: x for name, x in call.options.items() if name not in ("array", "pad_width")}
    if options.get("stat_length") is not None:
        lengths = np.broadcast_to(options["stat_length"], (len(call.shapes[0]), 2))
        options["stat_length"] = (tuple(lengths[axis].tolist()),)
    return np.array([np.pad(unit, width, **options) for unit in np.eye(size)]).reshape(
        size, size + sum(width)
    )


_LINEAR = Linear(np.pad, ("array", "constant_values", "end_values"), back=_pulls)

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
        rule = _LINEAR.reverse if Reverse.owns((array, *kwargs.values())) else _LINEAR
        return rule(array, pad_width, mode, **kwargs)
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
    padded = np.pad(array, pad_width)
    widths = [tuple(width) for width in _widths(array.ndim, pad_width)]
    for axis, width in enumerate(widths):
        lines = np.moveaxis(padded, axis, -1)
        for index in np.ndindex(lines.shape[:-1]):
            function(lines[(*index, ...)], width, axis, options)
    return padded


dispatch.register([Composite(np.pad, pad)])
enter_deferred(np.pad)
