"""Transposes of the linear functions: how their cotangents are pulled back.

A linear function y = f(x) pulls a cotangent g back to f^T(g), for which sum(f^T(g) x) is
sum(g f(x)). Its transpose is written in NumPy functions that are covered themselves, so
that gradients of gradients need nothing more.

A function here makes, from a `Call`, a pull for each operand of the call, in order; None
stands for what is left to `Places`. The transpose of a function that only moves its
elements about is learned by letting it move labels: see `Places`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from math import prod
from typing import Any

import numpy as np
from numpy import fft
from numpy.lib.array_utils import normalize_axis_index

from taylorad._tape import identity, scatter
from taylorad.rules._rows import map_leaves

__all__ = ["Call", "Places", "Pull", "Shape", "reshaped", "single", "sliced"]

Pull = Callable[..., Any]
Shape = tuple[int, ...]


@dataclass
class Call:
    """A call of a linear function, without the values of its operands.

    Parameters
    ----------
    function : callable
        The NumPy function.
    given : dict
        Its arguments by name, in the order they were given. In an operand, each array is
        replaced by its number.
    operands : sequence of str
        The names of the arguments that are operands.
    others : sequence of str
        The names of the arguments that could be operands but are not.
    shapes : list of tuple of int
        The shapes of the arrays in the operands.
    positional : int
        How many arguments were given by position.
    """

    function: Callable[..., Any]
    given: dict[str, Any]
    operands: Sequence[str]
    others: Sequence[str]
    shapes: list[Shape]
    positional: int

    def __call__(self, arrays: Sequence[Any], **changed: Any) -> Any:
        """The function of these arrays."""
        filled = {**self.given, **changed}
        for name in self.operands:
            filled[name] = map_leaves(arrays.__getitem__, filled[name])
        first = self.positional
        return self.function(
            *list(filled.values())[:first], **dict(list(filled.items())[first:])
        )

    @property
    def options(self) -> dict[str, Any]:
        """The arguments that are not operands."""
        aside = (*self.operands, *self.others)
        return {name: x for name, x in self.given.items() if name not in aside}

    def numbers(self, name: str) -> Any:
        """The numbers of the arrays in an operand; None if it was not given."""
        return self.given[name] if name in self.operands else None


def single(pull: Callable[..., Any]) -> Callable[[Call], list[Pull]]:
    """The maker for a function of one array: ``pull(g, shape, **options)``."""

    @wraps(pull)
    def make(call: Call) -> list[Pull]:
        return [partial(pull, shape=call.shapes[0], **call.options)]

    return make


# --- What only moves elements about ------------------------------------------------------


class Places:
    """The transpose of a function whose results are elements of its operands, or constants.

    The function is applied to labels, 1, 2, 3, ... for the elements of the operands and 0
    for constants, and so tells which element went where. The transpose sums, for each
    element, the cotangents of all the places it went to.

    Parameters
    ----------
    function : callable
        From a list of arrays to an array.
    shapes : sequence of tuple of int
        The shapes of these arrays.
    """

    def __init__(self, function: Callable[[list[Any]], Any], shapes: Sequence[Shape]) -> None:
        self.function = function
        self.shapes = list(shapes)

    def pulls(self) -> list[Pull]:
        """The pull of each operand."""
        return [partial(self.pull, i) for i in range(len(self.shapes))]

    @cached_property
    def ends(self) -> list[int]:
        """The last label of each operand."""
        return np.cumsum([prod(shape) for shape in self.shapes], dtype=int).tolist()

    @cached_property
    def labels(self) -> np.ndarray:
        """Where each element went: only asked for if somebody wants a derivative."""
        arrays = [
            np.arange(end - prod(shape) + 1, end + 1).reshape(shape)
            for end, shape in zip(self.ends, self.shapes, strict=True)
        ]
        return np.ravel(self.function(arrays))

    def pull(self, i: int, g: Any) -> Any:
        """The cotangent of the i-th operand."""
        shape, end, labels = self.shapes[i], self.ends[i], self.labels
        size = prod(shape)
        if len(self.shapes) == 1 and type(g) is np.ndarray and g.dtype == float and g.size:
            return np.bincount(labels, g.ravel(), size + 1)[1:].reshape(shape)
        chosen = np.flatnonzero((labels > end - size) & (labels <= end))
        taken = np.ravel(g)[chosen]
        return np.reshape(scatter(taken, (size,), (labels[chosen] - (end - size + 1),)), shape)


def places(call: Call) -> list[Pull]:
    """The pulls of a function that only moves its elements about."""
    # Labels are exact as integers only.
    return Places(partial(_moved, call), call.shapes).pulls()


def _moved(call: Call, arrays: list[Any]) -> Any:
    types = {name: None for name in ("dtype",) if name in call.given}
    return call(arrays, **types)


# --- Axes and shapes ---------------------------------------------------------------------


def reshaped(shape: Shape, order: Any, g: Any) -> Any:
    """`numpy.reshape`, whose argument had another name before NumPy 2.1."""
    return np.reshape(g, shape, order)


def reshape(call: Call) -> list[Pull]:
    """Of functions that keep the order of the elements, or that of "F"."""
    order = call.given.get("order", "C")
    return [partial(reshaped, call.shapes[0], order)]


@single
def astype(g: Any, shape: Shape, **options: Any) -> Any:
    return g


def permute(call: Call) -> list[Pull]:
    """Any permutation of axes, learned from an array whose axes differ in length."""
    if not call.given.keys() - {call.operands[0]}:
        if call.function is np.transpose:
            return [np.transpose]
        if call.function is not np.rollaxis:
            return [np.matrix_transpose]
    ndim = len(call.shapes[0])
    moved = call([np.broadcast_to(0, tuple(range(ndim)))]).shape
    return [partial(np.transpose, axes=tuple(np.argsort(moved).tolist()))]


def same(call: Call) -> list[Pull]:
    """A function that passes its operands on, perhaps broadcast."""
    return [identity] * len(call.shapes)


def _again(call: Call, g: Any) -> Any:
    return call([g])


def again(call: Call) -> list[Pull]:
    """A function that is its own transpose."""
    return [partial(_again, call)]


@single
def rot90(g: Any, shape: Shape, k: int = 1, axes: Any = (0, 1)) -> Any:
    return np.rot90(g, -k, axes)


@single
def roll(g: Any, shape: Shape, shift: Any, axis: Any = None) -> Any:
    return np.roll(g, np.negative(shift), axis)


@single
def fftshift(g: Any, shape: Shape, axes: Any = None) -> Any:
    return fft.ifftshift(g, axes)


@single
def ifftshift(g: Any, shape: Shape, axes: Any = None) -> Any:
    return fft.fftshift(g, axes)


@single
def imag(g: Any, shape: Shape) -> Any:
    return -1j * g


# --- Joining -----------------------------------------------------------------------------


def sliced(g: Any, index: Any, shape: Shape) -> Any:
    found = g[index]
    return found if np.shape(found) == shape else np.reshape(found, shape)


def _joined(shapes: list[Shape], axis: int, lengths: list[int]) -> list[Pull]:
    pulls: list[Pull] = []
    before, start = (slice(None),) * axis, 0
    for shape, length in zip(shapes, lengths, strict=True):
        index = (*before, slice(start, start + length))
        pulls.append(partial(sliced, index=index, shape=shape))
        start += length
    return pulls


def joined(shapes: list[Shape], axis: int) -> list[Pull]:
    """The pulls of arrays joined along an axis: slices."""
    axis = normalize_axis_index(axis, len(shapes[0]))
    return _joined(shapes, axis, [shape[axis] for shape in shapes])


def stacked(shapes: list[Shape], axis: int) -> list[Pull]:
    """The pulls of arrays joined along a new axis: items."""
    before = (slice(None),) * normalize_axis_index(axis, len(shapes[0]) + 1)
    return [partial(sliced, index=(*before, i), shape=shape) for i, shape in enumerate(shapes)]


def concatenate(call: Call) -> list[Pull] | None:
    axis, shapes = call.given.get("axis", 0), call.shapes
    if not isinstance(call.given["arrays"], list):
        return None
    if axis is None:
        return _joined(shapes, 0, [prod(shape) for shape in shapes])
    return joined(shapes, axis)


def stack(call: Call) -> list[Pull] | None:
    if not isinstance(call.given["arrays"], list):
        return None
    return stacked(call.shapes, call.given.get("axis", 0))


def vstack(call: Call) -> list[Pull] | None:
    if not isinstance(call.given["tup"], list):
        return None
    return _joined(call.shapes, 0, [shape[0] if len(shape) > 1 else 1 for shape in call.shapes])


def hstack(call: Call) -> list[Pull] | None:
    if not isinstance(call.given["tup"], list):
        return None
    axis = 0 if len(call.shapes[0]) < 2 else 1
    return _joined(call.shapes, axis, [shape[axis] if shape else 1 for shape in call.shapes])


def dstack(call: Call) -> list[Pull] | None:
    if not isinstance(call.given["tup"], list):
        return None
    return _joined(call.shapes, 2, [shape[2] if len(shape) > 2 else 1 for shape in call.shapes])


def column_stack(call: Call) -> list[Pull] | None:
    if not isinstance(call.given["tup"], list):
        return None
    return _joined(call.shapes, 1, [shape[1] if len(shape) > 1 else 1 for shape in call.shapes])


def append(call: Call) -> list[Pull]:
    axis, shapes = call.given.get("axis"), call.shapes
    if axis is None:
        return _joined(shapes, 0, [prod(shape) for shape in shapes])
    return joined(shapes, axis)


# --- Taking ------------------------------------------------------------------------------


@single
def take(
    g: Any, shape: Shape, indices: Any, axis: int | None = None, mode: str = "raise"
) -> Any:
    at = 0 if axis is None else normalize_axis_index(axis, max(len(shape), 1))
    flat = (prod(shape),) if axis is None or not shape else shape
    indices = np.asarray(indices)
    if mode == "wrap":
        indices = indices % flat[at]
    elif mode == "clip":
        indices = np.clip(indices, 0, flat[at] - 1)
    if indices.size == 0 or indices.dtype == bool:  # 0 and 1, and no mask
        indices = indices.astype(int)
    found = scatter(g, flat, (*(slice(None),) * at, indices))
    return found if flat == shape else np.reshape(found, shape)


@single
def repeat(g: Any, shape: Shape, repeats: Any, axis: int | None = None) -> Any:
    if np.size(repeats) != 1:
        flat = (prod(shape),) if axis is None else shape
        at = 0 if axis is None else normalize_axis_index(axis, len(shape))
        rows = np.repeat(np.arange(flat[at]), repeats)
        return np.reshape(scatter(g, flat, (*(slice(None),) * at, rows)), shape)
    count = int(np.reshape(repeats, ()))
    if axis is None:
        return np.reshape(np.sum(np.reshape(g, (prod(shape), count)), axis=1), shape)
    at = normalize_axis_index(axis, len(shape)) + 1
    return np.sum(np.reshape(g, (*shape[:at], count, *shape[at:])), axis=at)


@single
def diag(g: Any, shape: Shape, k: int = 0) -> Any:
    if len(shape) == 1:
        return np.diagonal(g, k)
    return _on_diagonal(g, shape, k, 0, 1)


@single
def diagonal(g: Any, shape: Shape, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return _on_diagonal(g, shape, offset, axis1, axis2)


@single
def diagonals(g: Any, shape: Shape, offset: int = 0) -> Any:
    """Of `np.linalg.diagonal`: of the last two axes."""
    return _on_diagonal(g, shape, offset, -2, -1)


@single
def trace(
    g: Any, shape: Shape, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None
) -> Any:
    return _on_diagonal(_on_axis(g), shape, offset, axis1, axis2)


@single
def traces(g: Any, shape: Shape, offset: int = 0, dtype: Any = None) -> Any:
    """Of `np.linalg.trace`: over the last two axes."""
    return _on_diagonal(_on_axis(g), shape, offset, -2, -1)


def _on_axis(g: Any) -> Any:
    return np.reshape(g, (*np.shape(g), 1))


def _on_diagonal(g: Any, shape: Shape, offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of a shape with `g`, whose last axis runs along it, on a diagonal."""
    ndim = len(shape)
    axis1, axis2 = normalize_axis_index(axis1, ndim), normalize_axis_index(axis2, ndim)
    m, n = shape[axis1], shape[axis2]
    length = max(0, min(m + min(offset, 0), n - max(offset, 0)))
    steps = np.arange(length)
    rest = [axis for axis in range(ndim) if axis not in (axis1, axis2)]
    moved = (*(shape[axis] for axis in rest), m, n)
    # Two arrays side by side: their common axis is the last, as in the diagonal.
    index = (*(slice(None),) * len(rest), steps - min(offset, 0), steps + max(offset, 0))
    g = np.broadcast_to(g, (*moved[:-2], length))
    order = [*rest, axis1, axis2]
    found = scatter(g, moved, index)
    return found if order == sorted(order) else np.transpose(found, np.argsort(order))
