"""The two pulls of each product: what a cotangent is to either factor.

A product is linear in each factor, so its pull to one is the transpose of the product with
the other held: again a product. Each function here gets the cotangent, both factors, and
whatever else the product was given; where one factor was broadcast, the walk sums.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from taylorad._numbers import repack
from taylorad._tape import all_finite, scatter, unused, wild
from taylorad.dispatch import carries

__all__ = ["Contracted", "along", "contraction", "matrix_pulls", "sparing"]

Shape = tuple[int, ...]


def _flat(x: Any) -> Any:
    return np.reshape(x, -1)


def _column(x: Any) -> Any:
    return np.reshape(x, (*np.shape(x), 1))


def _row(x: Any) -> Any:
    return np.reshape(x, (*np.shape(x)[:-1], 1, np.shape(x)[-1]))


# --- What was not taken ------------------------------------------------------------------


def sparing(pull: Callable[..., Any], at: int, factors: int = 2) -> Callable[..., Any]:
    """A pull to the factor `at` for which a cotangent of zero times nan or infinity is zero.

    A result whose cotangent is zero was not taken, and what it was computed from leaves no
    trace: an entry of the answer is nan only where some other result makes it so.
    """

    def careful(g: Any, *operands: Any, **options: Any) -> Any:
        with np.errstate(invalid="ignore"):
            answer = pull(g, *operands, **options)
        if all_finite(answer):
            return answer
        given, rest = list(operands[:factors]), operands[factors:]
        others = {k: wild(x) for k, x in enumerate(given) if k != at and x is not None}
        others = {k: where for k, where in others.items() if np.any(where)}
        idle = unused(g)
        if not others or not np.any(idle):
            return answer
        # The same products of weights: no sum of them is zero by chance.
        random = np.random.default_rng(0)
        reached: Any = False
        for k, where in others.items():
            weights = [x if x is None else random.uniform(1, 2, np.shape(x)) for x in given]
            weights[k] = weights[k] * where
            share = pull(random.uniform(1, 2, np.shape(g)) * ~idle, *weights, *rest, **options)
            reached = reached | (share != 0)
        for k, where in others.items():
            given[k] = np.where(where, 0, given[k])
        return np.where(reached, answer, pull(g, *given, *rest, **options))

    return careful


# --- Products of matrices ----------------------------------------------------------------


def _left_of_two(g: Any, u: Any, v: Any) -> Any:
    return g @ v.T


def _right_of_two(g: Any, u: Any, v: Any) -> Any:
    return u.T @ g


_LEFT_OF_TWO, _RIGHT_OF_TWO = sparing(_left_of_two, 0), sparing(_right_of_two, 1)


def times_transposed(v: Any, g: Any) -> Any:
    """The pull of ``u @ v`` to u, where v is a constant matrix."""
    return _LEFT_OF_TWO(g, None, v)


def transposed_times(u: Any, g: Any) -> Any:
    """The pull of ``u @ v`` to v, where u is a constant matrix."""
    return _RIGHT_OF_TWO(g, u, None)


def matmul_left(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    if n == 1:
        return g * v if m == 1 else _column(g) * v
    if m == 1:
        return matvec(v, g)
    return g @ np.swapaxes(v, -1, -2)


def matmul_right(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    if m == 1:
        return g * u if n == 1 else _column(u) * _row(g)
    if n == 1:
        return matvec(np.swapaxes(u, -1, -2), g)
    return np.swapaxes(u, -1, -2) @ g


_MATMUL = sparing(matmul_left, 0), sparing(matmul_right, 1)


def matrix_pulls(m: int, n: int) -> tuple[Any, Any]:
    """The pulls of ``u @ v``, of m and n dimensions."""
    return (_LEFT_OF_TWO, _RIGHT_OF_TWO) if m == n == 2 else _MATMUL


def matvec(a: Any, x: Any) -> Any:
    """The product of matrices and vectors, both broadcast."""
    if np.ndim(x) == 1:
        return a @ x
    return np.reshape(a @ _column(x), (*np.broadcast_shapes(a.shape[:-2], x.shape[:-1]), -1)) if (
        a.shape[-2]
    ) else (a @ _column(x))[..., 0]  # fmt: skip


def matvec_left(g: Any, u: Any, v: Any) -> Any:
    return _column(g) * _row(v)


def matvec_right(g: Any, u: Any, v: Any) -> Any:
    return matvec(np.swapaxes(u, -1, -2), g)


def vecmat_left(g: Any, u: Any, v: Any) -> Any:
    return np.conjugate(matvec(v, g))


def vecmat_right(g: Any, u: Any, v: Any) -> Any:
    return _column(np.conjugate(u)) * _row(g)


def dot_left(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    if not (m and n):
        return g * v
    if m <= 2 and n <= 2:
        return matmul_left(g, u, v)
    return tensordot_left(g, u, v, ([m - 1], [max(n - 2, 0)]))


def dot_right(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    if not (m and n):
        return g * u
    if m <= 2 and n <= 2:
        return matmul_right(g, u, v)
    return tensordot_right(g, u, v, ([m - 1], [max(n - 2, 0)]))


# --- Inner and outer products ------------------------------------------------------------


def inner_left(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    return tensordot_left(g, u, v, ([m - 1], [n - 1])) if m and n else g * v


def inner_right(g: Any, u: Any, v: Any) -> Any:
    m, n = np.ndim(u), np.ndim(v)
    return tensordot_right(g, u, v, ([m - 1], [n - 1])) if m and n else g * u


def outer_left(g: Any, u: Any, v: Any) -> Any:
    return np.reshape(g @ _flat(v), np.shape(u))


def outer_right(g: Any, u: Any, v: Any) -> Any:
    return np.reshape(_flat(u) @ g, np.shape(v))


def vdot_left(g: Any, u: Any, v: Any) -> Any:
    return np.reshape(np.conjugate(g * _flat(v)), np.shape(u))


def vdot_right(g: Any, u: Any, v: Any) -> Any:
    return np.reshape(g * np.conjugate(_flat(u)), np.shape(v))


def vecdot_left(g: Any, u: Any, v: Any) -> Any:
    return np.conjugate(_column(g) * v)


def vecdot_right(g: Any, u: Any, v: Any) -> Any:
    return _column(g) * np.conjugate(u)


def _contracted(u: Any, v: Any, axes: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """The axes of both factors that are summed over, and those that are not."""
    m, n = np.ndim(u), np.ndim(v)
    try:
        first, second = axes
    except TypeError:
        first, second = range(m - axes, m), range(axes)
    first, second = ([x] if isinstance(x, int | np.integer) else list(x) for x in (first, second))
    first = [normalize_axis_index(operator.index(axis), m) for axis in first]
    second = [normalize_axis_index(operator.index(axis), n) for axis in second]
    return (
        first, second,
        [axis for axis in range(m) if axis not in first],
        [axis for axis in range(n) if axis not in second],
    )  # fmt: skip


def _ordered(x: Any, axes: list[int]) -> Any:
    """An array whose axes are these ones, with them in their order."""
    return x if axes == sorted(axes) else np.transpose(x, np.argsort(axes).tolist())


def tensordot_left(g: Any, u: Any, v: Any, axes: Any = 2) -> Any:
    first, second, free, other = _contracted(u, v, axes)
    part = np.tensordot(g, v, (list(range(len(free), np.ndim(g))), other))
    return _ordered(part, free + [first[second.index(axis)] for axis in sorted(second)])


def tensordot_right(g: Any, u: Any, v: Any, axes: Any = 2) -> Any:
    first, second, free, other = _contracted(u, v, axes)
    part = np.tensordot(u, g, (free, list(range(len(free)))))
    return _ordered(part, [second[first.index(axis)] for axis in sorted(first)] + other)


def _interleaved(g: Any, u: Any, v: Any) -> tuple[Any, Shape, Shape]:
    """The cotangent of a Kronecker product with an axis for each axis of each factor."""
    n = max(np.ndim(u), np.ndim(v))
    first = (1,) * (n - np.ndim(u)) + np.shape(u)
    second = (1,) * (n - np.ndim(v)) + np.shape(v)
    pairs = zip(first, second, strict=True)
    return np.reshape(g, [k for pair in pairs for k in pair]), first, second


def kron_left(g: Any, u: Any, v: Any) -> Any:
    g, first, second = _interleaved(g, u, v)
    n = len(first)
    part = np.tensordot(g, np.reshape(v, second), (list(range(1, 2 * n, 2)), list(range(n))))
    return np.reshape(part, np.shape(u))


def kron_right(g: Any, u: Any, v: Any) -> Any:
    g, first, _ = _interleaved(g, u, v)
    n = len(first)
    part = np.tensordot(np.reshape(u, first), g, (list(range(n)), list(range(0, 2 * n, 2))))
    return np.reshape(part, np.shape(v))


def cross_left(g: Any, u: Any, v: Any) -> Any:
    return np.cross(v, g)


def cross_right(g: Any, u: Any, v: Any) -> Any:
    return np.cross(g, u)


# --- Convolutions ------------------------------------------------------------------------


def _whole(g: Any, m: int, n: int, mode: Any, mirrored: bool) -> Any:
    """The cotangent of the whole convolution, of which a mode keeps a part."""
    mode = {0: "v", 1: "s", 2: "f"}.get(mode, mode)[0].lower()
    total, size, short = m + n - 1, len(g), min(m, n)
    if mode == "f":
        return g
    start = short - 1 if mode == "v" else short - 1 - short // 2
    if mirrored:
        start = total - start - size
    return np.concatenate([np.zeros(start), g, np.zeros(total - start - size)])


def convolve_left(g: Any, u: Any, v: Any, mode: Any = "full") -> Any:
    u, v, shape = np.atleast_1d(u), np.atleast_1d(v), np.shape(u)
    whole = _whole(g, len(u), len(v), mode, False)
    return np.reshape(np.convolve(whole, v[::-1], "valid"), shape)


def convolve_right(g: Any, u: Any, v: Any, mode: Any = "full") -> Any:
    u, v, shape = np.atleast_1d(u), np.atleast_1d(v), np.shape(v)
    whole = _whole(g, len(u), len(v), mode, False)
    return np.reshape(np.convolve(whole, u[::-1], "valid"), shape)


def correlate_left(g: Any, u: Any, v: Any, mode: Any = "valid") -> Any:
    whole = _whole(g, len(u), len(v), mode, len(v) > len(u))
    return np.convolve(whole, np.conjugate(v), "valid")


def correlate_right(g: Any, u: Any, v: Any, mode: Any = "valid") -> Any:
    whole = _whole(g, len(u), len(v), mode, len(v) > len(u))
    return np.conjugate(np.convolve(whole, u[::-1], "valid")[::-1])


# --- Axes given by the user --------------------------------------------------------------


def along(
    function: Any,
    u: Any,
    v: Any,
    *,
    axis: int | None = None,
    axes: Any = None,
    keepdims: bool = False,
    **options: Any,
) -> Any:
    """A product of vectors or matrices along axes of the user's choice."""
    inputs, output = function.signature.split("->")
    cores = [part.count(",") + 1 for part in inputs.strip("()").split("),(")]
    result = 0 if output == "()" else output.count(",") + 1
    if axis is not None:
        axes = [axis, axis] if not keepdims else [axis, axis, axis]
    if axes is None:
        axes = [tuple(range(-core, 0)) for core in cores]
        axes.append(-1 if keepdims else tuple(range(-result, 0)))
    listed = [(item,) if isinstance(item, int | np.integer) else tuple(item) for item in axes]
    moved = [
        np.moveaxis(x, where, range(-len(where), 0))
        for x, where in zip((u, v), listed[:2], strict=True)
    ]
    y = function(*moved, **options)
    if keepdims:
        return np.expand_dims(y, listed[2] if len(listed) > 2 and listed[2] else listed[0])
    if len(listed) > 2 and listed[2]:
        y = np.moveaxis(y, range(-len(listed[2]), 0), listed[2])
    return y


# --- Contractions of any number of operands ----------------------------------------------


class Contracted:
    """The pulls of `np.einsum`.

    Parameters
    ----------
    labels : list of list of int
        For each operand, the labels of its axes; equal labels are summed over together.
    output : list of int
        The labels of the result's axes.
    shapes : list of tuple of int
        The shapes of the operands.
    """

    def __init__(self, labels: list[list[int]], output: list[int], shapes: list[Shape]) -> None:
        self.labels, self.output, self.shapes = labels, output, shapes
        self.sizes: dict[int, int] = {}
        for own, shape in zip(labels, shapes, strict=True):
            for label, size in zip(own, shape, strict=True):
                if self.sizes.get(label, 1) == 1:
                    self.sizes[label] = size

    def pulls(self) -> list[Callable[..., Any]]:
        """For each operand its pull."""
        count = len(self.labels)
        return [sparing(partial(self.pull, i), i, count) for i in range(count)]

    def pull(self, i: int, g: Any, *operands: Any) -> Any:
        """The cotangent of the i-th operand: the contraction of all else."""
        own = list(dict.fromkeys(self.labels[i]))
        others = [k for k in range(len(operands)) if k != i]
        known = {*self.output}.union(*(self.labels[k] for k in others))
        kept = [label for label in own if label in known]
        listed: list[Any] = [g, self.output]
        for k in others:
            listed += [operands[k], self.labels[k]]
        work = prod(self.sizes[label] for label in known.union(own))
        optimize = len(others) > 1 or (len(others) == 1 and work > 4096)
        part = np.einsum(*listed, kept, optimize=optimize)
        if kept != own:  # summed over in this operand alone: the same for all its entries
            lengths = dict(zip(kept, np.shape(part), strict=True))
            part = np.reshape(part, [lengths.get(label, 1) for label in own])
        full = tuple(self.sizes[label] for label in own)
        part = part if np.shape(part) == full else np.broadcast_to(part, full)
        if own == self.labels[i]:
            return part
        # Repeated labels: what was a diagonal goes back to its place.
        steps = np.ogrid[tuple(slice(size) for size in full)]
        index = tuple(steps[own.index(label)] for label in self.labels[i])
        return scatter(part, self.shapes[i], index)


def contraction(args: Sequence[Any]) -> tuple[list[Any], Contracted]:
    """The operands of a call of `np.einsum`, and its pulls."""
    if isinstance(args[0], str):
        operands = [constant_to_array(repack(x)) for x in args[1:]]
        return operands, _by_letters(args[0], tuple([x.shape for x in operands]))
    operands = [constant_to_array(repack(x)) for x in args[0 : len(args) - 1 : 2]]
    terms = [list(term) for term in args[1::2][: len(operands)]]
    result = list(args[-1]) if len(args) % 2 else None
    return operands, _labelled(terms, result, [x.shape for x in operands])


@lru_cache(maxsize=512)
def _by_letters(subscripts: str, shapes: tuple[Shape, ...]) -> Contracted:
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = [_letters(term) for term in left.split(",")]
    return _labelled(terms, _letters(right) if arrow else None, list(shapes))


def _labelled(
    terms: list[list[Any]], result: list[Any] | None, shapes: list[Shape]
) -> Contracted:
    """The labels of all axes as numbers from 0, in place of ellipses too."""
    wide = 0
    for k, term in enumerate(terms):
        if Ellipsis in term:
            hidden = len(shapes[k]) - len(term) + 1
            wide = max(wide, hidden)
            at = term.index(Ellipsis)
            terms[k] = [*term[:at], *range(-hidden, 0), *term[at + 1 :]]
    broadcast = list(range(-wide, 0))
    if result is None:
        used = [label for term in terms for label in term if label not in broadcast]
        result = broadcast + sorted(label for label in {*used} if used.count(label) == 1)
    elif Ellipsis in result:
        at = result.index(Ellipsis)
        result = [*result[:at], *broadcast, *result[at + 1 :]]
    names = {label: n for n, label in enumerate(sorted({x for term in terms for x in term}))}
    labels = [[names[label] for label in term] for term in terms]
    return Contracted(labels, [names[label] for label in result], shapes)


def _letters(term: str) -> list[Any]:
    """A term's letters as numbers in their order, and its ellipsis."""
    before, dots, after = term.partition("...")
    return [*map(ord, before), *([Ellipsis] if dots else []), *map(ord, after)]


def constant_to_array(x: Any) -> Any:
    """A factor that is no number of ours as an array."""
    return x if carries(x) or isinstance(x, np.ndarray) else np.asarray(x)
