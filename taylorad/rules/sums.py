"""Transposes of the linear functions that add up: sums, differences, Fourier transforms.

See `taylorad.rules.transposes` for what a function here makes of a call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy import fft
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from taylorad.rules.transposes import Call, Pull, Shape, single, sliced

__all__ = ["FOURIER", "dense", "fitted"]

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
    zeros = np.zeros((*shape[:axis], n, *shape[axis + 1 :]), g.dtype)
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
            pulls[i] = partial(sliced, index=index, shape=call.shapes[i])
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


def fitted(g: Any, size: int, axis: int) -> Any:
    """`g` cut or filled up with zeros to a length along an axis."""
    have = np.shape(g)[axis]
    if have > size:
        return g[(*(slice(None),) * axis, slice(0, size))]
    if have < size:
        shape = np.shape(g)
        return np.concatenate([g, np.zeros((*shape[:axis], size - have, *shape[axis + 1 :]))], axis)
    return g


def _fft(kind: Any, g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    return fitted(kind(g, n, axis, norm), size, axis)


def _rfft(g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    return np.real(fitted(fft.fft(fitted(g, n, axis), n, axis, norm), size, axis))


def _irfft(g: Any, size: int, n: int, axis: int, norm: Any) -> Any:
    half = n // 2 + 1
    # An entry of the stored half stands for its mirror image too, if it has one.
    weights = np.full(half, 2.0)
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    weights = weights.reshape(-1, *(1,) * (np.ndim(g) - axis - 1))
    return fitted(fitted(fft.ifft(g, n, axis, norm), half, axis) * weights, size, axis)


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
