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
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from taylorad._tape import identity, scatter
from taylorad.rules._rows import map_leaves

__all__ = ["Call", "Places"]

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


def reshape(call: Call) -> list[Pull]:
    """Of functions that keep the order of the elements, or that of "F"."""
    order = call.given.get("order", "C")
    return [partial(np.reshape, shape=call.shapes[0], order=order)]


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


def _slice(g: Any, index: Any, shape: Shape) -> Any:
    found = g[index]
    return found if np.shape(found) == shape else np.reshape(found, shape)


def _joined(shapes: list[Shape], axis: int, lengths: list[int]) -> list[Pull]:
    pulls: list[Pull] = []
    before, start = (slice(None),) * axis, 0
    for shape, length in zip(shapes, lengths, strict=True):
        index = (*before, slice(start, start + length))
        pulls.append(partial(_slice, index=index, shape=shape))
        start += length
    return pulls


def joined(shapes: list[Shape], axis: int) -> list[Pull]:
    """The pulls of arrays joined along an axis: slices."""
    axis = normalize_axis_index(axis, len(shapes[0]))
    return _joined(shapes, axis, [shape[axis] for shape in shapes])


def stacked(shapes: list[Shape], axis: int) -> list[Pull]:
    """The pulls of arrays joined along a new axis: items."""
    before = (slice(None),) * normalize_axis_index(axis, len(shapes[0]) + 1)
    return [partial(_slice, index=(*before, i), shape=shape) for i, shape in enumerate(shapes)]


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
    if indices.size == 0:
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


# --- Sums --------------------------------------------------------------------------------


def _over_axes(g: Any, shape: Shape, axis: Any, keepdims: Any) -> Any:
    """What a reduction took the axes of, again in every place it was reduced over."""
    if axis is None or not shape:
        return g if np.ndim(g) == 0 else np.reshape(g, ())  # the walk takes it for an array
    if not keepdims or keepdims is np._NoValue:
        axes = normalize_axis_tuple(axis, len(shape))
        g = np.reshape(g, tuple(1 if i in axes else n for i, n in enumerate(shape)))
    return np.broadcast_to(g, shape)


def sum(call: Call) -> list[Pull]:
    return [
        partial(_sum, shape=call.shapes[0], **call.options),
        *[np.sum] * (len(call.shapes) - 1),  # the initial value, once in every sum
    ]


def _sum(
    g: Any,
    shape: Shape,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    where: Any = True,
) -> Any:
    whole = _over_axes(g, shape, axis, keepdims)
    if where is True or where is np._NoValue:
        return whole
    return np.where(where, np.broadcast_to(whole, shape), 0)


@single
def mean(
    g: Any,
    shape: Shape,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    where: Any = True,
) -> Any:
    axes = range(len(shape)) if axis is None or not shape else normalize_axis_tuple(
        axis, len(shape)
    )  # fmt: skip
    if where is True or where is np._NoValue:
        return _sum(g / prod(shape[i] for i in axes), shape, axis, dtype, keepdims)
    count = np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=keepdims)
    return _sum(g / count, shape, axis, dtype, keepdims, where)


def _backwards(g: Any, axis: int) -> Any:
    """Sums of the last 1, 2, ... elements."""
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


@single
def cumsum(g: Any, shape: Shape, axis: int | None = None, dtype: Any = None) -> Any:
    if axis is None or not shape:
        return np.reshape(_backwards(g, 0), shape)
    return _backwards(g, axis)


@single
def cumulative_sum(
    g: Any,
    shape: Shape,
    axis: int | None = None,
    dtype: Any = None,
    include_initial: bool = False,
) -> Any:
    axis = normalize_axis_index(0 if axis is None else axis, len(shape))
    if include_initial:
        g = g[(*(slice(None),) * axis, slice(1, None))]
    return _backwards(g, axis)


def _differences(g: Any, shape: Shape, n: int, axis: int) -> Any:
    """The transpose of differences: differences again, with zeros around them."""
    if n == 0:
        return g
    size = shape[axis]
    if n >= size:
        return np.zeros(shape)
    zeros = np.zeros((*shape[:axis], n, *shape[axis + 1 :]))
    return (-1) ** n * np.diff(np.concatenate([zeros, g, zeros], axis), n, axis)


def diff(call: Call) -> list[Pull]:
    axis = normalize_axis_index(call.given.get("axis", -1), len(call.shapes[0]))
    n, shape = call.given.get("n", 1), call.shapes[0]
    order = [call.numbers(name) for name in ("prepend", "a", "append")]
    lengths = {}
    for i in order:
        if i is not None:
            lengths[i] = call.shapes[i][axis] if call.shapes[i] else 1
    total = (*shape[:axis], int(np.sum(list(lengths.values()))), *shape[axis + 1 :])

    def pull(g: Any, start: int, stop: int) -> Any:
        whole = _differences(g, total, n, axis)
        return whole[(*(slice(None),) * axis, slice(start, stop))]

    pulls, start = {}, 0
    for i, length in lengths.items():
        pulls[i] = partial(pull, start=start, stop=start + length)
        start += length
    return [pulls[i] for i in range(len(call.shapes))]


def ediff1d(call: Call) -> list[Pull]:
    main, begin, end = (call.numbers(name) for name in ("ary", "to_begin", "to_end"))
    size = prod(call.shapes[main])
    first = 0 if begin is None else prod(call.shapes[begin])
    last = first + max(size - 1, 0)

    def differences(g: Any) -> Any:
        return np.reshape(_differences(g[first:last], (size,), 1, 0), call.shapes[main])

    pulls: dict[int, Pull] = {main: differences}
    for i, index in ((begin, slice(0, first)), (end, slice(last, None))):
        if i is not None:
            pulls[i] = partial(_slice, index=index, shape=call.shapes[i])
    return [pulls[i] for i in range(len(call.shapes))]


def bincount(call: Call) -> list[Pull]:
    x = np.asarray(call.given["x"])

    def pull(g: Any) -> Any:
        return g[x] if x.size else np.zeros(0)

    return [pull]


# --- Polynomials -------------------------------------------------------------------------


def polyder(call: Call) -> list[Pull]:
    shape = call.shapes[0]
    # The factors of the coefficients that are left: what it makes of ones.
    factors = call([np.ones(shape)])

    def pull(g: Any) -> Any:
        dropped = np.zeros(prod(shape) - len(factors))
        return np.reshape(np.concatenate([g * factors, dropped]), shape)

    return [pull]


def polyint(call: Call) -> list[Pull]:
    shape, main = call.shapes[0], call.numbers("p")
    size = prod(shape)
    zeros = [np.zeros(other) for other in call.shapes]
    factors = call([np.ones(shape), *zeros[1:]])[:size]

    def pull(g: Any) -> Any:
        return np.reshape(g[:size] * factors, shape)

    pulls = dense(call)
    pulls[main] = pull
    return pulls


def polyadd(call: Call) -> list[Pull]:
    return [partial(_tail, shape=shape) for shape in call.shapes]


def polysub(call: Call) -> list[Pull]:
    first, second = call.shapes
    return [partial(_tail, shape=first), partial(_tail, shape=second, sign=-1)]


def _tail(g: Any, shape: Shape, sign: int = 1) -> Any:
    size = prod(shape)
    return np.reshape(sign * g[len(g) - size :], shape)


# --- Any linear function, of few elements ------------------------------------------------


def dense(call: Call) -> list[Pull]:
    """The pulls of any linear function, from what it makes of each element on its own."""

    def matrix(i: int) -> Any:
        zeros = [np.zeros(shape) for shape in call.shapes]
        columns = []
        for place in range(prod(call.shapes[i])):
            unit = np.zeros(prod(call.shapes[i]))
            unit[place] = 1
            arrays = [*zeros[:i], unit.reshape(call.shapes[i]), *zeros[i + 1 :]]
            columns.append(np.ravel(call(arrays)))
        return np.array(columns)

    def pull(i: int, g: Any) -> Any:
        if not prod(call.shapes[i]):
            return np.zeros(call.shapes[i])
        return np.reshape(np.dot(matrix(i), np.ravel(g)), call.shapes[i])

    return [partial(pull, i) for i in range(len(call.shapes))]


# --- Fourier transforms ------------------------------------------------------------------
#
# The matrix of a transform is symmetric, so that its transpose is itself: without the
# conjugation that would make it the inverse. What is left is to cut or fill with zeros
# where the transform filled or cut, and for the real ones the half that is not stored.


def _fitted(g: Any, size: int, axis: int) -> Any:
    """`g` cut or filled up with zeros to a length along an axis."""
    have = np.shape(g)[axis]
    if have > size:
        return g[(*(slice(None),) * axis, slice(0, size))]
    if have < size:
        shape = np.shape(g)
        return np.concatenate([g, np.zeros((*shape[:axis], size - have, *shape[axis + 1 :]))], axis)
    return g


def _fft(kind: Any, g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    return _fitted(kind(g, n, axis, norm), size, axis)


def _rfft(g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    return np.real(_fitted(fft.fft(_fitted(g, n, axis), n, axis, norm), size, axis))


def _irfft(g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    half = n // 2 + 1
    # An entry of the stored half stands for its mirror image too, if it has one.
    weights = np.full(half, 2.0)
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    weights = weights.reshape(-1, *(1,) * (np.ndim(g) - axis - 1))
    return _fitted(_fitted(fft.ifft(g, n, axis, norm), half, axis) * weights, size, axis)


_SWAPPED = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


@single
def one_fft(
    g: Any, shape: Shape, kind: str, n: int | None = None, axis: int = -1, norm: Any = None
) -> Any:
    """Of the transforms along one axis."""
    axis = normalize_axis_index(axis, len(shape))
    size = shape[axis]
    if kind in ("fft", "ifft"):
        return _fft(getattr(fft, kind), g, size, n or size, axis, norm)
    if kind == "rfft":
        return _rfft(g, size, n or size, axis, norm)
    if kind == "ihfft":
        return _rfft(np.conjugate(g), size, n or size, axis, _SWAPPED[norm])
    n = n or 2 * (size - 1)
    if kind == "irfft":
        return _irfft(g, size, n, axis, norm)
    return np.conjugate(_irfft(g, size, n, axis, _SWAPPED[norm]))


@single
def many_fft(
    g: Any, shape: Shape, kind: str, s: Any = None, axes: Any = None, norm: Any = None
) -> Any:
    """Of the transforms along several axes: one after the other, the last first."""
    ndim = len(shape)
    if axes is None:
        axes = (-2, -1) if kind.endswith("2") else range(-(ndim if s is None else len(s)), 0)
    axes = [normalize_axis_index(axis, ndim) for axis in axes]
    if not axes:
        return g
    kind = kind.rstrip("n2")
    steps, now = [], list(shape)
    lengths = [-1] * len(axes) if s is None else list(s)
    if s is None and kind == "irfft":
        lengths[-1] = 2 * (shape[axes[-1]] - 1)
    elif s is None:
        lengths = [shape[axis] for axis in axes]
    todo = list(zip(axes, lengths, strict=True))
    todo = todo if kind == "irfft" else todo[::-1]
    for place, (axis, length) in enumerate(todo):
        real = kind in ("rfft", "irfft") and place == (0 if kind == "rfft" else len(todo) - 1)
        n = now[axis] if length is None or length == -1 else int(length)
        which = kind if real else kind.removeprefix("r").replace("irfft", "ifft")
        steps.append((which, axis, now[axis], n))
        now[axis] = n // 2 + 1 if which == "rfft" else n
    for which, axis, size, n in reversed(steps):
        if which == "rfft":
            g = _rfft(g, size, n, axis, norm)
        elif which == "irfft":
            g = _irfft(g, size, n, axis, norm)
        else:
            g = _fft(getattr(fft, which), g, size, n, axis, norm)
    return g


def _named(make: Callable[..., Any], kind: str) -> Callable[[Call], list[Pull]]:
    def named(call: Call) -> list[Pull]:
        return [partial(pull, kind=kind) for pull in make(call)]

    return named


FOURIER = {
    name: _named(one_fft, name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
} | {
    name: _named(many_fft, name)
    for name in ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
}
